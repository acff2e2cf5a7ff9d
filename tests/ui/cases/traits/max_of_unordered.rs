use serde::{Deserialize, Serialize};
use sessio::Session;

#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
struct Plan(u8);

#[derive(Session)]
struct Cart {
    #[session(merge = "max")]
    plan: Plan,
}

fn main() {}
