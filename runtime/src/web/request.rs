//! What happens to a request before its handler sees it.

use std::sync::Arc;

use http::{HeaderMap, StatusCode};

use super::{headers::Headers, layer::SessionLayer};
use crate::{
    engine::Presented,
    model::SessionModel,
    slot::{CookieTaken, Slot, Slots},
};

impl<T: SessionModel> SessionLayer<T> {
    /// Whether a request may reach the session, or a page of another origin has made the browser send it.
    pub(super) fn admits(&self, method: &str, authority: Option<&str>, headers: &impl Headers) -> bool {
        self.origins.admit(method, authority, headers)
    }

    /// What the `Cookie` headers present.
    pub(super) fn present(&self, headers: &HeaderMap) -> Presented {
        self.engine.backend.present(&self.cookie, headers)
    }

    /// Puts the session that a request presents within reach of its handler.
    ///
    /// # Errors
    ///
    /// The status of the answer, when the app is configured so that no session of it could work.
    pub(super) fn enter(&self, slots: &mut Slots, presented: Presented) -> Result<Arc<Slot<T>>, StatusCode> {
        let slot = Arc::new(Slot::new(Arc::clone(&self.engine), presented));
        if let Err(CookieTaken) = slots.add(&self.cookie, Arc::clone(&slot)) {
            tracing::error!(target: "sessio", kind = T::KIND, cookie = &*self.cookie,
                "two session layers of this app use one cookie, so each would overwrite the other's; give this one a name \
                 of its own with `.cookie(CookieSpec::builder(\"..\").build()?)`");
            return Err(StatusCode::INTERNAL_SERVER_ERROR);
        }
        Ok(slot)
    }
}
