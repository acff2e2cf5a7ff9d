use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(merge = "union")]
    items: Vec<u32>,
}

fn main() {}
