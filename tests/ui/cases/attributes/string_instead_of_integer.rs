use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(column, max_len = "64")]
    coupon: String,
}

fn main() {}
