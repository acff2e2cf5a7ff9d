use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(flash, default = "hello")]
    notice: String,
}

fn main() {}
