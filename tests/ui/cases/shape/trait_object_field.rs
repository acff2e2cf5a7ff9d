use sessio::Session;

#[derive(Session)]
struct Cart {
    visits: u32,
    item: dyn Send,
}

fn main() {}
