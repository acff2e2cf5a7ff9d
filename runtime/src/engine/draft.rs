//! One request's view of a session: the value with what it was decoded from, and where it came from.

use super::Ending;
use crate::{
    error::{CommitError, LoadError},
    image::{Decoded, Image, Refusal},
    model::SessionModel,
    record::Record,
    store::Layout,
    token::{Secret, SessionId},
};

/// A session's value as a request sees and changes it.
pub(crate) struct Draft<T> {
    pub(crate) value: T,
    pub(crate) image: Image,
}

/// Where a draft came from, which decides what may become of it.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "a box would cost every request an allocation")]
pub(crate) enum Origin {
    /// The visitor has no session. `expired` is one that ended by itself and is still in the store.
    New { expired: Option<SessionId> },
    /// The visitor bears a secret that a sign-in has replaced: what changes is refused, and no cookie is sent.
    Superseded,
    /// The visitor's session.
    Stored(Opened),
}

/// A record that the visitor could open.
#[derive(Clone)]
pub(crate) struct Opened {
    pub(crate) record: Record,
    pub(crate) holder: Holder,
}

/// How the visitor opened the record.
#[derive(Clone)]
pub(crate) enum Holder {
    /// With the current secret.
    Current(Secret),
    /// With one that was renewed a moment ago. The new one is on its way to the browser; this request sends none.
    Grace,
    /// It was sealed in the cookie. `stale` says that it must be sealed anew: under an old key, or in old chunks.
    #[cfg(feature = "cookie")]
    Sealed { stale: bool },
}

impl Origin {
    /// The public id, once the session is stored on the server.
    pub(crate) fn id(&self) -> Option<SessionId> {
        match self {
            Self::Stored(opened) => opened.id(),
            Self::New { .. } | Self::Superseded => None,
        }
    }
}

impl Opened {
    /// The public id. A sealed session has none.
    pub(crate) fn id(&self) -> Option<SessionId> {
        match self.holder {
            Holder::Current(_) | Holder::Grace => Some(self.record.id),
            #[cfg(feature = "cookie")]
            Holder::Sealed { .. } => None,
        }
    }
}

impl Opened {
    /// What it takes to end it.
    pub(crate) fn ending(&self) -> Ending {
        Ending { id: self.id() }
    }
}

impl<T: SessionModel> Draft<T> {
    /// The draft of a visitor who has stored nothing.
    pub(crate) fn fresh() -> Self {
        Image::fresh().into()
    }

    /// Whether anything has changed.
    pub(crate) fn has_changes(&self) -> bool {
        self.image.has_changes(&self.value)
    }

    /// Whether the principal is another than when the draft was made.
    pub(crate) fn has_new_principal(&self) -> bool {
        T::PRINCIPAL.is_some_and(|index| self.image.is_changed(index, &self.value))
    }

    /// Brings this draft's changes onto a record that another request has written.
    pub(crate) fn rebase(&mut self, theirs: &Record, layout: Layout) -> Result<(), CommitError> {
        let theirs = Image::decode::<T>(theirs, layout)?;
        self.image.merge(&mut self.value, theirs.value)?;
        self.image = theirs.image;
        Ok(())
    }

    /// Goes on from a record that holds just this draft's value.
    pub(crate) fn settle(&mut self, record: &Record, layout: Layout) -> Result<(), LoadError> {
        self.image = Image::decode::<T>(record, layout)?.image;
        Ok(())
    }

    /// A second value, equal to this draft's.
    pub(crate) fn copy_value(&self) -> Result<T, CommitError> {
        let mut copy = T::fresh();
        let mut encoded = Vec::new();
        for (index, field) in T::FIELDS.iter().enumerate() {
            encoded.clear();
            let encode_error = |source| CommitError::Encode { field: field.name, source };
            self.value.field(index).encode(&mut encoded).map_err(encode_error)?;
            copy.field_mut(index).decode(&encoded).map_err(|source| LoadError::Undecodable {
                kind: T::KIND,
                field: field.name,
                source,
            })?;
        }
        Ok(copy)
    }
}

impl<T> From<Decoded<T>> for Draft<T> {
    fn from(decoded: Decoded<T>) -> Self {
        Self { value: decoded.value, image: decoded.image }
    }
}

impl From<Refusal> for CommitError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Field(field) => Self::Conflict { field },
            Refusal::OtherPrincipal => Self::Gone,
        }
    }
}
