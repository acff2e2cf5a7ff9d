use sessio::Column;

#[derive(Column)]
struct Money {
    amount: i64,
    currency: String,
}

#[derive(Column)]
struct Nothing;

fn main() {}
