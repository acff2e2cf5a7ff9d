use sessio::Session;

#[derive(Session)]
struct Shop {
    #[session(index, on_delete = "cascade")]
    user_id: Option<i64>,
}

fn main() {}
