//! What happens to a request before its handler sees it.

use std::sync::Arc;

use http::StatusCode;

use super::layer::SessionLayer;
use crate::{
    engine::Presented,
    model::SessionModel,
    slot::Slot,
    slots::{CookieTaken, Slots},
};

impl<T: SessionModel> SessionLayer<T> {
    /// Puts the session that a request presents within reach of its handler.
    ///
    /// # Errors
    ///
    /// The status of the answer, when the app is configured so that no session of it could work.
    pub(super) fn enter(&self, slots: &mut Slots, presented: Presented) -> Result<Arc<Slot<T>>, StatusCode> {
        let slot = Arc::new(Slot::new(Arc::clone(self.engine()), presented));
        if let Err(CookieTaken) = slots.add(self.cookie_name(), Arc::clone(&slot)) {
            tracing::error!(target: "sessio", kind = T::KIND, cookie = &**self.cookie_name(),
                "two session layers of this app use one cookie, so each would overwrite the other's; give this one a name \
                 of its own with `.cookie(CookieSpec::builder(\"..\").build()?)`");
            return Err(StatusCode::INTERNAL_SERVER_ERROR);
        }
        Ok(slot)
    }
}
