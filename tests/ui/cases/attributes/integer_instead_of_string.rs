use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(rename = 64)]
    coupon: String,
}

fn main() {}
