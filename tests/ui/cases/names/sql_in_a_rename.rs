use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(column, renamed_from = "a; --")]
    visits: u32,
}

fn main() {}
