use sessio::Session;

#[derive(Session)]
struct Cart {
    id: u32,
    expiry: u32,
    sign_in: u32,
    detach: u32,
}

fn main() {}
