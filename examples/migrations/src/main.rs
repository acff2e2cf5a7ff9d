//! A program that brings its database up to date when it starts. Run it with `cargo run -p sessio-example-migrations --bin sessio-example-migrations`; it
//! keeps its database, `migrations.db`, in the present folder.

use std::error::Error;

use sessio::store::SqliteStore;
use sessio_example_migrations::{Admin, Shop};
use sqlx::sqlite::SqliteConnectOptions;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = SqliteConnectOptions::new().filename("migrations.db").create_if_missing(true);
    let migrator = sqlx::migrate!("./migrations/sqlite");
    sessio::migrate::at_start(options.clone(), &migrator).await?;

    let shop = SqliteStore::<Shop>::connect_with(options.clone()).await?;
    shop.verify_schema().await?;
    let admin = SqliteStore::<Admin>::connect_with(options).await?;
    admin.verify_schema().await?;

    let newest = migrator.iter().map(|migration| migration.version).max().unwrap_or_default();
    println!("migrations.db is at version {newest}, and both tables fit their structs");
    println!("with voucher TEA5: {} sessions", Shop::find_by_voucher(&shop, "TEA5").await?.len());
    Ok(())
}
