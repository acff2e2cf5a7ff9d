//! What the rules meet: two tabs of one browser, an attacker, a network, nodes and a clock.
//!
//! This file says what a state of the world is and what can happen next; `step` does it. A world is small: few requests, a
//! short time. Within that, everything that can happen is tried in every order.

use stateright::{Model, Property};

use crate::{
    credential::{Credential, Moment, Rules, Secret},
    request::{Cookie, Entry, Op, Session, User},
    witness::{self, Fault, Witness},
};

/// A small world.
#[derive(Clone, Debug)]
pub struct World {
    /// The rules that its nodes follow.
    pub rules: Rules,
    /// What the browser's user does.
    pub visitor: Vec<Op>,
    /// What the attacker does.
    pub intruder: Vec<Op>,
    /// What the attacker has done before.
    pub attack: Attack,
    /// Who is signed in at the beginning.
    pub signed_in: Option<User>,
    /// The nodes that serve.
    pub nodes: Vec<Node>,
    /// How many requests each side sends.
    pub requests: Budget,
    /// How late the farthest event is.
    pub end: Moment,
    /// How much time can pass at once.
    pub ticks: Vec<Moment>,
    /// How long a request or an answer can be under way. What takes longer is lost.
    pub lateness: Moment,
    /// Whether worlds that differ only in the names of the tabs are one.
    pub tabs_are_alike: bool,
}

/// What the attacker knows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Attack {
    /// There is none.
    Nobody,
    /// The attacker planted the browser's first cookie, so knows the secret in it.
    Plants,
    /// The attacker copies the cookie that the browser has at some moment, once.
    Steals,
    /// The attacker reads the answers that the browser loses.
    Intercepts,
}

/// One of the processes that serve.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// How far its clock is ahead.
    pub ahead: Moment,
    /// How old a cached session it uses, if it has a cache.
    pub cache: Option<Moment>,
}

/// How many requests are still sent.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Budget {
    /// By the browser.
    pub visitor: u8,
    /// By the attacker.
    pub intruder: u8,
}

/// Everything that is so at one moment.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct State {
    /// The true time.
    pub clock: Moment,
    /// The store.
    pub sessions: Vec<Stored>,
    /// What each node has in its cache: the session that it used last.
    pub caches: Vec<Option<Cached>>,
    /// What is under way: of the two tabs, and of the attacker.
    pub under_way: [Option<Request>; 3],
    /// The cookie that the browser has.
    pub jar: Option<Token>,
    /// As whom the user was told that they are signed in.
    pub told: Option<User>,
    /// The secrets that the attacker knows.
    pub known: Vec<Token>,
    /// How many requests are left.
    pub left: Budget,
    /// What truly became of each secret.
    pub witnesses: Vec<Witness>,
    /// What went wrong. Nothing happens afterwards.
    pub fault: Option<Fault>,
}

/// A session in the store.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Stored {
    /// What it holds.
    pub session: Session,
    /// Which write it is at.
    pub version: u8,
    /// How many principals it has had: what the principal's data belongs to.
    pub reign: u8,
    /// Whether it has not ended.
    pub is_alive: bool,
}

/// A session in a cache.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Cached {
    /// Which one.
    pub id: u8,
    /// As it was.
    pub stored: Stored,
    /// When the store was asked.
    pub asked: Moment,
}

/// What a cookie holds.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Token {
    /// The place of the session in [`State::sessions`].
    pub id: u8,
    /// The secret.
    pub secret: Secret,
}

/// The places in [`State::under_way`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Place {
    /// A tab of the browser.
    Tab(u8),
    /// The attacker.
    Intruder,
}

/// A request on its way through the world.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Request {
    /// What its handler does.
    pub op: Op,
    /// The cookie that it bears.
    pub token: Option<Token>,
    /// The node that serves it.
    pub node: u8,
    /// Where it is.
    pub phase: Phase,
    /// Since when.
    pub since: Moment,
    /// The user has asked for opposite things at once (to sign in and out), so nobody knows what they should get.
    pub is_contested: bool,
    /// The answer carries a cookie from before a sign-in that has been done since. It may undo it: see `README.md`.
    pub is_overtaken: bool,
}

/// Where a request is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Phase {
    /// On its way to the node.
    Sent,
    /// In its handler.
    Open(Open),
    /// Its answer is on its way back.
    Answered(Answer),
}

/// What is known about a request in its handler.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Open {
    /// What became of it when it arrived.
    pub entry: Entry,
    /// Who was signed in then.
    pub principal: Option<User>,
    /// When it arrived, by the clock of its node.
    pub arrived: Moment,
    /// Whether its handler has taken its visible step.
    pub has_stepped: bool,
}

/// An answer.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Answer {
    /// The cookie that it sets.
    pub sets: Option<Token>,
    /// Whether it removes the cookie.
    pub removes: bool,
    /// Whether the handler's wish was fulfilled.
    pub is_done: bool,
}

