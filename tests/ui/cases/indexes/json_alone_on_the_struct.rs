use sessio::Session;

#[derive(Session)]
#[session(index(items))]
struct Cart {
    #[session(json)]
    items: Vec<u32>,
}

fn main() {}
