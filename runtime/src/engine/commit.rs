//! From a draft to the store: one conditional write, merged and tried again when another request came first.

use super::{
    Backend, CookieChange, Draft, Ending, Engine, Holder, Intents, Opened, Origin, Race, Renewal, Trial, Unanswered,
};
use crate::{
    clock::Timestamp,
    error::CommitError,
    event::{Event, Rejection},
    expiry::Lifetime,
    image::Contents,
    model::SessionModel,
    record::{Credential, Record, Retirement, Version},
    revocation,
    store::{Activity, Create, DynStore, Touch, Update},
    token::{Secret, SessionId, Token},
};

/// What a commit did.
#[derive(Default)]
pub(crate) struct Outcome {
    /// The session as it is stored now, if it was written.
    pub(crate) saved: Option<Origin>,
    /// What the browser has to be told.
    pub(crate) cookie: Option<CookieChange>,
}

impl Outcome {
    /// What two commits did, one after the other.
    fn followed_by(self, later: Self) -> Self {
        Self { saved: later.saved.or(self.saved), cookie: later.cookie.or(self.cookie) }
    }
}

/// One try.
pub(crate) enum Attempt {
    Done(Outcome),
    /// An earlier write of this draft, whose answer was lost, had taken effect. The draft may have changed since.
    Found(Outcome),
    /// Another request wrote first; this is what it wrote.
    Conflict(Box<Record>),
}

impl<T: SessionModel> Engine<T> {
    /// Writes what the draft and the intents ask for. After an error without an answer it may be called again: a write that
    /// had taken effect is known again, and is not merged with itself.
    ///
    /// On success the draft holds the merged value, but its image is not yet that of the stored record.
    pub(crate) async fn commit(
        &self,
        draft: &mut Draft<T>,
        origin: &mut Origin,
        intents: &mut Intents,
    ) -> Result<Outcome, CommitError> {
        let mut race = Race::enter(&self.lines, origin.id()).await;
        // On the heap, because it is rare and every commit would carry a place for it.
        let mut found: Option<Box<Outcome>> = None;
        loop {
            self.follow(&race, draft, origin, intents)?;
            let lost_to = match self.attempt(draft, origin, intents).await? {
                Attempt::Done(outcome) => {
                    let outcome = found.map_or_else(Outcome::default, |found| *found).followed_by(outcome);
                    race.win(&outcome);
                    return Ok(outcome);
                }
                Attempt::Found(outcome) => {
                    if let (Origin::Stored(opened), Some(Origin::Stored(saved))) = (&mut *origin, &outcome.saved) {
                        intents.coalesce(&opened.record, &saved.record);
                        *opened = saved.clone();
                        draft.stand_on(origin, self.backend.layout())?;
                    }
                    found = Some(Box::new(outcome));
                    continue;
                }
                Attempt::Conflict(theirs) => self.yield_to(*theirs, &race, draft, origin, intents)?,
            };
            race.lose(lost_to).await?;
        }
    }

    /// Applies a change to the freshest value there is, and again after each conflict.
    pub(crate) async fn update<R>(
        &self,
        draft: &mut Draft<T>,
        origin: &mut Origin,
        intents: &mut Intents,
        change: &mut impl FnMut(&mut T) -> R,
    ) -> Result<(R, Outcome), CommitError> {
        let mut race = Race::enter(&self.lines, origin.id()).await;
        loop {
            self.follow(&race, draft, origin, intents)?;
            let trial = Trial::of(draft)?;
            let answer = change(trial.draft.value_mut());
            let theirs = match self.attempt(trial.draft, origin, intents).await? {
                // A trial begins without an unanswered write, so what is found is this very one, sent twice by the client.
                Attempt::Done(outcome) | Attempt::Found(outcome) => {
                    trial.keep();
                    race.win(&outcome);
                    return Ok((answer, outcome));
                }
                Attempt::Conflict(theirs) => theirs,
            };
            drop(trial);
            let lost_to = self.yield_to(*theirs, &race, draft, origin, intents)?;
            race.lose(lost_to).await?;
        }
    }

