//! Which key a session's CSRF tokens are made of, and which it takes them by.
//!
//! A token belongs to the secret that the browser will hold when it brings the token back. Where this response will replace
//! the secret, the new one is drawn now instead of at the commit. A request is judged by the secret that came with it.

use super::{Draft, Engine, Holder, Intents, Opened, Origin, Renewal};
use crate::{
    csrf::CsrfKey,
    model::SessionModel,
    token::{RandomError, Secret},
};

impl<T: SessionModel> Engine<T> {
    /// The key of the tokens that a page of this response shows. A visitor without a session gets one.
    pub(crate) fn csrf_key_to_show(
        &self,
        draft: &Draft<T>,
        origin: &Origin,
        intents: &mut Intents,
    ) -> Result<CsrfKey, RandomError> {
        match origin {
            Origin::Stored(Opened { holder: Holder::Grace(secret), .. }) if !draft.has_new_principal() => {
                return Ok(CsrfKey::of(secret));
            }
            Origin::Stored(Opened { record, holder }) => {
                let will_be_replaced = draft.has_new_principal()
                    || intents.renewal != Renewal::Nothing
                    || !intents.shows_token && self.is_renewal_due(record, self.clock.now());
                match holder {
                    Holder::Current(secret) if !will_be_replaced => {
                        intents.shows_token = true;
                        return Ok(CsrfKey::of(secret));
                    }
                    _ => intents.renewal = intents.renewal.max(Renewal::Secret),
                }
            }
            #[cfg(feature = "cookie")]
            Origin::Sealed(sealed) => match sealed.session.as_ref().and_then(|session| session.csrf.as_ref()) {
                Some(key) if !draft.has_new_principal() => return Ok(key.clone()),
                _ => intents.keep = true,
            },
            Origin::New { .. } => intents.keep = true,
            // The page will be of no use: the browser holds, or is about to get, the cookie of another session.
            Origin::Superseded => {}
        }
        let successor = match &mut intents.successor {
            Some(successor) => successor,
            none => none.insert(Secret::random()?),
        };
        Ok(CsrfKey::of(successor))
    }

    /// The key by which a request's token is judged; `None` for a visitor without a session.
    pub(crate) fn csrf_key_of(origin: &Origin) -> Option<CsrfKey> {
        match origin {
            Origin::Stored(Opened { holder: Holder::Current(secret) | Holder::Grace(secret), .. }) => {
                Some(CsrfKey::of(secret))
            }
            #[cfg(feature = "cookie")]
            Origin::Sealed(sealed) => sealed.session.as_ref().and_then(|session| session.csrf.clone()),
            Origin::New { .. } | Origin::Superseded => None,
        }
    }
}
