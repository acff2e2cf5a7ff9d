//! A struct from `macro_rules!`, whose types arrive wrapped in invisible groups.

use sessio::{Session, model::SessionModel};

macro_rules! cart {
    ($name:ident { $($field:ident: $ty:ty = $default:expr),* $(,)? }) => {
        #[derive(Session)]
        struct $name {
            #[session(skip)]
            sessions: u8,
            $(#[session(default = $default)] $field: $ty,)*
            #[session(index)]
            user_id: Option<i64>,
        }
    };
}

cart!(Cart { coupon: String = "none", limit: u32 = 5 + 5, items: Vec<u8> = vec![1, 2] });

fn main() {
    let mut cart = Cart::fresh();
    assert_eq!((cart.coupon().len(), cart.limit(), cart.items().len()), (4, 10, 2));
    cart.set_limit(3);
    cart.set_user_id(1);
    assert_eq!((cart.limit(), cart.user_id()), (3, Some(1)));
}
