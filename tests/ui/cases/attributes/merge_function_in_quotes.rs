use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(merge = "cart::merge_items")]
    visits: u32,
}

fn main() {}
