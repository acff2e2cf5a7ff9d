use sessio::Session;

#[derive(Default)]
struct Item;

#[derive(Session)]
struct Cart {
    #[session(json)]
    item: Item,
}

fn main() {}
