use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(json, index)]
    items: Vec<u32>,
}

fn main() {}
