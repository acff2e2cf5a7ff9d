//! Where an engine keeps its sessions: in a store, or in the cookie itself.

use std::{fmt, marker::PhantomData, sync::Arc};

use http::HeaderMap;

use crate::{
    cookie::{Found, find},
    event::Rejection,
    model::SessionModel,
    store::{DynStore, Layout, Store},
    token::Token,
};

/// What a [`SessionLayer`](crate::SessionLayer) can be built on: any [`Store`] of the session type, or the sealed cookie.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot keep sessions of type `{T}`",
    label = "not a store of `{T}`",
    note = "name the session type on the store, as in `MemoryStore::<{T}>::new()`"
)]
pub trait IntoBackend<T>: sealed::Sealed<T> {}

impl<T: SessionModel, S: Store<Model = T>> IntoBackend<T> for S {}

impl<T: SessionModel, S: Store<Model = T>> sealed::Sealed<T> for S {
    #[expect(private_interfaces, reason = "the trait is sealed, so nobody else can call it")]
    fn into_backend(self) -> Backend<T> {
        Backend::Server(Arc::new(self), PhantomData)
    }
}

pub(crate) mod sealed {
    /// Turns a store into what the engine works with.
    pub trait Sealed<T> {
        #[doc(hidden)]
        #[expect(private_interfaces, reason = "the trait is sealed, so nobody else can call it")]
        fn into_backend(self) -> super::Backend<T>;
    }
}

/// Where sessions are kept.
pub(crate) enum Backend<T> {
    /// In a store; the cookie holds a token.
    Server(Arc<dyn DynStore>, PhantomData<fn() -> T>),
}

/// What a request presents.
pub(crate) enum Presented {
    Nothing,
    Token(Token),
    Rejected(Rejection),
}

impl<T> Backend<T> {
    /// Finds the session cookie in a request's headers: no general cookie parse, no allocation, no store call.
    pub(crate) fn present(&self, cookie: &str, headers: &HeaderMap) -> Presented {
        match self {
            Self::Server(..) => match find(headers, cookie) {
                Found::Absent => Presented::Nothing,
                Found::Ambiguous => Presented::Rejected(Rejection::Ambiguous),
                Found::One(value) => {
                    Token::parse(value).map_or(Presented::Rejected(Rejection::Malformed), Presented::Token)
                }
            },
        }
    }

    pub(crate) fn layout(&self) -> Layout {
        match self {
            Self::Server(store, _) => store.layout(),
        }
    }
}

impl<T> Clone for Backend<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Server(store, model) => Self::Server(Arc::clone(store), *model),
        }
    }
}

impl<T> fmt::Debug for Backend<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(..) => f.write_str("Server(..)"),
        }
    }
}
