//! The migrations of an application: compared with its structs, completed, and checked.

use std::{
    collections::HashSet,
    fmt::{self, Write as _},
    io,
    path::PathBuf,
    sync::Arc,
};

use super::{
    folder::{FileError, Folder, MigrationFile, name, read, write_all},
    hazard::HazardKind,
    model::Model,
    plan::{Change, Plan, PlanError, diff},
    snapshot::{Snapshot, SnapshotError},
    version::{following, next_version},
};
use crate::{
    clock::{Clock, SystemClock},
    model::SessionModel,
    schema::Dialect,
};

/// The folder of an application's migrations and the structs that they are for.
///
/// ```no_run
/// use sessio::{Session, migrate::Project, schema::Dialect};
///
/// #[derive(Session)]
/// struct Shop {
///     #[session(principal)]
///     user_id: Option<i64>,
/// }
///
/// let project = Project::new("migrations").dialect(Dialect::Sqlite).dialect(Dialect::Postgres).model::<Shop>();
/// for path in project.generate("create the shop's sessions")? {
///     println!("{}", path.display());
/// }
/// # Ok::<(), sessio::migrate::ProjectError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Project {
    folder: Folder,
    dialects: Vec<Dialect>,
    models: Vec<Model>,
    losses: Losses,
    preference: Preference,
    indexing: Indexing,
    clock: Arc<dyn Clock>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Losses {
    Refused,
    Allowed,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Preference {
    Alter,
    Recreate,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Indexing {
    Concurrently,
    InTransaction,
}

/// How one struct stands to its migrations in one dialect.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Status {
    /// The struct's table.
    pub table: String,
    /// The database.
    pub dialect: Dialect,
    /// What is missing.
    pub state: State,
}

/// What a struct's migrations lack.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum State {
    /// Nothing.
    Current,
    /// All of them.
    Missing,
    /// These changes.
    Behind(Vec<Change>),
}

/// Migrations could not be read, made or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectError {
    /// No struct was named.
    #[error("no session struct is named; add one with `.model::<Shop>()`")]
    NoModel,
    /// No dialect was named.
    #[error("no dialect is named; add one with `.dialect(..)`")]
    NoDialect,
    /// Two structs have one table.
    #[error("two session structs have the table `{table}`")]
    SameTable {
        /// The table.
        table: String,
    },
    /// A description without a letter or digit.
    #[error("a migration needs a description of ASCII letters or digits; it becomes part of the file's name")]
    Description,
    /// A file could not be read or written.
    #[error("cannot access {path}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A snapshot could not be understood.
    #[error("cannot read {path}", path = path.display())]
    Snapshot {
        /// The file.
        path: PathBuf,
        /// In which line, and why.
        source: SnapshotError,
    },
    /// A migration's lines end in CR LF, which changes its checksum.
    #[error(
        "the lines of {path} end in CR LF, so sqlx takes it for another migration; put `*.sql text eol=lf` into \
         .gitattributes and check the file out again", path = path.display()
    )]
    LineEnds {
        /// The file.
        path: PathBuf,
    },
    /// The sessions that are there cannot be brought to the struct.
    #[error("table `{table}` cannot be changed")]
    Plan {
        /// The table.
        table: String,
        /// Why.
        source: PlanError,
    },
    /// The change would lose values, and nobody has allowed that.
    #[error(
        "table `{table}`: {}; allow it with `.allow_destructive()` or `--allow-destructive`, or declare a rename with \
         `#[session(renamed_from = \"..\")]`", reasons.join("; ")
    )]
    Destructive {
        /// The table.
        table: String,
        /// What would be lost.
        reasons: Vec<String>,
    },
    /// The migrations are behind the structs.
    #[error("migrations are missing; generate and check them in:{}", list(behind))]
    Behind {
        /// What is missing.
        behind: Vec<Status>,
    },
}

