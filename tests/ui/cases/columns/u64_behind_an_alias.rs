use sessio::Session;

type Cents = u64;

#[derive(Session)]
struct Cart {
    #[session(column)]
    total: Cents,
}

fn main() {}
