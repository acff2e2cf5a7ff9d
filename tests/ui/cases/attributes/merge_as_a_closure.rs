use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(merge = |_, mine, _| *mine)]
    visits: u32,
}

fn main() {}
