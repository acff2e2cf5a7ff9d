use sessio::Session;

#[derive(Session)]
#[session(index(uid))]
struct Cart {
    #[session(column = "uid")]
    user_id: i64,
}

fn main() {}
