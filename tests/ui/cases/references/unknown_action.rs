use sessio::Session;

#[derive(Session)]
struct Shop {
    #[session(index, references = "users(id)", on_delete = "set_null")]
    user_id: Option<i64>,
    #[session(index, references = "users(id)", on_delete = "forget everything")]
    other_id: Option<i64>,
}

fn main() {}
