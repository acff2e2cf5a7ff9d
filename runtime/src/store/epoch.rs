//! "Sign out everywhere" for sessions that live in the cookie: one small look-up by principal.
//!
//! A sealed session cannot be deleted, so what is kept is a moment for each principal who asked: sessions in which they
//! proved who they are before it are void (ASVS 5.0, 7.4.1). What counts is the proof, not the seal: a session that another
//! node sealed anew a moment too late is void all the same.

use std::{fmt, future::Future, marker::PhantomData, sync::Arc, time::Duration};

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use super::{Activity, Create, Store, StoreError, Touch};
use crate::{
    clock::{Clock, SystemClock, Timestamp},
    expiry::{Expiry, Lifetime},
    model::{Field, HasPrincipal, SessionModel, Value},
    record::{Credential, Record, Version},
    schema::Schema,
    token::{Secret, SessionId},
};

/// Where it is known since when the sealed sessions of a principal are good. [`StoredEpochs`] keeps it in any store; an
/// application with a table of users may keep it there:
///
/// ```
/// # use std::sync::Mutex;
/// # use sessio::{Session, clock::Timestamp, store::{Epochs, StoreError}};
/// # #[derive(Session)]
/// # struct Shop { #[session(principal)] user_id: Option<i64> }
/// # struct Users(Mutex<std::collections::HashMap<i64, Timestamp>>);
/// impl Epochs<Shop> for Users {
///     async fn epoch(&self, user: &i64) -> Result<Option<Timestamp>, StoreError> {
///         // SELECT sessions_good_since FROM users WHERE id = $1
///         Ok(self.0.lock().unwrap().get(user).copied())
///     }
/// }
/// ```
pub trait Epochs<T: HasPrincipal>: Send + Sync + 'static {
    /// The moment before which no sign-in of this principal counts; `None` if all count.
    ///
    /// # Errors
    ///
    /// When it cannot be told. The request's load has then failed, and the visitor sees 503: nobody is let in on a guess.
    fn epoch(&self, principal: &T::Principal) -> impl Future<Output = Result<Option<Timestamp>, StoreError>> + Send;
}

/// Epochs in a store, a record for each principal who has signed out everywhere.
///
/// Any store will do whose server does not forget what it was given: not Memcached, and no Redis that evicts. A record is
/// kept until the sessions that it voids have ended by themselves.
///
/// ```
/// use sessio::{Session, cookie::{Key, KeyRing}, store::{CookieStore, Epoch, MemoryStore, StoredEpochs}};
///
/// #[derive(Session)]
/// struct Shop { #[session(principal)] user_id: Option<i64> }
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let epochs = StoredEpochs::<Shop, _>::new(MemoryStore::<Epoch>::new());
/// let store = CookieStore::new(KeyRing::new(Key::generate()?)).epochs(epochs.clone());
/// let layer = Shop::layer(store);
///
/// // In a handler, or in a job:
/// epochs.sign_out_everywhere(42).await?;
/// # Ok(()) }
/// ```
pub struct StoredEpochs<T, S> {
    store: Arc<S>,
    clock: Arc<dyn Clock>,
    kept_for: Duration,
    model: PhantomData<fn() -> T>,
}

impl<T: HasPrincipal, S: Store<Model = Epoch>> StoredEpochs<T, S> {
    /// Epochs in this store. Those of several session types can share one.
    pub fn new(store: S) -> Self {
        let kept_for = Duration::from_hours(400 * 24);
        Self { store: Arc::new(store), clock: Arc::new(SystemClock), kept_for, model: PhantomData }
    }

    /// Keeps each record for so long, which must be at least the absolute limit of the longest session: 400 days by default.
    #[must_use]
    pub fn kept_for(mut self, time: Duration) -> Self {
        self.kept_for = time;
        self
    }

    /// Takes the time from another clock, for tests.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Voids all sessions in which this principal has proved who they are before now, and says when that was.
    ///
    /// The session that asks is among them. It stays if it [reauthenticates](crate::Session::reauthenticate) afterwards, in
    /// the same request: that is "sign out my other devices".
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn sign_out_everywhere(&self, principal: impl Into<T::Principal>) -> Result<Timestamp, StoreError> {
        let (id, now) = (name::<T>(&principal.into())?, self.clock.now());
        // A touch never moves a time backwards, so of two calls at once the later moment stays.
        let activity = Activity { seen_at: now, expires_at: now + self.kept_for };
        loop {
            if let Touch::Touched(_) = self.store.touch(id, activity).await? {
                return Ok(now);
            }
            // Nobody ever opens the record, so its secret is thrown away.
            let secret = Secret::random().map_err(StoreError::unavailable)?;
            let record = Record {
                id,
                version: Version::FIRST,
                credential: Credential::new(&secret),
                life: Lifetime::begin(Expiry::new(self.kept_for, self.kept_for), now),
                data: Bytes::from_static(b"{}"),
                columns: Vec::new(),
            };
            if self.store.create(&record).await? == Create::Created {
                return Ok(now);
            }
        }
    }
}

impl<T: HasPrincipal, S: Store<Model = Epoch>> Epochs<T> for StoredEpochs<T, S> {
    async fn epoch(&self, principal: &T::Principal) -> Result<Option<Timestamp>, StoreError> {
        let id = name::<T>(principal)?;
        match self.store.load(id).await? {
            Some(record) if record.id != id => Err(StoreError::corrupt("the store answered with another epoch")),
            record => Ok(record.map(|record| record.life.seen_at)),
        }
    }
}

impl<T, S> Clone for StoredEpochs<T, S> {
    fn clone(&self) -> Self {
        let (store, clock) = (Arc::clone(&self.store), Arc::clone(&self.clock));
        Self { store, clock, kept_for: self.kept_for, model: PhantomData }
    }
}

impl<T: SessionModel, S> fmt::Debug for StoredEpochs<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredEpochs").field("kind", &T::KIND).finish_non_exhaustive()
    }
}

/// What the store of [`StoredEpochs`] keeps: no fields, only a record with its times. The epoch is when it was last seen.
#[derive(Clone, Copy, Debug)]
pub struct Epoch;

impl SessionModel for Epoch {
    const KIND: &'static str = "sessio_epoch";
    const FIELDS: &'static [Field] = &[];
    const SCHEMA: Schema = Schema::new("sessio_epochs", &[], &[]);
    const PRINCIPAL: Option<usize> = None;

    fn fresh() -> Self {
        Self
    }

    fn field(&self, index: usize) -> &dyn Value {
        crate::__private::no_such_field(Self::KIND, index)
    }

    fn field_mut(&mut self, index: usize) -> &mut dyn Value {
        crate::__private::no_such_field(Self::KIND, index)
    }
}

/// The id of a principal's record: a hash of the kind and the principal, each behind its length.
fn name<T: HasPrincipal>(principal: &T::Principal) -> Result<SessionId, StoreError> {
    let principal = encode(principal)?;
    let mut hash = Sha256::new_with_prefix(b"sessio epoch 1\0");
    for part in [T::KIND.as_bytes(), &principal] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut id = [0; SessionId::LEN];
    id.iter_mut().zip(hash.finalize()).for_each(|(byte, hashed)| *byte = hashed);
    Ok(SessionId::from_bytes(id))
}

pub(super) fn encode(principal: &dyn Value) -> Result<Vec<u8>, StoreError> {
    let mut encoded = Vec::new();
    principal.encode(&mut encoded).map_err(StoreError::unavailable)?;
    Ok(encoded)
}
