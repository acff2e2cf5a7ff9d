use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(merge = "ad")]
    visits: u32,
}

fn main() {}
