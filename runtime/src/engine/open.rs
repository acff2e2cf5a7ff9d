//! From what a request presents to a draft: the one load, and every check of secret and expiry.

use super::{Backend, Draft, Engine, Holder, Opened, Origin, Presented};
use crate::{
    cookie::Found,
    error::LoadError,
    event::{Event, Rejection},
    image::{Contents, Image},
    model::SessionModel,
    record::{Record, Standing},
    revocation,
    store::{DynStore, StoreError},
    token::{SessionId, Token},
};

impl<T: SessionModel> Engine<T> {
    /// Opens what the request presents. Whatever a client sends, the worst outcome is a fresh visitor.
    pub(crate) async fn open(&self, presented: &Presented) -> Result<(Draft<T>, Origin), LoadError> {
        let Presented::Cookies(cookies) = presented else {
            self.events.emit(T::KIND, &Event::Rejected { reason: Rejection::CrossOrigin });
            return Err(LoadError::CrossOrigin);
        };
        let origin = match &self.backend {
            #[cfg(feature = "cookie")]
            Backend::Sealed(backend) => return self.open_sealed(backend, cookies).await,
            Backend::Server(store, _) => match cookies.find(self.cookie.name()) {
                Found::Absent => Origin::New { expired: None },
                Found::Ambiguous => self.reject(Rejection::Ambiguous),
                Found::One(value) => self.look_up(store.as_ref(), value).await?,
            },
        };
        Ok((self.draft_of(&origin)?, origin))
    }

    /// The draft that an origin begins with. What does not decode is reported.
    pub(crate) fn draft_of(&self, origin: &Origin) -> Result<Draft<T>, LoadError> {
        let Some(contents) = origin.contents(self.backend.layout()) else { return Ok(Draft::fresh()) };
        let decoded = Image::decode::<T>(contents)?;
        for field in &decoded.undecodable {
            self.events.emit(T::KIND, &Event::Undecodable { id: origin.id(), field });
        }
        Ok(decoded.into())
    }

    /// Loads the record again, for a handle that wants to see what others have written.
    pub(crate) async fn reload(&self, id: SessionId) -> Result<Option<Record>, LoadError> {
        let record = match &self.backend {
            Backend::Server(store, _) => store.load(id).await?,
            #[cfg(feature = "cookie")]
            Backend::Sealed(_) => None,
        };
        Ok(record.filter(|record| record.id == id && !record.life.is_over(self.clock.now())))
    }

    /// Whether a record still belongs to the principal that is encoded so.
    pub(crate) fn belongs_to(&self, record: &Record, owner: &[u8]) -> bool {
        let decoded = Image::decode::<T>(Contents::of(record, self.backend.layout()));
        decoded.is_ok_and(|decoded| T::PRINCIPAL.is_some_and(|index| decoded.value.field(index).equals(owner)))
    }

    /// Whether a record belongs to anybody.
    pub(super) fn has_principal(&self, record: &Record) -> Result<bool, LoadError> {
        Ok(Image::decode::<T>(Contents::of(record, self.backend.layout()))?.image.had_principal::<T>())
    }

    async fn look_up(&self, store: &dyn DynStore, presented: &[u8]) -> Result<Origin, LoadError> {
        let Some(token) = Token::parse(presented) else { return Ok(self.reject(Rejection::Malformed)) };
        let loaded = store.load(token.id).await?;
        if let Some(origin) = self.admit(loaded, &token)? {
            return Ok(origin);
        }
        // OWASP Session Management, "Renewal Timeout": a copy is about, so nobody may go on with the session.
        self.events.emit(T::KIND, &Event::ReuseDetected { id: token.id });
        store.delete(token.id).await?;
        revocation::announce(token.id);
        Ok(Origin::New { expired: None })
    }

    /// Decides what a token is to what was loaded by it. `None` if it shows that somebody has a copy of it.
    fn admit(&self, loaded: Option<Record>, token: &Token) -> Result<Option<Origin>, StoreError> {
        let Some(record) = loaded else { return Ok(Some(self.reject(Rejection::Unknown))) };
        if record.id != token.id {
            return Err(StoreError::corrupt("the store answered with another session"));
        }
        let now = self.clock.now();
        // The secret comes first: without it nobody learns whether a session has expired.
        let standing = record.credential.standing(&token.secret, now);
        if matches!(standing, Standing::Current | Standing::Grace) && record.life.is_over(now) {
            self.events.emit(T::KIND, &Event::Expired { id: Some(record.id) });
            return Ok(Some(Origin::New { expired: Some(record.id) }));
        }
        Ok(Some(match standing {
            Standing::Current => Origin::Stored(Opened { record, holder: Holder::Current(token.secret.clone()) }),
            Standing::Grace => Origin::Stored(Opened { record, holder: Holder::Grace(token.secret.clone()) }),
            Standing::Foreign => self.reject(Rejection::WrongSecret),
            Standing::Outdated => self.reject(Rejection::Superseded),
            Standing::Superseded => {
                self.events.emit(T::KIND, &Event::Rejected { reason: Rejection::Superseded });
                Origin::Superseded
            }
            Standing::Reused => return Ok(None),
        }))
    }

    fn reject(&self, reason: Rejection) -> Origin {
        self.events.emit(T::KIND, &Event::Rejected { reason });
        Origin::New { expired: None }
    }
}