impl Project {
    /// The migrations in this folder, relative to where the program runs.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: Folder::new(folder.into()),
            dialects: Vec::new(),
            models: Vec::new(),
            losses: Losses::Refused,
            preference: Preference::Alter,
            indexing: Indexing::Concurrently,
            clock: Arc::new(SystemClock),
        }
    }

    /// Adds a database. Each has a folder of its own: `sqlite`, `postgres`, `mysql`.
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        if !self.dialects.contains(&dialect) {
            self.dialects.push(dialect);
        }
        self
    }

    /// Adds a session struct.
    pub fn model<T: SessionModel>(self) -> Self {
        self.described(Model::of::<T>())
    }

    /// Adds a session struct that is described already.
    pub fn described(mut self, model: Model) -> Self {
        self.models.push(model);
        self
    }

    /// Allows migrations that lose values of sessions.
    pub fn allow_destructive(mut self) -> Self {
        self.losses = Losses::Allowed;
        self
    }

    /// Drops a table and creates it anew instead of altering it; see [`Plan::recreate`]. It is destructive.
    pub fn recreate(mut self) -> Self {
        self.preference = Preference::Recreate;
        self
    }

    /// See [`Plan::index_in_transaction`].
    pub fn index_in_transaction(mut self) -> Self {
        self.indexing = Indexing::InTransaction;
        self
    }

    /// Asks this clock for the versions of new migrations, by default the operating system's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// How each struct stands to its migrations in each dialect. It reads files and no database.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, or sessions cannot be brought to a struct.
    pub fn status(&self) -> Result<Vec<Status>, ProjectError> {
        let pending = self.pending()?;
        Ok(pending.into_iter().map(Pending::into_status).collect())
    }

    /// Writes the migrations that are missing, and the snapshots. Returns the files; none when nothing has changed.
    ///
    /// The versions are greater than every version in the folder. All dialects begin with the same.
    ///
    /// # Errors
    ///
    /// As [`status`](Self::status), and [`ProjectError::Destructive`] when a migration would lose values. Then, and when a
    /// file cannot be written, nothing has changed.
    pub fn generate(&self, description: &str) -> Result<Vec<PathBuf>, ProjectError> {
        let slug = slug(description).ok_or(ProjectError::Description)?;
        let mut last = None;
        for dialect in Dialect::ALL {
            let migrations = self.folder.migrations(dialect).map_err(file_error)?;
            last = last.max(migrations.last().map(|file| file.version));
        }
        let first = next_version(self.clock.now(), last);
        let mut files = Vec::new();
        let pending = self.pending()?;
        for dialect in &self.dialects {
            let mut version = first;
            let plans = pending.iter().filter(|pending| pending.dialect == *dialect);
            let migrations = plans.flat_map(|pending| pending.plan.statements(*dialect));
            for (migration, number) in migrations.zip(1..) {
                let part = if number > 1 { format!("_{number}") } else { String::new() };
                let path = |way| self.folder.dialect(*dialect).join(format!("{version}_{slug}{part}.{way}.sql"));
                files.extend([(path("up"), migration.up), (path("down"), migration.down)]);
                version = following(version);
            }
        }
        // The snapshots are last: a program that ends in between leaves migrations that nobody has noted yet, and those
        // are easily seen.
        for model in &self.models {
            let path = self.folder.snapshot(model.table.table());
            let text = model.table.to_string();
            if read(&path).map_err(file_error)?.is_none_or(|present| !is_same(&present, &model.table)) {
                files.push((path, text));
            }
        }
        if !files.is_empty() {
            files.splice(0..0, self.folder.git_attributes());
        }
        write_all(&files).map_err(file_error)?;
        Ok(files.into_iter().map(|(path, _)| path).collect())
    }

    /// Fails when [`generate`](Self::generate) would write a migration. For continuous integration.
    ///
    /// # Errors
    ///
    /// [`ProjectError::Behind`], [`ProjectError::LineEnds`], and those of [`status`](Self::status). A change that loses
    /// values is behind like any other.
    pub fn check(&self) -> Result<(), ProjectError> {
        let status = self.clone().allow_destructive().status()?;
        for dialect in &self.dialects {
            let migrations = self.folder.migrations(*dialect).map_err(file_error)?;
            if let Some(file) = migrations.into_iter().find(|file| file.text.contains("\r\n")) {
                return Err(ProjectError::LineEnds { path: file.path });
            }
        }
        let behind = status.into_iter().filter(|status| status.state != State::Current).collect::<Vec<_>>();
        if behind.is_empty() { Ok(()) } else { Err(ProjectError::Behind { behind }) }
    }

    /// The migrations that [`generate`](Self::generate) would write, as text. Empty when nothing has changed.
    ///
    /// # Errors
    ///
    /// As [`generate`](Self::generate).
    pub fn print(&self) -> Result<String, ProjectError> {
        let mut text = String::new();
        for pending in self.pending()? {
            for (file, number) in pending.plan.statements(pending.dialect).into_iter().zip(1..) {
                for (way, statements) in [("up", file.up), ("down", file.down)] {
                    let folder = name(pending.dialect);
                    let table = pending.plan.table();
                    let _ = writeln!(text, "==> {folder}, {table}, {number}, {way} <==\n{statements}");
                }
            }
        }
        Ok(text)
    }

    /// What each struct lacks in each dialect.
    fn pending(&self) -> Result<Vec<Pending>, ProjectError> {
        if self.models.is_empty() {
            return Err(ProjectError::NoModel);
        }
        if self.dialects.is_empty() {
            return Err(ProjectError::NoDialect);
        }
        let mut tables = HashSet::new();
        let mut pending = Vec::new();
        for model in &self.models {
            let table = model.table.table();
            if !tables.insert(table.to_lowercase()) {
                return Err(ProjectError::SameTable { table: table.into() });
            }
            let snapshot = self.snapshot(table)?;
            for dialect in &self.dialects {
                let migrations = self.folder.migrations(*dialect).map_err(file_error)?;
                // A dialect that was added later begins with the table as it is now.
                let before = snapshot.as_ref().filter(|_| migrations.iter().any(|file| is_of(file, table)));
                pending.push(Pending { plan: self.plan(before, model)?, dialect: *dialect });
            }
        }
        Ok(pending)
    }

    fn plan(&self, before: Option<&Snapshot>, model: &Model) -> Result<Plan, ProjectError> {
        let table = || model.table.table().to_owned();
        let plan = match (before, self.preference) {
            // Recreating asks nothing of the sessions that are there.
            (Some(before), Preference::Recreate) if !has_same_table(before, &model.table) => {
                Ok(Plan::recreating(before.clone(), model.table.clone()))
            }
            _ => diff(before, model),
        };
        let plan = plan.map_err(|source| ProjectError::Plan { table: table(), source })?;
        let plan = match self.indexing {
            Indexing::Concurrently => plan,
            Indexing::InTransaction => plan.index_in_transaction(),
        };
        if self.losses == Losses::Refused && plan.is_destructive() {
            let hazards = plan.hazards(Dialect::Sqlite);
            let losses = hazards.into_iter().filter(|hazard| hazard.kind == HazardKind::Destructive);
            let reasons = losses.map(|hazard| hazard.reason).collect();
            return Err(ProjectError::Destructive { table: table(), reasons });
        }
        Ok(plan)
    }

    fn snapshot(&self, table: &str) -> Result<Option<Snapshot>, ProjectError> {
        let path = self.folder.snapshot(table);
        let text = read(&path).map_err(file_error)?;
        let snapshot = text.map(|text| text.parse()).transpose();
        snapshot.map_err(|source| ProjectError::Snapshot { path, source })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): ", self.table, name(self.dialect))?;
        match &self.state {
            State::Current => f.write_str("nothing to do"),
            State::Missing => f.write_str("create the table"),
            State::Behind(changes) => {
                f.write_str(&changes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
            }
        }
    }
}

