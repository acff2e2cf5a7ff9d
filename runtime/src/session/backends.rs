//! The backends that there are, behind one type each: the setting, the backend, the origin, the end.

use std::sync::Arc;

#[cfg(feature = "cookie")]
use super::sealed::{SealedBackend, SealedOrigin, Seals};
use super::{
    backend::{Attempt, Backend, SetCookies},
    base::Base,
    context::Context,
    draft::Draft,
    intent::Intents,
    opened::StoreOrigin,
    stored::StoreBackend,
};
#[cfg(feature = "cookie")]
use crate::{cookie::Carried, store::CookieStore};
use crate::{
    cookie::{CookieHeaders, CookieSpec},
    csrf::CsrfKey,
    error::{CommitError, LoadError},
    expiry::Lifetime,
    model::SessionModel,
    record::{Record, Version},
    store::{DynStore, Store},
    token::{RandomError, SecretHash, SessionId},
};

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
    fn into_kept(self) -> Kept {
        Kept::InStore(Arc::new(self))
    }
}

#[cfg(feature = "cookie")]
impl<T: SessionModel> IntoBackend<T> for CookieStore<T> {}

#[cfg(feature = "cookie")]
impl<T: SessionModel> private::Sealed<T> for CookieStore<T> {
    #[expect(private_interfaces, reason = "the trait is sealed, so nobody else can call it")]
    fn into_kept(self) -> Kept {
        Kept::InCookie(Seals { kind: T::KIND, keys: self.keys, sizes: self.sizes, epochs: self.epochs })
    }
}

mod private {
    /// Turns a store into the setting that it is.
    pub trait Sealed<T> {
        #[doc(hidden)]
        #[expect(private_interfaces, reason = "the trait is sealed, so nobody else can call it")]
        fn into_kept(self) -> super::Kept;
    }
}

/// The setting of where sessions are kept.
#[derive(Clone)]
pub(crate) enum Kept {
    InStore(Arc<dyn DynStore>),
    #[cfg(feature = "cookie")]
    InCookie(Seals),
}

/// A backend of either kind, as an engine holds it.
pub(super) enum AnyBackend {
    Store(Arc<StoreBackend>),
    #[cfg(feature = "cookie")]
    Sealed(Arc<SealedBackend>),
}

impl AnyBackend {
    /// The backend of a setting, whose sessions are in this cookie or hold their tokens in it.
    pub(super) fn new(kept: Kept, cookie: CookieSpec) -> Self {
        match kept {
            Kept::InStore(store) => Self::Store(Arc::new(StoreBackend { store, cookie })),
            #[cfg(feature = "cookie")]
            Kept::InCookie(seals) => Self::Sealed(Arc::new(SealedBackend::new(seals, cookie))),
        }
    }

    /// Opens what the request presents.
    pub(super) async fn open<T: SessionModel>(
        &self,
        context: &Context<T>,
        cookies: &CookieHeaders,
    ) -> Result<(Draft<T>, Origin), LoadError> {
        match self {
            Self::Store(backend) => {
                let (draft, origin) = backend.open(context, cookies).await?;
                Ok((draft, Origin::Store(Arc::clone(backend), origin)))
            }
            #[cfg(feature = "cookie")]
            Self::Sealed(backend) => {
                let (draft, origin) = backend.open(context, cookies).await?;
                Ok((draft, Origin::Sealed(Arc::clone(backend), origin)))
            }
        }
    }
}

/// Where a unit of work came from, and the backend that it goes back to.
#[derive(Clone)]
pub(crate) enum Origin {
    Store(Arc<StoreBackend>, StoreOrigin),
    #[cfg(feature = "cookie")]
    Sealed(Arc<SealedBackend>, SealedOrigin),
}

/// A session that is to end.
#[derive(Clone)]
pub(crate) enum Ending {
    /// Its record in the store.
    Record(Arc<StoreBackend>, SessionId),
    /// The cookies that hold it.
    #[cfg(feature = "cookie")]
    Sealed(Arc<SealedBackend>, Carried),
}

/// Evaluates an expression for whichever backend an origin belongs to.
macro_rules! on_backend {
    ($origin:expr, |$backend:ident, $at:ident| $body:expr) => {
        match $origin {
            Origin::Store($backend, $at) => $body,
            #[cfg(feature = "cookie")]
            Origin::Sealed($backend, $at) => $body,
        }
    };
}

/// The same where the answer is made of the backend's own origins, which become [`Origin`]s.
macro_rules! on_backend_from {
    ($origin:expr, |$backend:ident, $at:ident| $body:expr) => {
        match $origin {
            Origin::Store($backend, $at) => $body.map(|found| found.map(|at| Origin::Store(Arc::clone($backend), at))),
            #[cfg(feature = "cookie")]
            Origin::Sealed($backend, $at) => {
                $body.map(|found| found.map(|at| Origin::Sealed(Arc::clone($backend), at)))
            }
        }
    };
}

impl Origin {
    /// The public id, once the session is stored on the server.
    pub(crate) fn id(&self) -> Option<SessionId> {
        self.record().map(|record| record.id)
    }

