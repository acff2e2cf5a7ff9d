use sessio::Session;

#[derive(Session)]
struct Cart {
    visits: u32,
    #[session(rename = "visits")]
    visit_count: u32,
}

fn main() {}
