use sessio::Session;

#[derive(Session)]
#[session(table = "shop_sessions", snapshot = "files/clean.schema", index(coupon, user_id))]
struct Shop {
    #[session(unique)]
    user_id: Option<i64>,
    #[session(index, max_len = 32)]
    coupon: String,
}

fn main() {}
