//! The derive of sessio: a plain struct becomes a typed session.
//!
//! It reads the struct and emits metadata and accessors; what a session *does* is written in the runtime crate. The stages:
//! `attr` reads the keys, `model` joins them with the fields, `check` finds what does not fit, `expand` writes the code.

mod attr;
mod check;
mod errors;
mod expand;
mod model;
mod name;
mod shape;

use proc_macro::TokenStream;

/// Derives a session model.
#[proc_macro_derive(Session, attributes(session))]
pub fn derive_session(input: TokenStream) -> TokenStream {
    expand::session(input.into()).into()
}
