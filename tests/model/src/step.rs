//! What happens to the world in one step, and what is seen of it.

use crate::{
    credential::Secret,
    mutation::Mutation,
    request::{Effect, Ending, Entry, Op, Session, Source},
    witness::{Fault, Witness},
    world::{Action, Answer, Attack, Cached, Open, Outcome, Phase, Place, Request, State, Stored, Token, World},
};

impl World {
    /// The state after an action, and what was seen of it.
    pub fn step(&self, state: &State, action: Action) -> (State, Outcome) {
        let mut next = state.clone();
        let outcome = match action {
            Action::Send { tab, op, node } => {
                next.left.visitor -= 1;
                next.send(Place::Tab(tab), op, state.jar, node);
                Outcome::Unseen
            }
            Action::Attack { token, op, node } => {
                next.left.intruder -= 1;
                next.send(Place::Intruder, op, Some(token), node);
                Outcome::Unseen
            }
            Action::Arrive(place) => self.arrive(&mut next, place),
            Action::Step(place) => self.look(&mut next, place),
            Action::End(place) => self.end(&mut next, place),
            Action::Deliver(place) => {
                next.deliver(place);
                Outcome::Unseen
            }
            Action::Lose(place) => {
                let lost = next.under_way[place.index()].take();
                if self.attack == Attack::Intercepts && place != Place::Intruder {
                    next.learn(lost.and_then(|request| request.answer()).and_then(|answer| answer.sets));
                }
                Outcome::Unseen
            }
            Action::Steal => {
                next.learn(state.jar);
                Outcome::Unseen
            }
            Action::Tick(time) => {
                next.clock += time;
                self.forget(&mut next);
                Outcome::Unseen
            }
        };
        if self.tabs_are_alike {
            next.under_way[..2].sort_by(|one, other| other.cmp(one));
        }
        (next, outcome)
    }

    /// A request arrives: the session is loaded and judged, and the handler sees it or not.
    fn arrive(&self, state: &mut State, place: Place) -> Outcome {
        let Some(request) = state.under_way[place.index()] else { return Outcome::Unseen };
        let node = self.nodes[usize::from(request.node)];
        let now = state.clock + node.ahead;
        let mut entry = Entry::Newcomer;
        let mut seen = None;
        if let Some(token) = request.token {
            let cached = state.caches[usize::from(request.node)].clone().filter(|cached| cached.id == token.id);
            entry = Entry::AskStore;
            if let Some(cached) = cached {
                entry = self.rules.enter(Some(&cached.stored.session), token.secret, Source::Cache, now);
                seen = Some((cached.stored, Some(cached.asked)));
            }
            if entry == Entry::AskStore {
                let stored = state.sessions[usize::from(token.id)].clone();
                let session = stored.is_alive.then_some(&stored.session);
                entry = self.rules.enter(session, token.secret, Source::Store, now);
                if stored.is_alive {
                    state.cache(request.node, token.id, self);
                }
                seen = Some((stored, None));
            }
            if entry == Entry::Served
                && let Some((stored, asked)) = &seen
            {
                state.fault = self.check_sight(state, token, stored.reign, *asked);
            }
            if state.sessions[usize::from(token.id)].is_alive {
                state.fault = state.fault.or(self.check_arrival(state, place, token, entry));
            }
            if entry == Entry::Reused {
                state.sessions[usize::from(token.id)].is_alive = false;
                state.uncache(request.node, token.id);
            }
        }
        let seen = seen.filter(|_| entry == Entry::Served).zip(request.token);
        let principal = seen.as_ref().and_then(|((stored, _), _)| stored.session.principal);
        let sees = seen.map(|((stored, _), token)| (token.id, stored.session.principal));
        let open = Open { entry, principal, arrived: now, has_stepped: false };
        state.under_way[place.index()] = Some(Request { phase: Phase::Open(open), since: state.clock, ..request });
        Outcome::Arrived { entry, sees }
    }

