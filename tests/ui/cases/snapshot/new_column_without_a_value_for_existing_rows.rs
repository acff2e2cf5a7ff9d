use sessio::Session;

#[derive(Session)]
#[session(table = "shop_sessions", snapshot = "files/clean.schema", unique(coupon, user_id))]
struct Shop {
    #[session(index)]
    user_id: Option<i64>,
    #[session(column, max_len = 32)]
    coupon: String,
    #[session(column)]
    total: i64,
}

fn main() {}
