//! What a server does with one request: the second half of the rules.
//!
//! A request meets its session at three moments. It [enters](Rules::enter) when it arrives. Its handler may take
//! [visible steps](Rules::may_see): `commit`, `update`, `reload`, `detach`. It [ends](Rules::end) with one silent commit and
//! the answer. At each moment the presented secret is judged by what is stored *then*.

use crate::{
    credential::{Credential, Moment, Rules, Secret, Verdict, Wish},
    mutation::Mutation,
};

/// Who is signed in.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum User {
    /// The owner of the browser.
    Owner,
    /// Somebody else: the attacker's own account, or a second account of the owner.
    Other,
}

/// A session as it is stored, as far as the rules look at it.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Session {
    /// Who is signed in.
    pub principal: Option<User>,
    /// What opens it.
    pub credential: Credential,
}

/// Where a session was loaded from.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Source {
    /// From the store, just now.
    Store,
    /// From a cache: it may be as old as the cache allows.
    Cache,
}

/// What becomes of a request when it arrives.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Entry {
    /// It is served with the session.
    Served,
    /// It is served as a visitor without a session, and may begin one.
    Newcomer,
    /// It is served as a visitor without a session. What it changes is refused and it is sent no cookie, because the browser
    /// has or is about to get a newer one. Only a sign-in goes through.
    Superseded,
    /// The session ends, and an event says so. The request goes on as a newcomer.
    Reused,
    /// A cache is no reason to refuse anybody: load the session from the store and ask again.
    AskStore,
}

/// What a handler does.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Op {
    /// It reads.
    Read,
    /// It changes a field. It may take a visible step before it ends.
    Write,
    /// It signs this user in.
    SignIn(User),
    /// It signs out.
    SignOut,
    /// `rotate()`
    Rotate,
    /// `reauthenticate()`
    Reauthenticate,
}

/// What the end of a request does to the store.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Effect {
    /// Nothing.
    Nothing,
    /// The session is written, on condition of its version.
    Update(Session),
    /// The session ends.
    End,
    /// A new session is made.
    Create(Session),
}

/// What the answer tells the browser.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Cookie {
    /// Nothing.
    Keep,
    /// The new secret of the session that was written or made.
    Set(Secret),
    /// Forget the cookie.
    Remove,
}

/// How a request ends.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct End {
    /// What is written.
    pub effect: Effect,
    /// What the browser is told.
    pub cookie: Cookie,
    /// Whether the handler's wish was fulfilled. A change that is refused is not; a sign-in always is.
    pub is_done: bool,
}

/// A request that is about to end.
#[derive(Clone, Copy, Debug)]
pub struct Ending {
    /// What became of it when it arrived.
    pub entry: Entry,
    /// What it presented.
    pub presented: Option<Secret>,
    /// Who was signed in when it arrived, if it was served.
    pub principal: Option<User>,
    /// When it arrived.
    pub arrived: Moment,
    /// What its handler did.
    pub op: Op,
}

impl Rules {
    /// What becomes of a request that presents `secret` of `session`; `None` if there is no such session (any more).
    pub fn enter(&self, session: Option<&Session>, secret: Secret, source: Source, now: Moment) -> Entry {
        let is_certain = source == Source::Store || self.has(Mutation::CacheMaySayNo);
        let Some(session) = session else { return Entry::Newcomer };
        match self.judge(&session.credential, secret, now) {
            Verdict::Current | Verdict::Offered => Entry::Served,
            _ if !is_certain => Entry::AskStore,
            Verdict::Grace => Entry::Served,
            Verdict::Reused => Entry::Reused,
            Verdict::Superseded if self.has(Mutation::SupersededBeginsAnew) => Entry::Newcomer,
            Verdict::Superseded => Entry::Superseded,
            Verdict::Outdated | Verdict::Foreign => Entry::Newcomer,
        }
    }

    /// Whether a request that was served may see what is stored now. `session` comes from the store, never from a cache;
    /// otherwise the step answers `Superseded`, or `Gone` if there is no session any more.
    ///
    /// Unlike an arrival this never ends a session: the request was let in.
    pub fn may_see(&self, session: Option<&Session>, secret: Secret, arrived: Moment, now: Moment) -> bool {
        let Some(session) = session else { return false };
        let at = if self.has(Mutation::StepIsJudgedByItsArrival) { arrived } else { now };
        let verdict = self.judge(&session.credential, secret, at);
        matches!(verdict, Verdict::Current | Verdict::Offered | Verdict::Grace)
            || self.has(Mutation::StepShowsWhatIsStored)
    }

    /// How a request ends, by what is stored now. The write is conditional: where another write came first, this is asked
    /// again with what that one wrote.
    pub fn end(&self, session: Option<&Session>, request: Ending, now: Moment, fresh: Secret) -> End {
        let at = if self.has(Mutation::RequestIsJudgedAtItsEnd) { now } else { request.arrived };
        match (session, request.presented) {
            (Some(session), Some(secret)) => match self.judge(&session.credential, secret, at) {
                verdict @ (Verdict::Current | Verdict::Offered | Verdict::Grace) if request.entry == Entry::Served => {
                    self.end_served(session, verdict, secret, request, now, fresh)
                }
                Verdict::Reused if self.has(Mutation::RequestIsJudgedAtItsEnd) => {
                    End { effect: Effect::End, cookie: Cookie::Keep, is_done: false }
                }
                _ => self.end_stranger(Some(session), request, now, fresh),
            },
            _ => self.end_stranger(None, request, now, fresh),
        }
    }

