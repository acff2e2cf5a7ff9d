//! Identifiers are always quoted, so SQL's words are names like any other.

use sessio::{Session, model::SessionModel};

#[derive(Session)]
#[session(table = "select", index(order, group))]
struct Order {
    #[session(index)]
    user: i64,
    #[session(column)]
    order: i64,
    #[session(column)]
    group: i64,
    #[session(column = "from")]
    table: i64,
}

fn main() {
    let columns: Vec<_> = Order::SCHEMA.columns.iter().map(|column| column.name).collect();
    assert_eq!((Order::SCHEMA.table, &*columns), ("select", &["user", "order", "group", "from"][..]));
}
