use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(alias = "hits", alias = "hits")]
    visits: u32,
}

fn main() {}
