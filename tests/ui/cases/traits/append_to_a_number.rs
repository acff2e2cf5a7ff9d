use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(merge = "append")]
    visits: u32,
}

fn main() {}