    /// Which version of the session this is, once it is stored on the server.
    pub(super) fn version(&self) -> Option<Version> {
        self.record().map(|record| record.version)
    }

    /// The record, once the session is stored on the server.
    pub(super) fn record(&self) -> Option<&Record> {
        match self {
            Self::Store(_, StoreOrigin::Stored(opened)) => Some(&opened.record),
            Self::Store(..) => None,
            #[cfg(feature = "cookie")]
            Self::Sealed(..) => None,
        }
    }

    /// Which secret opens the session, once it is stored on the server.
    pub(super) fn current_secret(&self) -> Option<SecretHash> {
        self.record().map(|record| record.credential.current)
    }

    /// The life of the visitor's session, if there is one.
    pub(crate) fn life(&self) -> Option<&Lifetime> {
        match self {
            Self::Store(..) => self.record().map(|record| &record.life),
            #[cfg(feature = "cookie")]
            Self::Sealed(_, sealed) => sealed.session.as_ref().map(|session| &session.life),
        }
    }

    /// Whether the visitor bears a secret that a sign-in has replaced.
    pub(super) fn is_superseded(&self) -> bool {
        matches!(self, Self::Store(_, StoreOrigin::Superseded))
    }

    /// The key by which a request's CSRF token is judged; `None` for a visitor without a session.
    pub(super) fn csrf_key(&self) -> Option<CsrfKey> {
        match self {
            Self::Store(_, StoreOrigin::Stored(opened)) => Some(CsrfKey::of(opened.secret())),
            Self::Store(..) => None,
            #[cfg(feature = "cookie")]
            Self::Sealed(_, sealed) => sealed.session.as_ref().and_then(|session| session.csrf.clone()),
        }
    }

    /// Leaves the session behind: how it is to be ended, if there is one. What follows belongs to a new visitor.
    pub(super) fn leave(&mut self) -> Option<Ending> {
        match self {
            Self::Store(backend, origin @ StoreOrigin::Stored(_)) => {
                let before = std::mem::replace(origin, StoreOrigin::New { expired: None });
                let StoreOrigin::Stored(opened) = before else { return None };
                Some(Ending::Record(Arc::clone(backend), opened.id()))
            }
            // A superseded request must not sign anybody out.
            Self::Store(..) => None,
            #[cfg(feature = "cookie")]
            Self::Sealed(backend, sealed) => {
                sealed.session.take().map(|_| Ending::Sealed(Arc::clone(backend), sealed.carried))
            }
        }
    }

    /// What the origin stands for, decoded; `None` for a visitor without a session.
    pub(super) fn base<T: SessionModel>(&self, context: &Context<T>) -> Result<Option<Arc<Base<T>>>, LoadError> {
        on_backend!(self, |backend, at| backend.base(context, at))
    }

    /// Writes once what the draft and the intents ask for.
    pub(super) async fn attempt<T: SessionModel>(
        &self,
        context: &Context<T>,
        draft: &mut Draft<T>,
        intents: &Intents,
    ) -> Result<Attempt<Self>, CommitError> {
        on_backend_from!(self, |backend, at| backend.attempt(context, draft, at, intents).await)
    }

    /// Loads the session again. `None` when it has ended.
    pub(super) async fn reload<T: SessionModel>(&self, context: &Context<T>) -> Result<Option<Self>, LoadError> {
        on_backend_from!(self, |backend, at| backend.reload(context, at).await)
    }

    /// Whether the session has ended since it was opened, or belongs to another principal than this base says.
    pub(super) async fn has_ended<T: SessionModel>(
        &self,
        context: &Context<T>,
        since: &Base<T>,
    ) -> Result<bool, LoadError> {
        on_backend!(self, |backend, at| backend.has_ended(context, at, since).await)
    }

    /// Whether a commit has something to do although nobody has asked for anything.
    pub(super) fn is_due<T: SessionModel>(&self, context: &Context<T>) -> bool {
        on_backend!(self, |backend, at| backend.is_due(context, at))
    }

    /// The key of the CSRF tokens that a page of this response shows.
    pub(super) fn csrf_key_to_show<T: SessionModel>(
        &self,
        context: &Context<T>,
        draft: &Draft<T>,
        intents: &mut Intents,
    ) -> Result<CsrfKey, RandomError> {
        on_backend!(self, |backend, at| backend.csrf_key_to_show(context, draft, at, intents))
    }

    /// The same visitor at another record of the session.
    pub(super) fn moved_to(&self, record: Record) -> Option<Self> {
        match self {
            Self::Store(backend, StoreOrigin::Stored(opened)) => {
                Some(Self::Store(Arc::clone(backend), opened.moved_to(record)))
            }
            Self::Store(..) => None,
            #[cfg(feature = "cookie")]
            Self::Sealed(..) => None,
        }
    }
}

impl Ending {
    /// Ends the session. It is gone from the store before anybody is told.
    pub(super) async fn carry_out<T: SessionModel>(self, context: &Context<T>) -> Result<SetCookies, CommitError> {
        match self {
            Self::Record(backend, id) => Ok(backend.end(context, id).await?),
            #[cfg(feature = "cookie")]
            Self::Sealed(backend, carried) => Ok(backend.end(context, carried)),
        }
    }
}
