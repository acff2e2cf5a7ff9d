use sessio::Session;

#[derive(Session)]
#[session(table = "ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt")]
struct Cart {
    visits: u32,
}

fn main() {}
