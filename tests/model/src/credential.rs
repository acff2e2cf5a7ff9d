//! What a record knows about secrets, and what a presented secret is to it: the first half of the rules.
//!
//! Every function here is pure. A [`Secret`] stands for the hash of a secret; a [`Moment`] is a time in whole units, which
//! are 5 seconds in [`Settings::REAL`] and coarser in the small worlds.

use crate::mutation::Mutation;

/// A time, or a length of time.
pub type Moment = u8;

/// A secret. Each is drawn once and sent in one answer.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Secret(pub u8);

/// What opens a record.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Credential {
    /// The secret that was presented last, or the one that a change of principal has just made.
    pub current: Current,
    /// Other secrets that the browser may have, latest first.
    pub offered: Vec<Offered>,
    /// Secrets that opened the record before, latest first.
    pub retired: Vec<Retired>,
}

/// The secret that was presented last, or the one that a change of principal has just made.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Current {
    /// The secret.
    pub secret: Secret,
    /// When it was sent.
    pub at: Moment,
}

/// A secret that the browser may have instead of the current one.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Offered {
    /// The secret.
    pub secret: Secret,
    /// When it was sent.
    pub at: Moment,
    /// Whether another one was presented since. It still opens the session, because answers and requests overtake each other;
    /// it is no reason to offer one more.
    pub passed_over: bool,
}

/// A secret that another one has succeeded.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Retired {
    /// The secret.
    pub secret: Secret,
    /// When its successor was presented, or when the principal changed.
    pub at: Moment,
    /// Which of the two it was.
    pub why: Retirement,
}

/// Why a secret retired.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Retirement {
    /// Its successor was presented.
    Renewed,
    /// The principal changed.
    Replaced,
}

/// What a presented secret is to a record.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Verdict {
    /// The current secret.
    Current,
    /// One that was sent and is presented for the first time. It becomes the current one.
    Offered,
    /// Renewed, within the grace.
    Grace,
    /// Renewed, and the grace is over: somebody has a copy.
    Reused,
    /// Replaced by a change of principal, or not remembered, while a cookie of the session may be on its way.
    Superseded,
    /// Replaced by a change of principal, and the session has sent no cookie for a grace.
    Outdated,
    /// No secret of this record, as far as it remembers, and the session has sent no cookie for a grace.
    Foreign,
}

/// What a request wants of the secret.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Wish {
    /// Nothing: a renewal may still be due by age.
    Nothing,
    /// `rotate()`.
    Another,
    /// `reauthenticate()`, or `sign_in()` of the user who is signed in: the visitor has proved who they are.
    Proof,
}

/// The numbers.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Settings {
    /// How long a retired secret still opens the session.
    pub grace: Moment,
    /// How far the clocks of two nodes may differ.
    pub skew: Moment,
    /// How long after an offer, or after its presentation, nothing is offered: a quarter of the grace.
    pub pause: Moment,
    /// The longest list of offers.
    pub max_offered: usize,
    /// The longest list of retired secrets.
    pub max_retired: usize,
    /// How old a secret gets before another is offered.
    pub renew_after: Option<Moment>,
}

impl Settings {
    /// The defaults of the design, in units of 5 seconds: 60 seconds of grace, 5 of difference between clocks, 15 between
    /// two offers, four offers, four retired secrets. A renewal is due after two minutes, so that runs reach it.
    pub const REAL: Self = Self { grace: 12, skew: 1, pause: 3, max_offered: 4, max_retired: 4, renew_after: Some(24) };
}

/// The rules, and at most one fault in them.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// The numbers.
    pub settings: Settings,
    /// The fault.
    pub mutation: Option<Mutation>,
}

impl Credential {
    /// The credential of a session that begins with this secret.
    pub fn first(secret: Secret, now: Moment) -> Self {
        Self { current: Current { secret, at: now }, offered: Vec::new(), retired: Vec::new() }
    }

