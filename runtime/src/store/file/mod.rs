//! Sessions as files in a folder, for one machine and any number of processes on it.
//!
//! # On disk
//!
//! ```text
//! var/sessions/                                 0700 when made here
//!   shop/                                       0700, one folder a kind of session
//!     3f/                                       0700, one of 256 shards: the id's first byte
//!       3f0c..d1                                0600, one file a session: its id in hexadecimal
//!       lock                                    0600, held while a file of this shard is written or removed
//!       new-7c20..9e                            0600, what will replace a session's file, while it is written
//! ```
//!
//! A name is written from the 16 bytes of an id and from nothing else, so no text of a client ever is in a path, and
//! names sort as ids do. `format.rs` describes a file's bytes.
//!
//! # What holds, and where
//!
//! - **A file is whole or absent** (`write.rs`). A write goes to `new-..`, is forced to the disk, takes the session's name
//!   by a rename, and then the folder is forced to the disk. A process that is killed leaves the old session or the new
//!   one, and at most one `new-..` a shard, which the next sweep removes.
//! - **One writer at a time** (`lock.rs`). Every write holds its shard's lock, which other processes respect too
//!   (`flock`; the kernel frees it when a process dies). Readers need no lock.
//! - **What is not ours stays** (`folder.rs`, `scan.rs`). It is reported, refused, and in nobody's way.
//! - **A folder that has gone is an error,** not a shop full of strangers: a missing root is never taken for "no such
//!   session" and never made anew after [`FileStore::open`]. When it is back, work goes on.

mod error;
mod folder;
mod format;
#[cfg(feature = "fuzzing")]
pub mod fuzz;
mod lock;
mod scan;
mod store;
mod write;

pub use error::{Damage, FileError};
pub use store::FileStore;
