//! Requests that leave nothing to save: they end at once, without a future.

use super::{Draft, Engine, Intents, Origin};
use crate::model::SessionModel;

impl<T: SessionModel> Engine<T> {
    /// Whether a [commit](Engine::commit) would do nothing, as after a request that has only read. `false` when it may.
    pub(crate) fn is_idle(&self, draft: &Draft<T>, origin: &Origin, intents: &Intents) -> bool {
        let now = self.clock.now();
        let is_due = match origin {
            Origin::New { expired } => expired.is_some(),
            Origin::Superseded => false,
            Origin::Stored(opened) => opened.record.life.is_touch_due(now) || self.is_renewal_due(&opened.record, now),
            #[cfg(feature = "cookie")]
            Origin::Sealed(sealed) => sealed.session.as_ref().is_some_and(|session| session.is_due(now)),
        };
        !is_due && intents.are_none() && !draft.is_lent()
    }
}
