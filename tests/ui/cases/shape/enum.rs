use sessio::Session;

#[derive(Session)]
enum Cart {
    Empty,
}

fn main() {}
