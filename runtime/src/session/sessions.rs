//! A store used directly, outside any request: an admin page, a job, a "sign out everywhere" button.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::Arc,
};

#[cfg(feature = "web")]
use super::handle::Session;
use super::{
    backoff::Backoff,
    base::{Base, Contents},
    revocation,
};
use crate::{
    clock::{Clock, SystemClock, Timestamp},
    error::{CommitError, LoadError},
    expiry::Lifetime,
    model::{Column, ColumnValue, HasPrincipal, SessionModel},
    record::Record,
    store::{Enumerate, FindByColumn, Store, StoreError, Update},
    token::SessionId,
};

/// The typed view of a store: load, edit, find and end sessions without a request.
///
/// ```
/// # use sessio::{Session, Sessions, store::MemoryStore};
/// # #[derive(Session)]
/// # struct Shop { #[session(principal)] user_id: Option<i64>, visits: u32 }
/// # async fn example(store: MemoryStore<Shop>) -> Result<(), Box<dyn std::error::Error>> {
/// let sessions = Sessions::of(&store);
/// for device in sessions.of_principal(42).await? {
///     println!("{} last seen {:?}", device.id(), device.seen_at());
///     sessions.edit(device.id(), |shop| shop.set_visits(0_u32)).await?;
/// }
/// sessions.end_all_of(42).await?;
/// # Ok(()) }
/// ```
pub struct Sessions<'a, S> {
    store: &'a S,
    clock: Arc<dyn Clock>,
}

impl<'a, S: Store> Sessions<'a, S> {
    /// The sessions in this store.
    pub fn of(store: &'a S) -> Self {
        Self { store, clock: Arc::new(SystemClock) }
    }

    /// Judges expiry by another clock, for tests.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The session with this id, if there is one and it has not ended.
    ///
    /// # Errors
    ///
    /// When the store fails, or a strict field does not decode.
    pub async fn load(&self, id: SessionId) -> Result<Option<Stored<S::Model>>, LoadError> {
        let record = self.store.load(id).await?;
        record.filter(|record| self.is_alive(record)).map(|record| self.decode(&record)).transpose()
    }

    /// Changes a session and saves it, on the freshest value there is: after a conflict the closure runs again. The
    /// visitor's activity does not move.
    ///
    /// # Errors
    ///
    /// [`EditError::Gone`] when there is no such session; [`EditError::Principal`] when the closure changed whom it
    /// belongs to, which only a request can do, because it takes a new cookie.
    pub async fn edit<R>(&self, id: SessionId, mut change: impl FnMut(&mut S::Model) -> R) -> Result<R, EditError> {
        let mut record = self.store.load(id).await?.ok_or(EditError::Gone)?;
        let mut backoff = Backoff::default();
        loop {
            if !self.is_alive(&record) {
                return Err(EditError::Gone);
            }
            let layout = self.store.layout();
            let base = Base::<S::Model>::decode(Contents::of(&record, layout))?;
            let mut value = base.copy();
            let answer = change(&mut value);
            if S::Model::PRINCIPAL.is_some_and(|index| base.differs(index, &value)) {
                return Err(EditError::Principal);
            }
            let Some(changed) = base.first_difference(&value) else { return Ok(answer) };
            let encoded = base.encode(&value, Some(changed), layout)?;
            let expected = record.version;
            let version = expected.of_new_write().map_err(CommitError::from)?;
            let next = Record { version, data: encoded.data, columns: encoded.columns, ..record };
            match self.store.update(expected, &next).await? {
                Update::Updated => return Ok(answer),
                Update::Gone => return Err(EditError::Gone),
                Update::Conflict(current) => record = *current,
            }
            backoff.wait().await?;
        }
    }

    /// Ends a session. `false` when there is none.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn end(&self, id: SessionId) -> Result<bool, StoreError> {
        let deleted = self.store.delete(id).await?;
        revocation::announce(id);
        Ok(deleted)
    }

    fn is_alive(&self, record: &Record) -> bool {
        !record.life.is_over(self.clock.now())
    }

    fn decode(&self, record: &Record) -> Result<Stored<S::Model>, LoadError> {
        let value = Base::<S::Model>::decode(Contents::of(record, self.store.layout()))?.into_value();
        Ok(Stored { id: record.id, life: record.life, value })
    }

    fn decode_all(&self, records: Vec<Record>) -> Vec<Stored<S::Model>> {
        let alive = records.into_iter().filter(|record| self.is_alive(record));
        alive.filter_map(|record| {
            let id = record.id;
            self.decode(&record)
                .inspect_err(|error| {
                    tracing::warn!(target: "sessio", kind = S::Model::KIND, %id, error = error as &dyn std::error::Error,
                        "a session that does not decode is left out of a list");
                })
                .ok()
        })
        .collect()
    }
}

impl<S: Enumerate> Sessions<'_, S> {
    /// At most `limit` live sessions with ids greater than `after`, in the order of their ids. Fewer may come back than
    /// there are further ones: the list is at its end when [`Page::next`] is `None`.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn list(&self, after: Option<SessionId>, limit: u32) -> Result<Page<S::Model>, StoreError> {
        let records = self.store.list(after, limit).await?;
        let is_full = u32::try_from(records.len()).is_ok_and(|count| count >= limit);
        let next = records.last().map(|record| record.id).filter(|_| is_full);
        Ok(Page { sessions: self.decode_all(records), next })
    }
}

