use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(skip)]
    visits: u32,
}

fn main() {}