    /// Brings a draft up to what the store holds now, without writing.
    pub(crate) async fn refresh(&self, draft: &mut Draft<T>, origin: &mut Origin) -> Result<(), CommitError> {
        let Origin::Stored(opened) = origin else { return Ok(()) };
        let record = self.reload(opened.record.id).await?.ok_or(CommitError::Gone)?;
        if draft.unanswered.as_ref().is_some_and(|it| it.version == record.version) {
            // Nobody else has written; the next commit goes on from this.
            return Ok(());
        }
        self.refuse_signed_in(draft, &record)?;
        draft.rebase(Contents::of(&record, self.backend.layout()))?;
        opened.record = record;
        Ok(())
    }

    /// Tries once.
    pub(crate) async fn attempt(
        &self,
        draft: &mut Draft<T>,
        origin: &Origin,
        intents: &Intents,
    ) -> Result<Attempt, CommitError> {
        match (&self.backend, origin) {
            #[cfg(feature = "cookie")]
            (Backend::Sealed(backend), Origin::Sealed(sealed)) => self.seal(backend, draft, sealed, intents),
            (Backend::Server(store, _), Origin::New { .. }) if intents.keep || draft.has_changes() => {
                self.create(store.as_ref(), draft, intents).await
            }
            (Backend::Server(store, _), Origin::New { expired: Some(id) }) => {
                self.forget(store.as_ref(), *id).await;
                Ok(Attempt::Done(Outcome::default()))
            }
            (Backend::Server(store, _), Origin::Stored(opened)) => {
                self.write(store.as_ref(), draft, opened, intents).await
            }
            _ if matches!(origin, Origin::Superseded) && draft.has_changes() => Err(CommitError::Superseded),
            _ => Ok(Attempt::Done(Outcome::default())),
        }
    }

    /// Ends a session. It is gone from the store before anybody is told.
    pub(crate) async fn end(&self, ending: Ending) -> Result<CookieChange, CommitError> {
        let (id, change) = match (&self.backend, ending) {
            (Backend::Server(store, _), Ending::Record(id)) => {
                store.delete(id).await?;
                revocation::announce(id);
                (Some(id), CookieChange::Remove)
            }
            #[cfg(feature = "cookie")]
            (Backend::Sealed(backend), Ending::Sealed(carried)) => {
                (None, CookieChange::Sealed(backend.cookie().clear(carried)))
            }
            #[cfg(feature = "cookie")]
            _ => return Ok(CookieChange::Remove),
        };
        self.events.emit(T::KIND, &Event::Destroyed { id });
        Ok(change)
    }

    /// Brings the draft onto what the one before in line wrote, where there is a line.
    ///
    /// Whether an earlier write without an answer has taken effect only the store can say, so that is asked first.
    fn follow(
        &self,
        race: &Race<'_>,
        draft: &mut Draft<T>,
        origin: &mut Origin,
        intents: &mut Intents,
    ) -> Result<(), CommitError> {
        match race.news(origin.version()) {
            Some(theirs) if draft.unanswered.is_none() => self.rebase(draft, origin, intents, theirs),
            _ => Ok(()),
        }
    }

    /// Brings the draft onto what another request wrote first, and says which session that is.
    fn yield_to(
        &self,
        theirs: Record,
        race: &Race<'_>,
        draft: &mut Draft<T>,
        origin: &mut Origin,
        intents: &mut Intents,
    ) -> Result<SessionId, CommitError> {
        let id = theirs.id;
        self.events.emit(T::KIND, &Event::Conflict { id, attempt: race.lost() + 1 });
        self.rebase(draft, origin, intents, theirs)?;
        Ok(id)
    }

    /// Brings the draft onto what another request wrote.
    fn rebase(
        &self,
        draft: &mut Draft<T>,
        origin: &mut Origin,
        intents: &mut Intents,
        theirs: Record,
    ) -> Result<(), CommitError> {
        if intents.no_response {
            self.refuse_signed_in(draft, &theirs)?;
        }
        let rebased = draft.rebase(Contents::of(&theirs, self.backend.layout()));
        if matches!(rebased, Err(CommitError::Gone)) {
            self.events.emit(T::KIND, &Event::LateWrite { id: Some(theirs.id) });
        }
        rebased?;
        if let Origin::Stored(opened) = origin {
            intents.coalesce(&opened.record, &theirs);
            opened.record = theirs;
        }
        Ok(())
    }

