use sessio::Session;

#[derive(Session)]
#[session(table = "auth.carts")]
struct Cart {
    visits: u32,
}

fn main() {}