/// A plan for one dialect.
struct Pending {
    plan: Plan,
    dialect: Dialect,
}

impl Pending {
    fn into_status(self) -> Status {
        let state = if self.plan.is_creation() {
            State::Missing
        } else if self.plan.is_empty() {
            State::Current
        } else {
            State::Behind(self.plan.changes())
        };
        Status { table: self.plan.table().into(), dialect: self.dialect, state }
    }
}

fn list(behind: &[Status]) -> String {
    behind.iter().fold(String::new(), |mut list, status| {
        let _ = write!(list, "\n- {status}");
        list
    })
}

fn file_error((path, source): FileError) -> ProjectError {
    ProjectError::File { path, source }
}

/// Whether a migration is of this table, which its header says.
fn is_of(file: &MigrationFile, table: &str) -> bool {
    let header = format!("-- sessio: {table}:");
    file.text.lines().take(2).any(|line| line.starts_with(&header))
}

/// Whether a checked-in snapshot says the same, comments and the order of lines aside.
fn is_same(present: &str, wanted: &Snapshot) -> bool {
    present.parse::<Snapshot>().is_ok_and(|present| present == *wanted)
}

/// Whether the two are one table, the order of columns and indexes aside.
fn has_same_table(one: &Snapshot, other: &Snapshot) -> bool {
    let lines = |snapshot: &Snapshot| {
        let text = snapshot.to_string();
        let mut lines = text.lines().map(ToOwned::to_owned).collect::<Vec<_>>();
        lines.sort_unstable();
        lines
    };
    lines(one) == lines(other)
}

/// A description as part of a file's name.
fn slug(description: &str) -> Option<String> {
    let words = description.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("_").to_ascii_lowercase();
    (!slug.is_empty()).then_some(slug)
}
