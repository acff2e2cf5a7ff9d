use sessio::Session;

#[derive(Session)]
#[session(table = "2carts")]
struct Cart {
    visits: u32,
}

fn main() {}
