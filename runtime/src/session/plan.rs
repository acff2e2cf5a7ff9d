//! What a commit writes to a store, decided without asking it.

use super::{
    context::Rules,
    draft::Draft,
    encode::Encoded,
    intent::{Intents, Renewal},
    opened::{Holder, Opened, StoreOrigin},
};
use crate::{
    clock::Timestamp,
    error::CommitError,
    expiry::Lifetime,
    model::SessionModel,
    record::{Record, Retirement},
    store::Layout,
    token::SessionId,
};

/// The one write of a commit.
pub(super) enum Plan<'a> {
    /// There is nothing to write.
    Nothing,
    /// A session that ended by itself is removed.
    Forget(SessionId),
    /// The session is over by the record that was loaded. Another request may have kept it alive, so it is loaded again.
    Revisit(&'a Opened),
    /// Only the visit is recorded.
    Touch(&'a Opened, Lifetime),
    /// A new session is made.
    Create(Lifetime, Encoded),
    /// The session is changed.
    Update(&'a Opened, Change),
}

/// A change of a stored session.
pub(super) struct Change {
    pub(super) life: Lifetime,
    pub(super) encoded: Encoded,
    /// Why the secret is replaced, if it is.
    pub(super) retirement: Option<Retirement>,
    pub(super) now: Timestamp,
}

/// Decides what a commit writes.
pub(super) fn plan<'a, T: SessionModel>(
    rules: &Rules,
    draft: &Draft<T>,
    origin: &'a StoreOrigin,
    intents: &Intents,
    layout: Layout,
    now: Timestamp,
) -> Result<Plan<'a>, CommitError> {
    match origin {
        StoreOrigin::New { .. } if intents.keep || draft.has_changes() => {
            Ok(Plan::Create(rules.first_life(draft, intents, now), draft.encode(layout)?))
        }
        StoreOrigin::New { expired } => Ok(expired.map_or(Plan::Nothing, Plan::Forget)),
        StoreOrigin::Superseded if draft.has_changes() => Err(CommitError::Superseded),
        StoreOrigin::Superseded => Ok(Plan::Nothing),
        StoreOrigin::Stored(opened) => change(rules, draft, opened, intents, layout, now),
    }
}

fn change<'a, T: SessionModel>(
    rules: &Rules,
    draft: &Draft<T>,
    opened: &'a Opened,
    intents: &Intents,
    layout: Layout,
    now: Timestamp,
) -> Result<Plan<'a>, CommitError> {
    let life = &opened.record.life;
    let retirement = rules.retirement(draft, opened, intents, now)?;
    let is_asked_for = retirement.is_some() || intents.expiry.is_some() || intents.renewal == Renewal::SecretAndLimits;
    // It ended while the request ran, and other requests may have seen it dead already.
    if life.is_over(now) {
        return Ok(if is_asked_for || draft.has_changes() { Plan::Revisit(opened) } else { Plan::Nothing });
    }
    let encoded = if is_asked_for { Some(draft.encode(layout)?) } else { draft.changes(layout)? };
    match encoded {
        Some(encoded) => {
            let life = rules.next_life(life, life.visited(now), draft, intents, now);
            Ok(Plan::Update(opened, Change { life, encoded, retirement, now }))
        }
        None if life.is_touch_due(now) => Ok(Plan::Touch(opened, life.touched(now))),
        None => Ok(Plan::Nothing),
    }
}

