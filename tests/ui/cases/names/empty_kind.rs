use sessio::Session;

#[derive(Session)]
#[session(kind = "")]
struct Cart {
    visits: u32,
}

fn main() {}
