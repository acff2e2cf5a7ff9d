use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(column)]
    total: Option<Option<i64>>,
}

fn main() {}
