use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(column, max_len = 8)]
    total: i64,
}

fn main() {}
