use sessio::Column;

#[derive(Column)]
#[session(rename_al = "snake_case", rename_all = "snakecase", table = "plans")]
enum Plan {
    #[session(renam = "free")]
    Free,
    #[session(rename = "")]
    Pro,
}

#[derive(Column)]
#[session(rename_all = "snake_case")]
struct Id(i64);

fn main() {}
