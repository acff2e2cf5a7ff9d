use sessio::Session;

#[derive(Session)]
#[session(tabel = "carts")]
struct Cart {
    user_id: i64,
}

fn main() {}
