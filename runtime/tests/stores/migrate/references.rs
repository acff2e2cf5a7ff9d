//! References to another table: in a live database, and between the struct and its migrations.

use sessio::{
    Session,
    migrate::Project,
    model::{ColumnValue, SessionModel},
    schema::Dialect,
    store::{Enumerate, StoreError},
    testkit::ManualClock,
};
use sqlx::{MySql, Postgres, Sqlite};

use crate::migrate::lab::{Bench, Lab, migrator, plant};

macro_rules! member {
    ($name:ident $(, $reference:meta)*) => {
        #[derive(Session)]
        #[session(kind = "shop")]
        #[allow(dead_code, reason = "only the table is looked at")]
        struct $name {
            #[session(principal)]
            $(#[$reference])*
            user_id: Option<i64>,
        }
    };
}

member!(Free);
member!(Cascading, session(references = "users(id)", on_delete = "cascade"));
member!(Restricted, session(references = "users(id)"));

async fn bench<D: Lab>() -> Option<Bench<D>> {
    let bench = D::fresh().await?;
    run(&bench, "CREATE TABLE users (id BIGINT NOT NULL PRIMARY KEY)").await;
    run(&bench, "INSERT INTO users VALUES (1), (2)").await;
    Some(bench)
}

async fn run<D: Lab>(bench: &Bench<D>, sql: &str) {
    D::execute(&bench.pool, sql.into()).await.unwrap();
}

/// Makes the table of this struct, and says what another one finds wrong with it.
async fn found<D: Lab, Made: SessionModel, Wanted: SessionModel>(bench: &Bench<D>) -> String {
    run(bench, "DROP TABLE IF EXISTS shop_sessions").await;
    run(bench, &Made::SCHEMA.create_table(D::DIALECT)).await;
    bench.store::<Made>().verify_schema().await.unwrap();
    match bench.store::<Wanted>().verify_schema().await.unwrap_err() {
        StoreError::Schema(differences) => differences,
        other => panic!("{other:?}"),
    }
}

async fn compare<D: Lab>() {
    let Some(bench) = bench::<D>().await else { return };
    let missing = found::<D, Free, Cascading>(&bench).await;
    let wanted = "column \"user_id\" refers to nothing, and the struct says to users(id) on delete cascade; ";
    assert!(missing.contains(wanted), "{missing}");
    let other = found::<D, Restricted, Cascading>(&bench).await;
    let wanted = "refers to users(id) on delete restrict, and the struct says to users(id) on delete cascade; ";
    assert!(other.contains(wanted) || other.contains(&wanted.replace("restrict,", "no action,")), "{other}");
    let extra = found::<D, Cascading, Free>(&bench).await;
    let wanted = "refers to users(id) on delete cascade, so other sessions are refused, and the struct does not ask";
    assert!(extra.contains(wanted), "{extra}");

    // In development the store makes what is missing, where the database can.
    run(&bench, "DROP TABLE shop_sessions").await;
    bench.store::<Free>().migrate().await.unwrap();
    match (D::DIALECT, bench.store::<Cascading>().migrate().await) {
        (Dialect::Sqlite, Err(StoreError::Schema(what))) => {
            assert!(what.contains("SQLite adds a reference with its table only, so write a migration"), "{what}");
        }
        (Dialect::Postgres | Dialect::MySql, Ok(())) => {}
        (_, other) => panic!("{other:?}"),
    }
    bench.end().await;
}

#[tokio::test]
async fn a_reference_that_differs_from_the_struct_is_found_on_sqlite() {
    compare::<Sqlite>().await;
}

#[tokio::test]
async fn a_reference_that_differs_from_the_struct_is_found_on_postgres() {
    compare::<Postgres>().await;
}

#[tokio::test]
async fn a_reference_that_differs_from_the_struct_is_found_on_mysql() {
    compare::<MySql>().await;
}

/// Sessions that are there when the reference comes, one of them of a user who has gone.
async fn come<D: Lab>() {
    let Some(bench) = bench::<D>().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::new();
    let project = || Project::new(folder.path()).dialect(D::DIALECT).clock(clock.clone());
    let files = folder.path().join(format!("{:?}", D::DIALECT).to_lowercase());
    project().model::<Free>().generate("one").unwrap();
    migrator(files.clone()).await.run(&bench.pool).await.unwrap();
    let free = bench.store::<Free>();
    for user in [1, 2, 3] {
        plant(&free, |columns| columns[0] = ColumnValue::Int(user)).await;
    }

    clock.advance(std::time::Duration::from_mins(1));
    let written = project().model::<Cascading>().generate("two").unwrap();
    let up = written.iter().find(|path| path.to_string_lossy().ends_with("_two.up.sql")).unwrap();
    let up = std::fs::read_to_string(up).unwrap();
    assert!(up.contains("add reference user_id users(id) on delete cascade"), "{up}");
    assert!(up.contains("-- may fail: a session whose user_id is that of no row of users"), "{up}");
    // sqlx keeps its lock after a failure, so this one is on a connection of its own.
    let migrations = migrator(files).await;
    sessio::migrate::at_start(bench.options.clone(), &migrations).await.unwrap_err();
    assert_eq!(free.count().await.unwrap(), 3, "what fails has no effect on sessions");
    run(&bench, "DELETE FROM shop_sessions WHERE user_id = 3").await;
    if D::DIALECT == Dialect::MySql {
        // It cannot undo DDL, so sqlx notes before each migration that it has begun, and leaves the rest to a person.
        run(&bench, "DELETE FROM _sqlx_migrations WHERE success = FALSE").await;
    }
    sessio::migrate::at_start(bench.options.clone(), &migrations).await.unwrap();

    let store = bench.store::<Cascading>();
    store.verify_schema().await.unwrap();
    run(&bench, "DELETE FROM users WHERE id = 1").await;
    assert_eq!(store.count().await.unwrap(), 1, "a session ends with its user");
    assert_eq!(Cascading::find_by_user_id(&store, 2).await.unwrap().len(), 1);
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reference_comes_to_a_table_with_sessions_on_sqlite() {
    come::<Sqlite>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reference_comes_to_a_table_with_sessions_on_postgres() {
    come::<Postgres>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reference_comes_to_a_table_with_sessions_on_mysql() {
    come::<MySql>().await;
}
