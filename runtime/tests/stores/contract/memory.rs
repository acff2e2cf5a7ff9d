//! The store contract, kept by the memory store, and by one far away.

use sessio::{model::SessionModel, store::MemoryStore, testkit::Backend};

struct Memory;

impl Backend for Memory {
    type Store<T: SessionModel> = MemoryStore<T>;

    async fn open<T: SessionModel>(&self, _namespace: &str) -> MemoryStore<T> {
        MemoryStore::new()
    }
}

sessio::store_contract!(Memory, [sweep, enumerate, find]);

/// A correct store behind a network: requests and replies take their time, and what was sent takes effect although the
/// caller has gone. The contract must not blame it.
mod distant {
    use std::{
        any::Any,
        collections::HashMap,
        future::Future,
        sync::{Arc, Mutex, PoisonError},
    };

    use sessio::{
        clock::Timestamp,
        model::{ColumnValue, SessionModel},
        record::{Record, Version},
        store::{Activity, Create, Enumerate, FindByColumn, MemoryStore, Store, StoreError, Sweep, Touch, Update},
        testkit::Backend,
        token::SessionId,
    };
    use tokio::task::yield_now;

    #[derive(Default)]
    struct Servers(Mutex<HashMap<Address, Box<dyn Any + Send>>>);

    /// The namespace and the kind.
    type Address = (String, &'static str);

    impl Backend for Servers {
        type Store<T: SessionModel> = Distant<T>;

        async fn open<T: SessionModel>(&self, namespace: &str) -> Distant<T> {
            let mut servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let server =
                servers.entry((namespace.to_owned(), T::KIND)).or_insert_with(|| Box::new(MemoryStore::<T>::new()));
            Distant(Arc::new(server.downcast_ref::<MemoryStore<T>>().expect("the kind tells the type").clone()))
        }
    }

    struct Distant<T>(Arc<MemoryStore<T>>);

    impl<T: SessionModel> Distant<T> {
        async fn send<A: Send + 'static, F: Future<Output = A> + Send>(
            &self,
            request: impl FnOnce(Arc<MemoryStore<T>>) -> F + Send + 'static,
        ) -> A {
            yield_now().await;
            let store = Arc::clone(&self.0);
            let sent = tokio::spawn(async move {
                yield_now().await;
                let answer = request(store).await;
                yield_now().await;
                answer
            });
            let answer = sent.await.expect("no request panics");
            yield_now().await;
            answer
        }
    }

    impl<T: SessionModel> Store for Distant<T> {
        type Model = T;

        async fn create(&self, record: &Record) -> Result<Create, StoreError> {
            let record = record.clone();
            self.send(|store| async move { store.create(&record).await }).await
        }

        async fn load(&self, id: SessionId) -> Result<Option<Record>, StoreError> {
            self.send(move |store| async move { store.load(id).await }).await
        }

        async fn update(&self, expected: Version, record: &Record) -> Result<Update, StoreError> {
            let record = record.clone();
            self.send(move |store| async move { store.update(expected, &record).await }).await
        }

        async fn touch(&self, id: SessionId, activity: Activity) -> Result<Touch, StoreError> {
            self.send(move |store| async move { store.touch(id, activity).await }).await
        }

        async fn delete(&self, id: SessionId) -> Result<bool, StoreError> {
            self.send(move |store| async move { store.delete(id).await }).await
        }
    }

    impl<T: SessionModel> Sweep for Distant<T> {
        async fn delete_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
            self.send(move |store| async move { store.delete_expired(now, limit).await }).await
        }
    }

    impl<T: SessionModel> Enumerate for Distant<T> {
        async fn count(&self) -> Result<u64, StoreError> {
            self.send(|store| async move { store.count().await }).await
        }

        async fn list(&self, after: Option<SessionId>, limit: u32) -> Result<Vec<Record>, StoreError> {
            self.send(move |store| async move { store.list(after, limit).await }).await
        }

        async fn delete_all(&self) -> Result<u64, StoreError> {
            self.send(|store| async move { store.delete_all().await }).await
        }
    }

    impl<T: SessionModel> FindByColumn for Distant<T> {
        async fn find_by_column(&self, column: usize, value: &ColumnValue) -> Result<Vec<Record>, StoreError> {
            let value = value.clone();
            self.send(move |store| async move { store.find_by_column(column, &value).await }).await
        }

        async fn delete_by_column(
            &self,
            column: usize,
            value: &ColumnValue,
            keep: Option<SessionId>,
        ) -> Result<u64, StoreError> {
            let value = value.clone();
            self.send(move |store| async move { store.delete_by_column(column, &value, keep).await }).await
        }
    }

    sessio::store_contract!(Servers::default(), [sweep, enumerate, find, shared]);
}
