use sessio::Column;

#[derive(Column)]
#[session(rename_all = "lowercase")]
enum Plan {
    Free,
    FREE,
    #[session(rename = "pro")]
    Professional,
    Pro,
}

fn main() {}
