use sessio::Session;

fn longer(_: &String, mine: &String, _: &String) -> String {
    mine.clone()
}

#[derive(Session)]
struct Cart {
    #[session(merge = longer)]
    visits: u32,
}

fn main() {}
