use sessio::Session;

#[derive(Session)]
struct Cart;

fn main() {}