impl<S: FindByColumn> Sessions<'_, S> {
    /// The live sessions whose column holds this value. The derive's `find_by_..` functions call this.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn find_by_column(
        &self,
        column: usize,
        value: &ColumnValue,
    ) -> Result<Vec<Stored<S::Model>>, StoreError> {
        Ok(self.decode_all(self.store.find_by_column(column, value).await?))
    }

    /// Ends the sessions whose column holds this value, but not `keep`, and says how many there were.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn delete_by_column(
        &self,
        column: usize,
        value: &ColumnValue,
        keep: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        let mut ended = Vec::new();
        if revocation::is_anybody_watching() {
            ended = self.store.find_by_column(column, value).await?;
        }
        let count = self.store.delete_by_column(column, value, keep).await?;
        ended.iter().map(|record| record.id).filter(|id| Some(*id) != keep).for_each(revocation::announce);
        Ok(count)
    }
}

impl<S: Store<Model: HasPrincipal>> Sessions<'_, S> {
    /// Ends a session if it belongs to this principal: "sign out that device". `false` when it does not, or there is none.
    ///
    /// An id is no secret, so whoever names one need not be its owner. (A list of devices, and ending one, are ASVS 5.0
    /// 7.5.2, which asks for a [fresh](crate::Session::require_fresh) sign-in before.)
    ///
    /// # Errors
    ///
    /// When the store fails, or a strict field does not decode.
    pub async fn end_one_of(&self, principal: impl Into<Principal<S>>, id: SessionId) -> Result<bool, LoadError> {
        let principal = principal.into();
        match self.load(id).await? {
            Some(session) if session.principal() == Some(&principal) => Ok(self.end(id).await?),
            _ => Ok(false),
        }
    }
}

impl<S: FindByColumn<Model: HasPrincipal>> Sessions<'_, S> {
    /// The live sessions of a principal: a user's devices.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn of_principal(&self, principal: impl Into<Principal<S>>) -> Result<Vec<Stored<S::Model>>, StoreError> {
        self.find_by_column(Self::principal_column(), &principal.into().to_column()).await
    }

    /// Ends every session of a principal: "sign out everywhere".
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn end_all_of(&self, principal: impl Into<Principal<S>>) -> Result<u64, StoreError> {
        self.delete_by_column(Self::principal_column(), &principal.into().to_column(), None).await
    }

    /// Ends every session of a principal but this one: "sign out my other devices".
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn end_others_of(&self, principal: impl Into<Principal<S>>, keep: SessionId) -> Result<u64, StoreError> {
        self.delete_by_column(Self::principal_column(), &principal.into().to_column(), Some(keep)).await
    }

    fn principal_column() -> usize {
        let field = S::Model::PRINCIPAL.map(|index| &S::Model::FIELDS[index]);
        field.and_then(|field| field.column).expect("the derive gives the principal a column").0
    }
}

type Principal<S> = <<S as Store>::Model as HasPrincipal>::Principal;

impl<'a, S: Store> From<&'a S> for Sessions<'a, S> {
    fn from(store: &'a S) -> Self {
        Self::of(store)
    }
}

impl<S> Clone for Sessions<'_, S> {
    fn clone(&self) -> Self {
        Self { store: self.store, clock: Arc::clone(&self.clock) }
    }
}

impl<S: Store> fmt::Debug for Sessions<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").field("kind", &S::Model::KIND).finish_non_exhaustive()
    }
}

/// A part of a long list.
#[derive(Debug)]
pub struct Page<T> {
    /// The live sessions of this part.
    pub sessions: Vec<Stored<T>>,
    /// Where the next part begins, if there is one.
    pub next: Option<SessionId>,
}

/// A session as it was read from a store. It derefs to the session struct.
pub struct Stored<T> {
    id: SessionId,
    life: Lifetime,
    value: T,
}

impl<T> Stored<T> {
    /// The public name of the session.
    pub fn id(&self) -> SessionId {
        self.id
    }

    /// When the session was made.
    pub fn created_at(&self) -> Timestamp {
        self.life.created_at
    }

    /// The last recorded activity, at most a tenth of the idle limit behind the truth.
    pub fn seen_at(&self) -> Timestamp {
        self.life.seen_at
    }

    /// When the session ends if nothing more happens.
    pub fn expires_at(&self) -> Timestamp {
        self.life.end()
    }

    /// When the visitor last proved who they are; `None` if they have not.
    pub fn authenticated_at(&self) -> Option<Timestamp> {
        self.life.authenticated_at
    }

    /// Whether it is the session of this very request: "this device" in a list.
    #[cfg(feature = "web")]
    pub fn is_current(&self, session: &Session<T>) -> bool
    where
        T: SessionModel,
    {
        session.id() == Some(self.id)
    }

    /// The session struct itself.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T> Deref for Stored<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Stored<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T> fmt::Debug for Stored<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stored").field("id", &self.id).field("life", &self.life).finish_non_exhaustive()
    }
}

/// A session could not be edited outside a request.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// There is no such session, or it has ended.
    #[error("there is no such session")]
    Gone,
    /// The change needs a new cookie, which only a request can send.
    #[error("whom a session belongs to can only be changed by a request; end the session instead")]
    Principal,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The session could not be decoded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A changed field could not be encoded, or other writes always came first.
    #[error(transparent)]
    Encode(#[from] CommitError),
}
