//! A store without its type, so that a handler names its session and not where it is kept, and so that a program can choose
//! where that is while it runs.

use std::{future::Future, pin::Pin};

use super::{Activity, Create, Enumerate, FindByColumn, Layout, Store, StoreError, Sweep, Touch, Update};
use crate::{
    clock::Timestamp,
    model::ColumnValue,
    record::{Record, Version},
    token::SessionId,
};

pub(crate) type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// [`Store`], callable through a pointer: one allocation for each call.
pub(crate) trait DynStore: Send + Sync + 'static {
    fn layout(&self) -> Layout;
    fn create<'a>(&'a self, record: &'a Record) -> Answer<'a, Create>;
    fn load(&self, id: SessionId) -> Answer<'_, Option<Record>>;
    fn update<'a>(&'a self, expected: Version, record: &'a Record) -> Answer<'a, Update>;
    fn touch(&self, id: SessionId, activity: Activity) -> Answer<'_, Touch>;
    fn delete(&self, id: SessionId) -> Answer<'_, bool>;
}

impl<S: Store> DynStore for S {
    fn layout(&self) -> Layout {
        Store::layout(self)
    }

    fn create<'a>(&'a self, record: &'a Record) -> Answer<'a, Create> {
        Box::pin(Store::create(self, record))
    }

    fn load(&self, id: SessionId) -> Answer<'_, Option<Record>> {
        Box::pin(Store::load(self, id))
    }

    fn update<'a>(&'a self, expected: Version, record: &'a Record) -> Answer<'a, Update> {
        Box::pin(Store::update(self, expected, record))
    }

    fn touch(&self, id: SessionId, activity: Activity) -> Answer<'_, Touch> {
        Box::pin(Store::touch(self, id, activity))
    }

    fn delete(&self, id: SessionId) -> Answer<'_, bool> {
        Box::pin(Store::delete(self, id))
    }
}

/// [`Sweep`], callable through a pointer.
pub(super) trait DynSweep: DynStore {
    fn delete_expired(&self, now: Timestamp, limit: u32) -> Answer<'_, u64>;
}

impl<S: Sweep> DynSweep for S {
    fn delete_expired(&self, now: Timestamp, limit: u32) -> Answer<'_, u64> {
        Box::pin(Sweep::delete_expired(self, now, limit))
    }
}

/// [`Enumerate`], callable through a pointer.
pub(super) trait DynEnumerate: DynStore {
    fn count(&self) -> Answer<'_, u64>;
    fn list(&self, after: Option<SessionId>, limit: u32) -> Answer<'_, Vec<Record>>;
    fn delete_all(&self) -> Answer<'_, u64>;
}

impl<S: Enumerate> DynEnumerate for S {
    fn count(&self) -> Answer<'_, u64> {
        Box::pin(Enumerate::count(self))
    }

    fn list(&self, after: Option<SessionId>, limit: u32) -> Answer<'_, Vec<Record>> {
        Box::pin(Enumerate::list(self, after, limit))
    }

    fn delete_all(&self) -> Answer<'_, u64> {
        Box::pin(Enumerate::delete_all(self))
    }
}

/// [`FindByColumn`], callable through a pointer.
pub(crate) trait DynFindByColumn: DynStore {
    fn find_by_column<'a>(&'a self, column: usize, value: &'a ColumnValue) -> Answer<'a, Vec<Record>>;
    fn delete_by_column<'a>(
        &'a self,
        column: usize,
        value: &'a ColumnValue,
        keep: Option<SessionId>,
    ) -> Answer<'a, u64>;
}

impl<S: FindByColumn> DynFindByColumn for S {
    fn find_by_column<'a>(&'a self, column: usize, value: &'a ColumnValue) -> Answer<'a, Vec<Record>> {
        Box::pin(FindByColumn::find_by_column(self, column, value))
    }

    fn delete_by_column<'a>(
        &'a self,
        column: usize,
        value: &'a ColumnValue,
        keep: Option<SessionId>,
    ) -> Answer<'a, u64> {
        Box::pin(FindByColumn::delete_by_column(self, column, value, keep))
    }
}
