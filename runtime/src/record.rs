//! What a store keeps of one session, and who may open it.

use std::fmt;

use bytes::Bytes;

use crate::{
    clock::Timestamp,
    expiry::Lifetime,
    model::ColumnValue,
    token::{RandomError, Secret, SecretHash, SessionId, random_bytes},
};

/// Which write a record is at: each write's is greater than the one that it replaces. Every conditional write names the
/// version that it expects.
///
/// The core takes a random step from one to the next, so that a version names one write among all that expect the same: a
/// write whose answer was lost is known again by it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Version(u64);

impl Version {
    /// The version of a record that was just created.
    pub const FIRST: Self = Self(1);

    /// The version with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The version with this number, as a store read it; `None` for 2^63 and more, which no write has made and after which
    /// there might be no next one.
    pub const fn from_stored(number: u64) -> Option<Self> {
        if number > i64::MAX.cast_unsigned() { None } else { Some(Self(number)) }
    }

    /// The number, as a store keeps it. It stays below 2^63, so every database's 64-bit integer holds it.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The version after this one, for tests of stores. The core's own writes take a random step.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The version of a new write over this one. Another write over it has the same with a chance of one in 2^32; a session
    /// can be written about 2^32 times.
    pub(crate) fn of_new_write(self) -> Result<Self, RandomError> {
        let mut step = [0; 4];
        random_bytes(&mut step)?;
        Ok(Self(self.0.saturating_add(1 + u64::from(u32::from_ne_bytes(step))).min(u64::MAX >> 1)))
    }
}

/// One session as a store keeps it. A store reads nothing but `id`, `version`, the times of `life`, and `columns`.
///
/// `Debug` shows how much is in it and not what, because what a session holds is in no log.
#[derive(Clone)]
pub struct Record {
    /// Which session this is.
    pub id: SessionId,
    /// Which write it is at.
    pub version: Version,
    /// Who may open it.
    pub credential: Credential,
    /// When it ends.
    pub life: Lifetime,
    /// The payload: one JSON object with a member for each field.
    pub data: Bytes,
    /// The values of [`Schema::columns`](crate::schema::Schema::columns), in their order.
    ///
    /// Every write carries them. A load returns them only from a store of
    /// [`Layout::Columns`](crate::store::Layout::Columns); elsewhere it leaves the vector empty.
    pub columns: Vec<ColumnValue>,
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("id", &self.id)
            .field("version", &self.version)
            .field("credential", &self.credential)
            .field("life", &self.life)
            .field("data", &format_args!("({} bytes)", self.data.len()))
            .field("columns", &format_args!("({} values)", self.columns.len()))
            .finish()
    }
}

/// What opens a record: the hash of the current secret, and of those that it replaced.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Credential {
    /// The hash of the secret in the visitor's cookie.
    pub current: SecretHash,
    /// The hashes of earlier secrets, latest first, at most [`Credential::MAX_RETIRED`].
    pub retired: Vec<Retired>,
}

/// A secret that another one has replaced.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Retired {
    /// The hash of the replaced secret.
    pub hash: SecretHash,
    /// When it was replaced.
    pub at: Timestamp,
    /// Why it was replaced.
    pub why: Retirement,
}

/// Why a secret was replaced, which decides what it is still good for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Retirement {
    /// By renewal. It still opens the session for [`Credential::GRACE`], for requests that were under way; presented
    /// later it is a sign of theft (OWASP Session Management, "Renewal Timeout").
    Renewed,
    /// By a change of principal. It opens nothing any more (OWASP, "Renew the Session ID After Any Privilege Level
    /// Change"). For [`Credential::GRACE`] it may belong to a request that was under way, which must not send the browser
    /// another cookie; presented later it is like any other that opens nothing, so that a visitor who never got the new
    /// secret can begin again.
    PrincipalChanged,
}

