use sessio::Session;

#[derive(Session)]
struct Shop {
    #[session(index, references = users(id))]
    user_id: Option<i64>,
    #[session(index, foreign_key = "users(id)")]
    other_id: Option<i64>,
}

fn main() {}
