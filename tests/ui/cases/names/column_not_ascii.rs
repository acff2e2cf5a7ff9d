use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(column)]
    größe: u32,
}

fn main() {}
