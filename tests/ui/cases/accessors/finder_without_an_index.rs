use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(column)]
    user_id: i64,
}

fn finds() {
    let _ = Cart::find_by_user_id;
}

fn main() {}
