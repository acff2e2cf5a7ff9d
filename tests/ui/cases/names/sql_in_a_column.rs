use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(column = "a` int, `b")]
    visits: u32,
}

fn main() {}
