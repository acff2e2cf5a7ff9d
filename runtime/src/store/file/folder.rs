//! Where each file is, which names are ours, and reading by name. Writing needs a lock and is in [`write`](super::write).

use std::{
    ffi::OsStr,
    fs::{self, DirBuilder, File, Metadata, OpenOptions},
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
};

use bytes::Bytes;

use super::{
    error::{Damage, FileError},
    format::{self, HEADER, Header},
};
use crate::{record::Record, token::SessionId};

/// The folder of one kind of session.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    path: PathBuf,
    kind: &'static str,
    new: String,
}

impl Folder {
    /// Makes the folder for a kind in `root`, or checks the one that is there.
    pub(super) fn prepare(root: &Path, kind: &'static str) -> Result<Self, FileError> {
        let root = std::path::absolute(root).map_err(FileError::io("find", root))?;
        match fs::metadata(&root) {
            Ok(found) if !found.is_dir() => return Err(FileError::NotAFolder { path: root }),
            Ok(found) if is_writable_by_all(&found) => {
                let mode = mode(&found);
                return Err(FileError::NotPrivate { path: root, mode });
            }
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {
                private_folder().recursive(true).create(&root).map_err(FileError::io("make the folder", &root))?;
            }
            Err(error) => return Err(FileError::io("open the folder", root)(error)),
        }
        let path = root.join(folder_name(kind));
        let opened = SessionId::random().map_err(|error| FileError::io("open", &path)(io::Error::other(error)))?;
        let folder = Self { root, path, kind, new: format!("{NEW}{}", file_name(opened)) };
        folder.make_kind()?;
        let found = fs::symlink_metadata(&folder.path).map_err(FileError::io("open the folder", &folder.path))?;
        if !found.is_dir() {
            return Err(FileError::NotAFolder { path: folder.path });
        }
        if is_open_to_others(&found) {
            return Err(FileError::NotPrivate { path: folder.path, mode: mode(&found) });
        }
        folder.probe()?;
        Ok(folder)
    }

    pub(super) fn kind(&self) -> &'static str {
        self.kind
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The name in a shard of what will replace a session's file. Each opened store has its own: where a lock was lost,
    /// as with a network file system that has been away, one writer still never renames what another one is writing.
    pub(super) fn new_name(&self) -> &str {
        &self.new
    }

    pub(super) fn shard(&self, shard: Shard) -> PathBuf {
        self.path.join(format!("{:02x}", shard.0))
    }

    /// Makes a shard's folder, and the kind's if it has gone, but never the root: it may be a volume that will be back.
    /// Both are forced to the disk whatever the store's durability, for no file outlives its folder.
    pub(super) fn make_shard(&self, shard: Shard) -> Result<PathBuf, FileError> {
        self.check_root()?;
        self.make_kind()?;
        let path = self.shard(shard);
        make_private(&path, &self.path)?;
        Ok(path)
    }

