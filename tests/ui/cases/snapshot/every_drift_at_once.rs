use sessio::Session;

#[derive(Session)]
#[session(table = "carts", snapshot = "files/shop.schema", unique(coupon, user_id))]
struct Shop {
    #[session(column)]
    user_id: Option<i32>,
    #[session(index, max_len = 32)]
    coupon: String,
    #[session(column)]
    total: i64,
}

fn main() {}
