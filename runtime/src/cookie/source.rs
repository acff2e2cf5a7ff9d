//! Where a key ring comes from: text, the environment, or a file.
//!
//! One entry a line (or several with commas or blanks between them), `#` begins a comment:
//!
//! ```text
//! active:<key>                  # seals and opens
//! staged:<key>                  # opens, and will be active next
//! retiring:<key>                # opens what it once sealed
//! revoked:<key or its id>       # opens nothing
//! revoke-before:<seconds>       # voids what was sealed earlier; seconds since 1970, as `date +%s` prints
//! ```
//!
//! A key is 43 base64url characters or 64 hexadecimal digits. No error ever repeats what was read: it names the line.

use std::{
    env,
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use zeroize::Zeroizing;

use super::{
    key::{InvalidKey, Key, KeyId},
    ring::{KeyRing, KeyRingError},
};
use crate::clock::Timestamp;

/// No file or variable of keys is longer. It keeps a wrong path from being read into memory.
const LIMIT: usize = 64 * 1024;

impl KeyRing {
    /// Reads the keys from an environment variable. `SESSIO_KEYS` is the customary name.
    ///
    /// The text is that of [`KeyRing::from_file`]; on one line, commas stand between the entries:
    /// `active:<key>,retiring:<key>`.
    pub fn from_env(variable: &str) -> Result<Self, KeySourceError> {
        let text = env::var_os(variable).ok_or_else(|| KeySourceError::NotSet { variable: variable.to_owned() })?;
        match text.into_string() {
            Ok(text) => Zeroizing::new(text).parse(),
            Err(_) => Err(KeySourceError::NotText),
        }
    }

    /// Reads the keys from a file that only its owner may read.
    ///
    /// | entry | meaning |
    /// |---|---|
    /// | `active:<key>` | seals and opens; exactly one |
    /// | `staged:<key>` | opens, and will be active next |
    /// | `retiring:<key>` | opens what it once sealed |
    /// | `revoked:<key or its id>` | opens nothing |
    /// | `revoke-before:<seconds since 1970>` | voids what was sealed earlier |
    ///
    /// One entry a line, or several with commas or blanks between them; `#` begins a comment. On Unix a file that its
    /// group or others may read or write is refused.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, KeySourceError> {
        let path = path.as_ref();
        let failed = |source| KeySourceError::File { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(failed)?;
        check_permissions(&file, path)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(LIMIT));
        file.by_ref().take(LIMIT as u64).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() == LIMIT {
            return Err(failed(io::ErrorKind::FileTooLarge.into()));
        }
        std::str::from_utf8(&bytes).map_err(|_| KeySourceError::NotText)?.parse()
    }
}

impl FromStr for KeyRing {
    type Err = KeySourceError;

    /// Reads the text that [`KeyRing::from_file`] describes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let entries = entries(text).collect::<Result<Vec<_>, _>>()?;
        let mut ring: Option<Self> = None;
        for (line, entry) in &entries {
            if let Entry::Active(key) = entry {
                if let Some(first) = ring.as_ref().and_then(|ring| ring.states().next()) {
                    return Err(KeySourceError::TwoActive { line: *line, first: first.0, second: key.id() });
                }
                ring = Some(Self::new(key.clone()));
            }
        }
        let ring = ring.ok_or(KeySourceError::NoActive)?;
        entries.into_iter().try_fold(ring, |ring, (line, entry)| {
            let ring = match entry {
                Entry::Active(_) => Ok(ring),
                Entry::Staged(key) => ring.staged(key),
                Entry::Retiring(key) => ring.retiring(key),
                Entry::Revoked(id) => ring.revoked(id),
                Entry::RevokeBefore(moment) => Ok(ring.revoke_before(moment)),
            };
            ring.map_err(|source| KeySourceError::Ring { line, source })
        })
    }
}

