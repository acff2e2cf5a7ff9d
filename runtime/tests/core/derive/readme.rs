//! A struct as the README shows one, with each kind of key.

use serde::{Deserialize, Serialize};
use sessio::{Session, model::SessionModel};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Item(u32);

/// What the shop remembers about a visitor.
#[derive(Session)]
#[session(table = "shop_sessions")]
struct Shop {
    /// Who is signed in.
    #[session(principal)]
    user_id: Option<i64>,
    cart: Vec<Item>,
    #[session(merge = "add")]
    visits: u32,
    #[session(flash)]
    notice: Option<String>,
}

#[test]
fn a_struct_like_the_readmes_is_a_session() {
    let mut shop = Shop::fresh();
    shop.cart_mut().push(Item(1));
    shop.set_notice("Added to your cart");
    shop.set_visits(5);
    shop.set_user_id(7);
    assert_eq!((shop.user_id(), shop.cart(), shop.visits()), (Some(7), &[Item(1)][..], 5));
    assert_eq!(shop.take_notice().as_deref(), Some("Added to your cart"));
    assert_eq!(shop.notice(), None);
    assert_eq!((Shop::KIND, Shop::SCHEMA.table, Shop::PRINCIPAL), ("shop", "shop_sessions", Some(0)));
}
