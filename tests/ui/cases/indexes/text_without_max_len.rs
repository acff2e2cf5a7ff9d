use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(index)]
    coupon: Option<String>,
}

fn main() {}
