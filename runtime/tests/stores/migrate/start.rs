//! Migrating when the program starts.

use std::fs;

use sessio::{
    Session,
    migrate::{Project, StartError, at_start, source},
    schema::Dialect,
};
use sessio_test_support::within;
use sqlx::{Database, MySql, Postgres, Sqlite, migrate::Migrate, migrate::Migrator};

use crate::migrate::{
    lab::{Bench, Lab, migrator},
    versions::{v1, v2, v3},
};

#[derive(Session)]
#[session(table = "shop_sessions")]
#[allow(dead_code, reason = "only the table is looked at")]
struct Visitor {
    #[session(principal)]
    user_id: Option<i64>,
}

async fn start<D>(bench: &Bench<D>, migrator: &Migrator) -> Result<(), StartError>
where
    D: Lab + Database,
    D::Connection: Migrate,
{
    at_start(bench.options.clone(), migrator).await
}

/// Several processes start at once, and again; then one has a migration that fails.
async fn several_start_at_once<D: Lab>(dialect: Dialect) {
    let Some(bench) = D::fresh().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join(format!("{dialect:?}").to_lowercase());
    let project = || Project::new(folder.path()).dialect(dialect).index_in_transaction();
    project().model::<v1::Shop>().generate("one").unwrap();
    project().model::<v2::Shop>().generate("two").unwrap();
    project().model::<v3::Shop>().generate("three").unwrap();
    let good = migrator(files.clone()).await;
    let starts = (0..4).map(|_| start(&bench, &good));
    for outcome in futures_util::future::join_all(starts).await {
        outcome.unwrap();
    }
    bench.store::<v3::Shop>().verify_schema().await.unwrap();

    fs::write(files.join("99991231000000_broken.up.sql"), "DROP TABLE nobody_has_this;\n").unwrap();
    let broken = migrator(files).await;
    assert!(matches!(start(&bench, &broken).await.unwrap_err(), StartError::Migrate(_)));
    // Had the lock stayed, this would wait for good. MySQL alone notes that it has begun.
    match (within(start(&bench, &good)).await, dialect) {
        (Ok(()), Dialect::Sqlite | Dialect::Postgres) => {}
        (Err(StartError::Migrate(error)), Dialect::MySql) => assert!(error.to_string().contains("99991231000000")),
        (other, _) => panic!("{other:?}"),
    }
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_programs_start_at_once_and_a_failure_holds_up_nobody_on_sqlite() {
    several_start_at_once::<Sqlite>(Dialect::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_programs_start_at_once_and_a_failure_holds_up_nobody_on_postgres() {
    several_start_at_once::<Postgres>(Dialect::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_programs_start_at_once_and_a_failure_holds_up_nobody_on_mysql() {
    several_start_at_once::<MySql>(Dialect::MySql).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_that_is_built_concurrently_is_not_for_the_start() {
    let Some(bench) = Postgres::fresh().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let project = || Project::new(folder.path()).dialect(Dialect::Postgres);
    project().model::<v2::Shop>().generate("two").unwrap();
    project().model::<v3::Shop>().generate("three").unwrap();
    let migrator = migrator(folder.path().join("postgres")).await;
    let error = start(&bench, &migrator).await.unwrap_err();
    assert!(matches!(error, StartError::NotAtStart { .. }), "{error:?}");
    assert!(bench.store::<v2::Shop>().verify_schema().await.is_err(), "nothing has run");
    // A deployment runs it; then there is nothing left to refuse.
    migrator.run(&bench.pool).await.unwrap();
    start(&bench, &migrator).await.unwrap();
    bench.store::<v3::Shop>().verify_schema().await.unwrap();
    bench.end().await;
}

#[tokio::test]
async fn a_struct_is_its_own_source_of_migrations() {
    let bench = Sqlite::fresh().await.unwrap();
    let migrator = Migrator::new(source::<Visitor>(Dialect::Sqlite)).await.unwrap();
    start(&bench, &migrator).await.unwrap();
    start(&bench, &migrator).await.unwrap();
    bench.store::<Visitor>().verify_schema().await.unwrap();
    migrator.undo(&bench.pool, 0).await.unwrap();
    assert!(bench.store::<Visitor>().verify_schema().await.is_err());
}
