//! Every mistake of a struct is found in one compile: errors are collected, never returned at the first.

use std::{cell::RefCell, fmt::Display, thread};

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The mistakes found so far.
///
/// Dropping it without [`finish`](Self::finish) panics, so no stage can forget to report what an earlier one found.
pub(crate) struct Errors(RefCell<Option<Vec<syn::Error>>>);

impl Errors {
    pub(crate) fn new() -> Self {
        Self(RefCell::new(Some(Vec::new())))
    }

    /// A mistake in one token.
    pub(crate) fn at(&self, span: Span, message: impl Display) {
        self.push(syn::Error::new(span, message));
    }

    /// A mistake in several tokens, all of them underlined.
    pub(crate) fn on(&self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    pub(crate) fn push(&self, error: syn::Error) {
        if let Some(errors) = self.0.borrow_mut().as_mut() {
            errors.push(error);
        }
    }

    /// The errors as code that does not compile, or nothing when there are none.
    pub(crate) fn finish(self) -> TokenStream {
        self.0.take().unwrap_or_default().iter().map(syn::Error::to_compile_error).collect()
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        assert!(self.0.borrow().is_none() || thread::panicking(), "errors were collected and not reported");
    }
}
