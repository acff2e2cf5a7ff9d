//! One app, described once and bound to each framework, for tests that see nothing but HTTP.
//!
//! [`visitor`] says what the app does, without any framework. [`axum`], [`actix`] and [`hyper`] bind it, each in the way of
//! its framework. [`Backend`] is where its sessions are kept. [`Setting`] is all of it, running.

pub mod actix;
pub mod axum;
pub mod hyper;
mod setting;
mod store;
pub mod visitor;

pub use setting::{Binding, Setting, Stop};
pub use store::Backend;
