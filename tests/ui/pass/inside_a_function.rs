//! The struct may be as local as its use.

#![deny(warnings)]

use sessio::{Session, model::SessionModel};

fn main() {
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Item(u32);

    #[derive(Session)]
    struct Cart {
        items: Vec<Item>,
        #[session(principal)]
        user_id: Option<i64>,
    }

    let mut cart = Cart::fresh();
    cart.items_mut().push(Item(1));
    assert_eq!(cart.items(), [Item(1)]);
    assert_eq!(cart.user_id(), None);
}
