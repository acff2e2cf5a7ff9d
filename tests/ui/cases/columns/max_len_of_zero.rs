use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(column, max_len = 0)]
    coupon: String,
}

fn main() {}
