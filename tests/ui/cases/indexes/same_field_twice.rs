use sessio::Session;

#[derive(Session)]
#[session(index(a, b, a))]
struct Cart {
    #[session(column)]
    a: i64,
    #[session(column)]
    b: i64,
}

fn main() {}
