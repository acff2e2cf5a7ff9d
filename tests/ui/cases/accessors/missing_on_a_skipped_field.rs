use sessio::Session;

#[derive(Session)]
struct Cart {
    visits: u32,
    #[session(skip)]
    cache: u32,
}

fn reads(cart: &Cart) -> u32 {
    cart.cache()
}

fn main() {}
