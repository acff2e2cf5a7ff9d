//! SQLite's table that is built anew: what survives, what the header says does not, and what a failure leaves.

use std::{fs, path::Path};

use sessio::{
    Session, Sessions,
    migrate::{Project, StartError, at_start},
    schema::Dialect,
    testkit::ManualClock,
};
use sqlx::Sqlite;

use crate::migrate::lab::{Bench, Lab, migrator, plant};

#[derive(Session)]
#[session(kind = "shop")]
struct Before {
    visits: u32,
}

/// A required column cannot be added in place.
#[derive(Session)]
#[session(kind = "shop")]
struct After {
    visits: u32,
    #[session(column, default = 3)]
    level: i16,
}

/// The table, a table of the application's own that refers to it, and the migration that builds it anew.
async fn prepared(folder: &Path, reference: &str) -> Bench<Sqlite> {
    let bench = Sqlite::fresh().await.unwrap();
    let clock = ManualClock::new();
    let project = || Project::new(folder).dialect(Dialect::Sqlite).clock(clock.clone());
    project().model::<Before>().generate("one").unwrap();
    at_start(bench.options.clone(), &migrator(folder.join("sqlite")).await).await.unwrap();
    for statement in [
        "CREATE TABLE seen (count INTEGER)",
        "CREATE TRIGGER shop_seen AFTER UPDATE ON shop_sessions BEGIN INSERT INTO seen VALUES (1); END",
        &format!("CREATE TABLE uploads (session BLOB REFERENCES shop_sessions (id) {reference})"),
    ] {
        Sqlite::execute(&bench.pool, statement.into()).await.unwrap();
    }
    clock.advance(std::time::Duration::from_mins(1));
    let written = project().model::<After>().generate("two").unwrap();
    let up = written.iter().find(|path| path.to_string_lossy().ends_with("_two.up.sql")).unwrap();
    let up = fs::read_to_string(up).unwrap();
    assert!(up.contains("-- rewrite: the table is built anew; columns, indexes and triggers of your own"), "{up}");
    assert!(up.contains("rows of other tables that refer to sessions are deleted with them or refuse it"), "{up}");
    bench
}

async fn count(bench: &Bench<Sqlite>, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&bench.pool).await.unwrap()
}

#[tokio::test]
async fn a_table_that_is_built_anew_keeps_its_sessions_and_loses_what_the_header_says() {
    let folder = tempfile::tempdir().unwrap();
    let bench = prepared(folder.path(), "ON DELETE CASCADE").await;
    let id = plant(&bench.store::<Before>(), |_| {}).await;
    Sqlite::execute(&bench.pool, "INSERT INTO uploads SELECT id FROM shop_sessions".into()).await.unwrap();
    at_start(bench.options.clone(), &migrator(folder.path().join("sqlite")).await).await.unwrap();
    let store = bench.store::<After>();
    store.verify_schema().await.unwrap();
    let session = Sessions::of(&store).load(id).await.unwrap().unwrap();
    assert_eq!((session.visits(), session.level()), (0, 3));
    assert_eq!(count(&bench, "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'trigger'").await, 0);
    assert_eq!(count(&bench, "SELECT COUNT(*) FROM uploads").await, 0);
    // The other table refers to the new one.
    Sqlite::execute(&bench.pool, "INSERT INTO uploads SELECT id FROM shop_sessions".into()).await.unwrap();
    Sqlite::execute(&bench.pool, "INSERT INTO uploads VALUES (x'00')".into()).await.unwrap_err();
    bench.end().await;
}

#[tokio::test]
async fn a_table_that_cannot_be_built_anew_stays_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let bench = prepared(folder.path(), "").await;
    plant(&bench.store::<Before>(), |_| {}).await;
    Sqlite::execute(&bench.pool, "INSERT INTO uploads SELECT id FROM shop_sessions".into()).await.unwrap();
    let migrations = migrator(folder.path().join("sqlite")).await;
    let error = at_start(bench.options.clone(), &migrations).await.unwrap_err();
    assert!(matches!(error, StartError::Migrate(_)), "{error:?}");
    bench.store::<Before>().verify_schema().await.unwrap();
    assert_eq!(count(&bench, "SELECT COUNT(*) FROM uploads").await, 1);
    assert_eq!(count(&bench, "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'trigger'").await, 1);
    Sqlite::execute(&bench.pool, "DELETE FROM uploads".into()).await.unwrap();
    at_start(bench.options.clone(), &migrations).await.unwrap();
    bench.store::<After>().verify_schema().await.unwrap();
    bench.end().await;
}