/// What a presented secret is to a record.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Standing {
    /// It is the current secret.
    Current,
    /// It was renewed a moment ago and still opens the session. The browser has, or is about to get, the new one.
    Grace,
    /// A sign-in or sign-out has replaced it a moment ago: it opens nothing, and what bears it must not disturb the new one.
    Superseded,
    /// A sign-in or sign-out replaced it longer ago than any request was under way: it opens nothing, and what bears it
    /// may begin again, because the answer with the new secret may never have arrived.
    Outdated,
    /// It was renewed longer ago than the grace: somebody kept a copy.
    Reused,
    /// It is not and was not a secret of this record, as far as the record remembers.
    Foreign,
}

impl Credential {
    /// How long a renewed secret still opens the session.
    pub const GRACE: std::time::Duration = std::time::Duration::from_secs(10);

    /// How many replaced secrets a record remembers.
    pub const MAX_RETIRED: usize = 4;

    /// A credential that this secret opens.
    pub fn new(secret: &Secret) -> Self {
        Self { current: secret.hash(), retired: Vec::new() }
    }

    /// What `secret` is to this record at `now`. Every comparison takes constant time.
    pub fn standing(&self, secret: &Secret, now: Timestamp) -> Standing {
        let hash = secret.hash();
        if hash == self.current {
            return Standing::Current;
        }
        match self.retired.iter().find(|retired| retired.hash == hash) {
            None => Standing::Foreign,
            Some(retired) => match (retired.why, now.since(retired.at) < Self::GRACE) {
                (Retirement::Renewed, true) => Standing::Grace,
                (Retirement::Renewed, false) => Standing::Reused,
                (Retirement::PrincipalChanged, true) => Standing::Superseded,
                (Retirement::PrincipalChanged, false) => Standing::Outdated,
            },
        }
    }

    /// The credential after the current secret has been replaced.
    ///
    /// A change of principal takes the grace from earlier renewals too: nothing older than the sign-in opens it.
    #[must_use]
    pub fn replaced(&self, by: &Secret, why: Retirement, now: Timestamp) -> Self {
        let mut retired = vec![Retired { hash: self.current, at: now, why }];
        retired.extend(self.retired.iter().take(Self::MAX_RETIRED - 1).map(|older| match why {
            Retirement::PrincipalChanged => Retired { why, at: now, ..*older },
            Retirement::Renewed => *older,
        }));
        Self { current: by.hash(), retired }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::default() + Duration::from_secs(seconds)
    }

    #[test]
    fn a_renewed_secret_opens_for_ten_seconds_and_then_betrays_a_copy() {
        let (first, second) = (Secret::random().unwrap(), Secret::random().unwrap());
        let credential = Credential::new(&first).replaced(&second, Retirement::Renewed, at(100));
        assert_eq!(credential.standing(&second, at(100)), Standing::Current);
        assert_eq!(credential.standing(&first, at(109)), Standing::Grace);
        assert_eq!(credential.standing(&first, at(110)), Standing::Reused);
        assert_eq!(credential.standing(&Secret::random().unwrap(), at(100)), Standing::Foreign);
    }

    #[test]
    fn a_change_of_principal_ends_every_earlier_secret() {
        let [a, b, c] = std::array::from_fn(|_| Secret::random().unwrap());
        let credential = Credential::new(&a).replaced(&b, Retirement::Renewed, at(0)).replaced(
            &c,
            Retirement::PrincipalChanged,
            at(1),
        );
        assert_eq!(credential.standing(&a, at(1)), Standing::Superseded);
        assert_eq!(credential.standing(&b, at(1)), Standing::Superseded);
        assert_eq!(credential.standing(&c, at(1)), Standing::Current);
        assert_eq!([&a, &b].map(|old| credential.standing(old, at(10))), [Standing::Superseded; 2]);
        assert_eq!([&a, &b].map(|old| credential.standing(old, at(11))), [Standing::Outdated; 2]);
    }

    #[test]
    fn a_record_remembers_a_bounded_number_of_secrets() {
        let secret = Secret::random().unwrap();
        let credential = (0..20).fold(Credential::new(&secret), |credential, _| {
            credential.replaced(&Secret::random().unwrap(), Retirement::Renewed, at(0))
        });
        assert_eq!(credential.retired.len(), Credential::MAX_RETIRED);
    }
}
