//! The sessions of one request, of however many types, as its layers put them into its extensions.

use std::{any::Any, sync::Arc};

use crate::{model::SessionModel, session::RequestSession};

/// The sessions of one request, found by the type of their session. It is what a layer puts into the request's extensions.
#[derive(Clone, Default)]
pub(crate) struct RequestSessions {
    first: Option<Layered>,
    /// Further session types of the same app.
    others: Vec<Layered>,
}

#[derive(Clone)]
struct Layered {
    cookie: Cookie,
    session: Arc<dyn Any + Send + Sync>,
}

type Cookie = Arc<str>;

impl RequestSessions {
    /// Adds a session.
    ///
    /// # Errors
    ///
    /// When another type's layer uses the same cookie: each would overwrite the other's.
    pub(crate) fn add<T: SessionModel>(
        &mut self,
        cookie: &Cookie,
        session: Arc<RequestSession<T>>,
    ) -> Result<(), CookieTaken> {
        let taken =
            self.layered().any(|layered| layered.cookie == *cookie && !layered.session.is::<RequestSession<T>>());
        if taken {
            return Err(CookieTaken);
        }
        let layered = Layered { cookie: Arc::clone(cookie), session };
        match &mut self.first {
            first @ None => *first = Some(layered),
            // An inner layer of the same type comes later and is found first.
            Some(_) => self.others.insert(0, layered),
        }
        Ok(())
    }

    /// The session of this type, of the innermost layer if there are several.
    pub(crate) fn find<T: SessionModel>(&self) -> Option<Arc<RequestSession<T>>> {
        self.layered().find_map(|layered| Arc::clone(&layered.session).downcast().ok())
    }

    fn layered(&self) -> impl Iterator<Item = &Layered> {
        self.others.iter().chain(&self.first)
    }
}

/// Two session types of one app use one cookie.
pub(crate) struct CookieTaken;
