use sessio::Session;

#[derive(Session)]
#[session(table, kind = "cart")]
struct Cart {
    user_id: i64,
}

fn main() {}