/// Keys that could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeySourceError {
    /// The environment variable does not exist.
    #[error(
        "the environment variable {variable} is not set: give it `active:<key>`, with a key that `openssl rand -hex 32` \
         or `sessio::keys::generate()` made"
    )]
    NotSet {
        /// Its name.
        variable: String,
    },
    /// Not UTF-8.
    #[error("the keys are not text: write one entry a line, such as `active:<key>`")]
    NotText,
    /// The file could not be read.
    #[error("cannot read the key file {}", path.display())]
    File {
        /// Where it is.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// Others may read the file, or replace the keys in it.
    #[error(
        "the key file {} has mode {mode:03o}, so others than its owner have access to it: `chmod 600` it, and replace \
         its keys if others were on this machine", path.display()
    )]
    Permissions {
        /// Where it is.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// An entry that is none.
    #[error(
        "line {line} of the keys: an entry is `active:`, `staged:`, `retiring:`, `revoked:` or `revoke-before:` and a \
         value, without a blank between them"
    )]
    Entry {
        /// Counted from 1.
        line: usize,
    },
    /// A time that is none.
    #[error("line {line} of the keys: `revoke-before:` takes whole seconds since 1970, as `date +%s` prints them")]
    Moment {
        /// Counted from 1.
        line: usize,
    },
    /// A key that is none.
    #[error("line {line} of the keys: {source}")]
    Key {
        /// Counted from 1.
        line: usize,
        /// Why not.
        source: InvalidKey,
    },
    /// A key that does not fit the others.
    #[error("line {line} of the keys: {source}")]
    Ring {
        /// Counted from 1.
        line: usize,
        /// Why not.
        source: KeyRingError,
    },
    /// No key to seal with.
    #[error(
        "no key is active: mark one with `active:`; `openssl rand -hex 32` or `sessio::keys::generate()` makes a key"
    )]
    NoActive,
    /// Two keys to seal with.
    #[error("line {line} of the keys: both {first} and {second} are active; mark the older one with `retiring:`")]
    TwoActive {
        /// Counted from 1.
        line: usize,
        /// The id of the one that came first.
        first: KeyId,
        /// The id of the other.
        second: KeyId,
    },
}

enum Entry {
    Active(Key),
    Staged(Key),
    Retiring(Key),
    Revoked(KeyId),
    RevokeBefore(Timestamp),
}

/// All entries, each with its line.
fn entries(text: &str) -> impl Iterator<Item = Result<(usize, Entry), KeySourceError>> {
    text.lines().zip(1..).flat_map(|(content, line)| {
        let content = content.split_once('#').map_or(content, |(before, _)| before);
        let words = content.split(|c: char| c == ',' || c.is_ascii_whitespace()).filter(|word| !word.is_empty());
        words.map(move |word| entry(word, line).map(|entry| (line, entry)))
    })
}

fn entry(word: &str, line: usize) -> Result<Entry, KeySourceError> {
    let (state, value) = word.split_once(':').ok_or(KeySourceError::Entry { line })?;
    let key = || value.parse::<Key>().map_err(|source| KeySourceError::Key { line, source });
    match state {
        "active" => key().map(Entry::Active),
        "staged" => key().map(Entry::Staged),
        "retiring" => key().map(Entry::Retiring),
        "revoked" if value.len() == KeyId::LEN * 2 => {
            value.parse().map(Entry::Revoked).map_err(|source| KeySourceError::Key { line, source })
        }
        "revoked" => key().map(|key| Entry::Revoked(key.id())),
        "revoke-before" => {
            let seconds = value.parse().map_err(|_| KeySourceError::Moment { line })?;
            Ok(Entry::RevokeBefore(Timestamp::default() + Duration::from_secs(seconds)))
        }
        _ => Err(KeySourceError::Entry { line }),
    }
}

#[cfg(unix)]
fn check_permissions(file: &File, path: &Path) -> Result<(), KeySourceError> {
    use std::os::unix::fs::PermissionsExt as _;

    let failed = |source| KeySourceError::File { path: path.to_owned(), source };
    let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o777;
    let others = mode & 0o077;
    if others == 0 { Ok(()) } else { Err(KeySourceError::Permissions { path: path.to_owned(), mode }) }
}

/// Elsewhere access is a matter of lists that std does not read.
#[cfg(not(unix))]
fn check_permissions(_: &File, _: &Path) -> Result<(), KeySourceError> {
    Ok(())
}