impl Rules {
    /// Why the secret has to be replaced, if it has to.
    fn retirement<T: SessionModel>(
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
                let is_due = !intents.shows_token && self.is_renewal_due(&opened.record, now);
                // After a conflict the other request may have replaced the secret; its response carries the new one.
                let is_current = || opened.record.credential.current == secret.hash();
                Ok(((intents.renewal != Renewal::Nothing || is_due) && is_current()).then_some(Retirement::Renewed))
            }
            Holder::Current(_) | Holder::Grace(_) => Ok(None),
        }
    }

    /// Whether the secret of a session is so old that it is replaced.
    pub(super) fn is_renewal_due(&self, record: &Record, now: Timestamp) -> bool {
        let renewed_at = record.credential.retired.first().map_or(record.life.created_at, |latest| latest.at);
        self.renew_after.is_some_and(|limit| now.since(renewed_at) >= limit)
    }

    /// The life of a new session.
    pub(super) fn first_life<T: SessionModel>(&self, draft: &Draft<T>, intents: &Intents, now: Timestamp) -> Lifetime {
        let life = Lifetime::begin(intents.expiry.unwrap_or(self.expiry), now);
        Lifetime { authenticated_at: authenticated_at(None, draft, intents, now), ..life }
    }

    /// The life that a commit gives the session. Where nothing else is asked for, it is `visited`.
    pub(super) fn next_life<T: SessionModel>(
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

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use bytes::Bytes;

    use super::*;
    use crate::{
        Session,
        expiry::Expiry,
        record::{Credential, Version},
        session::base::{Base, Contents},
        token::Secret,
    };

    #[derive(Session)]
    #[session(kind = "planned")]
    struct Planned {
        #[session(principal)]
        user_id: Option<i64>,
        visits: u32,
    }

    const BEGAN: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
    const RULES: Rules =
        Rules { expiry: Expiry::new(Duration::from_hours(1), Duration::from_hours(5)), renew_after: None };

    fn secret() -> Secret {
        Secret::from_bytes([7; 32])
    }

    fn record() -> Record {
        Record {
            id: SessionId::from_bytes([1; 16]),
            version: Version::FIRST,
            credential: Credential::new(&secret()),
            life: Lifetime::begin(RULES.expiry, BEGAN),
            data: Bytes::from_static(br#"{"user_id":null,"visits":1}"#),
            columns: Vec::new(),
        }
    }

    fn stored(holder: Holder) -> StoreOrigin {
        StoreOrigin::Stored(Opened { record: record(), holder })
    }

    fn draft(change: impl FnOnce(&mut Planned)) -> Draft<Planned> {
        let base = Base::decode(Contents::of(&record(), Layout::Document)).expect("a record that decodes");
        let mut draft = Draft::on(Arc::new(base));
        change(draft.value_mut());
        draft
    }

    /// What is planned, in a word.
    fn planned(origin: &StoreOrigin, draft: &Draft<Planned>, intents: &Intents, after: Duration) -> &'static str {
        match plan(&RULES, draft, origin, intents, Layout::Document, BEGAN + after) {
            Ok(Plan::Nothing) => "nothing",
            Ok(Plan::Forget(_)) => "forget",
            Ok(Plan::Revisit(_)) => "revisit",
            Ok(Plan::Touch(..)) => "touch",
            Ok(Plan::Create(..)) => "create",
            Ok(Plan::Update(_, Change { retirement: None, .. })) => "update",
            Ok(Plan::Update(_, Change { retirement: Some(Retirement::Renewed), .. })) => "renew",
            Ok(Plan::Update(_, Change { retirement: Some(Retirement::PrincipalChanged), .. })) => "change of principal",
            Err(CommitError::Superseded) => "superseded",
            Err(CommitError::NeedsResponse) => "needs a response",
            Err(error) => panic!("{error}"),
        }
    }

    const YOUNG: Duration = Duration::from_secs(1);
    const DUE: Duration = Duration::from_mins(10);
    const OVER: Duration = Duration::from_hours(2);

    fn current() -> Holder {
        Holder::Current(secret())
    }

    #[test]
    fn a_visitor_without_a_session_gets_one_only_for_a_change() {
        let new = StoreOrigin::New { expired: None };
        let none = Intents::default();
        assert_eq!(planned(&new, &draft(|_| {}), &none, YOUNG), "nothing");
        assert_eq!(planned(&new, &draft(|model| model.visits = 2), &none, YOUNG), "create");
        assert_eq!(planned(&new, &draft(|_| {}), &Intents { keep: true, ..Intents::default() }, YOUNG), "create");
        let expired = StoreOrigin::New { expired: Some(record().id) };
        assert_eq!(planned(&expired, &draft(|_| {}), &none, YOUNG), "forget");
    }

    #[test]
    fn a_session_is_written_for_a_change_and_touched_when_it_is_due() {
        let none = Intents::default();
        assert_eq!(planned(&stored(current()), &draft(|_| {}), &none, YOUNG), "nothing");
        assert_eq!(planned(&stored(current()), &draft(|model| model.visits = 1), &none, YOUNG), "nothing");
        assert_eq!(planned(&stored(current()), &draft(|_| {}), &none, DUE), "touch");
        assert_eq!(planned(&stored(current()), &draft(|model| model.visits = 2), &none, DUE), "update");
    }

    #[test]
    fn what_has_ended_is_asked_for_again_only_where_something_would_be_lost() {
        let none = Intents::default();
        assert_eq!(planned(&stored(current()), &draft(|_| {}), &none, OVER), "nothing");
        assert_eq!(planned(&stored(current()), &draft(|model| model.visits = 2), &none, OVER), "revisit");
        let proof = Intents { renewal: Renewal::SecretAndLimits, ..Intents::default() };
        assert_eq!(planned(&stored(current()), &draft(|_| {}), &proof, OVER), "revisit");
    }

    #[test]
    fn a_change_of_principal_replaces_the_secret_and_needs_a_response() {
        let (none, detached) = (Intents::default(), Intents::without_response());
        let signed_in = || draft(|model| model.user_id = Some(7));
        assert_eq!(planned(&stored(current()), &signed_in(), &none, YOUNG), "change of principal");
        assert_eq!(planned(&stored(Holder::Grace(secret())), &signed_in(), &none, YOUNG), "change of principal");
        assert_eq!(planned(&stored(current()), &signed_in(), &detached, YOUNG), "needs a response");
    }

    #[test]
    fn only_the_holder_of_the_current_secret_renews_it() {
        let renewal = Intents { renewal: Renewal::Secret, ..Intents::default() };
        assert_eq!(planned(&stored(current()), &draft(|_| {}), &renewal, YOUNG), "renew");
        assert_eq!(planned(&stored(Holder::Grace(secret())), &draft(|_| {}), &renewal, YOUNG), "nothing");
        let replaced = Holder::Current(Secret::from_bytes([8; 32]));
        assert_eq!(planned(&stored(replaced), &draft(|_| {}), &renewal, YOUNG), "nothing", "another request was first");
        let mut detached = Intents::without_response();
        detached.renewal = Renewal::Secret;
        assert_eq!(planned(&stored(current()), &draft(|_| {}), &detached, YOUNG), "nothing");
    }

    #[test]
    fn a_superseded_request_may_look_and_change_nothing() {
        let none = Intents::default();
        assert_eq!(planned(&StoreOrigin::Superseded, &draft(|_| {}), &none, YOUNG), "nothing");
        assert_eq!(planned(&StoreOrigin::Superseded, &draft(|model| model.visits = 2), &none, YOUNG), "superseded");
    }
}
