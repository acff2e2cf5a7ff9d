use sessio::Session;

#[derive(Session)]
#[session(table = "member_sessions", snapshot = "files/members.schema")]
struct Member {
    #[session(index, references = "users(id)", on_delete = "cascade")]
    user_id: Option<i64>,
    #[session(column, references = "groups(id)", on_delete = "cascade")]
    team_id: Option<i64>,
    #[session(column, references = "users(id)")]
    invited_by: Option<i64>,
}

fn main() {}
