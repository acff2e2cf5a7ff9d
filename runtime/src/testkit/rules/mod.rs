//! The rules of the store contract, one function each. A rule that is broken panics: that is how a test fails.
//!
//! [`store_contract!`](crate::store_contract) makes a test of each; [`check`](super::check) tries a single one.

#![allow(clippy::missing_panics_doc, reason = "a rule that is broken panics; saying so on each would say nothing")]

pub mod cancellation;
pub mod enumerate;
pub mod expire;
pub mod find;
pub mod interleaving;
pub mod program;
pub mod races;
pub mod shared;
pub mod store;
pub mod sweep;
