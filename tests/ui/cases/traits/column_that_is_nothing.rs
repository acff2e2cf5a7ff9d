use sessio::Session;

#[derive(Default)]
struct Item;

#[derive(Session)]
struct Cart {
    #[session(column)]
    item: Item,
}

fn main() {}
