use sessio::Session;

#[derive(Session)]
struct Cart {
    visits: u32,
    items: [u8],
}

fn main() {}
