use sessio::Session;

#[derive(Session)]
#[session(table = "2", strikt)]
struct Cart {
    #[session(colum, index, max_len = "8", rename)]
    user_id: i64,
    #[session(skip, flash)]
    notice: Option<String>,
    #[session(column)]
    total: u64,
}

fn main() {}
