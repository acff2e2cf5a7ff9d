use sessio::Session;

#[derive(Session)]
#[session(table = "member_sessions", snapshot = "files/members.schema")]
struct Member {
    #[session(index)]
    user_id: Option<i64>,
    #[session(column)]
    team_id: Option<i64>,
    #[session(column, references = "users(id)", on_delete = "set null")]
    invited_by: Option<i64>,
}

fn main() {}
