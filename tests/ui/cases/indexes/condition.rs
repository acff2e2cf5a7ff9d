use sessio::Session;

#[derive(Session)]
#[session(index(user_id, where = "user_id IS NOT NULL"))]
struct Shop {
    #[session(column)]
    user_id: Option<i64>,
}

fn main() {}