    /// Keeps what belongs to a principal from who came before the sign-in: they may hold a planted cookie, and the secret in
    /// it opens nothing any more. A request's last commit may still add to the session, because it shows nothing of it.
    fn refuse_signed_in(&self, draft: &Draft<T>, record: &Record) -> Result<(), CommitError> {
        if T::PRINCIPAL.is_none() || draft.image.had_principal::<T>() || !self.has_principal(record)? {
            return Ok(());
        }
        self.events.emit(T::KIND, &Event::Rejected { reason: Rejection::Superseded });
        Err(CommitError::Superseded)
    }

    async fn create(&self, store: &dyn DynStore, draft: &Draft<T>, intents: &Intents) -> Result<Attempt, CommitError> {
        let now = self.clock.now();
        let life = self.first_life(draft, intents, now);
        let payload = draft.encode(store.layout())?;
        let limit = self.limit_of(draft);
        if let Some(limit) = limit {
            Box::pin(self.look_for_place(draft, limit)).await?;
        }
        loop {
            let token = Token { id: SessionId::random()?, secret: intents.next_secret()? };
            let record = Record {
                id: token.id,
                version: Version::FIRST,
                credential: Credential::new(&token.secret),
                life,
                data: payload.data.clone(),
                columns: payload.columns.clone(),
            };
            // 128 random bits do not meet twice; a store that says so is asked again rather than overwritten.
            if store.create(&record).await? == Create::Exists {
                continue;
            }
            if let Some(limit) = limit {
                Box::pin(self.keep_to_limit(store, draft, limit, token.id)).await?;
            }
            self.events.emit(T::KIND, &Event::Created { id: Some(token.id) });
            self.report_principal(draft, Some(token.id));
            let saved = Origin::Stored(Opened { record, holder: Holder::Current(token.secret.clone()) });
            let cookie = Some(cookie_for(token, &life, now));
            return Ok(Attempt::Done(Outcome { saved: Some(saved), cookie }));
        }
    }

    async fn write(
        &self,
        store: &dyn DynStore,
        draft: &mut Draft<T>,
        opened: &Opened,
        intents: &Intents,
    ) -> Result<Attempt, CommitError> {
        let now = self.clock.now();
        let base = &opened.record;
        let retirement = self.retirement(draft, opened, intents, now)?;
        let is_asked_for =
            retirement.is_some() || intents.expiry.is_some() || intents.renewal == Renewal::SecretAndLimits;
        // It ended while the request ran, and other requests may have seen it dead already.
        if base.life.is_over(now) {
            let is_lost = is_asked_for || draft.has_changes();
            return if is_lost { self.revisit(base.id).await } else { Ok(Attempt::Done(Outcome::default())) };
        }
        let layout = store.layout();
        let payload = if is_asked_for { Some(draft.encode(layout)?) } else { draft.changes(layout)? };
        let Some(payload) = payload else { return self.touch(store, opened, now).await };
        // The same version and secret as before, where an answer is owed: of the two writes only one can take effect.
        let (earlier_version, earlier_token) = draft.unanswered.take().map(|it| (it.version, it.token)).unzip();
        let is_repeated = earlier_version.is_some();
        let version = earlier_version.map_or_else(|| base.version.of_new_write(), Ok)?;
        let token = match (retirement, earlier_token.flatten()) {
            (Some(_), None) => Some(Token { id: base.id, secret: intents.next_secret()? }),
            (_, earlier) => earlier,
        };
        let credential = match (&token, retirement) {
            (Some(token), Some(why)) => base.credential.replaced(&token.secret, why, now),
            _ => base.credential.clone(),
        };
        let life = self.next_life(&base.life, base.life.visited(now), draft, intents, now);
        let record = Record { id: base.id, version, credential, life, data: payload.data, columns: payload.columns };
        let limit = self.limit_of(draft);
        if let Some(limit) = limit {
            Box::pin(self.look_for_place(draft, limit)).await?;
        }
        draft.unanswered = Some(Unanswered { version, token: token.clone() });
        let update = store.update(base.version, &record).await?;
        draft.unanswered = None;
        let is_mine = match &update {
            Update::Updated => true,
            Update::Conflict(theirs) => theirs.version == version,
            Update::Gone => false,
        };
        if is_mine && let Some(limit) = limit {
            Box::pin(self.keep_to_limit(store, draft, limit, base.id)).await?;
        }
        match update {
            Update::Gone => Err(self.late(Some(base.id))),
            Update::Updated => Ok(Attempt::Done(self.written(draft, opened, record, token, now))),
            // A client that sent the write again meets its own record.
            Update::Conflict(theirs) if theirs.version == version && !is_repeated => {
                Ok(Attempt::Done(self.written(draft, opened, record, token, now)))
            }
            Update::Conflict(theirs) if theirs.version == version => {
                Ok(Attempt::Found(self.written(draft, opened, *theirs, token, now)))
            }
            Update::Conflict(theirs) => Ok(Attempt::Conflict(theirs)),
        }
    }

