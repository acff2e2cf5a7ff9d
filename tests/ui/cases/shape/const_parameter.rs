use sessio::Session;

#[derive(Session)]
struct Cart<const N: usize> {
    items: [u8; N],
}

fn main() {}
