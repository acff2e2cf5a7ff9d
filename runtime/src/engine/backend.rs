//! Where an engine keeps its sessions: in a store, or in the cookie itself.

use std::{fmt, marker::PhantomData, sync::Arc};

#[cfg(feature = "cookie")]
use super::SealedBackend;
use crate::{
    cookie::CookieHeaders,
    model::SessionModel,
    store::{DynStore, Layout, Store},
};
#[cfg(feature = "cookie")]
use crate::{cookie::CookieSpec, store::CookieStore};

/// What a [`SessionLayer`](crate::SessionLayer) can be built on: any [`Store`] of the session type, or the sealed cookie.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot keep sessions of type `{T}`",
    label = "not a store of `{T}`",
    note = "a store keeps the sessions of one type, which may have to be named: `MemoryStore::<{T}>::new()`",
    note = "opening a store takes `.await?` before there is one: `SqliteStore::<{T}>::connect(\"sqlite:shop.db\").await?`"
)]
pub trait IntoBackend<T>: private::Sealed<T> {}

impl<T: SessionModel, S: Store<Model = T>> IntoBackend<T> for S {}

impl<T: SessionModel, S: Store<Model = T>> private::Sealed<T> for S {
    #[expect(private_interfaces, reason = "the trait is sealed, so nobody else can call it")]
    fn into_backend(self) -> Backend<T> {
        Backend::Server(Arc::new(self), PhantomData)
    }
}

#[cfg(feature = "cookie")]
impl<T: SessionModel> IntoBackend<T> for CookieStore<T> {}

#[cfg(feature = "cookie")]
impl<T: SessionModel> private::Sealed<T> for CookieStore<T> {
    #[expect(private_interfaces, reason = "the trait is sealed, so nobody else can call it")]
    fn into_backend(self) -> Backend<T> {
        Backend::Sealed(Arc::new(SealedBackend::new(T::KIND, self.keys, self.sizes).with_epochs(self.epochs)))
    }
}

mod private {
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
    /// In the cookie.
    #[cfg(feature = "cookie")]
    Sealed(Arc<SealedBackend>),
}

/// What a request presents.
pub(crate) enum Presented {
    /// Cookies, to be looked into when somebody asks for the session.
    Cookies(CookieHeaders),
    /// Something that a page of another origin made the browser send, so whatever it presents is not the visitor's will.
    CrossOrigin,
}

#[cfg(feature = "testkit")]
impl Presented {
    /// No cookie at all.
    pub(crate) fn nothing() -> Self {
        Self::Cookies(CookieHeaders::default())
    }
}

impl<T> Backend<T> {
    /// Lets the sessions live in a cookie of this name.
    #[cfg(feature = "cookie")]
    pub(crate) fn set_cookie(&mut self, spec: &CookieSpec) {
        if let Self::Sealed(backend) = self {
            Arc::make_mut(backend).set_cookie(spec);
        }
    }

    pub(crate) fn layout(&self) -> Layout {
        match self {
            Self::Server(store, _) => store.layout(),
            #[cfg(feature = "cookie")]
            Self::Sealed(_) => Layout::Document,
        }
    }
}

impl<T> Clone for Backend<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Server(store, model) => Self::Server(Arc::clone(store), *model),
            #[cfg(feature = "cookie")]
            Self::Sealed(backend) => Self::Sealed(Arc::clone(backend)),
        }
    }
}

impl<T> fmt::Debug for Backend<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(..) => f.write_str("Server(..)"),
            #[cfg(feature = "cookie")]
            Self::Sealed(_) => f.write_str("Sealed(..)"),
        }
    }
}
