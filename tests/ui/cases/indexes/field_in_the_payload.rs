use sessio::Session;

#[derive(Session)]
#[session(index(user_id, theme))]
struct Cart {
    #[session(column)]
    user_id: i64,
    theme: String,
}

fn main() {}
