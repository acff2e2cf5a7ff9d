use sessio::Session;

#[derive(Session)]
#[session(table = "")]
struct Cart {
    visits: u32,
}

fn main() {}
