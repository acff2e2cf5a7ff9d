use sessio::Session;

#[derive(Session)]
struct Körbchen {
    visits: u32,
}

fn main() {}
