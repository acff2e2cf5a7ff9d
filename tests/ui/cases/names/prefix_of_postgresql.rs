use sessio::Session;

#[derive(Session)]
#[session(table = "PG_carts")]
struct Cart {
    visits: u32,
}

fn main() {}
