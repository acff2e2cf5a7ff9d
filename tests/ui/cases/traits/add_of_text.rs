use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(merge = "add")]
    coupon: String,
}

fn main() {}
