use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(renamed_from = "coupon")]
    voucher: String,
}

fn main() {}
