//! The store that is none: the whole session sealed in the visitor's cookie.

use std::{fmt, marker::PhantomData, sync::Arc, time::Duration};

use super::{
    epoch::Epochs,
    known_epochs::{CachedEpochs, DynEpochs},
};
use crate::{
    cookie::{Budget, Compression, KeyRing, Padding, Sizes},
    model::{HasPrincipal, SessionModel},
};

/// Sessions that live in the cookie, sealed with XAES-256-GCM; the server keeps nothing.
///
/// ```
/// use sessio::{Session, keys::{self, KeyRing}, store::CookieStore};
///
/// #[derive(Session)]
/// struct Preferences { theme: String }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let keys = KeyRing::new(keys::generate()?); // in production: KeyRing::from_env("SESSIO_KEYS")?
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
    pub(crate) sizes: Sizes,
    pub(crate) epochs: Option<Arc<dyn DynEpochs>>,
    model: PhantomData<fn() -> T>,
}

impl<T: SessionModel> CookieStore<T> {
    /// Sessions sealed under these keys.
    pub fn new(keys: KeyRing) -> Self {
        Self { keys, sizes: Sizes::default(), epochs: None, model: PhantomData }
    }

    /// How many bytes of cookies a session may take: 8192 by default.
    #[must_use]
    pub fn budget(mut self, budget: Budget) -> Self {
        self.sizes.budget = budget;
        self
    }

    /// Hides the exact length of a session. Off by default.
    #[must_use]
    pub fn padding(mut self, padding: Padding) -> Self {
        self.sizes.padding = padding;
        self
    }

    /// Compresses sessions before they are sealed. Off by default, because lengths then tell more: read the risk at
    /// [`Compression`] first. It may be turned on and off while sessions live.
    ///
    #[cfg_attr(feature = "cookie-compression", doc = "```")]
    #[cfg_attr(not(feature = "cookie-compression"), doc = "```ignore")]
    /// # use sessio::{Session, keys::KeyRing};
    /// use std::num::NonZeroU16;
    /// use sessio::{cookie::{Compression, Padding}, store::CookieStore};
    ///
    /// # #[derive(Session)] struct Preferences { theme: String }
    /// # fn store(keys: KeyRing) -> CookieStore<Preferences> {
    /// let bucket = NonZeroU16::new(256).expect("not zero");
    /// CookieStore::new(keys).compression(Compression::Deflate).padding(Padding::Buckets(bucket))
    /// # }
    /// ```
    #[must_use]
    pub fn compression(mut self, compression: Compression) -> Self {
        self.sizes.compression = compression;
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
