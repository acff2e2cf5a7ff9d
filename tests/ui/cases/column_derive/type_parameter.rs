use sessio::Column;

#[derive(Column)]
struct Id<T>(T);

fn main() {}
