//! One request's view of a session: the value with what it was decoded from, and where it came from.

use super::Ending;
#[cfg(feature = "cookie")]
use super::Sealed;
use crate::{
    error::{CommitError, LoadError},
    expiry::Lifetime,
    image::{Contents, Decoded, Image, NOBODY, Payload, Refusal},
    model::SessionModel,
    record::{Record, Version},
    store::Layout,
    token::{Secret, SessionId, Token},
};

/// A session's value as a request sees and changes it.
pub(crate) struct Draft<T> {
    value: T,
    /// Somebody has had the value to change it. Until then it is as it was decoded, and is compared with nothing.
    is_lent: bool,
    pub(crate) image: Image,
    /// The write of this draft that is under way, or whose answer never came. It may have taken effect.
    pub(crate) unanswered: Option<Unanswered>,
}

/// What a write is known by if it has taken effect.
pub(crate) struct Unanswered {
    pub(crate) version: Version,
    /// The secret that it gives the session, which only this request knows.
    pub(crate) token: Option<Token>,
}

/// Where a draft came from, which decides what may become of it.
#[derive(Clone)]
#[allow(clippy::large_enum_variant, reason = "a box would cost every request an allocation")]
pub(crate) enum Origin {
    /// The visitor has no session. `expired` is one that ended by itself and is still in the store.
    New { expired: Option<SessionId> },
    /// The visitor bears a secret that a sign-in has replaced: what changes is refused, and no cookie is sent.
    Superseded,
    /// The visitor's session, from the store.
    Stored(Opened),
    /// What the visitor's cookies hold.
    #[cfg(feature = "cookie")]
    Sealed(Sealed),
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
    /// With this one, which was renewed a moment ago. The new one is on its way to the browser; this request sends none.
    Grace(Secret),
}

impl Origin {
    /// The public id, once the session is stored on the server.
    pub(crate) fn id(&self) -> Option<SessionId> {
        match self {
            Self::Stored(opened) => Some(opened.record.id),
            _ => None,
        }
    }

    /// Which version of the session this is, once it is stored on the server.
    pub(crate) fn version(&self) -> Option<Version> {
        match self {
            Self::Stored(opened) => Some(opened.record.version),
            _ => None,
        }
    }

    /// The life of the visitor's session, if there is one.
    pub(crate) fn life(&self) -> Option<&Lifetime> {
        match self {
            Self::Stored(opened) => Some(&opened.record.life),
            #[cfg(feature = "cookie")]
            Self::Sealed(sealed) => sealed.session.as_ref().map(|session| &session.life),
            Self::New { .. } | Self::Superseded => None,
        }
    }

    /// What the visitor's session says about the fields, if there is one.
    pub(crate) fn contents(&self, layout: Layout) -> Option<Contents<'_>> {
        match self {
            Self::Stored(opened) => Some(Contents::of(&opened.record, layout)),
            #[cfg(feature = "cookie")]
            Self::Sealed(sealed) => sealed.session.as_ref().map(|session| Contents::of_payload(&session.data)),
            Self::New { .. } | Self::Superseded => None,
        }
    }

    /// Parts with the session: how it is to be ended, if there is one. What follows belongs to a new visitor.
    pub(crate) fn part(&mut self) -> Option<Ending> {
        match self {
            Self::Stored(opened) => {
                let ending = Ending::Record(opened.record.id);
                *self = Self::New { expired: None };
                Some(ending)
            }
            #[cfg(feature = "cookie")]
            Self::Sealed(sealed) => sealed.session.take().map(|_| Ending::Sealed(sealed.carried)),
            // A superseded request must not sign anybody out.
            Self::New { .. } | Self::Superseded => None,
        }
    }
}

impl<T: SessionModel> Draft<T> {
    /// The draft of a visitor who has stored nothing.
    pub(crate) fn fresh() -> Self {
        Image::fresh().into()
    }

    pub(crate) fn value(&self) -> &T {
        &self.value
    }

    /// The value, to be changed.
    pub(crate) fn value_mut(&mut self) -> &mut T {
        self.is_lent = true;
        &mut self.value
    }

    /// Whether somebody has had the value to change it.
    pub(crate) fn is_lent(&self) -> bool {
        self.is_lent
    }

    /// The value alone.
    #[cfg(feature = "testkit")]
    pub(crate) fn into_value(self) -> T {
        self.value
    }

    /// Whether anything has changed.
    pub(crate) fn has_changes(&self) -> bool {
        self.is_lent && self.image.has_changes(&self.value)
    }

    /// Whether the principal is another than when the draft was made.
    pub(crate) fn has_new_principal(&self) -> bool {
        self.is_lent && T::PRINCIPAL.is_some_and(|index| self.image.is_changed(index, &self.value))
    }

