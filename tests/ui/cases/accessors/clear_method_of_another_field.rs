use sessio::Session;

#[derive(Session)]
struct Cart {
    visits: u32,
    clear_visits: u32,
}

fn main() {}
