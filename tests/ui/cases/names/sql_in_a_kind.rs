use sessio::Session;

#[derive(Session)]
#[session(kind = "cart'--")]
struct Cart {
    visits: u32,
}

fn main() {}
