use serde::{Deserialize, Serialize};
use sessio::Session;

#[derive(Default, Serialize, Deserialize)]
struct Items(Vec<u8>);

#[derive(Session)]
struct Cart {
    items: Items,
}

fn main() {}
