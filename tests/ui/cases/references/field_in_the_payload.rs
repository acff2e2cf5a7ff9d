use sessio::Session;

#[derive(Session)]
struct Shop {
    #[session(references = "users(id)")]
    user_id: Option<i64>,
}

fn main() {}
