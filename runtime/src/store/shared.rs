//! A store behind an [`Arc`] is that store: for programs that share one handle between their parts.
//!
//! The stores of this crate are cheap to clone and need no `Arc`; one of your own may not be.

use std::sync::Arc;

use super::{Activity, Create, Enumerate, FindByColumn, Layout, Store, StoreError, Sweep, Touch, Update};
use crate::{
    clock::Timestamp,
    model::ColumnValue,
    record::{Record, Version},
    token::SessionId,
};

impl<S: Store> Store for Arc<S> {
    type Model = S::Model;

    fn layout(&self) -> Layout {
        S::layout(self)
    }

    async fn create(&self, record: &Record) -> Result<Create, StoreError> {
        S::create(self, record).await
    }

    async fn load(&self, id: SessionId) -> Result<Option<Record>, StoreError> {
        S::load(self, id).await
    }

    async fn update(&self, expected: Version, record: &Record) -> Result<Update, StoreError> {
        S::update(self, expected, record).await
    }

    async fn touch(&self, id: SessionId, activity: Activity) -> Result<Touch, StoreError> {
        S::touch(self, id, activity).await
    }

    async fn delete(&self, id: SessionId) -> Result<bool, StoreError> {
        S::delete(self, id).await
    }
}

impl<S: Sweep> Sweep for Arc<S> {
    async fn delete_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        S::delete_expired(self, now, limit).await
    }
}

impl<S: Enumerate> Enumerate for Arc<S> {
    async fn count(&self) -> Result<u64, StoreError> {
        S::count(self).await
    }

    async fn list(&self, after: Option<SessionId>, limit: u32) -> Result<Vec<Record>, StoreError> {
        S::list(self, after, limit).await
    }

    async fn delete_all(&self) -> Result<u64, StoreError> {
        S::delete_all(self).await
    }
}

impl<S: FindByColumn> FindByColumn for Arc<S> {
    async fn find_by_column(&self, column: usize, value: &ColumnValue) -> Result<Vec<Record>, StoreError> {
        S::find_by_column(self, column, value).await
    }

    async fn delete_by_column(
        &self,
        column: usize,
        value: &ColumnValue,
        keep: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        S::delete_by_column(self, column, value, keep).await
    }
}
