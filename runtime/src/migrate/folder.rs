//! The folder of migrations: what is in it, and how files get there whole or not at all.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::schema::Dialect;

/// Line ends are part of a migration's checksum, and of a snapshot.
const GIT_ATTRIBUTES: &str = "*.sql text eol=lf\n*.schema text eol=lf\n";

/// The folder with a snapshot for each table and a folder for each dialect.
#[derive(Clone, Debug)]
pub(super) struct Folder(PathBuf);

/// What went wrong with a file.
pub(super) type FileError = (PathBuf, io::Error);

/// One file of a dialect's folder.
pub(super) struct MigrationFile {
    pub(super) path: PathBuf,
    pub(super) version: i64,
    pub(super) text: String,
}

impl Folder {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub(super) fn snapshot(&self, table: &str) -> PathBuf {
        self.0.join(format!("{table}.schema"))
    }

    pub(super) fn git_attributes(&self) -> Option<(PathBuf, String)> {
        let path = self.0.join(".gitattributes");
        (!path.exists()).then(|| (path, GIT_ATTRIBUTES.into()))
    }

    pub(super) fn dialect(&self, dialect: Dialect) -> PathBuf {
        self.0.join(name(dialect))
    }

    /// The migrations of a dialect in the order of their versions.
    pub(super) fn migrations(&self, dialect: Dialect) -> Result<Vec<MigrationFile>, FileError> {
        let folder = self.dialect(dialect);
        let failed = |error| (folder.clone(), error);
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            let file_name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let version = file_name.split_once('_').and_then(|(version, _)| version.parse().ok());
            if let Some(version) = version.filter(|_| path.extension().is_some_and(|extension| extension == "sql")) {
                let text = fs::read_to_string(&path).map_err(|error| (path.clone(), error))?;
                files.push(MigrationFile { path, version, text });
            }
        }
        files.sort_by(|one, other| (one.version, &one.path).cmp(&(other.version, &other.path)));
        Ok(files)
    }
}

/// The name of a dialect's folder.
pub(super) fn name(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "sqlite",
        Dialect::Postgres => "postgres",
        Dialect::MySql => "mysql",
    }
}

/// Reads a file that may be missing.
pub(super) fn read(path: &Path) -> Result<Option<String>, FileError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err((path.into(), error)),
    }
}

/// Writes all files, or none: what was written is removed when a later one fails. A file that replaces another is best
/// the last.
pub(super) fn write_all(files: &[(PathBuf, String)]) -> Result<(), FileError> {
    let mut fresh = Vec::new();
    for (path, text) in files {
        let is_fresh = !path.exists();
        if let Err(error) = write(path, text) {
            for path in fresh {
                // The error that is reported is the one that began it.
                let _ = fs::remove_file(path);
            }
            return Err((path.clone(), error));
        }
        if is_fresh {
            fresh.push(path);
        }
    }
    Ok(())
}

/// Nobody sees half of a file: it is written under another name and takes its own when it is complete.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.new", std::process::id()));
    let unfinished = folder.join(name);
    let written = File::create(&unfinished).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&unfinished, path)
    });
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written
}
