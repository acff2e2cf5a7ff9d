use sessio::Session;

#[derive(Session)]
union Cart {
    items: u32,
    total: u32,
}

fn main() {}
