use sessio::Session;

#[derive(Session)]
struct Cart {
    coupons: Vec<(u8, &'static [u8])>,
}

fn main() {}
