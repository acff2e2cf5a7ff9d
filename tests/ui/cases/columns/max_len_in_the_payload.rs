use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(max_len = 8)]
    coupon: String,
}

fn main() {}
