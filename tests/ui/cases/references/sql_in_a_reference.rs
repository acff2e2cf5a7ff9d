use sessio::Session;

#[derive(Session)]
struct Shop {
    #[session(index, references = "users\"; drop table users--(id)")]
    user_id: Option<i64>,
    #[session(index, references = "users(id, name)")]
    other_id: Option<i64>,
    #[session(index, references = "(id)")]
    third_id: Option<i64>,
}

fn main() {}
