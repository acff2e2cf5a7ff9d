//! The derive of sessio.
use proc_macro::TokenStream;

/// Derives a session model.
#[proc_macro_derive(Session, attributes(session))]
pub fn derive_session(_input: TokenStream) -> TokenStream {
    TokenStream::new()
}
