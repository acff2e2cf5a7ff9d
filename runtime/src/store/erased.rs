//! A store without its type, so that a handler names its session and not where it is kept.

use std::{future::Future, pin::Pin};

use super::{Activity, Create, Layout, Store, StoreError, Touch, Update};
use crate::{
    record::{Record, Version},
    token::SessionId,
};

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// [`Store`], callable through a pointer: one allocation for each call.
pub(crate) trait DynStore: Send + Sync {
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