    /// Tells "there is no such file" from "the root has gone, and all its files with it".
    pub(super) fn check_root(&self) -> Result<(), FileError> {
        match fs::metadata(&self.root) {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(FileError::FolderMissing { path: self.root.clone() })
            }
            Err(error) => Err(FileError::io("open the folder", &self.root)(error)),
        }
    }

    /// The record with this id. What is there and is no record of this store is an error, and left as it is.
    pub(super) fn read(&self, id: SessionId) -> Result<Option<Record>, FileError> {
        let path = self.file(id);
        let Some((mut file, size)) = self.open(&path)? else {
            return Ok(None);
        };
        let not_a_session = |why| FileError::NotASession { path: path.clone(), why };
        let size = usize::try_from(size).ok().filter(|size| *size <= format::LIMIT);
        let mut bytes = Vec::with_capacity(size.ok_or_else(|| not_a_session(Damage::Length))?);
        let read = Read::by_ref(&mut file).take(format::LIMIT as u64 + 1).read_to_end(&mut bytes);
        read.map_err(FileError::io("read", &path))?;
        format::decode(self.kind, id, &Bytes::from(bytes)).map(Some).map_err(not_a_session)
    }

    /// The first bytes of the record with this id.
    pub(super) fn read_header(&self, id: SessionId) -> Result<Option<Header>, FileError> {
        let path = self.file(id);
        let Some((mut file, size)) = self.open(&path)? else {
            return Ok(None);
        };
        let mut head = [0; HEADER];
        let header = match file.read_exact(&mut head) {
            Ok(()) => Header::read(id, size, &head),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(Damage::Length),
            Err(error) => return Err(FileError::io("read", path)(error)),
        };
        header.map(Some).map_err(|why| FileError::NotASession { path, why })
    }

    /// Whether anything has the name of this id's file.
    pub(super) fn is_taken(&self, id: SessionId) -> Result<bool, FileError> {
        let path = self.file(id);
        match fs::symlink_metadata(&path) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(FileError::io("open", path)(error)),
        }
    }

    fn file(&self, id: SessionId) -> PathBuf {
        let mut path = self.shard(Shard::of(id));
        path.push(file_name(id));
        path
    }

    fn open(&self, path: &Path) -> Result<Option<(File, u64)>, FileError> {
        // Opening a pipe would wait for a writer, and a link could lead anywhere: look before opening.
        let opened = fs::symlink_metadata(path).and_then(|found| {
            if let Some(why) = refusal(&found) {
                return Ok(Err(why));
            }
            // The size is the opened file's: the one looked at may have been replaced since.
            let file = File::open(path)?;
            let size = file.metadata()?.len();
            Ok(Ok((file, size)))
        });
        match opened {
            Ok(Ok(opened)) => Ok(Some(opened)),
            Ok(Err(why)) => Err(FileError::NotASession { path: path.to_owned(), why }),
            Err(error) if error.kind() == ErrorKind::NotFound => self.check_root().map(|()| None),
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                Err(FileError::NotAFolder { path: path.parent().unwrap_or(path).to_owned() })
            }
            Err(error) => Err(FileError::io("open", path)(error)),
        }
    }

    fn make_kind(&self) -> Result<(), FileError> {
        make_private(&self.path, &self.root)
    }

    /// Finds out now, not at the first visitor, whether this process may write here.
    fn probe(&self) -> Result<(), FileError> {
        let path = self.path.join("probe");
        let made = private_file().create(true).truncate(true).open(&path).and_then(|_| fs::remove_file(&path));
        match made {
            // Another process that opens the store at this moment has removed it.
            Err(error) if error.kind() != ErrorKind::NotFound => Err(FileError::io("write", path)(error)),
            _ => Ok(()),
        }
    }
}

/// One of the folders that sessions are spread over, so that none grows too large to list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Shard(u8);

impl Shard {
    pub(super) const COUNT: usize = 256;

    pub(super) fn of(id: SessionId) -> Self {
        Self(id.as_bytes()[0])
    }

    /// Every shard once, beginning with this one.
    pub(super) fn all_from(first: u8) -> impl Iterator<Item = Self> + Send {
        (0..=u8::MAX).map(move |step| Self(first.wrapping_add(step)))
    }

    /// The shards that may hold ids greater than `after`, in the order of their ids.
    pub(super) fn since(after: Option<SessionId>) -> impl Iterator<Item = Self> + Send {
        let first = after.map_or(0, |after| Self::of(after).0);
        (first..=u8::MAX).map(Self)
    }

    pub(super) fn number(self) -> u8 {
        self.0
    }
}

/// The lock's name in a shard.
pub(super) const LOCK: &str = "lock";

/// How a name begins that only the holder of the lock may use, while it writes.
const NEW: &str = "new-";

/// What a name in a shard stands for.
#[derive(Debug, PartialEq)]
pub(super) enum Entry {
    Session(SessionId),
    Lock,
    New,
    Foreign,
}

impl Entry {
    pub(super) fn of(shard: Shard, name: &OsStr) -> Self {
        match name.to_str() {
            Some(LOCK) => Self::Lock,
            Some(name) => match (parse_file_name(name), name.strip_prefix(NEW).and_then(parse_file_name)) {
                (Some(id), _) if Shard::of(id) == shard => Self::Session(id),
                (_, Some(_)) => Self::New,
                _ => Self::Foreign,
            },
            None => Self::Foreign,
        }
    }
}

pub(super) fn file_name(id: SessionId) -> String {
    format!("{:032x}", u128::from_be_bytes(*id.as_bytes()))
}

fn parse_file_name(name: &str) -> Option<SessionId> {
    let number = u128::from_str_radix(name, 16).ok()?;
    let id = SessionId::from_bytes(number.to_be_bytes());
    // Parsing also takes capitals, a sign and other lengths; an id has one name.
    (file_name(id) == name).then_some(id)
}

