//! What truly happened, and what must hold. A witness knows by true time when each secret was sent and what was presented
//! since; what may be seen follows from that and not from the rules. The rules are asked one thing only, as a browser would:
//! whether a cookie opens a session.

use stateright::Property;

use crate::{
    credential::{Moment, Secret, Verdict},
    request::{Effect, End, Entry, Op, User},
    world::{Attack, Place, Request, State, Token, World},
};

/// What truly became of a secret.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Witness {
    /// The session that it was made for.
    pub id: u8,
    /// How many principals that session had had: what the secret may show.
    pub reign: u8,
    /// When it was sent.
    pub sent: Moment,
    /// When another secret of the same reign was presented although this one had been sent a grace before: from then on the
    /// rules may see it retired, by some clock.
    pub doubtful: Option<Moment>,
    /// The same by every clock: the rules must see it retired.
    pub retired: Option<Moment>,
}

/// A promise that was broken.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Fault {
    /// Somebody saw what their secret does not open at that moment.
    Shown,
    /// A retired secret opened the session after its grace.
    OpenedAfterGrace,
    /// A retired secret was used after its grace, and nothing happened.
    NotNoticed,
    /// A retired secret was given a new one, without a proof of who asks.
    Bought,
    /// A session ended as stolen, and nobody had kept a retired secret for longer than its grace.
    FalseAlarm,
    /// A request of the browser was refused, although its secret opens the session or was only late.
    Refused,
    /// A sign-in was answered and did not sign in.
    SignInWithoutEffect,
    /// A sign-in of the user who had signed in already lost their cart.
    CartLost,
    /// A session came back from its end.
    Revived,
    /// Somebody ended a session that their secret does not open.
    EndedByStranger,
}

impl Witness {
    /// The witness of a secret that was just sent.
    pub fn of(id: u8, reign: u8, now: Moment) -> Self {
        Self { id, reign, sent: now, doubtful: None, retired: None }
    }
}

/// What must hold in every state of every world.
pub(crate) fn properties() -> Vec<Property<World>> {
    vec![
        Property::<World>::always("nobody sees what their secret does not open at that moment", |_, state| {
            state.fault != Some(Fault::Shown)
        }),
        Property::<World>::always("a retired secret opens nothing after its grace", |_, state| {
            state.fault != Some(Fault::OpenedAfterGrace)
        }),
        Property::<World>::always("the use of a retired secret after its grace is noticed", |_, state| {
            state.fault != Some(Fault::NotNoticed)
        }),
        Property::<World>::always("a retired secret buys no new one", |_, state| state.fault != Some(Fault::Bought)),
        Property::<World>::always("no session ends as stolen that was not", |_, state| {
            state.fault != Some(Fault::FalseAlarm)
        }),
        Property::<World>::always("a request that is only late is served", |_, state| {
            state.fault != Some(Fault::Refused)
        }),
        Property::<World>::always("a sign-in that is answered has its effect", |_, state| {
            state.fault != Some(Fault::SignInWithoutEffect)
        }),
        Property::<World>::always("a second sign-in of the same user keeps the cart", |_, state| {
            state.fault != Some(Fault::CartLost)
        }),
        Property::<World>::always("dead stays dead", |_, state| state.fault != Some(Fault::Revived)),
        Property::<World>::always("a secret that opens nothing ends nothing", |_, state| {
            state.fault != Some(Fault::EndedByStranger)
        }),
        Property::<World>::always("who was told that they are signed in stays so", is_still_signed_in),
        Property::<World>::always("the lists of secrets are bounded", |world, state| {
            let settings = world.rules.settings;
            state.sessions.iter().all(|stored| {
                let credential = &stored.session.credential;
                credential.offered.len() <= settings.max_offered && credential.retired.len() <= settings.max_retired
            })
        }),
    ]
}

/// Whether the cookie of a browser whose user was told so opens a session of that user, now and at any later time.
pub(crate) fn is_still_signed_in(world: &World, state: &State) -> bool {
    let Some(user) = state.told.filter(|_| !world.attack.copies()) else { return true };
    state.jar.is_some_and(|token| opens(world, state, token, Some(user)))
}

/// Whether a token opens a session of this user without a limit of time.
fn opens(world: &World, state: &State, token: Token, user: Option<User>) -> bool {
    let stored = &state.sessions[usize::from(token.id)];
    let verdict = world.rules.judge(&stored.session.credential, token.secret, state.clock);
    stored.is_alive && stored.session.principal == user && matches!(verdict, Verdict::Current | Verdict::Offered)
}

impl Attack {
    /// Whether the attacker has a secret of the user's own: then a session may end, because that is how theft is noticed.
    fn copies(self) -> bool {
        matches!(self, Self::Steals | Self::Intercepts)
    }
}

impl State {
    pub(crate) fn witness(&self, secret: Secret) -> &Witness {
        &self.witnesses[usize::from(secret.0)]
    }
}

