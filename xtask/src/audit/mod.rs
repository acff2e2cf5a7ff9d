//! `cargo xtask audit`: what must hold for a release, beside what `cargo xtask test` asks of every change.
//!
//! One file for each question, and [`run`] with their order. A question that this machine cannot answer (no network, no
//! compiler for a target) is a `NOT RUN` line with its reason, never a pass. Tools are in [`tool`], pinned, and are
//! installed into `target/tools/`.

mod deny;
mod minimal;
mod minimum_rust;
mod packages;
mod run;
mod semver;
mod spelling;
mod standard;
mod targets;
mod tool;
mod unused;

pub(crate) use packages::Packages;
pub(crate) use run::run;
