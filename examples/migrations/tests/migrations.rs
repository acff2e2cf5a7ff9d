//! The checked-in migrations fit the structs, and the program does both of its jobs.
//! `cargo run -p sessio-example-migrations -- migrate check` says the same in continuous integration.

use std::{path::Path, process::Command};

use sessio::{migrate::Project, schema::Dialect, store::SqliteStore};
use sessio_example_migrations::{Admin, Shop};
use sqlx::{SqlitePool, migrate::Migrator, sqlite::SqliteConnectOptions};

#[test]
fn no_migration_is_missing_for_any_database() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let project = Dialect::ALL.into_iter().fold(Project::new(folder), Project::dialect);
    project.model::<Shop>().model::<Admin>().check().unwrap();
}

#[tokio::test]
async fn all_of_them_lead_to_the_tables_of_the_structs_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteConnectOptions::new().filename(folder.path().join("shop.db")).create_if_missing(true);
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    let migrator = Migrator::new(files).await.unwrap();
    let pool = SqlitePool::connect_with(options.clone()).await.unwrap();
    let shop = SqliteStore::<Shop>::from_pool(pool.clone());
    let admin = SqliteStore::<Admin>::from_pool(pool.clone());
    for _ in 0..2 {
        sessio::migrate::at_start(options.clone(), &migrator).await.unwrap();
        shop.verify_schema().await.unwrap();
        admin.verify_schema().await.unwrap();
        migrator.undo(&pool, 0).await.unwrap();
        assert!(shop.verify_schema().await.is_err());
    }
}

#[test]
fn the_program_started_plainly_brings_its_database_up_to_date_and_may_be_started_again() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let output = program().current_dir(folder.path()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(text.contains("both tables fit their structs") && text.contains("TEA5: 0 sessions"), "{text}");
    }
}

#[test]
fn the_subcommand_checks_the_migrations_from_any_folder_and_shows_its_own_name() {
    let elsewhere = tempfile::tempdir().unwrap();
    let migrate = |argument| program().args(["migrate", argument]).current_dir(elsewhere.path()).output().unwrap();
    let check = migrate("check");
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
    assert_eq!(String::from_utf8_lossy(&check.stdout), "the migrations are complete\n");
    let wrong = migrate("chekc");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("Usage: migrate"));
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0, "nothing is written where it was started");
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_sessio-example-migrations"))
}
