//! One item on its server: the commands behind each verb, and what to do when another process was faster.
//!
//! Every loop here goes round again only after the server has said that another write came first, so somebody always gets
//! on; and the store ends it at the time-out.

use super::{
    entry,
    hint::{Hint, Hints},
    protocol::{Command, Outcome, ProtocolError, Reply},
    server::Server,
};
use crate::{
    record::{Record, Version},
    store::{Activity, Create, StoreError, Touch, Update},
    token::SessionId,
};

/// Where one session is kept.
pub(super) struct Item<'a> {
    pub(super) id: SessionId,
    pub(super) key: String,
    pub(super) server: &'a Server,
    pub(super) hints: &'a Hints,
    pub(super) size_limit: usize,
}

/// How far one attempt at a touch has come.
enum Attempt {
    Ended(Touch),
    /// The hint was stale, or is not enough. Nothing has been done.
    ReadFirst,
    /// Another write came in between, and the item may now have our TTL where it should have that write's.
    TtlMayBeWrong,
}

impl Item<'_> {
    pub(super) async fn create(&self, record: &Record, value: &[u8]) -> Result<Create, StoreError> {
        let [reply] = self.ask([Command::Add { value, ttl: ttl_of(record) }]).await?;
        match reply.outcome {
            Outcome::Done => {
                self.learn(record, reply.cas, 0);
                Ok(Create::Created)
            }
            Outcome::NotStored => Ok(Create::Exists),
            _ => Err(unexpected()),
        }
    }

    pub(super) async fn read(&self) -> Result<Option<(Record, Hint)>, StoreError> {
        let [Reply { outcome, cas, .. }] = self.ask([Command::Get]).await?;
        match outcome {
            Outcome::Value(value) => {
                let (record, stamps) = entry::decode(self.id, value)?;
                // Without tokens nothing could be conditional, and sessions would lose writes.
                let hint = self.learn(&record, cas, stamps).ok_or_else(|| {
                    StoreError::unavailable("the Memcached server gives no cas tokens; run it without the option -C")
                })?;
                Ok(Some((record, hint)))
            }
            Outcome::Missing => {
                self.hints.forget(self.id);
                Ok(None)
            }
            _ => Err(unexpected()),
        }
    }

    pub(super) async fn update(&self, expected: Version, record: &Record) -> Result<Update, StoreError> {
        let mut value = entry::encode(record, self.size_limit)?;
        let mut record = record.clone();
        let mut known = self.hints.get(self.id);
        loop {
            if let Some(hint) = known.filter(|hint| hint.version == expected) {
                // What the token stands for is what the write replaces, or it does not happen.
                let life = record.life.in_place_of(&hint.moved(record.life));
                if life != record.life {
                    record.life = life;
                    value = entry::encode(&record, self.size_limit)?;
                }
                let replace = Command::Replace { cas: hint.cas, value: &value, ttl: ttl_of(&record) };
                let [reply] = self.ask([replace]).await?;
                match reply.outcome {
                    Outcome::Done => {
                        self.learn(&record, reply.cas, 0);
                        return Ok(Update::Updated);
                    }
                    Outcome::Missing => return Ok(self.gone(Update::Gone)),
                    // A touch changes the token too, so only the record tells whether this is a conflict.
                    Outcome::OtherToken => {}
                    _ => return Err(unexpected()),
                }
            }
            match self.read().await? {
                None => return Ok(Update::Gone),
                Some((kept, _)) if kept.version != expected => return Ok(Update::Conflict(Box::new(kept))),
                Some((_, hint)) => known = Some(hint),
            }
        }
    }

    pub(super) async fn touch(&self, activity: Activity) -> Result<Touch, StoreError> {
        let mut attempt = match self.hints.get(self.id) {
            Some(hint) => self.touch_known(hint, activity).await?,
            None => Attempt::ReadFirst,
        };
        let mut must_restore_ttl = false;
        loop {
            match attempt {
                Attempt::Ended(touch) => return Ok(touch),
                Attempt::ReadFirst => {}
                Attempt::TtlMayBeWrong => must_restore_ttl = true,
            }
            let Some((record, hint)) = self.read().await? else { return Ok(Touch::Gone) };
            attempt = if hint.times_after(activity) == hint.times {
                if !must_restore_ttl {
                    return Ok(Touch::Touched(hint.version));
                }
                self.restore_ttl(hint).await?
            } else if hint.stamps < entry::MAX_STAMPS {
                self.append(hint, activity).await?
            } else {
                self.fold(record, hint, activity).await?
            };
        }
    }

    pub(super) async fn delete(&self) -> Result<bool, StoreError> {
        let [reply] = self.ask([Command::Delete]).await?;
        match reply.outcome {
            Outcome::Done => Ok(self.gone(true)),
            Outcome::Missing => Ok(self.gone(false)),
            _ => Err(unexpected()),
        }
    }

    /// A touch without reading first.
    async fn touch_known(&self, hint: Hint, activity: Activity) -> Result<Attempt, StoreError> {
        if hint.times_after(activity) != hint.times {
            return if hint.stamps < entry::MAX_STAMPS {
                self.append(hint, activity).await
            } else {
                Ok(Attempt::ReadFirst)
            };
        }
        let [reply] = self.ask([Command::Peek]).await?;
        match reply.outcome {
            Outcome::Done if reply.cas == Some(hint.cas) => Ok(Attempt::Ended(Touch::Touched(hint.version))),
            Outcome::Done => Ok(Attempt::ReadFirst),
            Outcome::Missing => Ok(Attempt::Ended(self.gone(Touch::Gone))),
            _ => Err(unexpected()),
        }
    }

    /// Appends a stamp and moves the TTL, in one round trip.
    ///
    /// Only the first command is conditional. The second one tells the token, by which we know whether it has met the same
    /// item; if not, the TTL must be looked after.
    async fn append(&self, hint: Hint, activity: Activity) -> Result<Attempt, StoreError> {
        let times = hint.times_after(activity);
        let stamp = entry::stamp(times);
        let append = Command::Append { cas: hint.cas, value: &stamp };
        let [appended, prolonged] = self.ask([append, Command::Prolong { ttl: entry::ttl(times) }]).await?;
        match (appended.outcome, prolonged.outcome) {
            (_, Outcome::Missing) => Ok(Attempt::Ended(self.gone(Touch::Gone))),
            (Outcome::Done, Outcome::Done) if appended.cas == prolonged.cas => {
                self.remember(appended.cas, |cas| Hint { cas, times, stamps: hint.stamps + 1, ..hint });
                Ok(Attempt::Ended(Touch::Touched(hint.version)))
            }
            (Outcome::NotStored, Outcome::Done) if prolonged.cas == Some(hint.cas) => {
                Err(StoreError::unavailable("the Memcached server has no memory left to move an item into"))
            }
            (Outcome::Done | Outcome::OtherToken | Outcome::NotStored, Outcome::Done) => Ok(Attempt::TtlMayBeWrong),
            _ => Err(unexpected()),
        }
    }

    /// Writes the record anew, with its stamps and this activity folded into its times. Its version stays.
    async fn fold(&self, mut record: Record, hint: Hint, activity: Activity) -> Result<Attempt, StoreError> {
        let times = hint.times_after(activity);
        (record.life.seen_at, record.life.expires_at) = (times.seen_at, times.expires_at);
        let value = entry::encode(&record, self.size_limit)?;
        let replace = Command::Replace { cas: hint.cas, value: &value, ttl: entry::ttl(times) };
        let [reply] = self.ask([replace]).await?;
        match reply.outcome {
            Outcome::Done => {
                self.learn(&record, reply.cas, 0);
                Ok(Attempt::Ended(Touch::Touched(hint.version)))
            }
            Outcome::Missing => Ok(Attempt::Ended(self.gone(Touch::Gone))),
            Outcome::OtherToken => Ok(Attempt::ReadFirst),
            _ => Err(unexpected()),
        }
    }

    /// Gives the item the TTL that its record asks for.
    async fn restore_ttl(&self, hint: Hint) -> Result<Attempt, StoreError> {
        let [reply] = self.ask([Command::Prolong { ttl: entry::ttl(hint.times) }]).await?;
        match reply.outcome {
            Outcome::Done if reply.cas == Some(hint.cas) => Ok(Attempt::Ended(Touch::Touched(hint.version))),
            Outcome::Done => Ok(Attempt::TtlMayBeWrong),
            Outcome::Missing => Ok(Attempt::Ended(self.gone(Touch::Gone))),
            _ => Err(unexpected()),
        }
    }

    async fn ask<const N: usize>(&self, commands: [Command<'_>; N]) -> Result<[Reply; N], StoreError> {
        self.server.ask(&self.key, commands).await
    }

    fn learn(&self, record: &Record, cas: Option<u64>, stamps: usize) -> Option<Hint> {
        self.remember(cas, |cas| Hint::new(record, cas, stamps))
    }

    /// A token of zero is none: the server runs with the option `-C`.
    fn remember(&self, cas: Option<u64>, hint: impl FnOnce(u64) -> Hint) -> Option<Hint> {
        let hint = cas.filter(|cas| *cas != 0).map(hint);
        match hint {
            Some(hint) => self.hints.put(hint),
            None => self.hints.forget(self.id),
        }
        hint
    }

    fn gone<R>(&self, outcome: R) -> R {
        self.hints.forget(self.id);
        outcome
    }
}

fn ttl_of(record: &Record) -> u32 {
    entry::ttl(Activity { seen_at: record.life.seen_at, expires_at: record.life.expires_at })
}

fn unexpected() -> StoreError {
    StoreError::unavailable(ProtocolError::Garbled)
}
