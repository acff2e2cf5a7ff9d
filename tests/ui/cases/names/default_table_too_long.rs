use sessio::Session;

#[derive(Session)]
#[session(kind = "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk")]
struct Cart {
    visits: u32,
}

fn main() {}
