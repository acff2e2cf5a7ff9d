use sessio::Session;

#[derive(Session)]
struct Cart<T> {
    items: Vec<T>,
}

fn main() {}
