//! A store that was chosen while the program runs, and what that one can.
//!
//! What only some backends can do is still a trait, so a program asks once whether the chosen one can, and gets a value of
//! which the compiler knows it. There is no method that fails on some backends.

use std::{fmt, marker::PhantomData, sync::Arc};

use super::{
    Activity, Create, DynStore, Enumerate, FindByColumn, Layout, Store, StoreError, Sweep, Touch, Update,
    erased::{Answer, DynEnumerate, DynFindByColumn, DynSweep},
};
use crate::{
    clock::Timestamp,
    model::{ColumnValue, SessionModel},
    record::{Record, Version},
    token::SessionId,
};

/// Any store, whose backend was chosen while the program runs. [`connect`](super::connect) makes one of a URL.
///
/// It is a [`Store`] like any other. What only some backends can do is asked for once, and given as a store that can:
///
/// ```
/// # use sessio::{model::HasPrincipal, Sessions, store::{AnyStore, SpawnError, StoreError, Sweeper}};
/// # async fn example<Shop: HasPrincipal<Principal = i64>>(store: AnyStore<Shop>) -> Result<(), Box<dyn std::error::Error>> {
/// // Where the server removes expired sessions by itself there is nothing to sweep.
/// let sweeper = store.sweepable().map(|store| Sweeper::new(store).spawn()).transpose()?;
///
/// match store.findable() {
///     Some(store) => println!("{} devices", Sessions::of(&store).of_principal(42).await?.len()),
///     None => println!("{} cannot list your devices", store.backend()),
/// }
/// # Ok(()) }
/// ```
///
/// | backend | [`sweepable`](Self::sweepable) | [`enumerable`](Self::enumerable) | [`findable`](Self::findable) |
/// |---|---|---|---|
/// | memory, SQLite, PostgreSQL, MySQL | yes | yes | yes |
/// | file | yes | yes | no |
/// | Redis, Redis cluster | no: the server expires | yes | yes |
/// | Memcached | no: the server expires | no | no |
///
/// `A` is what the compiler knows that the backend can: nothing yet, [`Sweepable`], [`Enumerable`] or [`Findable`]. A clone is
/// the same store. A call costs one small allocation more than one of the backend's own type.
pub struct AnyStore<T, A = Unproven> {
    backend: Backend,
    ability: A,
    model: PhantomData<fn() -> T>,
}

/// What an [`AnyStore`] can beyond the five verbs, if nobody has asked yet.
#[derive(Clone, Copy, Debug)]
pub struct Unproven(());

/// What an [`AnyStore`] is that can [`Sweep`].
#[derive(Clone)]
pub struct Sweepable(Arc<dyn DynSweep>);

/// What an [`AnyStore`] is that can [`Enumerate`].
#[derive(Clone)]
pub struct Enumerable(Arc<dyn DynEnumerate>);

/// What an [`AnyStore`] is that can [`FindByColumn`].
#[derive(Clone)]
pub struct Findable(Arc<dyn DynFindByColumn>);

#[derive(Clone)]
struct Backend {
    name: &'static str,
    store: Arc<dyn DynStore>,
    sweep: Option<Arc<dyn DynSweep>>,
    enumerate: Option<Arc<dyn DynEnumerate>>,
    find: Option<Arc<dyn DynFindByColumn>>,
    table: Option<Arc<dyn DynTable>>,
}

/// What a backend with a table can be asked.
pub(super) trait DynTable: Send + Sync + 'static {
    fn migrate(&self) -> Answer<'_, ()>;
    fn verify_schema(&self) -> Answer<'_, ()>;
}

impl<T: SessionModel> AnyStore<T> {
    /// Makes a store of yours one whose type nobody needs to know. Say what it can, and then
    /// [`build`](AnyStoreBuilder::build).
    ///
    /// ```
    /// # use sessio::{model::SessionModel, store::{AnyStore, CachedStore, MemoryStore}};
    /// # fn example<Shop: SessionModel>() -> AnyStore<Shop> {
    /// AnyStore::builder("my backend", MemoryStore::<Shop>::new()).sweepable().findable().build()
    /// # }
    /// ```
    pub fn builder<S: Store<Model = T>>(name: &'static str, store: S) -> AnyStoreBuilder<S> {
        let store = Arc::new(store);
        let backend =
            Backend { name, store: Arc::clone(&store) as _, sweep: None, enumerate: None, find: None, table: None };
        AnyStoreBuilder { store, backend }
    }
}

