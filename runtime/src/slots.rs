//! The sessions of one request, of however many types, as its layers put them into its extensions.

use std::{any::Any, sync::Arc};

use crate::{model::SessionModel, slot::Slot};

/// The slots of one request, found by the type of their session. It is what a layer puts into the request's extensions.
#[derive(Clone, Default)]
pub(crate) struct Slots {
    first: Option<Entry>,
    /// Further session types of the same app.
    others: Vec<Entry>,
}

#[derive(Clone)]
struct Entry {
    cookie: Cookie,
    slot: Arc<dyn Any + Send + Sync>,
}

type Cookie = Arc<str>;

impl Slots {
    /// Adds a slot.
    ///
    /// # Errors
    ///
    /// When another type's layer uses the same cookie: each would overwrite the other's.
    pub(crate) fn add<T: SessionModel>(&mut self, cookie: &Cookie, slot: Arc<Slot<T>>) -> Result<(), CookieTaken> {
        let taken = self.entries().any(|entry| entry.cookie == *cookie && !entry.slot.is::<Slot<T>>());
        if taken {
            return Err(CookieTaken);
        }
        let entry = Entry { cookie: Arc::clone(cookie), slot };
        match &mut self.first {
            first @ None => *first = Some(entry),
            // An inner layer of the same type comes later and is found first.
            Some(_) => self.others.insert(0, entry),
        }
        Ok(())
    }

    /// The slot of this session type, of the innermost layer if there are several.
    pub(crate) fn find<T: SessionModel>(&self) -> Option<Arc<Slot<T>>> {
        self.entries().find_map(|entry| Arc::clone(&entry.slot).downcast().ok())
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.others.iter().chain(&self.first)
    }
}

/// Two session types of one app use one cookie.
pub(crate) struct CookieTaken;
