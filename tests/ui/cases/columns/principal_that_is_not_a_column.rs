use serde::{Deserialize, Serialize};
use sessio::Session;

#[derive(PartialEq, Serialize, Deserialize)]
struct User(u8);

#[derive(Session)]
struct Cart {
    #[session(principal)]
    user: Option<User>,
}

fn main() {}
