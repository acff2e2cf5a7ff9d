//! The handle that a request works with: the session's plain value, and what only a session can do.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::Arc,
    time::Duration,
};

use super::{
    backends::Origin,
    detached::Detached,
    engine::warn_of_a_cut_age,
    intent::Renewal,
    request::{Checkout, RequestSession},
};
use crate::{
    clock::Timestamp,
    csrf::CsrfToken,
    error::{CommitError, LoadError, StaleAuthentication},
    expiry::{Expiry, Lifetime},
    model::{HasPrincipal, SessionModel},
    token::{RandomError, SessionId},
};

/// One request's session, as an extractor hands it out.
///
/// It derefs to `T`: read and change the struct through its accessors, and the changes are saved when the response goes
/// out, in one conditional write. Nothing is saved if the handler panics or the client goes away.
///
/// Overlapping requests of one session merge field by field. A session that nobody changes costs no store call beyond the
/// load, and a visitor who stores nothing gets no session at all.
pub struct Session<T: SessionModel> {
    request: Arc<RequestSession<T>>,
    /// Present until the handle is dropped.
    checkout: Option<Checkout<T>>,
}

impl<T: SessionModel> Session<T> {
    /// Makes the one load of the request, unless another handle has made it.
    pub(crate) async fn open(request: Arc<RequestSession<T>>) -> Result<Self, LoadError> {
        let checkout = request.check_out().await?;
        Ok(Self { request, checkout: Some(checkout) })
    }

    /// The public name of the session: safe in logs, URLs and device lists.
    ///
    /// `None` until the session is stored for the first time, and for a sealed session, which has no place on the server.
    pub fn id(&self) -> Option<SessionId> {
        self.request.look(Origin::id)
    }

    /// Whether the visitor has no stored session (yet).
    pub fn is_new(&self) -> bool {
        self.lifetime().is_none()
    }

    /// When the session was made; `None` if it is not stored yet.
    pub fn created_at(&self) -> Option<Timestamp> {
        self.lifetime().map(|life| life.created_at)
    }

    /// The last recorded activity before this request, at most a tenth of the idle limit behind the truth.
    pub fn seen_at(&self) -> Option<Timestamp> {
        self.lifetime().map(|life| life.seen_at)
    }

    /// When the visitor last proved who they are, by a [sign-in](Self::sign_in) or a [reauthentication](Self::reauthenticate)
    /// that is saved; `None` if they have not.
    pub fn authenticated_at(&self) -> Option<Timestamp> {
        self.lifetime().and_then(|life| life.authenticated_at)
    }

