//! The golden corpus: what version 1 of each stored format looks like, byte for byte, read by every later version.
//!
//! `v1` (and `v2`, what has changed since) holds a record as every store keeps it, sealed cookies, a table in each dialect, a snapshot and a lock file. A file
//! in it is never changed. Each test reads its file; where the format is deterministic it also compares what is written
//! today, so that nobody changes a format without noticing. A new format gets a folder of its own beside this one, and the
//! comparison moves there; reading stays for ever. `SESSIO_WRITE_GOLDEN=1` writes the files that are not there yet.

mod bytes;
mod corpus;
mod files;
mod schema;
mod sealed;
mod servers;
mod sql;
