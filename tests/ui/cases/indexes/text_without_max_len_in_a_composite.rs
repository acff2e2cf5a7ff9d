use sessio::Session;

#[derive(Session)]
#[session(index(user_id, coupon))]
struct Cart {
    #[session(column)]
    user_id: i64,
    #[session(column)]
    coupon: String,
}

fn main() {}
