//! What all units of work of a layer share beside the backend: rules, clock, events, and what is kept for later requests.

use std::{sync::Arc, time::Duration};

use super::{
    base::{Base, Contents},
    decoded::DecodedSessions,
    draft::Draft,
    encode::Encoded,
    limit::Limit,
    queue::CommitQueues,
    revocation,
};
use crate::{
    clock::Clock,
    error::{CommitError, LoadError},
    event::{Event, Events},
    expiry::Expiry,
    model::SessionModel,
    record::Record,
    store::Layout,
    token::SessionId,
};

/// What all units of work of a layer share. It is built once and never changed.
pub(crate) struct Context<T> {
    pub(super) rules: Rules,
    /// How often a detached session looks whether it has ended.
    pub(super) revocation_interval: Duration,
    /// How many sessions a principal may have at once. No limit by default.
    pub(super) limit: Option<Limit>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) events: Events,
    pub(super) decoded: DecodedSessions<T>,
    pub(super) queues: CommitQueues,
}

/// By which rules sessions live.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rules {
    /// The limits of a new session.
    pub(crate) expiry: Expiry,
    /// Replace the secret when it is this old. Never, by default.
    pub(crate) renew_after: Option<Duration>,
}

impl<T: SessionModel> Context<T> {
    /// What a record says, decoded now or by an earlier request.
    pub(super) fn decode(&self, record: &Record, layout: Layout) -> Result<Arc<Base<T>>, LoadError> {
        // A default that was the same then may be another one today.
        if let Some(base) = self.decoded.find(record, layout).filter(|base| base.is_shareable()) {
            return Ok(base);
        }
        let base = Arc::new(Base::decode(Contents::of(record, layout))?);
        self.keep(record, &base);
        Ok(base)
    }

    /// Continues a draft from the record that it was written to.
    pub(super) fn advance(
        &self,
        draft: &mut Draft<T>,
        record: &Record,
        encoded: Encoded,
        layout: Layout,
    ) -> Result<(), CommitError> {
        draft.advance(encoded, layout)?;
        self.keep(record, draft.base());
        Ok(())
    }

    fn keep(&self, record: &Record, base: &Arc<Base<T>>) {
        if base.is_shareable() {
            self.decoded.keep(record, base);
        }
    }

    /// Makes it known that a session has ended.
    pub(super) fn ended(&self, id: SessionId) {
        self.decoded.forget(id);
        revocation::announce(id);
    }

    /// A write that came too late.
    pub(super) fn late(&self, id: Option<SessionId>) -> CommitError {
        id.inspect(|id| self.ended(*id));
        self.events.emit(T::KIND, &Event::LateWrite { id });
        CommitError::Gone
    }

    pub(super) fn report_principal(&self, draft: &Draft<T>, id: Option<SessionId>) {
        if draft.has_new_principal() {
            let event = if draft.has_principal() { Event::SignedIn { id } } else { Event::SignedOut { id } };
            self.events.emit(T::KIND, &event);
        }
    }
}
