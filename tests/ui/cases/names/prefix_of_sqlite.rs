use sessio::Session;

#[derive(Session)]
#[session(table = "sqlite_carts")]
struct Cart {
    visits: u32,
}

fn main() {}