    /// Whether an answer with a secret is under way, as far as the record knows.
    pub fn has_offers_out(&self) -> bool {
        self.offered.iter().any(|offer| !offer.passed_over)
    }

    /// Whether two secrets that were presented open the record: answers or requests have overtaken each other, or two
    /// browsers use it.
    fn is_in_doubt(&self) -> bool {
        self.offered.iter().any(|offer| offer.passed_over)
    }

    /// When the latest secret was sent.
    fn latest(&self) -> Moment {
        self.offered.iter().map(|offer| offer.at).fold(self.current.at, Moment::max)
    }
}

impl Rules {
    /// Whether the rules have this fault.
    pub fn has(&self, mutation: Mutation) -> bool {
        self.mutation == Some(mutation)
    }

    /// What a presented secret is to a record. `arrived` is when the request arrived, also when it is judged again later.
    pub fn judge(&self, credential: &Credential, secret: Secret, arrived: Moment) -> Verdict {
        if credential.current.secret == secret {
            return Verdict::Current;
        }
        if credential.offered.iter().any(|offer| offer.secret == secret) {
            return Verdict::Offered;
        }
        // While a cookie of this session may be on its way to the browser, a stranger must not send it another.
        let retired_at = credential.retired.first().map_or(Moment::MIN, |retired| retired.at);
        let latest = match self.mutation {
            Some(Mutation::StrangersWaitForTheSignIn) => retired_at,
            _ => retired_at.max(credential.latest()),
        };
        let is_settled = !self.is_recent(latest, arrived);
        match credential.retired.iter().find(|retired| retired.secret == secret) {
            Some(Retired { why: Retirement::Renewed, at, .. }) => match self.mutation {
                _ if self.is_recent(*at, arrived) => Verdict::Grace,
                Some(Mutation::GraceNeverEnds) => Verdict::Grace,
                Some(Mutation::ReuseIsNotNoticed) => Verdict::Foreign,
                _ => Verdict::Reused,
            },
            Some(Retired { why: Retirement::Replaced, .. }) => match self.mutation {
                _ if !is_settled => Verdict::Superseded,
                Some(Mutation::ReplacedCountsAsReused) => Verdict::Reused,
                _ => Verdict::Outdated,
            },
            // It may be one that the full list has just pushed out, in a request that was under way.
            None if !is_settled => Verdict::Superseded,
            None => Verdict::Foreign,
        }
    }

    /// The credential after a request presented this secret, which is the current or an offered one: it is the current one
    /// now. A secret that was sent more than a grace before the request arrived retires: if the browser had it, it would have
    /// presented it. A younger one stays, because it may have been overtaken.
    #[must_use]
    pub fn presented(&self, credential: &Credential, secret: Secret, arrived: Moment, now: Moment) -> Credential {
        let promoted = credential.offered.iter().find(|offer| offer.secret == secret);
        let current = promoted.map_or(credential.current, |offer| Current { secret, at: offer.at });
        let mut next = Credential { current, offered: Vec::new(), retired: Vec::new() };
        let since = if self.has(Mutation::GraceFromOffer) { current.at } else { now };
        let Current { secret: former, at } = credential.current;
        let former = promoted.map(|_| Offered { secret: former, at, passed_over: true });
        let others = credential.offered.iter().filter(|offer| offer.secret != secret);
        let others = others.map(|offer| Offered { passed_over: offer.passed_over || promoted.is_some(), ..*offer });
        for other in former.into_iter().chain(others) {
            let is_kept = match self.mutation {
                Some(Mutation::OffersAreNeverRetired) => former != Some(other) || self.is_recent(other.at, arrived),
                Some(Mutation::OtherOffersRetire) => promoted.is_none(),
                Some(Mutation::FormerSecretRetires) => former != Some(other) && self.is_recent(other.at, arrived),
                Some(Mutation::PresentedIsJudgedAtItsEnd) => self.is_recent(other.at, now),
                _ => self.is_recent(other.at, arrived),
            };
            if is_kept {
                next.offered.push(other);
            } else {
                next.retired.push(Retired { secret: other.secret, at: since, why: Retirement::Renewed });
            }
        }
        next.offered.sort_by_key(|offer| std::cmp::Reverse(offer.at));
        next.retired.extend(&credential.retired);
        next.retired.truncate(self.settings.max_retired);
        next
    }

