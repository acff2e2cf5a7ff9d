use serde::{Deserialize, Serialize};
use sessio::Session;

#[derive(Default, PartialEq, Serialize, Deserialize)]
struct Notice(String);

#[derive(Session)]
struct Cart {
    #[session(flash)]
    notice: Notice,
}

fn main() {}
