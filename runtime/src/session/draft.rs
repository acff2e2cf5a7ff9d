//! What one handle sees of a session, and what it has changed.

use std::sync::Arc;

use super::{base::Base, encode::Encoded};
use crate::{error::CommitError, merge::Merge, model::SessionModel, record::Version, store::Layout, token::Token};

/// A session's value as a handle sees and changes it: the base, and a copy of its value from the first change on.
pub(crate) struct Draft<T> {
    base: Arc<Base<T>>,
    mine: Option<T>,
    /// The write of this draft that is under way, or whose answer was lost. It may have taken effect.
    pub(super) unanswered: Option<Unanswered>,
}

/// What a write is known by if it has taken effect.
pub(super) struct Unanswered {
    pub(super) version: Version,
    /// The secret that it gives the session, which only this request knows.
    pub(super) token: Option<Token>,
}

impl<T: SessionModel> Draft<T> {
    /// A draft in which nothing has changed.
    pub(crate) fn on(base: Arc<Base<T>>) -> Self {
        // Fields that are not stored belong to this draft from the beginning.
        let mine = T::SKIPS.then(|| base.copy());
        Self { base, mine, unanswered: None }
    }

    /// The draft of a visitor who has stored nothing.
    pub(crate) fn fresh() -> Self {
        Self::on(Arc::new(Base::fresh()))
    }

    pub(crate) fn base(&self) -> &Arc<Base<T>> {
        &self.base
    }

    pub(crate) fn value(&self) -> &T {
        self.mine.as_ref().unwrap_or(&self.base.value)
    }

    /// The value, to be changed.
    pub(crate) fn value_mut(&mut self) -> &mut T {
        self.mine.get_or_insert_with(|| self.base.copy())
    }

    /// The value alone.
    #[cfg(feature = "testkit")]
    pub(crate) fn into_value(self) -> T {
        self.mine.unwrap_or_else(|| self.base.copy())
    }

    /// Whether it is known without a comparison that nothing has changed.
    pub(super) fn is_untouched(&self) -> bool {
        self.mine.is_none()
    }

    /// Whether anything has changed.
    pub(crate) fn has_changes(&self) -> bool {
        self.first_change().is_some()
    }

    /// Whether the principal is another than in the base.
    pub(crate) fn has_new_principal(&self) -> bool {
        let mine = self.mine.as_ref();
        T::PRINCIPAL.zip(mine).is_some_and(|(index, mine)| self.base.differs(index, mine))
    }

    /// Whether the base belongs to somebody.
    pub(crate) fn had_principal(&self) -> bool {
        self.base.value.has_principal()
    }

    /// Whether the draft belongs to somebody.
    pub(crate) fn has_principal(&self) -> bool {
        self.value().has_principal()
    }

    /// What to store of it, if anything has changed.
    pub(crate) fn changes(&self, layout: Layout) -> Result<Option<Encoded>, CommitError> {
        let Some(first) = self.first_change() else { return Ok(None) };
        self.base.encode(self.value(), Some(first), layout).map(Some)
    }

    /// What to store of it, changed or not.
    pub(crate) fn encode(&self, layout: Layout) -> Result<Encoded, CommitError> {
        self.base.encode(self.value(), self.first_change(), layout)
    }

    /// Continues from what was encoded of this draft, once it is stored.
    pub(super) fn advance(&mut self, encoded: Encoded, layout: Layout) -> Result<(), CommitError> {
        let value = match self.mine.take() {
            // Fields that are not stored stay with this request.
            Some(mine) if T::SKIPS => {
                let copy = self.base.copy_of(&mine);
                self.mine = Some(mine);
                copy?
            }
            Some(mine) => mine,
            None => self.base.copy(),
        };
        self.base = Arc::new(encoded.into_base(value, layout));
        Ok(())
    }

    /// Continues from a version that holds what this draft's value was when it was written. The value may have changed since.
    pub(super) fn move_to(&mut self, base: Arc<Base<T>>) {
        self.value_mut();
        self.base = base;
    }

    /// Merges what another handle's draft has changed, both brought up to what was committed.
    pub(super) fn join(&mut self, mut other: Self, base: &Arc<Base<T>>) -> Result<(), CommitError> {
        self.rebase_if_behind(base)?;
        other.rebase_if_behind(base)?;
        self.absorb(other)
    }

