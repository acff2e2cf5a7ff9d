use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(rename = "")]
    visits: u32,
}

fn main() {}
