use sessio::Session;

type Coupon = String;

#[derive(Session)]
struct Cart {
    #[session(index)]
    coupon: Coupon,
}

fn main() {}
