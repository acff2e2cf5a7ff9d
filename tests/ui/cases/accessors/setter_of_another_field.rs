use sessio::Session;

#[derive(Session)]
struct Cart {
    visits: u32,
    set_visits: u32,
}

fn main() {}
