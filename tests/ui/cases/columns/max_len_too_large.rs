use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(column, max_len = 70000)]
    coupon: String,
}

fn main() {}
