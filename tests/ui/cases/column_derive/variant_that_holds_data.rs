use sessio::Column;

#[derive(Column)]
enum Plan {
    Free,
    Custom(u32),
    Team { size: u32 },
}

fn main() {}
