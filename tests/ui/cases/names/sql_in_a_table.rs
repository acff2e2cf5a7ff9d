use sessio::Session;

#[derive(Session)]
#[session(table = "s\"; drop table users--")]
struct Cart {
    visits: u32,
}

fn main() {}