/// What can happen.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Action {
    /// A request is sent with the cookie of the browser.
    Send {
        /// By which tab.
        tab: u8,
        /// What its handler will do.
        op: Op,
        /// The node that will serve it.
        node: u8,
    },
    /// The attacker sends a request with a secret that they know.
    Attack {
        /// The cookie.
        token: Token,
        /// What its handler will do.
        op: Op,
        /// The node that will serve it.
        node: u8,
    },
    /// A request arrives: the node loads the session and lets the handler see it, or not.
    Arrive(Place),
    /// Its handler takes a visible step: `commit`, `update`, `reload`, `detach`.
    Step(Place),
    /// Its handler ends: the one commit, and the answer is sent.
    End(Place),
    /// The answer arrives.
    Deliver(Place),
    /// The answer is lost.
    Lose(Place),
    /// The attacker copies the cookie of the browser.
    Steal,
    /// Time passes.
    Tick(Moment),
}

/// What was seen of it: what a replay on the real engine has to see, too.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Outcome {
    /// Nothing that a client or an operator could see.
    Unseen,
    /// The request arrived.
    Arrived {
        /// What became of it. [`Entry::Reused`]: the session has ended.
        entry: Entry,
        /// The session that the handler sees, and who is signed in there.
        sees: Option<(u8, Option<User>)>,
    },
    /// The visible step showed this session, or was refused.
    Stepped {
        /// The session, and who is signed in there. `None`: `Superseded`, or `Gone` if the session has ended.
        sees: Option<(u8, Option<User>)>,
    },
    /// The handler ended.
    Ended(Answer),
}

impl World {
    /// The first state.
    fn beginning(&self) -> State {
        let first = Secret(0);
        let token = Token { id: 0, secret: first };
        let session = Session { principal: self.signed_in, credential: Credential::first(first, 0) };
        State {
            clock: 0,
            sessions: vec![Stored { session, version: 0, reign: 0, is_alive: true }],
            caches: vec![None; self.nodes.len()],
            under_way: [None; 3],
            jar: Some(token),
            told: self.signed_in,
            known: if self.attack == Attack::Plants { vec![token] } else { Vec::new() },
            left: self.requests,
            witnesses: vec![Witness::of(0, 0, 0)],
            fault: None,
        }
    }

    fn node_numbers(&self) -> impl Iterator<Item = u8> {
        (0..).take(self.nodes.len())
    }

    /// Whether what is under way may be under way for so much longer.
    fn may_pass(&self, state: &State, time: Moment) -> bool {
        state.clock + time <= self.end
            && state.under_way.iter().flatten().all(|request| {
                matches!(request.phase, Phase::Open(_)) || state.clock + time - request.since <= self.lateness
            })
    }

    fn sendings(&self, state: &State, actions: &mut Vec<Action>) {
        // Of two tabs that are alike and have nothing under way, the first one sends.
        let tab = (0..2_u8).filter(|&tab| state.under_way[usize::from(tab)].is_none());
        let tab = tab.take(if self.tabs_are_alike { 1 } else { 2 });
        if state.left.visitor > 0 {
            for tab in tab {
                for &op in &self.visitor {
                    actions.extend(self.node_numbers().map(|node| Action::Send { tab, op, node }));
                }
            }
        }
        if state.left.intruder > 0 && state.under_way[2].is_none() {
            for &token in &state.known {
                for &op in &self.intruder {
                    actions.extend(self.node_numbers().map(|node| Action::Attack { token, op, node }));
                }
            }
        }
    }
}

impl Model for World {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![self.beginning()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.fault.is_some() {
            return;
        }
        self.sendings(state, actions);
        for (place, request) in [Place::Tab(0), Place::Tab(1), Place::Intruder].into_iter().zip(state.under_way) {
            match request.map(|request| (request.phase, request.op)) {
                None => {}
                Some((Phase::Sent, _)) => actions.push(Action::Arrive(place)),
                Some((Phase::Open(open), op)) => {
                    let may_step = op == Op::Write && open.entry == Entry::Served && !open.has_stepped;
                    actions.extend(may_step.then_some(Action::Step(place)));
                    actions.push(Action::End(place));
                }
                Some((Phase::Answered(_), _)) => actions.extend([Action::Deliver(place), Action::Lose(place)]),
            }
        }
        if self.attack == Attack::Steals && state.known.is_empty() && state.jar.is_some() {
            actions.push(Action::Steal);
        }
        actions.extend(self.ticks.iter().filter(|&&time| self.may_pass(state, time)).map(|&time| Action::Tick(time)));
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        Some(self.step(state, action).0)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        witness::properties()
    }
}

impl Place {
    /// The place in [`State::under_way`].
    pub fn index(self) -> usize {
        match self {
            Self::Tab(tab) => usize::from(tab),
            Self::Intruder => 2,
        }
    }
}

impl Answer {
    /// The answer that carries this cookie.
    pub(crate) fn new(cookie: Cookie, id: u8, is_done: bool) -> Self {
        let sets = if let Cookie::Set(secret) = cookie { Some(Token { id, secret }) } else { None };
        Self { sets, removes: cookie == Cookie::Remove, is_done }
    }
}
