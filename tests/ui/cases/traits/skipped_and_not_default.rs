use sessio::Session;

struct Plan;

#[derive(Session)]
struct Cart {
    visits: u32,
    #[session(skip)]
    plan: Plan,
}

fn main() {}
