//! The session that is measured: one integer, one counter and a cart of ten items with two texts each, about 1 kB of
//! JSON; and the handlers of sessio, whatever the framework.

use serde::{Deserialize, Serialize};
use sessio::Session;

/// What the shop remembers about a visitor.
#[derive(Session)]
pub(crate) struct Shop {
    user_id: Option<i64>,
    #[session(merge = "add")]
    visits: u32,
    cart: Vec<Item>,
}

/// A line of the cart.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Item {
    product: String,
    title: String,
    cents: u64,
    quantity: u32,
}

/// Who is signed in.
pub(crate) const USER: i64 = 4711;

/// Ten items.
pub(crate) fn cart() -> Vec<Item> {
    let item = |number: u64| Item {
        product: format!("teapot-{number:02}"),
        title: format!("A teapot of stoneware, no. {number:02}"),
        cents: 1999 + number,
        quantity: 1,
    };
    (0..10).map(item).collect()
}

/// What a page shows of it all: nothing of the session is left unread.
pub(crate) fn page(user: Option<i64>, visits: u32, cart: &[Item]) -> String {
    let total: u64 = cart.iter().map(|item| item.cents * u64::from(item.quantity)).sum();
    format!("{} {visits} {total}", user.unwrap_or_default())
}

/// Fills the session.
pub(crate) async fn begin(mut shop: Session<Shop>) -> &'static str {
    shop.set_user_id(USER);
    shop.set_cart(cart());
    "answer"
}

/// Does nothing with it.
pub(crate) async fn untouched() -> &'static str {
    "answer"
}

/// Reads all of it.
pub(crate) async fn read(shop: Session<Shop>) -> String {
    page(shop.user_id(), shop.visits(), shop.cart())
}

/// Adds one to the counter.
pub(crate) async fn write(mut shop: Session<Shop>) -> &'static str {
    *shop.visits_mut() += 1;
    "answer"
}