    /// Merges what another draft has changed since the same base.
    fn absorb(&mut self, other: Self) -> Result<(), CommitError> {
        self.unanswered = self.unanswered.take().or(other.unanswered);
        match (&mut self.mine, other.mine) {
            (_, None) => Ok(()),
            (mine @ None, theirs) => {
                *mine = theirs;
                Ok(())
            }
            (Some(mine), Some(theirs)) => self.base.merge(mine, theirs),
        }
    }

    /// Brings this draft's changes onto another version.
    ///
    /// # Errors
    ///
    /// [`CommitError::Gone`] when that version belongs to another principal: nothing of one may reach the next.
    pub(crate) fn rebase(&mut self, theirs: Arc<Base<T>>) -> Result<(), CommitError> {
        self.unanswered = None;
        if self.had_principal() && T::PRINCIPAL.is_some_and(|index| self.base.differs(index, &theirs.value)) {
            return Err(CommitError::Gone);
        }
        if let Some(mine) = &mut self.mine {
            self.base.merge(mine, theirs.copy())?;
        }
        self.base = theirs;
        Ok(())
    }

    /// Brings this draft onto what another handle of the request has committed.
    pub(super) fn rebase_if_behind(&mut self, base: &Arc<Base<T>>) -> Result<(), CommitError> {
        if Arc::ptr_eq(&self.base, base) { Ok(()) } else { self.rebase(Arc::clone(base)) }
    }

    fn first_change(&self) -> Option<usize> {
        self.mine.as_ref().and_then(|mine| self.base.first_difference(mine))
    }
}

impl<T: SessionModel> Base<T> {
    /// Merges two values that were both made of this base. Afterwards `mine` holds the changes of both.
    fn merge(&self, mine: &mut T, mut theirs: T) -> Result<(), CommitError> {
        // All refusals come first, so that a refused merge leaves mine as it was.
        for (index, field) in T::FIELDS.iter().enumerate() {
            let is_exclusive = matches!(field.merge, Merge::Reject) || T::PRINCIPAL == Some(index);
            if is_exclusive
                && self.differs(index, mine)
                && self.differs(index, &theirs)
                && !mine.field(index).equals(theirs.field(index))
            {
                return Err(CommitError::Conflict { field: field.name });
            }
        }
        for (index, field) in T::FIELDS.iter().enumerate() {
            if !self.differs(index, mine) {
                mine.field_mut(index).swap(theirs.field_mut(index));
            } else if let Merge::Typed(policy) = field.merge
                && self.differs(index, &theirs)
            {
                policy.merge(self.value.field(index), mine.field_mut(index), theirs.field(index));
            }
        }
        Ok(())
    }
}

/// A draft that is being changed. Unless the change is kept, it is undone: by an error, a conflict, a panic and a cancelled
/// future. Fields that are not stored are the program's own and stay as they are.
pub(super) struct Trial<'a, T: SessionModel> {
    pub(super) draft: &'a mut Draft<T>,
    before: Before<T>,
}

/// What the draft held before the change.
enum Before<T> {
    Base,
    Mine(T),
    Kept,
}

impl<'a, T: SessionModel> Trial<'a, T> {
    pub(super) fn of(draft: &'a mut Draft<T>) -> Result<Self, CommitError> {
        draft.unanswered = None;
        let before = match &draft.mine {
            None => Before::Base,
            Some(mine) => Before::Mine(draft.base.copy_of(mine)?),
        };
        Ok(Self { draft, before })
    }

    /// Keeps the change.
    pub(super) fn keep(mut self) {
        self.before = Before::Kept;
    }
}

impl<T: SessionModel> Drop for Trial<'_, T> {
    fn drop(&mut self) {
        let mut before = match std::mem::replace(&mut self.before, Before::Kept) {
            Before::Base => {
                self.draft.mine = None;
                self.draft.unanswered = None;
                return;
            }
            Before::Mine(before) => before,
            Before::Kept => return,
        };
        // A write of what is undone here must not be taken for one of the draft's own.
        self.draft.unanswered = None;
        let Some(mine) = &mut self.draft.mine else { return };
        for index in 0..T::FIELDS.len() {
            mine.field_mut(index).swap(before.field_mut(index));
        }
    }
}
