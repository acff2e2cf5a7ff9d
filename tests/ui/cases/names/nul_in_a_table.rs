use sessio::Session;

#[derive(Session)]
#[session(table = "carts\0")]
struct Cart {
    visits: u32,
}

fn main() {}
