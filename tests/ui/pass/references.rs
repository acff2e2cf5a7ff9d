//! A column that refers to a row of another table, whatever that table is called.

use sessio::{
    Session,
    model::SessionModel,
    schema::{Dialect, OnDelete, Reference},
};

#[derive(Session)]
struct Shop {
    #[session(principal, references = "users(id)", on_delete = "cascade")]
    user_id: Option<i64>,
    #[session(column, references = " order ( xmin ) ")]
    order_id: u32,
    #[session(column, references = "coupons(code)", on_delete = "set null", max_len = 20)]
    coupon: Option<String>,
}

fn main() {
    let [user_id, order_id, coupon] = Shop::SCHEMA.columns else { unreachable!() };
    assert_eq!(user_id.references, Some(Reference::new("users", "id", OnDelete::Cascade)));
    assert_eq!(order_id.references, Some(Reference::new("order", "xmin", OnDelete::Restrict)));
    assert_eq!(coupon.references, Some(Reference::new("coupons", "code", OnDelete::SetNull)));
    for dialect in Dialect::ALL {
        assert_eq!(Shop::SCHEMA.create_table(dialect).matches("FOREIGN KEY").count(), 3);
    }
}