    /// What to store of it, if anything has changed.
    pub(crate) fn changes(&self, layout: Layout) -> Result<Option<Payload>, CommitError> {
        if !self.is_lent {
            return Ok(None);
        }
        Ok(Some(self.encode(layout)?).filter(|payload| payload.is_changed))
    }

    /// What to store of it, changed or not.
    pub(crate) fn encode(&self, layout: Layout) -> Result<Payload, CommitError> {
        self.image.encode(&self.value, layout)
    }

    /// Whether the draft belonged to somebody when it was made, and does not belong to them any more.
    pub(crate) fn has_lost_principal(&self) -> bool {
        self.has_new_principal() && self.image.had_principal::<T>()
    }

    /// Whether the draft belongs to somebody.
    pub(crate) fn has_principal(&self) -> bool {
        T::PRINCIPAL.is_some_and(|index| !self.value.field(index).equals(NOBODY))
    }

    /// Takes over what another draft of the same image has changed.
    pub(crate) fn absorb(&mut self, other: Self) -> Result<(), CommitError> {
        self.image.merge(&mut self.value, other.value)?;
        self.is_lent |= other.is_lent;
        Ok(())
    }

    /// Brings this draft's changes onto what has been stored meanwhile.
    pub(crate) fn rebase(&mut self, theirs: Contents<'_>) -> Result<(), CommitError> {
        self.unanswered = None;
        let theirs = Image::decode::<T>(theirs)?;
        self.image.merge(&mut self.value, theirs.value)?;
        self.image = theirs.image;
        Ok(())
    }

    /// Goes on from an origin that holds just this draft's value.
    pub(crate) fn settle(&mut self, origin: &Origin, layout: Layout) -> Result<(), LoadError> {
        self.stand_on(origin, layout)?;
        self.image.begin_from(&self.value);
        Ok(())
    }

    /// Goes on from an origin that holds what this draft's value was when it was written; it may have changed since.
    pub(super) fn stand_on(&mut self, origin: &Origin, layout: Layout) -> Result<(), LoadError> {
        if let Some(contents) = origin.contents(layout) {
            self.image = Image::decode::<T>(contents)?.image;
        }
        Ok(())
    }

    /// A second value, equal to this draft's as far as it is stored, and the fields that were made anew for it.
    fn copy_value(&self) -> Result<(T, Vec<usize>), CommitError> {
        let (mut copy, mut remade) = (T::fresh(), Vec::new());
        let mut encoded = Vec::new();
        for (index, field) in T::FIELDS.iter().enumerate() {
            encoded.clear();
            match self.value.field(index).encode_to_keep(&mut encoded) {
                Ok(()) => {}
                // Not every value that a field may begin with can be written and read: it is made as it was before.
                Err(_) if !self.image.is_changed(index, &self.value) => {
                    self.image.reread(index, &mut copy);
                    remade.push(index);
                    continue;
                }
                Err(source) => return Err(CommitError::encode(field, source)),
            }
            copy.field_mut(index).decode(&encoded).map_err(|source| LoadError::Undecodable {
                kind: T::KIND,
                field: field.name,
                source,
            })?;
        }
        Ok((copy, remade))
    }
}

/// A draft that is being changed, and is as it was again unless the change is kept: an error, a conflict, a panic and a
/// caller who goes away all undo it. Fields that are not stored are the program's own and stay as they are.
pub(crate) struct Trial<'a, T: SessionModel> {
    pub(crate) draft: &'a mut Draft<T>,
    before: Option<T>,
    /// The fields of it that nobody had changed and no text says.
    remade: Vec<usize>,
}

impl<'a, T: SessionModel> Trial<'a, T> {
    /// Notes what the draft holds.
    pub(crate) fn of(draft: &'a mut Draft<T>) -> Result<Self, CommitError> {
        draft.unanswered = None;
        let (before, remade) = draft.copy_value()?;
        Ok(Self { draft, before: Some(before), remade })
    }

    /// Keeps the change.
    pub(crate) fn keep(mut self) {
        self.before = None;
    }
}

impl<T: SessionModel> Drop for Trial<'_, T> {
    fn drop(&mut self) {
        let Some(before) = &mut self.before else { return };
        // What is undone here is not what the draft would know again.
        self.draft.unanswered = None;
        for index in 0..T::FIELDS.len() {
            self.draft.value.field_mut(index).swap(before.field_mut(index));
        }
        for &index in &self.remade {
            self.draft.image.begin_field_from(index, &self.draft.value);
        }
    }
}

impl<T> From<Decoded<T>> for Draft<T> {
    fn from(decoded: Decoded<T>) -> Self {
        Self { value: decoded.value, is_lent: false, image: decoded.image, unanswered: None }
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
