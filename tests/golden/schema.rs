//! The snapshot that migrations are made from and the lock file of a struct's shape: both are read when this compiles.

use sessio::{Session, migrate::Snapshot, schema::lock_of};

use crate::corpus;

#[derive(Session)]
#[session(table = "golden_sessions", snapshot = "v1/golden.schema", lock = "v1/golden.lock", unique(coupon, user_id))]
struct Golden {
    #[session(principal)]
    user_id: Option<i64>,
    #[session(column, max_len = 32)]
    coupon: String,
    #[session(json)]
    options: Vec<u8>,
    #[session(column)]
    key: [u8; 16],
    cart: Vec<(String, u32)>,
    #[session(merge = "add")]
    visits: u32,
}

#[test]
fn a_snapshot_and_a_lock_of_version_1_are_read_for_ever() {
    let golden = corpus::text("golden.schema", String::new);
    let snapshot: Snapshot = golden.parse().expect("a snapshot");
    assert_eq!(snapshot.to_string(), golden, "what is written today");
    assert_eq!(lock_of::<Golden>(), corpus::text("golden.lock", String::new), "what is written today");
}
