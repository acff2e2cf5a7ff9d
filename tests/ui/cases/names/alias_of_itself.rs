use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(alias = "visits")]
    visits: u32,
}

fn main() {}
