//! A field that is configured out is not there, and `cfg_attr` counts.

use sessio::{Session, model::SessionModel};

#[derive(Session)]
struct Cart {
    visits: u32,
    #[cfg(any())]
    #[session(no_such_key)]
    gone: NoSuchType,
    #[cfg(all())]
    #[cfg_attr(all(), session(column))]
    #[cfg_attr(any(), session(no_such_key))]
    total: i64,
}

fn main() {
    let mut cart = Cart::fresh();
    cart.set_visits(1);
    cart.set_total(2);
    assert_eq!((cart.visits(), cart.total()), (1, 2));
    assert_eq!(Cart::FIELDS.len(), 2);
    assert_eq!(Cart::SCHEMA.columns.len(), 1);
}