/// A kind as the name of a folder: what could mean something to a file system is written as `%` and two digits.
fn folder_name(kind: &str) -> String {
    let written = |byte| match byte {
        b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' => char::from(byte).to_string(),
        other => format!("%{other:02x}"),
    };
    // A name for the kind without one too: the root's own folder would hold it among those of all others.
    if kind.is_empty() { "%".to_owned() } else { kind.bytes().map(written).collect() }
}

fn make_private(path: &Path, inside: &Path) -> Result<(), FileError> {
    match private_folder().create(path) {
        Ok(()) => sync_folder(inside).map_err(FileError::io("force to disk", inside)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(FileError::io("make the folder", path)(error)),
    }
}

fn refusal(found: &Metadata) -> Option<Damage> {
    if !found.is_file() {
        return Some(Damage::NotAFile);
    }
    is_open_to_others(found).then(|| Damage::NotPrivate(mode(found)))
}

/// Forces a folder's entries to the disk. Windows does this by itself and has no handle for it.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

pub(super) fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn private_folder() -> DirBuilder {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only unix has permission bits to set"))]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

fn is_open_to_others(found: &Metadata) -> bool {
    mode(found) & 0o077 != 0
}

/// Whether any user may exchange what is inside. A sticky folder as `/tmp` lets them change only what is theirs.
fn is_writable_by_all(found: &Metadata) -> bool {
    mode(found) & 0o1002 == 0o002
}

#[cfg(unix)]
fn mode(found: &Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::mode(found) & 0o7777
}

/// Elsewhere the folder's access list decides, and it is inherited.
#[cfg(not(unix))]
fn mode(_: &Metadata) -> u32 {
    0
}

#[cfg(test)]
mod tests {
    use std::path::Component;

    use proptest::prelude::*;

    use super::*;

    /// The inverse of [`folder_name`]; that it exists is what makes no two kinds share a folder.
    fn read_back(folder: &str) -> Option<Vec<u8>> {
        let (mut kind, mut rest) = (Vec::new(), folder);
        while let Some((begin, behind)) = rest.split_at_checked(1) {
            let digits = behind.split_at_checked(2).filter(|_| begin == "%");
            kind.push(digits.map_or(Some(begin.as_bytes()[0]), |(digits, _)| u8::from_str_radix(digits, 16).ok())?);
            rest = digits.map_or(behind, |(_, rest)| rest);
        }
        Some(kind)
    }

    proptest! {
        #[test]
        fn a_folder_reads_back_to_exactly_its_kind_and_is_one_name(kind in "[a-cA-C./%0-9_ö\0-]{1,8}") {
            let folder = folder_name(&kind);
            prop_assert_eq!(read_back(&folder), Some(kind.into_bytes()));
            let mut components = Path::new(&folder).components();
            prop_assert!(matches!((components.next(), components.next()), (Some(Component::Normal(_)), None)));
            prop_assert_eq!(&folder, &folder.to_lowercase(), "no file system that ignores case confuses two");
        }

        #[test]
        fn a_file_reads_back_to_exactly_its_id(id: [u8; 16], other in "[0-9a-fA-F+]{31,33}") {
            let id = SessionId::from_bytes(id);
            prop_assert_eq!(parse_file_name(&file_name(id)), Some(id));
            prop_assert_eq!(parse_file_name(&other).map(file_name), Some(other).filter(|other| {
                other.len() == 32 && other.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
            }));
        }
    }

    #[test]
    fn only_the_exact_name_of_an_id_in_its_own_shard_is_a_session() {
        let id = SessionId::from_bytes([0xab; 16]);
        let (shard, name) = (Shard::of(id), "ab".repeat(16));
        assert_eq!(Entry::of(shard, name.as_ref()), Entry::Session(id));
        assert_eq!(Entry::of(Shard(0xac), name.as_ref()), Entry::Foreign);
        for other in [name.to_uppercase(), format!("+{}", &name[1..]), format!("0{name}"), name[1..].into()] {
            assert_eq!(Entry::of(shard, other.as_ref()), Entry::Foreign, "{other}");
        }
    }

    #[test]
    fn a_kind_never_leaves_its_folder_and_no_two_share_one() {
        assert_eq!(folder_name("shop"), "shop");
        assert_eq!(folder_name("../shop"), "%2e%2e%2fshop");
        assert_eq!(folder_name(""), "%");
        assert_ne!(folder_name("Shop").to_lowercase(), folder_name("shop"));
    }
}
