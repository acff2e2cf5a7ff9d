use sessio::Session;

#[derive(Default, PartialEq)]
struct Item;

#[derive(Session)]
struct Cart {
    items: Vec<Item>,
}

fn main() {}
