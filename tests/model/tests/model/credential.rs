//! What the small worlds cannot hold: longer stories, and the numbers of the design.

use sessio_model_tests::{
    credential::{Credential, Current, Moment, Retired, Retirement, Rules, Secret, Settings, Verdict},
    mutation::Mutation,
    request::{Cookie, Effect, Ending, Entry, Op, Session, Source, User},
};

const RULES: Rules = Rules { settings: Settings::REAL, mutation: None };

/// One request after another on one session.
struct Story {
    rules: Rules,
    session: Option<Session>,
    drawn: u8,
}

impl Story {
    fn of(rules: Rules) -> Self {
        let session = Session { principal: Some(User::Owner), credential: Credential::first(Secret(0), 0) };
        Self { rules, session: Some(session), drawn: 0 }
    }

    /// A request from its arrival to its answer. `secret` is the cookie, before and after.
    fn request(&mut self, secret: &mut Secret, op: Op, now: Moment) -> Entry {
        let entry = self.rules.enter(self.session.as_ref(), *secret, Source::Store, now);
        if entry == Entry::Reused {
            self.session = None;
            return entry;
        }
        let request = Ending { entry, presented: Some(*secret), principal: Some(User::Owner), arrived: now, op };
        self.drawn = self.drawn.wrapping_add(1);
        let end = self.rules.end(self.session.as_ref(), request, now, Secret(self.drawn));
        if let Effect::Update(session) = end.effect {
            self.session = Some(session);
        }
        if let Cookie::Set(fresh) = end.cookie {
            *secret = fresh;
        }
        entry
    }
}

/// When the session of an owner and a thief, who both ask for a new secret all the time, ends.
fn told_apart_at(rules: Rules, owner_every: Moment, thief_every: Moment) -> Option<Moment> {
    let (mut story, mut owner, mut thief) = (Story::of(rules), Secret(0), Secret(0));
    (1..240).find(|now| {
        let turns = [(&mut owner, owner_every), (&mut thief, thief_every)];
        turns
            .into_iter()
            .any(|(secret, every)| now % every == 0 && story.request(secret, Op::Rotate, *now) == Entry::Reused)
    })
}

#[test]
fn owner_and_thief_who_both_rotate_all_the_time_are_told_apart() {
    for owner in 1..=12 {
        for thief in 1..=12 {
            let at = told_apart_at(RULES, owner, thief);
            assert!(at.is_some_and(|at| at <= 80), "every {owner} and every {thief} units: {at:?}");
        }
    }
    let leapfrog = Rules { mutation: Some(Mutation::OffersInDoubt), ..RULES };
    let side_by_side = (1..=12).flat_map(|owner| (1..=12).map(move |thief| (owner, thief)));
    let missed = side_by_side.filter(|&(owner, thief)| told_apart_at(leapfrog, owner, thief).is_none()).count();
    assert!(missed > 0, "the fault changes nothing");
    eprintln!("with offers in doubt {missed} of 144 thieves live on");
}

#[test]
fn four_lost_answers_in_a_grace_are_the_last_until_the_first_is_a_grace_old() {
    let mut story = Story::of(RULES);
    let sent: Vec<_> = (0..40)
        .filter(|&now| {
            let mut cookie = Secret(0);
            story.request(&mut cookie, Op::Rotate, now);
            cookie != Secret(0)
        })
        .collect();
    assert_eq!(sent, [3, 6, 9, 12, 16, 19, 22, 25, 29, 32, 35, 38]);
    assert!(story.session.is_some_and(|session| session.credential.retired.len() == 4));
}

#[test]
fn a_credential_of_the_first_edition_reads_as_one_of_this() {
    let retired = [(1, 100, Retirement::Renewed), (2, 50, Retirement::Replaced)];
    let retired = retired.map(|(secret, at, why)| Retired { secret: Secret(secret), at, why }).to_vec();
    let current = Current { secret: Secret(0), at: 100 };
    let stored = Credential { current, offered: Vec::new(), retired };
    let verdicts = [0, 1, 2, 3].map(|secret| RULES.judge(&stored, Secret(secret), 105));
    assert_eq!(verdicts, [Verdict::Current, Verdict::Grace, Verdict::Superseded, Verdict::Superseded]);
    let verdicts = [0, 1, 2, 3].map(|secret| RULES.judge(&stored, Secret(secret), 120));
    assert_eq!(verdicts, [Verdict::Current, Verdict::Reused, Verdict::Outdated, Verdict::Foreign]);
}

#[test]
fn two_requests_that_both_present_an_offer_make_it_current_once() {
    let mut story = Story::of(RULES);
    let mut cookie = Secret(0);
    story.request(&mut cookie, Op::Rotate, 20);
    let before = story.session.clone();
    let request = Ending {
        entry: Entry::Served,
        presented: Some(cookie),
        principal: Some(User::Owner),
        arrived: 21,
        op: Op::Read,
    };
    let first = RULES.end(before.as_ref(), request, 21, Secret(9));
    let Effect::Update(written) = first.effect else { panic!("the offer becomes the current secret: {first:?}") };
    // The other one has lost the conditional write and is asked again with what was written.
    let second = RULES.end(Some(&written), request, 22, Secret(10));
    assert_eq!((second.effect, second.cookie), (Effect::Nothing, Cookie::Keep));
}

#[test]
fn a_cache_that_knows_nothing_of_a_new_secret_asks_the_store() {
    let cached = Session { principal: None, credential: Credential::first(Secret(0), 0) };
    let mut offers = cached.clone();
    offers.credential = RULES.offered(&offers.credential, Secret(1), 20).expect("nothing was sent for a grace");
    let enter = |session, secret| RULES.enter(Some(session), Secret(secret), Source::Cache, 21);
    assert_eq!(enter(&cached, 0), Entry::Served);
    assert_eq!(enter(&cached, 1), Entry::AskStore);
    assert_eq!(enter(&offers, 1), Entry::Served);
}
