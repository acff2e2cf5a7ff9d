//! The checked-in migrations fit the structs. `cargo run --bin migrate -- check` says the same in continuous integration.

use std::path::Path;

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
