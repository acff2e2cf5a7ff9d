use sessio::Session;

#[derive(Session)]
struct Shop {
    #[session(index, references = "users")]
    user_id: Option<i64>,
}

fn main() {}
