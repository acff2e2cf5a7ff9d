use sessio::Column;

#[derive(Column)]
enum Plan {}

fn main() {}
