use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(json, max_len = 8)]
    items: Vec<u32>,
}

fn main() {}