impl World {
    /// A handler has seen a session, as it was in this reign, by this token.
    pub(crate) fn check_sight(&self, state: &State, token: Token, reign: u8, asked: Option<Moment>) -> Option<Fault> {
        let witness = state.witness(token.secret);
        // A cache may be behind by its age, so it is judged by what was so when it asked the store.
        let moment = asked.unwrap_or(state.clock);
        if (witness.id, witness.reign) != (token.id, reign) {
            return Some(Fault::Shown);
        }
        let stored = &state.sessions[usize::from(token.id)];
        if asked.is_none() && (!stored.is_alive || stored.reign != reign) {
            return Some(Fault::Shown);
        }
        let longest = self.rules.settings.grace + 2 * self.rules.settings.skew;
        let is_over = witness.retired.is_some_and(|retired| moment >= retired + longest);
        is_over.then_some(Fault::OpenedAfterGrace)
    }

    /// A request has arrived with a token of a session that lives, and this became of it.
    pub(crate) fn check_arrival(&self, state: &State, place: Place, token: Token, entry: Entry) -> Option<Fault> {
        let witness = state.witness(token.secret);
        let stored = &state.sessions[usize::from(token.id)];
        let is_present = witness.reign == stored.reign;
        let settings = self.rules.settings;
        let is_good = self.is_within_grace(state, *witness);
        if entry == Entry::Reused && (is_good || !is_present) {
            return Some(Fault::FalseAlarm);
        }
        let is_ours = place != Place::Intruder && !self.attack.copies();
        if is_ours && is_present && is_good && entry != Entry::Served {
            return Some(Fault::Refused);
        }
        let longest = settings.grace + 2 * settings.skew;
        let is_over = witness.retired.is_some_and(|retired| state.clock >= retired + longest);
        // The record remembers a bounded number of retired secrets. This one is among them if fewer may have retired since.
        let may_be_later = |(number, other): &(u8, &Witness)| {
            let is_another = (other.id, other.reign) == (witness.id, witness.reign) && Secret(*number) != token.secret;
            is_another && other.doubtful.is_some() && other.retired.is_none_or(|at| Some(at) >= witness.doubtful)
        };
        let is_remembered = (0..).zip(&state.witnesses).filter(may_be_later).count() < settings.max_retired;
        (is_over && is_present && is_remembered && entry != Entry::Reused).then_some(Fault::NotNoticed)
    }

    /// A handler was refused a look at its session.
    pub(crate) fn check_refusal(&self, state: &State, place: Place, token: Token) -> Option<Fault> {
        let witness = state.witness(token.secret);
        let stored = &state.sessions[usize::from(token.id)];
        let is_ours = place != Place::Intruder && !self.attack.copies();
        let is_good = witness.reign == stored.reign && stored.is_alive && self.is_within_grace(state, *witness);
        (is_ours && is_good).then_some(Fault::Refused)
    }

    /// Whether a secret is not retired by any clock, or its grace is not over by any.
    fn is_within_grace(&self, state: &State, witness: Witness) -> bool {
        witness.doubtful.is_none_or(|doubtful| state.clock - doubtful < self.rules.settings.grace)
    }

    /// A request has ended so, and what it wrote is stored.
    pub(crate) fn check_end(
        &self,
        before: &State,
        state: &State,
        request: &Request,
        end: &End,
        result: Option<Token>,
    ) -> Option<Fault> {
        if let Op::SignIn(user) = request.op {
            let has_effect = end.is_done && result.is_some_and(|token| opens(self, state, token, Some(user)));
            if !has_effect {
                return Some(Fault::SignInWithoutEffect);
            }
            let earlier = request.token.map(|token| (token, &before.sessions[usize::from(token.id)]));
            let was_theirs = earlier.is_some_and(|(token, stored)| {
                let knows = !matches!(
                    self.rules.judge(&stored.session.credential, token.secret, before.clock),
                    Verdict::Foreign | Verdict::Reused
                );
                let is_full = stored.session.credential.offered.len() >= self.rules.settings.max_offered;
                stored.is_alive && stored.session.principal == Some(user) && knows && !is_full
            });
            if was_theirs && result.map(|token| token.id) != request.token.map(|token| token.id) {
                return Some(Fault::CartLost);
            }
        }
        if end.effect == Effect::End && request.op != Op::SignOut {
            return Some(Fault::FalseAlarm);
        }
        let token = request.token?;
        let witness = before.witness(token.secret);
        let stored = &before.sessions[usize::from(token.id)];
        if end.effect == Effect::End && stored.is_alive && witness.reign != stored.reign {
            return Some(Fault::EndedByStranger);
        }
        let gained = result.filter(|result| *result != token && result.id == token.id);
        let is_proof = matches!(request.op, Op::SignIn(_) | Op::Reauthenticate);
        (gained.is_some() && !is_proof && witness.retired.is_some()).then_some(Fault::Bought)
    }

    /// A request that presented this token was served and has ended; it had arrived at this true time.
    pub(crate) fn note_presented(state: &mut State, token: Token, arrived: Moment, grace: Moment, skew: Moment) {
        let presented = *state.witness(token.secret);
        let now = state.clock;
        for (number, other) in (0..).zip(&mut state.witnesses) {
            let is_other = (other.id, other.reign) == (presented.id, presented.reign) && Secret(number) != token.secret;
            if is_other && presented.retired.is_none() && arrived >= other.sent + grace {
                other.doubtful = other.doubtful.or(Some(now));
                if presented.doubtful.is_none() && arrived >= other.sent + grace + 2 * skew {
                    other.retired = other.retired.or(Some(now));
                }
            }
        }
    }
}
