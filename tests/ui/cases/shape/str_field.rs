use sessio::Session;

#[derive(Session)]
struct Cart {
    visits: u32,
    coupon: str,
}

fn main() {}
