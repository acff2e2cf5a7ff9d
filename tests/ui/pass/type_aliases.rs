//! What a type is, its traits say: an alias changes nothing about columns, nullability and the principal.

use sessio::{
    Session,
    model::{ColumnType, HasPrincipal, SessionModel},
};

type UserId = i64;
type Maybe<T> = Option<T>;
type Coupon = String;
type Items = Vec<u8>;

#[derive(Session)]
struct Cart {
    #[session(principal)]
    user_id: Maybe<UserId>,
    #[session(index, max_len = 32)]
    coupon: Coupon,
    #[session(unique)]
    shop: UserId,
    #[session(merge = "append")]
    items: Items,
}

fn main() {
    let mut cart = Cart::fresh();
    cart.set_user_id(7);
    cart.set_coupon("spring");
    cart.set_shop(3);
    assert_eq!(cart.principal(), Some(&7));
    assert_eq!((cart.coupon().as_str(), *cart.shop(), cart.items().len()), ("spring", 3, 0));
    let [user_id, coupon, shop] = Cart::SCHEMA.columns else { unreachable!() };
    assert_eq!((user_id.ty, user_id.nullable), (ColumnType::Int64, true));
    assert_eq!((coupon.ty, coupon.nullable, coupon.max_len), (ColumnType::Text, false, Some(32)));
    assert_eq!((shop.ty, shop.nullable), (ColumnType::Int64, false));
}
