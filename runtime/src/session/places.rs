//! The places that a limit gives a principal, judged where a sign-in is committed.
//!
//! Two sign-ins at the same moment do not see each other before they are written. So each looks once more after its write:
//! of two that overlap, the one that is written last sees both, and no more than the limit stay.

use super::{
    context::Context,
    draft::Draft,
    limit::{Limit, OnLimit},
};
use crate::{
    column::ColumnValue, error::CommitError, event::Event, model::SessionModel, record::Record, store::DynStore,
    token::SessionId,
};

impl<T: SessionModel> Context<T> {
    /// The limit that this commit has to keep to: it is a sign-in, and there is one.
    pub(super) fn limit_of(&self, draft: &Draft<T>) -> Option<&Limit> {
        self.limit.as_ref().filter(|_| draft.has_new_principal() && draft.has_principal())
    }

    /// Refuses a sign-in for which there is no place, before anything is written.
    pub(super) async fn look_for_place(&self, draft: &Draft<T>, limit: &Limit) -> Result<(), CommitError> {
        if limit.policy == OnLimit::EvictOldest {
            return Ok(());
        }
        let present = self.sessions_of_principal(draft, limit).await?;
        if present.len() < limit.most() { Ok(()) } else { Err(self.too_many(limit)) }
    }

    /// Brings the principal's sessions back to the limit, after the session of this id was written.
    pub(super) async fn keep_to_limit(
        &self,
        store: &dyn DynStore,
        draft: &Draft<T>,
        limit: &Limit,
        id: SessionId,
    ) -> Result<(), CommitError> {
        let mut present = self.sessions_of_principal(draft, limit).await?;
        let excess = present.len().saturating_sub(limit.most());
        if excess == 0 {
            return Ok(());
        }
        if limit.policy == OnLimit::Reject {
            self.evict(store, id).await?;
            return Err(self.too_many(limit));
        }
        // The same order for all who look, so that two of them end the same sessions.
        present.sort_by_key(|record| (record.life.authenticated_at.unwrap_or(record.life.created_at), record.id));
        let evicted: Vec<_> = present.iter().take(excess).map(|record| record.id).collect();
        for old in &evicted {
            self.evict(store, *old).await?;
        }
        if evicted.contains(&id) { Err(CommitError::Gone) } else { Ok(()) }
    }

    async fn evict(&self, store: &dyn DynStore, id: SessionId) -> Result<(), CommitError> {
        // Whoever else is over the limit may have ended it already.
        if store.delete(id).await? {
            self.ended(id);
            self.events.emit(T::KIND, &Event::Evicted { id });
        }
        Ok(())
    }

    fn too_many(&self, limit: &Limit) -> CommitError {
        self.events.emit(T::KIND, &Event::TooManySessions);
        CommitError::TooManySessions { most: limit.most.get() }
    }

    async fn sessions_of_principal(&self, draft: &Draft<T>, limit: &Limit) -> Result<Vec<Record>, CommitError> {
        let Some((column, principal)) = principal_of(draft)? else { return Ok(Vec::new()) };
        let (now, found) = (self.clock.now(), limit.finder.find_by_column(column, &principal).await?);
        Ok(found.into_iter().filter(|record| !record.life.is_over(now)).collect())
    }
}

/// The principal's column, and what this draft has in it.
fn principal_of<T: SessionModel>(draft: &Draft<T>) -> Result<Option<(usize, ColumnValue)>, CommitError> {
    let Some(index) = T::PRINCIPAL else { return Ok(None) };
    let field = &T::FIELDS[index];
    let Some((column, codec)) = field.column else { return Ok(None) };
    let value = codec.read(draft.value().field(index));
    Ok(Some((column, value.map_err(|source| CommitError::encode(field, source))?)))
}
