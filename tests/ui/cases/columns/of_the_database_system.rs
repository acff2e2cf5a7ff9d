use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(column)]
    xmin: i64,
}

fn main() {}
