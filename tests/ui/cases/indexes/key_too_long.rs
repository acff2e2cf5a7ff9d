use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(index, max_len = 769)]
    coupon: String,
}

fn main() {}
