//! `Self` means the struct, also where the derive moves it out.

use serde::{Deserialize, Serialize};
use sessio::{Session, model::SessionModel};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Session)]
struct Cart {
    parked: Option<Box<Self>>,
    #[session(json)]
    older: Vec<Self>,
    #[session(default = Self::LIMIT)]
    limit: u32,
    #[session(default = [Self::LIMIT, 1, 2].map(|limit| if limit > 1 { limit } else { 0 }))]
    limits: [u32; 3],
}

impl Cart {
    const LIMIT: u32 = 10;
}

fn main() {
    let mut cart = Cart::fresh();
    cart.set_parked(Cart::fresh());
    assert_eq!(cart.parked().map(|parked| parked.limit()), Some(10));
    assert_eq!(cart.limits(), &[10, 0, 2]);
    assert!(cart.older().is_empty());
}
