use sessio::Session;

#[derive(Session)]
struct Shop {
    #[session(column, max_len = 4, default = "größer")]
    size: String,
    #[session(column, max_len = 6, default = "größer")]
    other_size: String,
}

fn main() {}
