//! Sessions in a store. The cookie holds a token: a public id and a secret.

use std::{error::Error, sync::Arc, time::Duration};

use super::{
    backend::{Attempt, Backend, Outcome, SetCookies},
    base::Base,
    context::Context,
    draft::{Draft, Unanswered},
    encode::Encoded,
    intent::{Intents, Renewal},
    opened::{Holder, Opened, StoreOrigin},
    plan::{Change, Plan, plan},
    revocation,
};
use crate::{
    cookie::{CookieHeaders, CookieSpec, Found},
    csrf::CsrfKey,
    error::{CommitError, LoadError},
    event::{Event, Rejection},
    expiry::Lifetime,
    model::SessionModel,
    record::{Credential, Record, Standing, Version},
    store::{Activity, Create, DynStore, StoreError, Touch, Update},
    token::{RandomError, Secret, SessionId, Token},
};

/// A store, and the cookie that holds its tokens.
pub(crate) struct StoreBackend {
    pub(super) store: Arc<dyn DynStore>,
    pub(super) cookie: CookieSpec,
}

impl<T: SessionModel> Backend<T> for StoreBackend {
    type Origin = StoreOrigin;

    async fn open(
        self: &Arc<Self>,
        context: &Context<T>,
        cookies: &CookieHeaders,
    ) -> Result<(Draft<T>, StoreOrigin), LoadError> {
        let origin = match cookies.find(self.cookie.name()) {
            Found::Absent => StoreOrigin::New { expired: None },
            Found::Ambiguous => context.reject(Rejection::Ambiguous),
            Found::One(value) => self.look_up(context, value).await?,
        };
        let draft = self.base(context, &origin)?.map_or_else(Draft::fresh, Draft::on);
        Ok((draft, origin))
    }

    fn base(&self, context: &Context<T>, origin: &StoreOrigin) -> Result<Option<Arc<Base<T>>>, LoadError> {
        match origin {
            StoreOrigin::Stored(opened) => self.decode(context, &opened.record).map(Some),
            StoreOrigin::New { .. } | StoreOrigin::Superseded => Ok(None),
        }
    }

    async fn attempt(
        self: &Arc<Self>,
        context: &Context<T>,
        draft: &mut Draft<T>,
        origin: &StoreOrigin,
        intents: &Intents,
    ) -> Result<Attempt<StoreOrigin>, CommitError> {
        // Named, because what a `match` makes on the way lives as long as its arms.
        let plan = plan(&context.rules, draft, origin, intents, self.store.layout(), context.clock.now())?;
        match plan {
            Plan::Nothing => Ok(Attempt::nothing()),
            Plan::Forget(id) => {
                self.forget(context, id).await;
                Ok(Attempt::nothing())
            }
            Plan::Revisit(opened) => self.revisit(context, opened).await,
            Plan::Touch(opened, life) => self.touch(context, opened, life).await,
            Plan::Create(life, encoded) => {
                let (record, token) = self.create(context, draft, intents, &life, &encoded).await?;
                self.created(context, draft, record, token, encoded).map(Attempt::Done)
            }
            Plan::Update(opened, change) => {
                let write = Write::new(draft, opened, intents, change)?;
                let updated = self.update(context, draft, opened, &write).await?;
                self.updated(context, draft, opened, write, updated)
            }
        }
    }

    async fn reload(&self, context: &Context<T>, origin: &StoreOrigin) -> Result<Option<StoreOrigin>, LoadError> {
        let StoreOrigin::Stored(opened) = origin else { return Ok(Some(origin.clone())) };
        let record = self.load_alive(context, opened.record.id).await?;
        Ok(record.map(|record| StoreOrigin::Stored(Opened { record, holder: opened.holder.clone() })))
    }

    async fn has_ended(&self, context: &Context<T>, origin: &StoreOrigin, since: &Base<T>) -> Result<bool, LoadError> {
        let StoreOrigin::Stored(opened) = origin else { return Ok(true) };
        let Some(record) = self.load_alive(context, opened.id()).await? else { return Ok(true) };
        // A sign-in too: what was detached before it may hang on a planted cookie, whose secret opens nothing any more.
        let now = context.decode(&record, self.store.layout())?;
        Ok(T::PRINCIPAL.is_some_and(|index| since.differs(index, &now.value)))
    }

    fn is_due(&self, context: &Context<T>, origin: &StoreOrigin) -> bool {
        let now = context.clock.now();
        match origin {
            StoreOrigin::New { expired } => expired.is_some(),
            StoreOrigin::Superseded => false,
            StoreOrigin::Stored(opened) => {
                opened.record.life.is_touch_due(now) || context.rules.is_renewal_due(&opened.record, now)
            }
        }
    }

