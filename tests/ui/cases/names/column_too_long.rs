use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(column = "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc")]
    visits: u32,
}

fn main() {}
