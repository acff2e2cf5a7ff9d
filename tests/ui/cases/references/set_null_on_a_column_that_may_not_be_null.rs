use sessio::Session;

#[derive(Session)]
struct Shop {
    #[session(index, references = "users(id)", on_delete = "set null")]
    user_id: i64,
}

fn main() {}