    fn csrf_key_to_show(
        &self,
        context: &Context<T>,
        draft: &Draft<T>,
        origin: &StoreOrigin,
        intents: &mut Intents,
    ) -> Result<CsrfKey, RandomError> {
        match origin {
            StoreOrigin::Stored(Opened { holder: Holder::Grace(secret), .. }) if !draft.has_new_principal() => {
                return Ok(CsrfKey::of(secret));
            }
            StoreOrigin::Stored(Opened { record, holder }) => {
                let will_be_replaced = draft.has_new_principal()
                    || intents.renewal != Renewal::Nothing
                    || !intents.shows_token && context.rules.is_renewal_due(record, context.clock.now());
                match holder {
                    Holder::Current(secret) if !will_be_replaced => {
                        intents.shows_token = true;
                        return Ok(CsrfKey::of(secret));
                    }
                    _ => intents.renewal = intents.renewal.max(Renewal::Secret),
                }
            }
            StoreOrigin::New { .. } => intents.keep = true,
            // The page will be of no use: the browser holds, or is about to get, the cookie of another session.
            StoreOrigin::Superseded => {}
        }
        intents.csrf_key_of_successor()
    }
}

impl StoreBackend {
    /// Loads a session that has not ended.
    pub(super) async fn load_alive<T: SessionModel>(
        &self,
        context: &Context<T>,
        id: SessionId,
    ) -> Result<Option<Record>, StoreError> {
        let record = self.store.load(id).await?;
        Ok(record.filter(|record| record.id == id && !record.life.is_over(context.clock.now())))
    }

    /// Ends a session. It is gone from the store before anybody is told.
    pub(super) async fn end<T: SessionModel>(
        &self,
        context: &Context<T>,
        id: SessionId,
    ) -> Result<SetCookies, StoreError> {
        self.store.delete(id).await?;
        context.ended(id);
        context.events.emit(T::KIND, &Event::Destroyed { id: Some(id) });
        Ok(SetCookies::one(self.cookie.remove()))
    }

    async fn look_up<T: SessionModel>(&self, context: &Context<T>, presented: &[u8]) -> Result<StoreOrigin, LoadError> {
        let Some(token) = Token::parse(presented) else { return Ok(context.reject(Rejection::Malformed)) };
        let loaded = self.store.load(token.id).await?;
        if let Some(origin) = admit(context, loaded, &token)? {
            return Ok(origin);
        }
        // OWASP Session Management, "Renewal Timeout": a copy is about, so nobody may go on with the session.
        context.events.emit(T::KIND, &Event::ReuseDetected { id: token.id });
        self.store.delete(token.id).await?;
        context.ended(token.id);
        Ok(StoreOrigin::New { expired: None })
    }

    fn decode<T: SessionModel>(&self, context: &Context<T>, record: &Record) -> Result<Arc<Base<T>>, LoadError> {
        let base = context.decode(record, self.store.layout())?;
        for field in base.undecodable() {
            context.events.emit(T::KIND, &Event::Undecodable { id: Some(record.id), field });
        }
        Ok(base)
    }

    /// Makes the record of a new session.
    async fn create<T: SessionModel>(
        &self,
        context: &Context<T>,
        draft: &Draft<T>,
        intents: &Intents,
        life: &Lifetime,
        encoded: &Encoded,
    ) -> Result<(Record, Token), CommitError> {
        let limit = context.limit_of(draft);
        if let Some(limit) = limit {
            Box::pin(context.look_for_place(draft, limit)).await?;
        }
        loop {
            let token = Token { id: SessionId::random()?, secret: intents.next_secret()? };
            let record = Record {
                id: token.id,
                version: Version::FIRST,
                credential: Credential::new(&token.secret),
                life: *life,
                data: encoded.data.clone(),
                columns: encoded.columns.clone(),
            };
            // 128 random bits do not meet twice; a store that says so is asked again rather than overwritten.
            if self.store.create(&record).await? == Create::Exists {
                continue;
            }
            if let Some(limit) = limit {
                Box::pin(context.keep_to_limit(self.store.as_ref(), draft, limit, token.id)).await?;
            }
            return Ok((record, token));
        }
    }

