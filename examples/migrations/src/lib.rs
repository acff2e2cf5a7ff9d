//! Two kinds of session in one application, each in a table of its own.

use sessio::Session;

/// What the shop remembers about a visitor.
#[derive(Session)]
#[session(table = "shop_sessions", snapshot = "../migrations/shop_sessions.schema")]
pub struct Shop {
    /// Who is signed in.
    #[session(principal)]
    user_id: Option<i64>,
    cart: Vec<String>,
    #[session(merge = "add")]
    visits: u32,
    /// Sessions had it in their payload before it got its column.
    #[session(index, max_len = 32, renamed_from = "coupon")]
    voucher: Option<String>,
}

/// What the back office remembers about an employee.
#[derive(Session)]
#[session(table = "admin_sessions", snapshot = "../migrations/admin_sessions.schema")]
pub struct Admin {
    /// Who is signed in.
    #[session(principal)]
    employee_id: Option<i64>,
    #[session(column, default = 1)]
    level: i32,
    #[session(json)]
    rights: Vec<String>,
}
