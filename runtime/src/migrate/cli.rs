//! The command line of migrations, for a program of five lines ([`run`]) or a subcommand of the application ([`run_from`]).
//!
//! ```text
//! cargo run --bin migrate -- generate "add the coupon" --dialect sqlite --dialect postgres
//! ```
//!
//! | command | effect | exit code |
//! |---|---|---|
//! | `status` | says what is missing | 0 |
//! | `generate [description]` | writes it | 0; 1 when it would lose values and may not |
//! | `check` | the same as `status`, for continuous integration | 1 when anything is missing |
//! | `print` | shows the SQL that `generate` would write | as `generate` |

use std::{env, error::Error, ffi::OsString, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::{Model, Project, ProjectError, State, folder::name};
use crate::schema::Dialect;

/// Runs the command that the program's arguments ask for, over these session structs.
///
/// What it does is printed; errors go to the standard error stream. Wrong arguments end the program with 2.
pub fn run(models: impl IntoIterator<Item = Model>) -> ExitCode {
    run_from(env::args_os(), models)
}

/// As [`run`], with arguments that the program has taken from its own: a subcommand of the application.
///
/// The first argument is the name of the command, for its help text; the others say what to do.
///
/// ```no_run
/// # use std::{env, process::ExitCode};
/// # #[derive(sessio::Session)]
/// # struct Shop { visits: u32 }
/// # fn serve() -> ExitCode { ExitCode::SUCCESS }
/// use sessio::migrate::{Model, cli};
///
/// fn main() -> ExitCode {
///     if env::args().nth(1).is_some_and(|argument| argument == "migrate") {
///         return cli::run_from(env::args_os().skip(1), [Model::of::<Shop>()]);
///     }
///     serve()
/// }
/// ```
pub fn run_from<A: Into<OsString> + Clone>(
    arguments: impl IntoIterator<Item = A>,
    models: impl IntoIterator<Item = Model>,
) -> ExitCode {
    let arguments = Arguments::parse_from(arguments);
    match arguments.run(models) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", with_causes(&error));
            ExitCode::FAILURE
        }
    }
}

/// Migrations of session tables, made from the structs.
#[derive(Debug, Parser)]
#[command(name = "migrate", about, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, Args)]
struct Options {
    /// The folder of the migrations.
    #[arg(long, global = true, default_value = "migrations", value_name = "FOLDER")]
    dir: PathBuf,
    /// The database, may repeat [default: those that have a folder already].
    #[arg(long, global = true, value_name = "NAME")]
    dialect: Vec<DialectName>,
    /// Allow migrations that lose values of sessions.
    #[arg(long, global = true)]
    allow_destructive: bool,
    /// Drop the table and create it anew; every session ends. Needs --allow-destructive.
    #[arg(long, global = true)]
    recreate: bool,
    /// Build PostgreSQL's indexes inside of the transaction, so that the program can migrate when it starts.
    #[arg(long, global = true)]
    index_in_transaction: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say what is missing.
    Status,
    /// Write the migrations that are missing.
    Generate {
        /// What they do, for the names of the files.
        description: Option<String>,
    },
    /// Fail when migrations are missing.
    Check,
    /// Show what `generate` would write.
    Print,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum DialectName {
    Sqlite,
    Postgres,
    #[value(name = "mysql")]
    MySql,
}

impl Arguments {
    fn run(self, models: impl IntoIterator<Item = Model>) -> Result<(), ProjectError> {
        let project = models.into_iter().fold(self.options.project(), Project::described);
        match self.command {
            Command::Status => {
                for status in project.allow_destructive().status()? {
                    println!("{status}");
                }
            }
            Command::Generate { description } => {
                let description = match description {
                    Some(description) => description,
                    None => usual_description(&project)?,
                };
                let files = project.generate(&description)?;
                if files.is_empty() {
                    println!("nothing to do");
                }
                for path in files {
                    println!("{}", path.display());
                }
            }
            Command::Check => {
                project.check()?;
                println!("the migrations are complete");
            }
            Command::Print => print!("{}", project.print()?),
        }
        Ok(())
    }
}

impl Options {
    fn project(&self) -> Project {
        let named = self.dialect.iter().map(|dialect| match dialect {
            DialectName::Sqlite => Dialect::Sqlite,
            DialectName::Postgres => Dialect::Postgres,
            DialectName::MySql => Dialect::MySql,
        });
        let mut dialects = named.collect::<Vec<_>>();
        if dialects.is_empty() {
            dialects = Dialect::ALL.into_iter().filter(|dialect| self.dir.join(name(*dialect)).is_dir()).collect();
        }
        let mut project = dialects.into_iter().fold(Project::new(&self.dir), Project::dialect);
        if self.allow_destructive {
            project = project.allow_destructive();
        }
        if self.recreate {
            project = project.recreate();
        }
        if self.index_in_transaction {
            project = project.index_in_transaction();
        }
        project
    }
}

/// What a migration is called when nobody says.
fn usual_description(project: &Project) -> Result<String, ProjectError> {
    let status = project.status()?;
    let mut tables = status.iter().filter(|status| status.state != State::Current).map(|status| &*status.table);
    let Some(first) = tables.next() else { return Ok("nothing".into()) };
    let is_new = status.iter().all(|status| matches!(status.state, State::Current | State::Missing));
    let verb = if is_new { "create" } else { "change" };
    let only = tables.all(|table| table == first);
    Ok(if only { format!("{verb} {first}") } else { format!("{verb} sessions") })
}

/// An error with its causes behind it, each after a colon.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_fit_together() {
        Arguments::command().debug_assert();
        let parsed = Arguments::try_parse_from(["migrate", "generate", "add it", "--dialect", "mysql", "--dir", "m"]);
        let parsed = parsed.unwrap();
        assert!(matches!(parsed.command, Command::Generate { description: Some(text) } if text == "add it"));
        assert_eq!(parsed.options.dir, PathBuf::from("m"));
        assert!(Arguments::try_parse_from(["migrate", "generate", "--dialect", "oracle"]).is_err());
    }
}
