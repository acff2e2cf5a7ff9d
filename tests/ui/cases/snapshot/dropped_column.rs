use sessio::Session;

#[derive(Session)]
#[session(table = "shop_sessions", snapshot = "files/shop.schema", unique(coupon, user_id))]
struct Shop {
    #[session(index)]
    user_id: Option<i64>,
    #[session(column, max_len = 32)]
    coupon: String,
}

fn main() {}
