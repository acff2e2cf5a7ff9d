use sessio::Session;

type Maybe = Option<i64>;

#[derive(Session)]
struct Cart {
    #[session(column)]
    total: Option<Maybe>,
}

fn main() {}
