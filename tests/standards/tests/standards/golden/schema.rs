//! The snapshot that migrations are made from and the lock file of a struct's shape: both are read when this compiles.

use sessio::{Session, migrate::Snapshot, model::SessionModel, schema::lock_of};

use crate::golden::corpus;

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

/// Format 2 has references.
#[derive(Session)]
#[session(table = "golden_sessions", snapshot = "v2/golden.schema", unique(coupon, user_id))]
struct Referring {
    #[session(principal, references = "users(id)", on_delete = "cascade")]
    user_id: Option<i64>,
    #[session(column, max_len = 32)]
    coupon: String,
    #[session(json)]
    options: Vec<u8>,
    #[session(column)]
    key: [u8; 16],
}

#[test]
fn a_snapshot_of_every_version_is_read_for_ever() {
    let first: Snapshot = corpus::text("golden.schema", String::new).parse().expect("a snapshot");
    assert_eq!(first, Snapshot::of(&Golden::SCHEMA));
    let second = corpus::text("../v2/golden.schema", String::new);
    assert_eq!(second.parse::<Snapshot>().expect("a snapshot"), Snapshot::of(&Referring::SCHEMA));
    assert_eq!(Snapshot::of(&Referring::SCHEMA).to_string(), second, "what is written today");
}

#[test]
fn a_lock_file_of_version_1_is_read_for_ever() {
    assert_eq!(lock_of::<Golden>(), corpus::text("golden.lock", String::new), "what is written today");
}
