use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(default = "ten")]
    visits: u32,
}

fn main() {}