    /// Continues from a record that this request has made.
    fn created<T: SessionModel>(
        &self,
        context: &Context<T>,
        draft: &mut Draft<T>,
        record: Record,
        token: Token,
        encoded: Encoded,
    ) -> Result<Outcome<StoreOrigin>, CommitError> {
        context.events.emit(T::KIND, &Event::Created { id: Some(token.id) });
        context.report_principal(draft, Some(token.id));
        context.advance(draft, &record, encoded, self.store.layout())?;
        let cookies = self.set_cookie::<T>(&token, &record.life, context);
        let holder = Holder::Current(token.secret);
        Ok(Outcome { saved: Some(StoreOrigin::Stored(Opened { record, holder })), cookies })
    }

    /// Makes the one conditional write of a change.
    async fn update<T: SessionModel>(
        &self,
        context: &Context<T>,
        draft: &mut Draft<T>,
        opened: &Opened,
        write: &Write,
    ) -> Result<Update, CommitError> {
        let limit = context.limit_of(draft);
        if let Some(limit) = limit {
            Box::pin(context.look_for_place(draft, limit)).await?;
        }
        let version = write.record.version;
        let update = self.store.update(opened.record.version, &write.record).await?;
        let is_mine = match &update {
            Update::Updated => true,
            Update::Conflict(theirs) => theirs.version == version,
            Update::Gone => false,
        };
        if is_mine && let Some(limit) = limit {
            Box::pin(context.keep_to_limit(self.store.as_ref(), draft, limit, write.record.id)).await?;
        }
        Ok(update)
    }

    /// Continues from what the store said to a change.
    fn updated<T: SessionModel>(
        &self,
        context: &Context<T>,
        draft: &mut Draft<T>,
        opened: &Opened,
        write: Write,
        update: Update,
    ) -> Result<Attempt<StoreOrigin>, CommitError> {
        let Write { record, encoded, is_repeated } = write;
        let token = draft.unanswered.take().and_then(|write| write.token);
        match update {
            Update::Gone => Err(context.late(Some(record.id))),
            Update::Conflict(theirs) if theirs.version != record.version => {
                Ok(Attempt::Conflict(Box::new(opened.moved_to(*theirs))))
            }
            Update::Conflict(theirs) if is_repeated => {
                let base = self.decode(context, &theirs)?;
                let outcome = self.written(context, draft, opened, *theirs, token);
                draft.move_to(base);
                Ok(Attempt::Found(outcome))
            }
            // A client that sent the write again meets its own record.
            Update::Updated | Update::Conflict(_) => {
                let outcome = self.written(context, draft, opened, record, token);
                if let Some(StoreOrigin::Stored(saved)) = &outcome.saved {
                    context.advance(draft, &saved.record, encoded, self.store.layout())?;
                }
                Ok(Attempt::Done(outcome))
            }
        }
    }

    /// Continues from a record that this request has written.
    fn written<T: SessionModel>(
        &self,
        context: &Context<T>,
        draft: &Draft<T>,
        opened: &Opened,
        record: Record,
        token: Option<Token>,
    ) -> Outcome<StoreOrigin> {
        context.report_principal(draft, Some(record.id));
        if draft.has_new_principal() {
            revocation::announce(record.id);
        }
        let is_current = |secret: &Secret| record.credential.current == secret.hash();
        // The cookie moves with the end of a persistent session; the browser that closes its window needs none.
        let is_moved = record.life.persistent || opened.record.life.persistent;
        let (holder, cookies) = match (token.filter(|token| is_current(&token.secret)), &opened.holder) {
            (Some(token), _) => {
                context.events.emit(T::KIND, &Event::Rotated { id: record.id });
                let cookies = self.set_cookie(&token, &record.life, context);
                (Holder::Current(token.secret), cookies)
            }
            (None, Holder::Current(secret)) if is_moved && is_current(secret) => {
                let token = Token { id: record.id, secret: secret.clone() };
                (Holder::Current(secret.clone()), self.set_cookie(&token, &record.life, context))
            }
            (None, holder) => (holder.clone(), SetCookies::default()),
        };
        Outcome { saved: Some(StoreOrigin::Stored(Opened { record, holder })), cookies }
    }

    /// Looks again at a session that was over by the record that this request has loaded: another request may have kept it
    /// alive, and a touch moves no version.
    async fn revisit<T: SessionModel>(
        &self,
        context: &Context<T>,
        opened: &Opened,
    ) -> Result<Attempt<StoreOrigin>, CommitError> {
        match self.load_alive(context, opened.record.id).await? {
            Some(record) => Ok(Attempt::Conflict(Box::new(opened.moved_to(record)))),
            None => Err(context.late(Some(opened.record.id))),
        }
    }

