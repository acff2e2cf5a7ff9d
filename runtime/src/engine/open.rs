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
            Backend::Sealed(backend) => Origin::Sealed(self.unseal(backend, cookies)),
            Backend::Server(store, _) => match cookies.find(self.cookie.name()) {
                Found::Absent => Origin::New { expired: None },
                Found::Ambiguous => self.reject(Rejection::Ambiguous),
                Found::One(value) => match Token::parse(value) {
                    Some(token) => self.look_up(store.as_ref(), &token).await?,
                    None => self.reject(Rejection::Malformed),
                },
            },
        };
        let draft = self.draft_of(&origin)?;
        #[cfg(feature = "cookie")]
        if self.is_void(&origin, draft.value()).await? {
            self.events.emit(T::KIND, &Event::Rejected { reason: Rejection::Revoked });
            let mut origin = origin;
            // The cookies that hold it are known still, and make way for those of the next session.
            origin.part();
            return Ok((Draft::fresh(), origin));
        }
        Ok((draft, origin))
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

    async fn look_up(&self, store: &dyn DynStore, token: &Token) -> Result<Origin, LoadError> {
        match store.load(token.id).await? {
            None => Ok(self.reject(Rejection::Unknown)),
            Some(record) if record.id != token.id => {
                Err(StoreError::corrupt("the store answered with another session").into())
            }
            Some(record) => self.admit(store, record, token).await,
        }
    }

    /// Decides what a token is to its record.
    async fn admit(&self, store: &dyn DynStore, record: Record, token: &Token) -> Result<Origin, LoadError> {
        let now = self.clock.now();
        // The secret comes first: without it nobody learns whether a session has expired.
        let standing = record.credential.standing(&token.secret, now);
        if matches!(standing, Standing::Current | Standing::Grace) && record.life.is_over(now) {
            self.events.emit(T::KIND, &Event::Expired { id: Some(record.id) });
            return Ok(Origin::New { expired: Some(record.id) });
        }
        Ok(match standing {
            Standing::Current => Origin::Stored(Opened { record, holder: Holder::Current(token.secret.clone()) }),
            Standing::Grace => Origin::Stored(Opened { record, holder: Holder::Grace(token.secret.clone()) }),
            Standing::Foreign => self.reject(Rejection::WrongSecret),
            Standing::Outdated => self.reject(Rejection::Superseded),
            Standing::Superseded => {
                self.events.emit(T::KIND, &Event::Rejected { reason: Rejection::Superseded });
                Origin::Superseded
            }
            Standing::Reused => {
                // OWASP Session Management, "Renewal Timeout": a copy is about, so nobody may go on with the session.
                self.events.emit(T::KIND, &Event::ReuseDetected { id: record.id });
                store.delete(record.id).await?;
                revocation::announce(record.id);
                Origin::New { expired: None }
            }
        })
    }

    fn reject(&self, reason: Rejection) -> Origin {
        self.events.emit(T::KIND, &Event::Rejected { reason });
        Origin::New { expired: None }
    }
}
