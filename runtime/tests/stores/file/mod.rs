//! The file store on real folders: what it keeps, what is foreign in the folder, permissions, folders that go away, and
//! writers that are killed.

mod contract;
mod folder;
mod foreign;
#[cfg(unix)]
mod killed_writer;
