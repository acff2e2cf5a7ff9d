//! One program with two jobs: started plainly it brings its database up to date, with `migrate` it writes migrations.
//!
//! ```text
//! cargo run -p sessio-example-migrations                                        # keeps migrations.db in the present folder
//! cargo run -p sessio-example-migrations -- migrate status
//! cargo run -p sessio-example-migrations -- migrate generate "what changes"
//! ```

use std::{
    env,
    error::Error,
    process::{ExitCode, Termination as _},
};

use sessio::{
    migrate::{Model, cli},
    store::SqliteStore,
};
use sessio_example_migrations::{Admin, Shop};
use sqlx::sqlite::SqliteConnectOptions;

fn main() -> ExitCode {
    if env::args().nth(1).is_some_and(|argument| argument == "migrate") {
        return migrate();
    }
    start().report()
}

fn migrate() -> ExitCode {
    // The folder `migrations` is the one beside this source, wherever the command is started.
    if let Err(error) = env::set_current_dir(env!("CARGO_MANIFEST_DIR")) {
        eprintln!("error: the source of this program is gone: {error}");
        return ExitCode::FAILURE;
    }
    // The program's own name is left out: `migrate` is the name of the command, and what follows are its arguments.
    cli::run_from(env::args_os().skip(1), [Model::of::<Shop>(), Model::of::<Admin>()])
}

#[tokio::main]
async fn start() -> Result<(), Box<dyn Error>> {
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
