use serde::{Deserialize, Serialize};
use sessio::Session;

#[derive(PartialEq, Serialize, Deserialize)]
struct Plan(u8);

#[derive(Session)]
struct Cart {
    plan: Plan,
}

fn main() {}
