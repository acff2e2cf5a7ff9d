use sessio::Session;

#[derive(Session)]
#[session(index(usr_id))]
struct Cart {
    #[session(column)]
    user_id: i64,
}

fn main() {}