impl<T: SessionModel, A> AnyStore<T, A> {
    /// What keeps the sessions, in a word for a person: `memory`, `redis`, `postgres`.
    pub fn backend(&self) -> &'static str {
        self.backend.name
    }

    /// The same store, if expired sessions have to be swept from it: for a [`Sweeper`](super::Sweeper).
    pub fn sweepable(&self) -> Option<AnyStore<T, Sweepable>> {
        self.backend.sweep.clone().map(|store| self.with(Sweepable(store)))
    }

    /// The same store, if it can count, list and delete all: for an admin page.
    pub fn enumerable(&self) -> Option<AnyStore<T, Enumerable>> {
        self.backend.enumerate.clone().map(|store| self.with(Enumerable(store)))
    }

    /// The same store, if it can find sessions by a column: for "your devices" and the derive's finders.
    pub fn findable(&self) -> Option<AnyStore<T, Findable>> {
        self.backend.find.clone().map(|store| self.with(Findable(store)))
    }

    /// Creates the table and whatever of it is missing, for development. A backend without tables has nothing to do.
    ///
    /// # Errors
    ///
    /// As for `migrate` of the backend's own type.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        match &self.backend.table {
            Some(table) => table.migrate().await,
            None => Ok(()),
        }
    }

    /// Compares the live table with the struct. A backend without tables has nothing to compare.
    ///
    /// # Errors
    ///
    /// [`StoreError::Schema`] that says every difference that matters.
    pub async fn verify_schema(&self) -> Result<(), StoreError> {
        match &self.backend.table {
            Some(table) => table.verify_schema().await,
            None => Ok(()),
        }
    }

    fn with<B>(&self, ability: B) -> AnyStore<T, B> {
        AnyStore { backend: self.backend.clone(), ability, model: PhantomData }
    }
}

impl<T: SessionModel, A: Send + Sync + 'static> Store for AnyStore<T, A> {
    type Model = T;

    fn layout(&self) -> Layout {
        self.backend.store.layout()
    }

    async fn create(&self, record: &Record) -> Result<Create, StoreError> {
        self.backend.store.create(record).await
    }

    async fn load(&self, id: SessionId) -> Result<Option<Record>, StoreError> {
        self.backend.store.load(id).await
    }

    async fn update(&self, expected: Version, record: &Record) -> Result<Update, StoreError> {
        self.backend.store.update(expected, record).await
    }

    async fn touch(&self, id: SessionId, activity: Activity) -> Result<Touch, StoreError> {
        self.backend.store.touch(id, activity).await
    }

    async fn delete(&self, id: SessionId) -> Result<bool, StoreError> {
        self.backend.store.delete(id).await
    }
}

impl<T: SessionModel> Sweep for AnyStore<T, Sweepable> {
    async fn delete_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.ability.0.delete_expired(now, limit).await
    }
}

impl<T: SessionModel> Enumerate for AnyStore<T, Enumerable> {
    async fn count(&self) -> Result<u64, StoreError> {
        self.ability.0.count().await
    }

    async fn list(&self, after: Option<SessionId>, limit: u32) -> Result<Vec<Record>, StoreError> {
        self.ability.0.list(after, limit).await
    }

    async fn delete_all(&self) -> Result<u64, StoreError> {
        self.ability.0.delete_all().await
    }
}

impl<T: SessionModel> FindByColumn for AnyStore<T, Findable> {
    async fn find_by_column(&self, column: usize, value: &ColumnValue) -> Result<Vec<Record>, StoreError> {
        self.ability.0.find_by_column(column, value).await
    }

    async fn delete_by_column(
        &self,
        column: usize,
        value: &ColumnValue,
        keep: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        self.ability.0.delete_by_column(column, value, keep).await
    }
}

impl<T, A: Clone> Clone for AnyStore<T, A> {
    fn clone(&self) -> Self {
        Self { backend: self.backend.clone(), ability: self.ability.clone(), model: PhantomData }
    }
}

impl<T: SessionModel, A> fmt::Debug for AnyStore<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyStore").field("backend", &self.backend.name).field("kind", &T::KIND).finish_non_exhaustive()
    }
}

/// What a store is known to do, on its way to become an [`AnyStore`].
pub struct AnyStoreBuilder<S> {
    store: Arc<S>,
    backend: Backend,
}

impl<S: Store> AnyStoreBuilder<S> {
    /// It can be swept.
    #[must_use]
    pub fn sweepable(mut self) -> Self
    where
        S: Sweep,
    {
        self.backend.sweep = Some(Arc::clone(&self.store) as _);
        self
    }

    /// It can list its sessions.
    #[must_use]
    pub fn enumerable(mut self) -> Self
    where
        S: Enumerate,
    {
        self.backend.enumerate = Some(Arc::clone(&self.store) as _);
        self
    }

    /// It can find sessions by a column.
    #[must_use]
    pub fn findable(mut self) -> Self
    where
        S: FindByColumn,
    {
        self.backend.find = Some(Arc::clone(&self.store) as _);
        self
    }

    /// It has a table.
    #[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
    #[must_use]
    pub(super) fn with_table(mut self) -> Self
    where
        S: DynTable,
    {
        self.backend.table = Some(Arc::clone(&self.store) as _);
        self
    }

    /// The store.
    pub fn build(self) -> AnyStore<S::Model> {
        AnyStore { backend: self.backend, ability: Unproven(()), model: PhantomData }
    }
}

impl<S: Store> fmt::Debug for AnyStoreBuilder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyStoreBuilder").field("backend", &self.backend.name).finish_non_exhaustive()
    }
}

#[cfg(feature = "sql")]
impl<D: super::SqlDriver, T: SessionModel> DynTable for super::SqlStore<D, T> {
    fn migrate(&self) -> Answer<'_, ()> {
        Box::pin(Self::migrate(self))
    }

    fn verify_schema(&self) -> Answer<'_, ()> {
        Box::pin(Self::verify_schema(self))
    }
}
