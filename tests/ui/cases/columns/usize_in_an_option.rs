use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(column)]
    total: Option<usize>,
}

fn main() {}
