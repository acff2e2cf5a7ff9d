//! An application may know the crate under another name.

mod framework {
    pub mod sessions {
        pub use ::sessio::*;
    }
}

/// Not the crate: the default path would find this if it were relative.
#[allow(dead_code)]
mod sessio {}

use framework::sessions::{Session, model::SessionModel};

#[derive(Session)]
#[session(crate = crate::framework::sessions)]
struct Cart {
    #[session(principal, merge = "reject")]
    user_id: Option<i64>,
    #[session(merge = "add")]
    visits: u32,
    #[session(json)]
    items: Vec<u32>,
    #[session(column, max_len = 8)]
    coupon: Option<String>,
}

macro_rules! counter {
    ($name:ident) => {
        #[derive(Session)]
        #[session(crate = $crate::framework::sessions)]
        struct $name {
            #[session(column, merge = "add")]
            count: u32,
        }
    };
}

counter!(Counter);

fn main() {
    assert_eq!(Counter::fresh().count(), 0);
    let mut cart = Cart::fresh();
    cart.set_visits(1);
    assert_eq!(cart.visits(), 1);
}
