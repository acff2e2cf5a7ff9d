//! Runs every case. Those that must not compile are apart from those that must: without the others they are only checked,
//! and all at once.

use sessio::schema::Schema;

#[test]
fn what_is_wrong_is_said() {
    trybuild::TestCases::new().compile_fail("cases/*/*.rs");
}

#[test]
fn what_is_right_compiles() {
    trybuild::TestCases::new().pass("pass/*.rs");
}

#[test]
fn every_column_that_the_store_manages_is_refused() {
    let source = include_str!("cases/columns/managed_by_the_store.rs");
    let errors = include_str!("cases/columns/managed_by_the_store.stderr");
    for column in Schema::MANAGED {
        assert!(source.contains(&format!("\"{column}\"")), "no case for `{column}`");
        assert!(errors.contains(&format!("`{column}` is managed by the session store")), "`{column}` is not refused");
    }
}
