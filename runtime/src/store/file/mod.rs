//! Sessions as files in a folder, for one machine and any number of processes on it.
//!
//! ```no_run
//! # use sessio::{model::SessionModel, store::{FileError, FileStore}};
//! # async fn run<Shop: SessionModel>() -> Result<(), FileError> {
//! let store = FileStore::<Shop>::open("var/sessions").await?;
//! # Ok(()) }
//! ```
//!
//! # On disk
//!
//! ```text
//! var/sessions/                                 0700 when made here
//!   shop/                                       0700, one folder a kind of session
//!     3f/                                       0700, one of 256 shards: the id's first byte
//!       3f0c..d1                                0600, one file a session: its id in hexadecimal
//!       lock                                    0600, held while a file of this shard is written or removed
//!       new                                     0600, what will replace a session's file, while it is written
//! ```
//!
//! A name is written from the 16 bytes of an id and from nothing else, so no text of a client ever is in a path, and
//! names sort as ids do. [`format`] describes a file's bytes.
//!
//! # What holds
//!
//! - **A file is whole or absent.** A write goes to `new`, is forced to the disk, takes the session's name by a rename,
//!   and then the folder is forced to the disk. A process that is killed leaves the old session or the new one, and at
//!   most one `new` a shard, which the next write or sweep removes.
//! - **One writer at a time.** Every write holds its shard's lock, which other processes respect too (`flock`; the
//!   kernel frees it when a process dies). Nobody waits longer than five seconds for it. Readers need no lock.
//! - **What is not ours stays.** A file that is foreign, damaged, of another kind, or open to other users is reported in
//!   the log with its path, refused when it is loaded, and never changed or deleted; it stops no sweep and no listing.
//! - **A folder that has gone is an error,** not a shop full of strangers: a missing root is never taken for "no such
//!   session" and never made anew after [`FileStore::open`]. When it is back, work goes on.
//!
//! The folder must be on a local file system, or on a network file system whose locks hold between its clients. It must
//! not be inside a folder that a web server hands out.

mod error;
mod folder;
mod format;
mod lock;
mod scan;
mod store;
mod write;

pub use error::{Damage, FileError};
pub use store::FileStore;
