use sessio::Session;

#[derive(Session)]
struct Cart<'a> {
    coupon: &'a str,
}

fn main() {}
