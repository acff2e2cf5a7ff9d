//! Nothing that is emitted depends on what a name means where the struct stands.

#![allow(dead_code, non_camel_case_types, unused_macros)]

mod core {}
mod std {}
mod alloc {}
mod sessio {}
struct Option;
struct Some;
struct None;
struct String;
struct Vec;
struct Result;
struct Ok;
struct Err;
struct Box;
trait Into {}
trait From {}
trait Default {}
trait Send {}
trait Sync {}
trait Sized {}
struct usize;
struct u64;
struct str;

macro_rules! unreachable {
    () => {
        compile_error!("the prelude's macro was shadowed")
    };
}

#[derive(::sessio::Session)]
struct Shop {
    #[session(principal)]
    user_id: ::std::option::Option<i64>,
    #[session(index, max_len = 10)]
    coupon: ::std::string::String,
    #[session(flash)]
    notice: ::std::option::Option<::std::string::String>,
    #[session(merge = "append")]
    items: ::std::vec::Vec<u32>,
    #[session(default = 3)]
    sessions: i32,
}

fn main() {
    let mut shop = <Shop as ::sessio::model::SessionModel>::fresh();
    shop.set_coupon("spring");
    shop.set_notice("hello");
    ::std::assert_eq!((shop.coupon(), shop.sessions()), ("spring", 3));
    ::std::assert_eq!(shop.take_notice().as_deref(), ::std::option::Option::Some("hello"));
}
