//! What a newcomer types works: the commands, links and programs of the documents, run as they stand there.
//!
//! [`commands`], [`links`] and [`features`] read all documents and build nothing but xtask. [`fresh_clone`],
//! [`own_program`] and [`session_model`] do what a page says, in a folder outside of the workspace, and build it there with the
//! versions of the workspace's `Cargo.lock`. What they build is in `target/front-door`, so that a second run is quick.

mod commands;
mod document;
mod features;
mod fresh_clone;
mod links;
mod own_program;
mod program;
mod room;
mod session_model;
mod shell;
mod workspace;
