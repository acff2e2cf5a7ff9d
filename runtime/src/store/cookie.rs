//! The store that is none: the whole session sealed in the visitor's cookie.

use std::{fmt, marker::PhantomData, sync::Arc, time::Duration};

use super::epoch::{CachedEpochs, DynEpochs, Epochs};
use crate::{
    cookie::{Budget, KeyRing, Padding},
    model::{HasPrincipal, SessionModel},
};

/// Sessions that live in the cookie, sealed with XAES-256-GCM; the server keeps nothing.
///
/// ```
/// use sessio::{Session, cookie::{Key, KeyRing}, store::CookieStore};
///
/// #[derive(Session)]
/// struct Preferences { theme: String }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let keys = KeyRing::new(Key::generate()?); // in production: KeyRing::from_env("SESSIO_KEYS")?
/// let layer = Preferences::layer(CookieStore::new(keys));
/// # Ok(()) }
/// ```
///
/// It is not a [`Store`](super::Store), and what a cookie cannot do does not exist here: a copy of the cookie works until
/// it expires, overlapping requests do not merge (the browser keeps the answer that came last), and nobody can list or
/// end somebody else's session. Take a store where that matters; the one thing that a sealed session can learn is to end
/// with all others of its user, by [`epochs`](Self::epochs).
pub struct CookieStore<T> {
    pub(crate) keys: KeyRing,
    pub(crate) budget: Budget,
    pub(crate) padding: Padding,
    pub(crate) epochs: Option<Arc<dyn DynEpochs>>,
    model: PhantomData<fn() -> T>,
}

impl<T: SessionModel> CookieStore<T> {
    /// Sessions sealed under these keys.
    pub fn new(keys: KeyRing) -> Self {
        Self { keys, budget: Budget::default(), padding: Padding::default(), epochs: None, model: PhantomData }
    }

    /// How many bytes of cookies a session may take: 8192 by default.
    #[must_use]
    pub fn budget(mut self, budget: Budget) -> Self {
        self.budget = budget;
        self
    }

    /// Hides the exact length of a session. Off by default.
    #[must_use]
    pub fn padding(mut self, padding: Padding) -> Self {
        self.padding = padding;
        self
    }

    /// Makes "sign out everywhere" possible: sessions in which a principal proved who they are before their
    /// [epoch](super::Epochs) are void. Off by default.
    ///
    /// What is known of a principal is used for ten seconds, so a sign-out everywhere takes effect within that time;
    /// [`epochs_for`](Self::epochs_for) takes another. Visitors who are not signed in cost no look-up. If a look-up fails
    /// the session does not load, and the visitor sees 503.
    #[must_use]
    pub fn epochs(self, source: impl Epochs<T>) -> Self
    where
        T: HasPrincipal,
    {
        self.epochs_for(source, Duration::from_secs(10))
    }

    /// As [`epochs`](Self::epochs), with another time for which an answer is used. Zero asks in every request.
    #[must_use]
    pub fn epochs_for(mut self, source: impl Epochs<T>, max_age: Duration) -> Self
    where
        T: HasPrincipal,
    {
        self.epochs = Some(Arc::new(CachedEpochs::new(source, max_age)));
        self
    }
}

impl<T: SessionModel> fmt::Debug for CookieStore<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CookieStore").field("kind", &T::KIND).finish_non_exhaustive()
    }
}