    /// The credential with another secret offered to a request that presented the current one, if that may be done now.
    #[must_use]
    pub fn offered(&self, credential: &Credential, secret: Secret, now: Moment) -> Option<Credential> {
        let Settings { pause, max_offered, .. } = self.settings;
        let has_paused = now.saturating_sub(credential.latest()) >= pause;
        let is_full = credential.offered.len() >= max_offered;
        let may = match self.mutation {
            Some(Mutation::OffersWithoutBound | Mutation::OffersPushOut) => true,
            Some(Mutation::OffersInDoubt) => has_paused && !is_full,
            _ => has_paused && !is_full && !credential.is_in_doubt(),
        };
        if !may {
            return None;
        }
        let mut next = credential.clone();
        if self.has(Mutation::OfferReplacesAtOnce) {
            let former = credential.current.secret;
            next.current = Current { secret, at: now };
            next.retired.insert(0, Retired { secret: former, at: now, why: Retirement::Renewed });
            next.retired.truncate(self.settings.max_retired);
            return Some(next);
        }
        next.offered.insert(0, Offered { secret, at: now, passed_over: false });
        if self.has(Mutation::OffersPushOut) {
            next.offered.truncate(max_offered);
        }
        Some(next)
    }

    /// Whether another secret is to be offered to a request that presented the current one.
    ///
    /// Age is no reason in an anonymous session: it guards no user's data, and the answer, if it is late, would undo a sign-in.
    pub fn is_due(&self, credential: &Credential, wish: Wish, is_anonymous: bool, now: Moment) -> bool {
        let age = now.saturating_sub(credential.current.at);
        let is_old = self.settings.renew_after.is_some_and(|limit| age >= limit) && !is_anonymous;
        wish != Wish::Nothing || credential.has_offers_out() || is_old
    }

    /// The credential after a change of principal: nothing from before opens anything.
    #[must_use]
    pub fn replaced(&self, credential: &Credential, by: Secret, now: Moment) -> Credential {
        let offered = credential.offered.iter().map(|offer| offer.secret);
        let earlier = credential.retired.iter().map(|retired| retired.secret);
        let why = match self.mutation {
            Some(Mutation::OldSecretSurvivesSignIn) => Retirement::Renewed,
            _ => Retirement::Replaced,
        };
        let before = [credential.current.secret].into_iter().chain(offered).chain(earlier);
        let mut retired: Vec<_> = before.map(|secret| Retired { secret, at: now, why }).collect();
        retired.truncate(self.settings.max_retired);
        Credential { current: Current { secret: by, at: now }, offered: Vec::new(), retired }
    }

    /// The credential with another secret for a visitor who has proved again that the session is theirs, and whose own secret
    /// does not open it, or not for long. `None` if the list is full: no offer makes room, because the browser may get it yet.
    #[must_use]
    pub fn taken_up(&self, credential: &Credential, with: Secret, now: Moment) -> Option<Credential> {
        if self.has(Mutation::SecondSignInReplacesFirst) {
            return Some(self.replaced(credential, with, now));
        }
        let mut next = credential.clone();
        next.offered.insert(0, Offered { secret: with, at: now, passed_over: false });
        if self.has(Mutation::TakingUpPushesOut) {
            next.offered.truncate(self.settings.max_offered);
        }
        (next.offered.len() <= self.settings.max_offered).then_some(next)
    }

    /// Whether `then` is within the grace before `now`, by clocks that may differ.
    fn is_recent(&self, then: Moment, now: Moment) -> bool {
        let skew = if self.has(Mutation::NoAllowanceForClocks) { 0 } else { self.settings.skew };
        now.saturating_sub(then) < self.settings.grace + skew
    }
}
