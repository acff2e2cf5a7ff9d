//! Running migrations when the program starts, without the traps of doing so.

use sqlx::{
    ConnectOptions, Connection, Database,
    migrate::{Migrate, MigrateError, Migrator},
};

/// Brings the database to the program's migrations, over a connection of its own.
///
/// The connection is closed whatever happens: sqlx keeps its lock after a migration that failed, and on a pooled
/// connection every other process would wait for it for good. Several processes may start at once; one of them
/// migrates, and on SQLite all of its migrations are one transaction.
///
/// ```no_run
/// # #[cfg(feature = "sqlite")] {
/// use sqlx::{migrate::Migrator, sqlite::SqliteConnectOptions};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let options = SqliteConnectOptions::new().filename("shop.db").create_if_missing(true);
/// let migrator = Migrator::new(std::path::Path::new("migrations/sqlite")).await?; // or sqlx::migrate!(..)
/// sessio::migrate::at_start(options, &migrator).await?;
/// # Ok(())
/// # }
/// # }
/// ```
///
/// # Errors
///
/// [`StartError::NotAtStart`], before anything has run, when a migration that is due builds an index `CONCURRENTLY`: a
/// second process that starts meanwhile waits for sqlx's lock in a way that the index build waits for in turn, and
/// PostgreSQL kills one of them. Run it with `sqlx migrate run`, or generate migrations with
/// [`index_in_transaction`](super::Project::index_in_transaction).
pub async fn at_start<O>(options: O, migrator: &Migrator) -> Result<(), StartError>
where
    O: ConnectOptions,
    O::Connection: Migrate + Sized,
    <O::Connection as Connection>::Database: Database<Connection = O::Connection>,
{
    let mut connection = options.connect().await.map_err(StartError::Connect)?;
    let done = migrate(&mut connection, migrator).await;
    // Closing tells the server to let go of the lock; a connection that cannot even be closed is gone.
    let _ = connection.close().await;
    done
}

/// Migrations could not be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The database cannot be reached.
    #[error("cannot connect to the database in order to migrate it")]
    Connect(#[source] sqlx::Error),
    /// A migration that is due runs outside of a transaction.
    #[error(
        "migration {version} runs outside of a transaction, which is not safe at start; run it with `sqlx migrate run`"
    )]
    NotAtStart {
        /// The migration.
        version: i64,
    },
    /// A migration failed, or those that have run are others than the program's.
    #[error("cannot migrate the database")]
    Migrate(#[source] MigrateError),
}

async fn migrate<C>(connection: &mut C, migrator: &Migrator) -> Result<(), StartError>
where
    C: Connection + Migrate,
    C::Database: Database<Connection = C>,
{
    let failed = |error: sqlx::Error| StartError::Migrate(error.into());
    // SQLite has no lock that sqlx could take: two processes would both find the same migrations due.
    if C::Database::NAME == "SQLite" {
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
        run(&mut *transaction, migrator).await?;
        return transaction.commit().await.map_err(failed);
    }
    run(connection, migrator).await
}

async fn run<C: Migrate>(connection: &mut C, migrator: &Migrator) -> Result<(), StartError> {
    let table = &migrator.table_name;
    connection.ensure_migrations_table(table).await.map_err(StartError::Migrate)?;
    let applied = connection.list_applied_migrations(table).await.map_err(StartError::Migrate)?;
    let is_due = |version| !applied.iter().any(|applied| applied.version == version);
    let unsafe_one = migrator.iter().find(|migration| {
        migration.no_tx && !migration.migration_type.is_down_migration() && is_due(migration.version)
    });
    if let Some(migration) = unsafe_one {
        return Err(StartError::NotAtStart { version: migration.version });
    }
    migrator.run_direct(None, connection, false).await.map_err(StartError::Migrate)
}