    /// A handler takes a visible step: what is stored now is written to, and shown if the secret opens it now.
    fn look(&self, state: &mut State, place: Place) -> Outcome {
        let Some((mut request, mut open)) = state.open(place) else { return Outcome::Unseen };
        let Some(token) = request.token else { return Outcome::Unseen };
        let now = state.clock + self.nodes[usize::from(request.node)].ahead;
        let stored = &state.sessions[usize::from(token.id)];
        let session = stored.is_alive.then_some(&stored.session);
        let mut sees = None;
        if self.rules.may_see(session, token.secret, open.arrived, now) {
            sees = Some((token.id, stored.session.principal));
            state.fault = self.check_sight(state, token, stored.reign, None);
            state.sessions[usize::from(token.id)].version += 1;
            state.cache(request.node, token.id, self);
        } else {
            state.fault = self.check_refusal(state, place, token);
        }
        open.has_stepped = true;
        request.phase = Phase::Open(open);
        state.under_way[place.index()] = Some(request);
        Outcome::Stepped { sees }
    }

    /// A handler ends: one silent commit, and the answer is sent.
    fn end(&self, state: &mut State, place: Place) -> Outcome {
        let Some((mut request, open)) = state.open(place) else { return Outcome::Unseen };
        let before = state.clone();
        let node = self.nodes[usize::from(request.node)];
        let now = state.clock + node.ahead;
        let fresh = Secret(u8::try_from(state.witnesses.len()).unwrap_or(u8::MAX));
        let stored = request.token.map(|token| &before.sessions[usize::from(token.id)]);
        let ending = Ending {
            entry: open.entry,
            presented: request.token.map(|token| token.secret),
            principal: open.principal,
            arrived: open.arrived,
            op: request.op,
        };
        let session = stored.filter(|stored| stored.is_alive).map(|stored| &stored.session);
        let end = self.rules.end(session, ending, now, fresh);
        let mut id = request.token.map(|token| token.id);
        match &end.effect {
            Effect::Update(session) => state.write(id, session),
            Effect::End => {
                if let Some(stored) = id.and_then(|id| state.sessions.get_mut(usize::from(id))) {
                    stored.is_alive = false;
                }
            }
            Effect::Create(session) => id = Some(state.create(session)),
            Effect::Nothing => {
                let is_late = request.op == Op::Write && open.entry == Entry::Served && session.is_none();
                if is_late && self.rules.has(Mutation::LateWriteRevives) {
                    state.write(id, &before.sessions[usize::from(id.unwrap_or_default())].session);
                }
            }
        }
        if let Some(id) = id {
            match &end.effect {
                Effect::Update(_) | Effect::Create(_) => state.cache(request.node, id, self),
                Effect::End => state.uncache(request.node, id),
                Effect::Nothing => {}
            }
        }
        let answer = Answer::new(end.cookie, id.unwrap_or_default(), end.is_done);
        if let Some(token) = answer.sets.filter(|token| token.secret == fresh) {
            let reign = state.sessions[usize::from(token.id)].reign;
            state.witnesses.push(Witness::of(token.id, reign, state.clock));
        }
        if let Some(token) = request.token.filter(|_| open.entry == Entry::Served)
            && before.sessions[usize::from(token.id)].reign == before.witness(token.secret).reign
            && before.sessions[usize::from(token.id)].is_alive
        {
            let settings = self.rules.settings;
            Self::note_presented(state, token, open.arrived - node.ahead, settings.grace, settings.skew);
        }
        let result = answer.sets.or(request.token);
        state.fault = state.fault.or(self.check_end(&before, state, &request, &end, result));
        if place != Place::Intruder && end.is_done && matches!(request.op, Op::SignIn(_)) {
            state.overtake(place, request.op, result);
        }
        request.phase = Phase::Answered(answer);
        request.since = state.clock;
        state.under_way[place.index()] = Some(request);
        Outcome::Ended(answer)
    }

    /// Takes out of the caches what is too old.
    fn forget(&self, state: &mut State) {
        let now = state.clock;
        for (cache, node) in state.caches.iter_mut().zip(&self.nodes) {
            let age = node.cache.unwrap_or_default();
            cache.take_if(|cached| now - cached.asked > age);
        }
    }
}

impl State {
    /// Puts a request on its way.
    fn send(&mut self, place: Place, op: Op, token: Option<Token>, node: u8) {
        let mut request = Request {
            op,
            token,
            node,
            phase: Phase::Sent,
            since: self.clock,
            is_contested: false,
            is_overtaken: false,
        };
        if place != Place::Intruder {
            for other in self.under_way[..2].iter_mut().flatten() {
                if op.contests(other.op) {
                    (other.is_contested, request.is_contested) = (true, true);
                }
            }
            // Who signs out, or in as somebody else, is not promised to stay who they are.
            if op == Op::SignOut || self.told.is_some_and(|user| op != Op::SignIn(user) && op.is_sign_in()) {
                self.told = None;
            }
        }
        self.under_way[place.index()] = Some(request);
    }

