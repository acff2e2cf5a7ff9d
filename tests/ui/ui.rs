//! Runs every case.

use sessio::schema::Schema;

#[test]
fn what_is_wrong_is_said_and_what_is_right_compiles() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("cases/*/*.rs");
    cases.pass("pass/*.rs");
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
