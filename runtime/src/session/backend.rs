//! What a way to keep sessions must be able to do.

use std::sync::Arc;

use http::HeaderValue;

use super::{base::Base, context::Context, draft::Draft, intent::Intents};
use crate::{
    cookie::CookieHeaders,
    csrf::CsrfKey,
    error::{CommitError, LoadError},
    model::SessionModel,
    token::RandomError,
};

/// A way to keep sessions. It opens what a request presents, and writes what a unit of work asks for.
pub(super) trait Backend<T: SessionModel>: Sized + Send + Sync + 'static {
    /// Where a unit of work of this backend came from, which decides what may become of it.
    type Origin: Clone + Send + Sync;

    /// Opens what the request presents. Whatever a client sends, the worst outcome is a fresh visitor.
    fn open(
        self: &Arc<Self>,
        context: &Context<T>,
        cookies: &CookieHeaders,
    ) -> impl Future<Output = Result<(Draft<T>, Self::Origin), LoadError>> + Send;

    /// The session that an origin stands for, decoded; `None` for a visitor without one.
    fn base(&self, context: &Context<T>, origin: &Self::Origin) -> Result<Option<Arc<Base<T>>>, LoadError>;

    /// Writes once what the draft and the intents ask for.
    fn attempt(
        self: &Arc<Self>,
        context: &Context<T>,
        draft: &mut Draft<T>,
        origin: &Self::Origin,
        intents: &Intents,
    ) -> impl Future<Output = Result<Attempt<Self::Origin>, CommitError>> + Send;

    /// Loads the session again. `None` when it has ended.
    fn reload(
        &self,
        context: &Context<T>,
        origin: &Self::Origin,
    ) -> impl Future<Output = Result<Option<Self::Origin>, LoadError>> + Send;

    /// Whether the session has ended since it was opened, or belongs to another principal than this base says.
    fn has_ended(
        &self,
        context: &Context<T>,
        origin: &Self::Origin,
        since: &Base<T>,
    ) -> impl Future<Output = Result<bool, LoadError>> + Send;

    /// Whether a commit has something to do although nobody has asked for anything.
    fn is_due(&self, context: &Context<T>, origin: &Self::Origin) -> bool;

    /// The key of the CSRF tokens that a page of this response shows. A visitor without a session gets one.
    fn csrf_key_to_show(
        &self,
        context: &Context<T>,
        draft: &Draft<T>,
        origin: &Self::Origin,
        intents: &mut Intents,
    ) -> Result<CsrfKey, RandomError>;
}

/// How one try to write ended.
pub(super) enum Attempt<O> {
    Done(Outcome<O>),
    /// An earlier write of this draft, whose answer was lost, had taken effect. The draft may have changed since.
    Found(Outcome<O>),
    /// Another request wrote first; this is where it left the session.
    Conflict(Box<O>),
}

/// What a write did.
pub(super) struct Outcome<O> {
    /// Where the session stands now, if it was written.
    pub(super) saved: Option<O>,
    /// What the browser has to be told.
    pub(super) cookies: SetCookies,
}

/// The `Set-Cookie` headers of a response. None at all tells the browser nothing.
#[derive(Clone, Default)]
pub(crate) struct SetCookies(Vec<HeaderValue>);

impl SetCookies {
    pub(super) fn one(cookie: HeaderValue) -> Self {
        Self(vec![cookie])
    }

    #[cfg(feature = "cookie")]
    pub(super) fn several(cookies: Vec<HeaderValue>) -> Self {
        Self(cookies)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl IntoIterator for SetCookies {
    type Item = HeaderValue;
    type IntoIter = std::vec::IntoIter<HeaderValue>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<O> Attempt<O> {
    /// There was nothing to write.
    pub(super) fn nothing() -> Self {
        Self::Done(Outcome { saved: None, cookies: SetCookies::default() })
    }

    pub(super) fn map<P>(self, map: impl FnOnce(O) -> P) -> Attempt<P> {
        let outcome = |Outcome { saved, cookies }: Outcome<O>, map| Outcome { saved: saved.map(map), cookies };
        match self {
            Self::Done(done) => Attempt::Done(outcome(done, map)),
            Self::Found(found) => Attempt::Found(outcome(found, map)),
            Self::Conflict(theirs) => Attempt::Conflict(Box::new(map(*theirs))),
        }
    }
}
