use sessio::Column;

#[derive(Column)]
union Either {
    left: u32,
    right: i32,
}

fn main() {}
