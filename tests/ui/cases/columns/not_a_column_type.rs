use serde::{Deserialize, Serialize};
use sessio::Session;

#[derive(Default, PartialEq, Serialize, Deserialize)]
struct Color(u8);

#[derive(Session)]
struct Cart {
    #[session(column)]
    color: Color,
}

fn main() {}
