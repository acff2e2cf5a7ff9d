//! A struct that agrees with its checked-in files compiles: whatever the order of the columns, the line ends, and the
//! names behind which its types hide.

use sessio::{Session, model::SessionModel};

type UserId = i64;
type Maybe<T> = Option<T>;

#[derive(Session)]
#[session(table = "shop_sessions", snapshot = "files/shop.schema", unique(coupon, user_id))]
struct Shop {
    #[session(principal)]
    user_id: Maybe<UserId>,
    cart: Vec<String>,
    #[session(column, max_len = 32)]
    coupon: String,
    #[session(json)]
    options: Vec<u8>,
    #[session(column)]
    key: [u8; 16],
    #[session(column, default = 'x')]
    initial: char,
}

#[derive(Session)]
#[session(table = "member_sessions", snapshot = "files/members.schema")]
struct Member {
    #[session(principal)]
    user_id: Option<UserId>,
    #[session(column, references = "teams(id)", on_delete = "cascade")]
    team_id: Maybe<UserId>,
    #[session(column, references = "users(id)", on_delete = "set null")]
    invited_by: Option<i64>,
}

mod nested {
    /// The path starts from the source file, not from the module.
    macro_rules! shop {
        ($name:ident) => {
            #[derive(sessio::Session)]
            #[session(table = "shop_sessions", snapshot = "files/shop.schema", unique(coupon, user_id))]
            pub struct $name {
                #[session(index)]
                user_id: Option<i64>,
                #[session(column, max_len = 32)]
                coupon: String,
                #[session(json)]
                options: u8,
                #[session(column)]
                key: [u8; 16],
                #[session(column, default = 'x')]
                initial: char,
            }
        };
    }
    shop!(Made);
}

fn main() {
    assert_eq!(Member::SCHEMA.columns.len(), 3);
    assert_eq!(Shop::SCHEMA.columns.len(), nested::Made::SCHEMA.columns.len());
}
