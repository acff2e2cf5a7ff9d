//! How many sessions a principal may have at once.

use std::{fmt, num::NonZeroU32, sync::Arc};

use crate::store::DynFindByColumn;

/// What becomes of a sign-in when its principal has as many sessions as they may have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OnLimit {
    /// It is refused: the session is not saved, and the visitor sees 403 unless the handler
    /// [commits](crate::Session::commit) itself and answers in its own words. Two that come at the same moment for the last
    /// place may both be refused.
    Reject,
    /// The session in which the principal signed in the longest ago is ended.
    EvictOldest,
}

/// A limit, and how the sessions of a principal are found.
#[derive(Clone)]
pub(crate) struct Limit {
    pub(crate) finder: Arc<dyn DynFindByColumn>,
    pub(crate) most: NonZeroU32,
    pub(crate) policy: OnLimit,
}

impl fmt::Debug for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limit").field("most", &self.most).field("policy", &self.policy).finish_non_exhaustive()
    }
}

impl Limit {
    pub(super) fn most(&self) -> usize {
        usize::try_from(self.most.get()).unwrap_or(usize::MAX)
    }
}