    /// The end of a request whose secret opens the session.
    fn end_served(
        &self,
        session: &Session,
        verdict: Verdict,
        secret: Secret,
        request: Ending,
        now: Moment,
        fresh: Secret,
    ) -> End {
        let wish = match request.op {
            Op::SignOut => return End { effect: Effect::End, cookie: Cookie::Remove, is_done: true },
            Op::SignIn(user) if session.principal != Some(user) => {
                let credential = self.replaced(&session.credential, fresh, now);
                let session = Session { principal: Some(user), credential };
                return End { effect: Effect::Update(session), cookie: Cookie::Set(fresh), is_done: true };
            }
            Op::SignIn(_) | Op::Reauthenticate => Wish::Proof,
            Op::Rotate => Wish::Another,
            Op::Read | Op::Write => Wish::Nothing,
        };
        let is_due = self.is_due(&session.credential, wish, session.principal.is_none(), now);
        let (presented, offered) = match verdict {
            // The browser has the successor, or will have it. Only a proof of who they are is worth another one: what was
            // stolen does not buy a secret.
            Verdict::Grace if wish == Wish::Proof || self.has(Mutation::GraceIsOfferedAnother) => {
                (session.credential.clone(), self.taken_up(&session.credential, fresh, now))
            }
            Verdict::Grace => (session.credential.clone(), None),
            _ => {
                let presented = self.presented(&session.credential, secret, request.arrived, now);
                let offered = is_due.then(|| self.offered(&presented, fresh, now)).flatten();
                (presented, offered)
            }
        };
        if let (Verdict::Grace, Op::SignIn(user), None) = (verdict, request.op, &offered) {
            return begin(Some(user), fresh, now);
        }
        let cookie = match &offered {
            Some(_) => Cookie::Set(fresh),
            None if self.has(Mutation::CurrentIsSentAgain) => Cookie::Set(secret),
            None => Cookie::Keep,
        };
        let credential = offered.unwrap_or(presented);
        let effect = if request.op == Op::Write || credential != session.credential {
            Effect::Update(Session { principal: session.principal, credential })
        } else {
            Effect::Nothing
        };
        End { effect, cookie, is_done: true }
    }

    /// The end of a request that has no session, or that has none any more.
    fn end_stranger(&self, session: Option<&Session>, request: Ending, now: Moment, fresh: Secret) -> End {
        let refused = End { effect: Effect::Nothing, cookie: Cookie::Keep, is_done: false };
        match (request.op, request.entry, session) {
            (Op::SignIn(_), Entry::Superseded, _) if self.has(Mutation::SupersededSignInDoesNothing) => {
                End { is_done: true, ..refused }
            }
            // The session is already this user's: their first answer was lost, or they have clicked twice.
            (Op::SignIn(user), _, Some(session)) => match self.gone_on(session, user, request, now, fresh) {
                Some(credential) => {
                    let effect = Effect::Update(Session { principal: session.principal, credential });
                    End { effect, cookie: Cookie::Set(fresh), is_done: true }
                }
                None => begin(Some(user), fresh, now),
            },
            (Op::SignIn(user), _, None) => begin(Some(user), fresh, now),
            // An anonymous visitor's changes follow them through the sign-in. They add, and show nothing. A user's changes
            // reach that user only.
            (Op::Write, Entry::Served, Some(session))
                if request.principal.is_none() || request.principal == session.principal =>
            {
                End { effect: Effect::Update(session.clone()), cookie: Cookie::Keep, is_done: true }
            }
            // The session that the secret does not open is looked at again: it may have sent a cookie meanwhile.
            (Op::Write, Entry::Newcomer, Some(session)) if self.is_unsettled(session, request) => refused,
            (Op::Write, Entry::Newcomer | Entry::Reused, _) => begin(None, fresh, now),
            (Op::SignOut, Entry::Superseded | Entry::Served, Some(_)) if self.has(Mutation::SupersededSignsOut) => {
                End { effect: Effect::End, cookie: Cookie::Remove, is_done: true }
            }
            (Op::Read, ..) => End { is_done: true, ..refused },
            _ => refused,
        }
    }

    /// Whether a cookie of the session may be on its way to the browser that sent this request.
    fn is_unsettled(&self, session: &Session, request: Ending) -> bool {
        let verdict = request.presented.map(|secret| self.judge(&session.credential, secret, request.arrived));
        verdict == Some(Verdict::Superseded) && !self.has(Mutation::SupersededBeginsAnew)
    }

    /// The credential with which a sign-in goes on in the session that its secret opened before somebody signed in.
    fn gone_on(
        &self,
        session: &Session,
        user: User,
        request: Ending,
        now: Moment,
        fresh: Secret,
    ) -> Option<Credential> {
        let verdict = self.judge(&session.credential, request.presented?, request.arrived);
        let is_known = matches!(verdict, Verdict::Superseded | Verdict::Outdated);
        let is_theirs = session.principal == Some(user) || self.has(Mutation::AnybodyTakesUp);
        let goes_on = is_known && is_theirs && !self.has(Mutation::SecondSignInStartsOver);
        goes_on.then(|| self.taken_up(&session.credential, fresh, now)).flatten()
    }
}

/// A new session.
fn begin(principal: Option<User>, fresh: Secret, now: Moment) -> End {
    let session = Session { principal, credential: Credential::first(fresh, now) };
    End { effect: Effect::Create(session), cookie: Cookie::Set(fresh), is_done: true }
}
