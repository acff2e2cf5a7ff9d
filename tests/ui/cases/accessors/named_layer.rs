use sessio::Session;

#[derive(Session)]
struct Cart {
    layer: u32,
}

fn main() {}