    /// Goes on from a record that this request has written.
    fn written(
        &self,
        draft: &Draft<T>,
        opened: &Opened,
        record: Record,
        token: Option<Token>,
        now: Timestamp,
    ) -> Outcome {
        self.report_principal(draft, Some(record.id));
        if draft.has_lost_principal() {
            revocation::announce(record.id);
        }
        let is_current = |secret: &Secret| record.credential.current == secret.hash();
        // The cookie moves with the end of a persistent session; the browser that closes its window needs none.
        let is_moved = record.life.persistent || opened.record.life.persistent;
        let (holder, cookie) = match (token.filter(|token| is_current(&token.secret)), &opened.holder) {
            (Some(token), _) => {
                self.events.emit(T::KIND, &Event::Rotated { id: record.id });
                (Holder::Current(token.secret.clone()), Some(cookie_for(token, &record.life, now)))
            }
            (None, Holder::Current(secret)) if is_moved && is_current(secret) => {
                let token = Token { id: record.id, secret: secret.clone() };
                (Holder::Current(secret.clone()), Some(cookie_for(token, &record.life, now)))
            }
            (None, holder) => (holder.clone(), None),
        };
        Outcome { saved: Some(Origin::Stored(Opened { record, holder })), cookie }
    }

    /// Looks again at a session that was over by the record that this request has loaded: another request may have kept it
    /// alive, and a touch moves no version.
    async fn revisit(&self, id: SessionId) -> Result<Attempt, CommitError> {
        match self.reload(id).await? {
            Some(record) => Ok(Attempt::Conflict(Box::new(record))),
            None => Err(self.late(Some(id))),
        }
    }

    /// Records activity, if enough time has passed to be worth it.
    async fn touch(&self, store: &dyn DynStore, opened: &Opened, now: Timestamp) -> Result<Attempt, CommitError> {
        let base = &opened.record;
        if !base.life.is_touch_due(now) {
            return Ok(Attempt::Done(Outcome::default()));
        }
        let life = base.life.touched(now);
        let activity = Activity { seen_at: life.seen_at, expires_at: life.expires_at };
        let touched = store.touch(base.id, activity).await?;
        let cookie = match (&opened.holder, touched) {
            // Only at the version that was loaded is it known which secret is the current one.
            (Holder::Current(secret), Touch::Touched(version))
                if life.persistent && version == base.version && secret.hash() == base.credential.current =>
            {
                Some(cookie_for(Token { id: base.id, secret: secret.clone() }, &life, now))
            }
            _ => None,
        };
        let saved = (touched != Touch::Gone).then(|| {
            let record = Record { life, ..base.clone() };
            Origin::Stored(Opened { record, holder: opened.holder.clone() })
        });
        Ok(Attempt::Done(Outcome { saved, cookie }))
    }

