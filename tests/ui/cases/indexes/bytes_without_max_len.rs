use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(unique)]
    device: Vec<u8>,
}

fn main() {}
