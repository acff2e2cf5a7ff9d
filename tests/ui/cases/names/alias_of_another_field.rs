use sessio::Session;

#[derive(Session)]
struct Cart {
    visits: u32,
    #[session(alias = "visits")]
    visit_count: u32,
}

fn main() {}
