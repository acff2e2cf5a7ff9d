use sessio::Session;

type Cents = i64;

#[derive(Session)]
struct Cart {
    #[session(column, max_len = 8)]
    total: Cents,
}

fn main() {}