    /// Why the secret has to be replaced, if it has to.
    fn retirement(
        &self,
        draft: &Draft<T>,
        opened: &Opened,
        intents: &Intents,
        now: Timestamp,
    ) -> Result<Option<Retirement>, CommitError> {
        match &opened.holder {
            _ if draft.has_new_principal() && intents.no_response => Err(CommitError::NeedsResponse),
            _ if draft.has_new_principal() => Ok(Some(Retirement::PrincipalChanged)),
            Holder::Current(secret) if !intents.no_response => {
                let credential = &opened.record.credential;
                let is_due = !intents.shows_token && self.is_renewal_due(&opened.record, now);
                // After a conflict the other request may have replaced the secret; its response carries the new one.
                let is_current = || credential.current == secret.hash();
                Ok(((intents.renewal != Renewal::Nothing || is_due) && is_current()).then_some(Retirement::Renewed))
            }
            _ => Ok(None),
        }
    }

    /// Whether the secret of a session is so old that it is replaced.
    pub(super) fn is_renewal_due(&self, record: &Record, now: Timestamp) -> bool {
        let renewed_at = record.credential.retired.first().map_or(record.life.created_at, |latest| latest.at);
        self.renew_after.is_some_and(|limit| now.since(renewed_at) >= limit)
    }

    pub(super) fn first_life(&self, draft: &Draft<T>, intents: &Intents, now: Timestamp) -> Lifetime {
        let life = Lifetime::begin(intents.expiry.unwrap_or(self.expiry), now);
        Lifetime { authenticated_at: authenticated_at(None, draft, intents, now), ..life }
    }

    /// The life that a commit gives the session. Where nothing else is asked for, it is `visited`.
    pub(super) fn next_life(
        &self,
        life: &Lifetime,
        visited: Lifetime,
        draft: &Draft<T>,
        intents: &Intents,
        now: Timestamp,
    ) -> Lifetime {
        let authenticated_at = authenticated_at(life.authenticated_at, draft, intents, now);
        if intents.renewal == Renewal::SecretAndLimits {
            let restarted = match intents.expiry {
                Some(expiry) => Lifetime { created_at: life.created_at, ..Lifetime::begin(expiry, now) },
                None => life.restarted(self.expiry, now),
            };
            return Lifetime { authenticated_at, ..restarted };
        }
        match intents.expiry {
            Some(expiry) => Lifetime { authenticated_at, ..*life }.under(expiry, now),
            None => Lifetime { authenticated_at, ..visited },
        }
    }

    pub(super) fn report_principal(&self, draft: &Draft<T>, id: Option<SessionId>) {
        if draft.has_new_principal() {
            let event = if draft.has_principal() { Event::SignedIn { id } } else { Event::SignedOut { id } };
            self.events.emit(T::KIND, &event);
        }
    }

    pub(super) fn late(&self, id: Option<SessionId>) -> CommitError {
        id.inspect(|id| revocation::announce(*id));
        self.events.emit(T::KIND, &Event::LateWrite { id });
        CommitError::Gone
    }

    /// Removes a record that ended by itself. A sweep would find it too, so a failure is only logged.
    async fn forget(&self, store: &dyn DynStore, id: SessionId) {
        if let Err(error) = store.delete(id).await {
            tracing::warn!(target: "sessio", kind = T::KIND, %id, error = &error as &dyn std::error::Error,
                "an expired session could not be removed");
        }
        revocation::announce(id);
    }
}

/// When the visitor last proved who they are, once this commit is done.
fn authenticated_at<T: SessionModel>(
    before: Option<Timestamp>,
    draft: &Draft<T>,
    intents: &Intents,
    now: Timestamp,
) -> Option<Timestamp> {
    if draft.has_new_principal() {
        return draft.has_principal().then_some(now);
    }
    if intents.renewal == Renewal::SecretAndLimits { Some(now) } else { before }
}

fn cookie_for(token: Token, life: &Lifetime, now: Timestamp) -> CookieChange {
    CookieChange::Token { token, max_age: life.persistent.then(|| life.end().since(now)) }
}
