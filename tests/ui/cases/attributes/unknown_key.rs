use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(colum)]
    user_id: i64,
}

fn main() {}
