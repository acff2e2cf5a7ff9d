use sessio::Session;

#[derive(Session)]
struct Cart {
    coupon: &'static str,
}

fn main() {}
