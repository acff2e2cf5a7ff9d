use sessio::Session;

#[derive(Session)]
#[session(table = "member_sessions", snapshot = "files/odd_reference.schema")]
struct Member {
    #[session(column, references = "users(id)")]
    user_id: Option<i64>,
}

fn main() {}
