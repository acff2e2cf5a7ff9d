use sessio::Session;

#[derive(Session)]
struct Cart(u32);

fn main() {}
