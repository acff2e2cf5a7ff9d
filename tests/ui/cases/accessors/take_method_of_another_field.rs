use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(flash)]
    notice: Option<String>,
    take_notice: bool,
}

fn main() {}
