use sessio::Column;

#[derive(Column)]
struct Number(u64);

#[derive(Column)]
struct Tags {
    list: Vec<String>,
}

fn main() {}
