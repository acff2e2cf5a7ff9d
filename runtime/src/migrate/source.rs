//! A session struct as sqlx's own source of migrations, without a folder at run time.

use std::pin::Pin;

use sha2::{Digest, Sha256};
use sqlx::{
    AssertSqlSafe, SqlSafeStr,
    error::BoxDynError,
    migrate::{Migration, MigrationSource, MigrationType, Migrator},
};

use super::{model::Model, plan::diff, sql::NO_TRANSACTION};
use crate::{model::SessionModel, schema::Dialect};

/// The migration that creates the table of a struct as it is now, straight from the struct.
///
/// It is for tests, and for programs whose database lives no longer than they do. The history of a table cannot be told
/// from its struct: once sessions have to survive a change, [generate](super::Project) files.
///
/// ```
/// # #[cfg(feature = "sqlite")] {
/// use sessio::{Session, migrate, schema::Dialect};
///
/// #[derive(Session)]
/// struct Shop {
///     #[session(principal)]
///     user_id: Option<i64>,
/// }
///
/// # async fn run(pool: sqlx::SqlitePool) -> Result<(), sqlx::migrate::MigrateError> {
/// let migrator = sqlx::migrate::Migrator::new(migrate::source::<Shop>(Dialect::Sqlite)).await?;
/// migrator.run(&pool).await?;
/// # Ok(())
/// # }
/// # }
/// ```
pub fn source<T: SessionModel>(dialect: Dialect) -> Source {
    Source { migrations: Vec::new() }.and::<T>(dialect)
}

/// Migrations in memory.
#[derive(Clone, Debug)]
#[must_use]
pub struct Source {
    migrations: Vec<Migration>,
}

impl Source {
    /// Files that the program carries in itself, as pairs of name and text. The names are those of the files:
    /// `20260301120000_create.up.sql`.
    ///
    /// # Errors
    ///
    /// For a name that sqlx would not take for a migration.
    pub fn of_files<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, SourceError> {
        let migrations = files.into_iter().map(|(name, text)| {
            let parts = name.split_once('_').filter(|(_, rest)| rest.strip_suffix(".sql").is_some());
            let parts = parts.and_then(|(version, rest)| Some((version.parse().ok()?, rest)));
            let (version, rest) = parts.ok_or_else(|| SourceError { name: name.into() })?;
            let way = MigrationType::from_filename(rest);
            Ok(migration(version, rest.trim_end_matches(way.suffix()), way, text.into()))
        });
        Ok(Self { migrations: migrations.collect::<Result<_, _>>()? })
    }

    /// Adds another struct.
    pub fn and<T: SessionModel>(mut self, dialect: Dialect) -> Self {
        let table = T::SCHEMA.table;
        let files = diff(None, &Model::of::<T>()).map(|plan| plan.statements(dialect)).unwrap_or_default();
        for file in files {
            let name = format!("create_{table}");
            let way = |way, text| migration(version_of(table), &name, way, text);
            self.migrations.push(way(MigrationType::ReversibleUp, file.up));
            self.migrations.push(way(MigrationType::ReversibleDown, file.down));
        }
        self
    }

    /// The migrator over these migrations.
    pub fn into_migrator(self) -> Migrator {
        Migrator::with_migrations(self.migrations)
    }
}

impl MigrationSource<'static> for Source {
    fn resolve(self) -> Pin<Box<dyn Future<Output = Result<Vec<Migration>, BoxDynError>> + Send + 'static>> {
        Box::pin(std::future::ready(Ok(self.migrations)))
    }
}

/// A name that no migration can have.
#[derive(Debug, thiserror::Error)]
#[error("`{name}` is no name of a migration, such as `20260301120000_create.up.sql`")]
pub struct SourceError {
    name: String,
}

/// The same migration that sqlx makes of a file with this text.
fn migration(version: i64, name: &str, way: MigrationType, text: String) -> Migration {
    let no_transaction = text.starts_with(NO_TRANSACTION.trim_end());
    Migration::new(version, name.replace('_', " ").into(), way, AssertSqlSafe(text).into_sql_str(), no_transaction)
}

/// A number that two tables hardly share and that comes before every date.
fn version_of(table: &str) -> i64 {
    Sha256::digest(table.as_bytes()).iter().take(5).fold(0, |version, byte| (version << 8) | i64::from(*byte))
}
