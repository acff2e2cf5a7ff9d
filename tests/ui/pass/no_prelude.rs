//! Without the standard prelude, names still lead where they should.

#![no_implicit_prelude]

#[derive(::sessio::Session)]
struct Shop {
    #[session(principal)]
    user_id: ::std::option::Option<i64>,
    #[session(flash)]
    notice: ::std::option::Option<::std::string::String>,
    #[session(default = 3, merge = "max")]
    limit: u32,
    #[session(json)]
    items: ::std::vec::Vec<u8>,
}

fn main() {
    let shop = <Shop as ::sessio::model::SessionModel>::fresh();
    ::std::assert_eq!(shop.limit(), 3);
}
