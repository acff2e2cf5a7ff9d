use sessio::Session;

#[derive(Default, PartialEq)]
struct Started(u8);

#[derive(Session)]
struct Cart {
    started: Started,
}

fn main() {}
