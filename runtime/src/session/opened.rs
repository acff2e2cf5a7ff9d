//! What a token opened in a store.

use crate::{
    record::Record,
    token::{Secret, SessionId},
};

/// Where a unit of work with a store came from.
#[derive(Clone)]
#[allow(clippy::large_enum_variant, reason = "a box would cost every request an allocation")]
pub(crate) enum StoreOrigin {
    /// The visitor has no session. `expired` is one that ended by itself and is still in the store.
    New { expired: Option<SessionId> },
    /// The visitor bears a secret that a sign-in has replaced: changes are refused, and no cookie is sent.
    Superseded,
    /// The visitor's session.
    Stored(Opened),
}

/// A record that the visitor could open.
#[derive(Clone)]
pub(crate) struct Opened {
    pub(super) record: Record,
    pub(super) holder: Holder,
}

/// How the visitor opened the record.
#[derive(Clone)]
pub(super) enum Holder {
    /// With the current secret.
    Current(Secret),
    /// With this one, which was renewed a moment ago. The new one is on its way to the browser; this request sends none.
    Grace(Secret),
}

impl Opened {
    pub(super) fn id(&self) -> SessionId {
        self.record.id
    }

    /// The secret that the visitor presented, or was given since.
    pub(super) fn secret(&self) -> &Secret {
        match &self.holder {
            Holder::Current(secret) | Holder::Grace(secret) => secret,
        }
    }

    /// The same visitor at another record of the session.
    pub(super) fn moved_to(&self, record: Record) -> StoreOrigin {
        StoreOrigin::Stored(Self { record, holder: self.holder.clone() })
    }
}
