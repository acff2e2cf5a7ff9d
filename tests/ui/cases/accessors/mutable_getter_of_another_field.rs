use sessio::Session;

#[derive(Session)]
struct Cart {
    visits_mut: u32,
    visits: u32,
}

fn main() {}
