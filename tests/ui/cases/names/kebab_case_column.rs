use sessio::Session;

#[derive(Session)]
#[session(rename_all = "kebab-case")]
struct Cart {
    #[session(column)]
    user_id: i64,
}

fn main() {}
