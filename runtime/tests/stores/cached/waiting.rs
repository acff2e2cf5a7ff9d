//! A store that waits before and after everything it does, so that operations on the cache before it really overlap.

use sessio::{
    clock::Timestamp,
    model::ColumnValue,
    record::{Record, Version},
    store::{Activity, Create, Enumerate, FindByColumn, Layout, Store, StoreError, Sweep, Touch, Update},
    token::SessionId,
};
use tokio::task::yield_now;

#[derive(Clone, Debug)]
pub(crate) struct Waiting<S>(pub(crate) S);

async fn waiting<R>(work: impl Future<Output = R>) -> R {
    yield_now().await;
    yield_now().await;
    let answer = work.await;
    yield_now().await;
    yield_now().await;
    answer
}

impl<S: Store> Store for Waiting<S> {
    type Model = S::Model;

    fn layout(&self) -> Layout {
        self.0.layout()
    }

    async fn create(&self, record: &Record) -> Result<Create, StoreError> {
        waiting(self.0.create(record)).await
    }

    async fn load(&self, id: SessionId) -> Result<Option<Record>, StoreError> {
        waiting(self.0.load(id)).await
    }

    async fn update(&self, expected: Version, record: &Record) -> Result<Update, StoreError> {
        waiting(self.0.update(expected, record)).await
    }

    async fn touch(&self, id: SessionId, activity: Activity) -> Result<Touch, StoreError> {
        waiting(self.0.touch(id, activity)).await
    }

    async fn delete(&self, id: SessionId) -> Result<bool, StoreError> {
        waiting(self.0.delete(id)).await
    }
}

impl<S: Sweep> Sweep for Waiting<S> {
    async fn delete_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        waiting(self.0.delete_expired(now, limit)).await
    }
}

impl<S: Enumerate> Enumerate for Waiting<S> {
    async fn count(&self) -> Result<u64, StoreError> {
        waiting(self.0.count()).await
    }

    async fn list(&self, after: Option<SessionId>, limit: u32) -> Result<Vec<Record>, StoreError> {
        waiting(self.0.list(after, limit)).await
    }

    async fn delete_all(&self) -> Result<u64, StoreError> {
        waiting(self.0.delete_all()).await
    }
}

impl<S: FindByColumn> FindByColumn for Waiting<S> {
    async fn find_by_column(&self, column: usize, value: &ColumnValue) -> Result<Vec<Record>, StoreError> {
        waiting(self.0.find_by_column(column, value)).await
    }

    async fn delete_by_column(
        &self,
        column: usize,
        value: &ColumnValue,
        keep: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        waiting(self.0.delete_by_column(column, value, keep)).await
    }
}
