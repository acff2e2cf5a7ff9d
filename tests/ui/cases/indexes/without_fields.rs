use sessio::Session;

#[derive(Session)]
#[session(index())]
struct Cart {
    #[session(column)]
    user_id: i64,
}

fn main() {}