    /// An answer arrives.
    fn deliver(&mut self, place: Place) {
        let Some(request) = self.under_way[place.index()].take() else { return };
        let Some(answer) = request.answer() else { return };
        if place == Place::Intruder {
            self.learn(answer.sets);
            return;
        }
        if answer.sets.is_some() || answer.removes {
            self.jar = answer.sets;
            if request.is_overtaken {
                self.told = None;
                for other in self.under_way[..2].iter_mut().flatten() {
                    other.is_overtaken = true;
                }
            }
        }
        if let Op::SignIn(_) = request.op {
            self.overtake(place, request.op, answer.sets.or(request.token));
        }
        match request.op {
            _ if request.is_contested => self.told = None,
            Op::SignIn(user) if answer.is_done && !request.is_overtaken => self.told = Some(user),
            _ => {}
        }
    }

    /// A sign-in was done, or its answer arrives. It may be undone by an answer that carries a cookie from before it, and by a
    /// request of a visitor who had no session then: nobody can know that the two belong together.
    fn overtake(&mut self, place: Place, op: Op, result: Option<Token>) {
        let session = result.map(|token| token.id);
        let is_done = self.under_way[place.index()].is_some();
        for (number, other) in self.under_way[..2].iter_mut().enumerate() {
            if let Some(other) = other.as_mut().filter(|other| number != place.index() && other.op != op) {
                let has_cookie = is_done && other.answer().is_some_and(|answer| answer.sets.is_some());
                other.is_overtaken |= has_cookie || other.token.map(|token| token.id) != session;
            }
        }
    }

    /// The attacker learns a token.
    fn learn(&mut self, token: Option<Token>) {
        if let Some(token) = token.filter(|token| !self.known.contains(token)) {
            self.known.push(token);
            self.known.sort_unstable();
        }
    }

    /// A request in its handler.
    fn open(&self, place: Place) -> Option<(Request, Open)> {
        let request = self.under_way[place.index()]?;
        if let Phase::Open(open) = request.phase { Some((request, open)) } else { None }
    }

    /// Writes a session that is there.
    fn write(&mut self, id: Option<u8>, session: &Session) {
        let Some(stored) = id.and_then(|id| self.sessions.get_mut(usize::from(id))) else { return };
        if !stored.is_alive {
            self.fault = Some(Fault::Revived);
        }
        stored.is_alive = true;
        stored.version += 1;
        stored.reign += u8::from(stored.session.principal != session.principal);
        stored.session = session.clone();
    }

    /// Makes a session.
    fn create(&mut self, session: &Session) -> u8 {
        self.sessions.push(Stored { session: session.clone(), version: 0, reign: 0, is_alive: true });
        u8::try_from(self.sessions.len() - 1).unwrap_or(u8::MAX)
    }

    /// Keeps what the store holds now in the cache of a node, if it has one.
    fn cache(&mut self, node: u8, id: u8, world: &World) {
        if world.nodes[usize::from(node)].cache.is_some() {
            let stored = self.sessions[usize::from(id)].clone();
            self.caches[usize::from(node)] = Some(Cached { id, stored, asked: self.clock });
        }
    }

    /// Takes a session that has ended out of the cache of a node.
    fn uncache(&mut self, node: u8, id: u8) {
        self.caches[usize::from(node)].take_if(|cached| cached.id == id);
    }
}

impl Request {
    /// The answer, if it is on its way.
    fn answer(&self) -> Option<Answer> {
        if let Phase::Answered(answer) = self.phase { Some(answer) } else { None }
    }
}

impl Op {
    fn is_sign_in(self) -> bool {
        matches!(self, Self::SignIn(_))
    }

    /// Whether two requests that overlap ask for opposite things.
    fn contests(self, other: Self) -> bool {
        match (self, other) {
            (Self::SignIn(one), Self::SignIn(other)) => one != other,
            (Self::SignIn(_), Self::SignOut) | (Self::SignOut, Self::SignIn(_)) => true,
            _ => false,
        }
    }
}