    /// When the session ends if nothing more happens; `None` if it is not stored yet.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.lifetime().map(|life| life.end())
    }

    /// The limits that this session lives under.
    pub fn expiry(&self) -> Expiry {
        self.request.expiry()
    }

    /// Puts this one session under other limits, from the commit on and for all its later requests.
    ///
    /// "Remember me" is `session.set_expiry(Expiry::default().persistent())`. The absolute limit counts from when the visitor
    /// last proved who they are, a [sign-in](Self::sign_in) of the same request included, or else from the session's creation;
    /// so this never revives what should have ended.
    pub fn set_expiry(&mut self, expiry: Expiry) {
        warn_of_a_cut_age::<T>(expiry);
        self.request.want(|intents| intents.expiry = Some(expiry));
    }

    /// Gives the session a new secret at the commit, with the same data under the same id.
    ///
    /// The present secret stays good for ten seconds, for requests that are under way. A change of the principal does
    /// this by itself, and without the ten seconds.
    pub fn rotate(&mut self) {
        self.request.want(|intents| intents.renewal = intents.renewal.max(Renewal::Secret));
    }

    /// Counts both limits from now and gives the session a new secret, because the visitor has just proved again who they
    /// are. Nothing else moves the absolute limit (NIST SP 800-63B-4, section 5.2).
    ///
    /// The limits stay those of the session: one that was [remembered](Self::set_expiry) stays so.
    pub fn reauthenticate(&mut self) {
        self.request.want(|intents| intents.renewal = Renewal::SecretAndLimits);
    }

    /// A token for a form or a script of this response, by which a [`CsrfLayer`](crate::web::CsrfLayer) or
    /// [`Csrf`](crate::web::Csrf) will know that a request comes from a page of ours.
    ///
    /// Each call gives another text, and all are good for as long as the session's secret is: a sign-in, a sign-out and a
    /// renewal end them. So ask for it after a [sign-in](Self::sign_in) and not before. A visitor without a session gets
    /// one, and with it a cookie, because there has to be something that the token belongs to.
    ///
    /// # Errors
    ///
    /// When the operating system has no randomness to give. As the answer of a handler it is a 503.
    pub fn csrf_token(&self) -> Result<CsrfToken, RandomError> {
        self.request.csrf_token(self.checkout())
    }

    /// Ends the session: its record is deleted before the response goes out, and no late write can bring it back.
    ///
    /// The handle goes on as that of a new visitor. What is stored from here on makes a new session with a new token.
    pub fn destroy(&mut self) {
        let (request, checkout) = self.parts();
        request.abandon(checkout);
    }

    /// Saves the changes now instead of at the end of the request, for a handler that decides itself what a failure means.
    ///
    /// # Errors
    ///
    /// See [`CommitError`]. The changes stay in the handle, and the end of the request tries again unless they are
    /// [reverted](Self::revert).
    pub async fn commit(&mut self) -> Result<(), CommitError> {
        let (request, checkout) = self.parts();
        request.commit(checkout).await
    }

    /// Changes the session and saves it, on the freshest value there is: after a conflict the closure runs again.
    ///
    /// ```
    /// # use sessio::{CommitError, Session};
    /// # #[derive(Session)]
    /// # struct Shop { stock: u32 }
    /// # async fn reserve(mut shop: Session<Shop>) -> Result<bool, CommitError> {
    /// let reserved = shop.update(|shop| match shop.stock().checked_sub(1) {
    ///     Some(left) => {
    ///         shop.set_stock(left);
    ///         true
    ///     }
    ///     None => false,
    /// });
    /// # reserved.await }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`CommitError`]. What the closure did is undone then; earlier changes stay in the handle.
    pub async fn update<R>(&mut self, change: impl FnMut(&mut T) -> R) -> Result<R, CommitError> {
        let (request, checkout) = self.parts();
        request.update(checkout, change).await
    }

    /// Sees what other requests have saved meanwhile. Changes of this handle are kept and merged.
    ///
    /// # Errors
    ///
    /// [`CommitError::Gone`] when the session has ended; others as for a commit.
    pub async fn reload(&mut self) -> Result<(), CommitError> {
        let (request, checkout) = self.parts();
        request.reload(checkout).await
    }

    /// Undoes the changes that this handle has not committed.
    ///
    /// # Errors
    ///
    /// When the stored value cannot be decoded.
    pub fn revert(&mut self) -> Result<(), LoadError> {
        let (request, checkout) = self.parts();
        request.revert(checkout);
        Ok(())
    }

    /// Takes the session out of the request, for work that outlives the response: a WebSocket, a stream of events.
    ///
    /// What has changed so far is saved now, and a new visitor's session is made, so that its cookie goes with this
    /// response. The detached handle saves only when told to.
    ///
    /// # Errors
    ///
    /// As for a commit.
    pub async fn detach(mut self) -> Result<Detached<T>, CommitError> {
        let (request, checkout) = self.parts();
        Ok(Detached::new(request.detach(checkout).await?))
    }

    fn lifetime(&self) -> Option<Lifetime> {
        self.request.look(|origin| origin.life().copied())
    }

    fn checkout(&self) -> &Checkout<T> {
        self.checkout.as_ref().expect(CHECKED_OUT)
    }

    fn parts(&mut self) -> (&RequestSession<T>, &mut Checkout<T>) {
        (&self.request, self.checkout.as_mut().expect(CHECKED_OUT))
    }
}

/// Why a handle always has its value.
const CHECKED_OUT: &str = "a handle holds its value until it is dropped";

impl<T: HasPrincipal> Session<T> {
    /// Makes the session belong to somebody, with a new secret: a session that an attacker planted opens nothing
    /// afterwards (OWASP Session Management, "Renew the Session ID After Any Privilege Level Change").
    ///
    /// An anonymous session keeps its data. From one principal straight to another the session starts from fresh, so that
    /// nothing of one user reaches the next. Signing in again as the same principal counts as
    /// [reauthentication](Self::reauthenticate).
    pub fn sign_in(&mut self, principal: impl Into<T::Principal>) {
        let principal = principal.into();
        match self.principal() {
            Some(present) if *present == principal => self.reauthenticate(),
            Some(_) => {
                self.destroy();
                self.set_principal(Some(principal));
            }
            None => self.set_principal(Some(principal)),
        }
    }

    /// Ends the session, as [`destroy`](Self::destroy).
    pub fn sign_out(&mut self) {
        self.destroy();
    }

    /// Passes only if the visitor proved who they are at most `age` ago, for what a session alone should not allow: a new
    /// password, a payment (OWASP Session Management, "Require Re-authentication").
    ///
    /// A sign-in and a [reauthentication](Self::reauthenticate) count from the moment that they are saved.
    ///
    /// # Errors
    ///
    /// [`StaleAuthentication`] when it is longer ago, or when nobody is signed in. As the answer of a handler it is a 403.
    pub fn require_fresh(&self, age: Duration) -> Result<(), StaleAuthentication> {
        let now = self.request.now();
        let at = self.authenticated_at().filter(|_| self.principal().is_some());
        at.is_some_and(|at| now.since(at) <= age).then_some(()).ok_or(StaleAuthentication)
    }
}

impl<T: SessionModel> Deref for Session<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.checkout().draft.value()
    }
}

impl<T: SessionModel> DerefMut for Session<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.parts().1.draft.value_mut()
    }
}

impl<T: SessionModel> Drop for Session<T> {
    fn drop(&mut self) {
        // What a handler did that did not return is not saved.
        if let Some(checkout) = self.checkout.take().filter(|_| !std::thread::panicking()) {
            self.request.check_in(checkout);
        }
    }
}

impl<T: SessionModel> fmt::Debug for Session<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("kind", &T::KIND).field("id", &self.id()).finish_non_exhaustive()
    }
}
