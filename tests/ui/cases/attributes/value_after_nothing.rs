use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(default = )]
    user_id: i64,
}

fn main() {}
