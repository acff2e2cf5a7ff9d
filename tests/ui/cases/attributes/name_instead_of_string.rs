use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(rename = voucher)]
    coupon: String,
}

fn main() {}
