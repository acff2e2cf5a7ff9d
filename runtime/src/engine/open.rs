//! From what a request presents to a draft: the one load, and every check of secret and expiry.

use super::{Backend, Draft, Engine, Holder, Opened, Origin, Presented};
use crate::{
    error::LoadError,
    event::{Event, Rejection},
    image::Image,
    model::SessionModel,
    record::{Record, Standing},
    store::StoreError,
    token::{SessionId, Token},
};

impl<T: SessionModel> Engine<T> {
    /// Opens what the request presents. Whatever a client sends, the worst outcome is a fresh visitor.
    pub(crate) async fn open(&self, presented: &Presented) -> Result<(Draft<T>, Origin), LoadError> {
        let origin = match (&self.backend, presented) {
            (_, Presented::Nothing) => Origin::New { expired: None },
            (_, Presented::Rejected(reason)) => self.reject(*reason),
            (Backend::Server(store, _), Presented::Token(token)) => match store.load(token.id).await? {
                None => self.reject(Rejection::Unknown),
                Some(record) if record.id != token.id => {
                    return Err(StoreError::corrupt("the store answered with another session").into());
                }
                Some(record) => self.admit(record, token).await?,
            },
        };
        let draft = match &origin {
            Origin::New { .. } | Origin::Superseded => Draft::fresh(),
            Origin::Stored(opened) => self.decode(opened)?,
        };
        Ok((draft, origin))
    }

    /// Loads the record again, for a handle that wants to see what others have written.
    pub(crate) async fn reload(&self, id: SessionId) -> Result<Option<Record>, LoadError> {
        match &self.backend {
            Backend::Server(store, _) => {
                let record = store.load(id).await?;
                Ok(record.filter(|record| record.id == id && !record.life.is_over(self.clock.now())))
            }
        }
    }

    /// Decodes a record, and reports what did not decode.
    pub(crate) fn decode(&self, opened: &Opened) -> Result<Draft<T>, LoadError> {
        let decoded = Image::decode::<T>(&opened.record, self.backend.layout())?;
        for field in &decoded.undecodable {
            self.events.emit(T::KIND, &Event::Undecodable { id: opened.id(), field });
        }
        Ok(decoded.into())
    }

    /// Decides what a token is to its record.
    async fn admit(&self, record: Record, token: &Token) -> Result<Origin, LoadError> {
        let now = self.clock.now();
        // The secret comes first: without it nobody learns whether a session has expired.
        let standing = record.credential.standing(&token.secret, now);
        if matches!(standing, Standing::Current | Standing::Grace) && record.life.is_over(now) {
            self.events.emit(T::KIND, &Event::Expired { id: Some(record.id) });
            return Ok(Origin::New { expired: Some(record.id) });
        }
        Ok(match standing {
            Standing::Current => Origin::Stored(Opened { record, holder: Holder::Current(token.secret.clone()) }),
            Standing::Grace => Origin::Stored(Opened { record, holder: Holder::Grace }),
            Standing::Foreign => self.reject(Rejection::WrongSecret),
            Standing::Superseded => {
                self.events.emit(T::KIND, &Event::Rejected { reason: Rejection::Superseded });
                Origin::Superseded
            }
            Standing::Reused => {
                // OWASP Session Management, "Renewal Timeout": a copy is about, so nobody may go on with the session.
                self.events.emit(T::KIND, &Event::ReuseDetected { id: record.id });
                let Backend::Server(store, _) = &self.backend;
                store.delete(record.id).await?;
                Origin::New { expired: None }
            }
        })
    }

    fn reject(&self, reason: Rejection) -> Origin {
        self.events.emit(T::KIND, &Event::Rejected { reason });
        Origin::New { expired: None }
    }
}