    async fn touch<T: SessionModel>(
        &self,
        context: &Context<T>,
        opened: &Opened,
        life: Lifetime,
    ) -> Result<Attempt<StoreOrigin>, CommitError> {
        let base = &opened.record;
        let activity = Activity { seen_at: life.seen_at, expires_at: life.expires_at };
        let touched = self.store.touch(base.id, activity).await?;
        let cookies = match (&opened.holder, touched) {
            // Only at the version that was loaded is it known which secret is the current one.
            (Holder::Current(secret), Touch::Touched(version))
                if life.persistent && version == base.version && secret.hash() == base.credential.current =>
            {
                self.set_cookie(&Token { id: base.id, secret: secret.clone() }, &life, context)
            }
            _ => SetCookies::default(),
        };
        let saved = (touched != Touch::Gone).then(|| opened.moved_to(Record { life, ..base.clone() }));
        Ok(Attempt::Done(Outcome { saved, cookies }))
    }

    /// Removes a record that ended by itself. A sweep would find it too, so a failure is only logged.
    async fn forget<T: SessionModel>(&self, context: &Context<T>, id: SessionId) {
        if let Err(error) = self.store.delete(id).await {
            tracing::warn!(target: "sessio", kind = T::KIND, %id, error = &error as &dyn Error,
                "an expired session could not be removed");
        }
        context.ended(id);
    }

    fn set_cookie<T: SessionModel>(&self, token: &Token, life: &Lifetime, context: &Context<T>) -> SetCookies {
        let max_age: Option<Duration> = life.persistent.then(|| life.end().since(context.clock.now()));
        match self.cookie.set(token.encode().as_str(), max_age) {
            Ok(cookie) => SetCookies::one(cookie),
            Err(error) => {
                tracing::error!(target: "sessio", kind = T::KIND, %error, "the session cookie cannot be sent");
                SetCookies::default()
            }
        }
    }
}

/// A change on its way to the store.
struct Write {
    record: Record,
    encoded: Encoded,
    /// An earlier write of the same version is still without an answer.
    is_repeated: bool,
}

impl Write {
    fn new<T: SessionModel>(
        draft: &mut Draft<T>,
        opened: &Opened,
        intents: &Intents,
        Change { life, encoded, retirement, now }: Change,
    ) -> Result<Self, CommitError> {
        let base = &opened.record;
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
        let (data, columns) = (encoded.data.clone(), encoded.columns.clone());
        let record = Record { id: base.id, version, credential, life, data, columns };
        // Until the store has answered, and what follows has been done. The browser is given the token then.
        draft.unanswered = Some(Unanswered { version, token });
        Ok(Self { record, encoded, is_repeated })
    }
}

/// Decides what a token is to the record that was loaded by it. `None` if it shows that somebody has a copy of it.
fn admit<T: SessionModel>(
    context: &Context<T>,
    loaded: Option<Record>,
    token: &Token,
) -> Result<Option<StoreOrigin>, StoreError> {
    let Some(record) = loaded else { return Ok(Some(context.reject(Rejection::Unknown))) };
    if record.id != token.id {
        return Err(StoreError::corrupt("the store answered with another session"));
    }
    let now = context.clock.now();
    // The secret comes first: without it nobody learns whether a session has expired.
    let standing = record.credential.standing(&token.secret, now);
    if matches!(standing, Standing::Current | Standing::Grace) && record.life.is_over(now) {
        context.events.emit(T::KIND, &Event::Expired { id: Some(record.id) });
        return Ok(Some(StoreOrigin::New { expired: Some(record.id) }));
    }
    Ok(Some(match standing {
        Standing::Current => StoreOrigin::Stored(Opened { record, holder: Holder::Current(token.secret.clone()) }),
        Standing::Grace => StoreOrigin::Stored(Opened { record, holder: Holder::Grace(token.secret.clone()) }),
        Standing::Foreign => context.reject(Rejection::WrongSecret),
        Standing::Outdated => context.reject(Rejection::Superseded),
        Standing::Superseded => {
            context.events.emit(T::KIND, &Event::Rejected { reason: Rejection::Superseded });
            StoreOrigin::Superseded
        }
        Standing::Reused => return Ok(None),
    }))
}

impl<T: SessionModel> Context<T> {
    fn reject(&self, reason: Rejection) -> StoreOrigin {
        self.events.emit(T::KIND, &Event::Rejected { reason });
        StoreOrigin::New { expired: None }
    }
}
