//! Epochs without their types, and with a memory: what the sealed cookie asks.

use std::{any::Any, collections::HashMap, future::Future, marker::PhantomData, pin::Pin, time::Duration};

use parking_lot::Mutex;

use super::{
    StoreError,
    epoch::{Epochs, encode},
};
use crate::{clock::Timestamp, model::HasPrincipal};

type Answer<'a> = Pin<Box<dyn Future<Output = Result<bool, StoreError>> + Send + 'a>>;

/// Epochs without their types, and with a memory.
pub(crate) trait DynEpochs: Send + Sync {
    /// Whether a session of this model, whose visitor proved who they are at that moment, is void.
    fn void<'a>(&'a self, model: &'a (dyn Any + Sync), proved_at: Timestamp, now: Timestamp) -> Answer<'a>;
}

/// Epochs that are asked for again when what is known of one is too old.
pub(super) struct CachedEpochs<T: HasPrincipal, E> {
    source: E,
    max_age: Duration,
    known: Mutex<HashMap<Vec<u8>, Known>>,
    model: PhantomData<fn() -> T>,
}

#[derive(Clone, Copy)]
struct Known {
    epoch: Option<Timestamp>,
    asked_at: Timestamp,
}

/// How many principals are remembered: with names of 50 bytes, about a megabyte.
const MOST_KNOWN: usize = 10_000;

impl<T: HasPrincipal, E: Epochs<T>> CachedEpochs<T, E> {
    pub(super) fn new(source: E, max_age: Duration) -> Self {
        Self { source, max_age, known: Mutex::default(), model: PhantomData }
    }

    async fn epoch(&self, principal: &T::Principal, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let name = encode(principal)?;
        let known = self.known.lock().get(&name).copied();
        if let Some(known) = known.filter(|known| self.is_young(known, now)) {
            return Ok(known.epoch);
        }
        let epoch = self.source.epoch(principal).await?;
        let mut known = self.known.lock();
        if known.len() >= MOST_KNOWN && !known.contains_key(&name) {
            known.retain(|_, known| self.is_young(known, now));
            if known.len() >= MOST_KNOWN {
                known.clear();
            }
        }
        known.insert(name, Known { epoch, asked_at: now });
        Ok(epoch)
    }

    fn is_young(&self, known: &Known, now: Timestamp) -> bool {
        known.asked_at <= now && now.since(known.asked_at) < self.max_age
    }
}

impl<T: HasPrincipal, E: Epochs<T>> DynEpochs for CachedEpochs<T, E> {
    fn void<'a>(&'a self, model: &'a (dyn Any + Sync), proved_at: Timestamp, now: Timestamp) -> Answer<'a> {
        let model = (model as &dyn Any).downcast_ref::<T>().expect("the engine asks about its own session type");
        Box::pin(async move {
            let Some(principal) = model.principal() else { return Ok(false) };
            Ok(self.epoch(principal, now).await?.is_some_and(|epoch| proved_at < epoch))
        })
    }
}
