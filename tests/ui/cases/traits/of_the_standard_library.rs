use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(default = std::time::Instant::now())]
    started: std::time::Instant,
}

fn main() {}
