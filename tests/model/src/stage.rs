//! The small worlds that are searched to their end. Each has the operations, nodes and attackers of one question, and bounds
//! that let the search end.
//!
//! One unit of time is half a grace here, so that everything about it happens within a few units.

use crate::{
    credential::{Moment, Rules, Settings},
    mutation::Mutation,
    request::{Op, User},
    world::{Attack, Budget, Node, World},
};

/// Half a grace is one unit; two offers and two retired secrets fill the lists.
pub const SMALL: Settings =
    Settings { grace: 3, skew: 0, pause: 2, max_offered: 2, max_retired: 2, renew_after: Some(3) };

const ONE_NODE: Node = Node { ahead: 0, cache: None };

/// The second tab and the network lose, delay and reorder answers while secrets are renewed. Nobody attacks.
pub fn renewals() -> World {
    World {
        visitor: vec![Op::Read, Op::Rotate, Op::Reauthenticate],
        signed_in: Some(User::Owner),
        requests: Budget { visitor: 5, intruder: 0 },
        end: 5,
        ..quiet()
    }
}

/// The same with handlers that run for longer than the grace and look at their session meanwhile.
pub fn long_handlers() -> World {
    World { visitor: vec![Op::Write, Op::Rotate], requests: Budget { visitor: 4, intruder: 0 }, end: 7, ..renewals() }
}

/// The same with two nodes whose clocks differ as far as they may.
pub fn clocks() -> World {
    World {
        rules: Rules { settings: Settings { skew: 1, ..SMALL }, mutation: None },
        visitor: vec![Op::Read, Op::Rotate],
        signed_in: Some(User::Owner),
        nodes: vec![ONE_NODE, Node { ahead: 1, cache: None }],
        requests: Budget { visitor: 4, intruder: 0 },
        end: 6,
        ..quiet()
    }
}

/// A visitor signs in, twice if need be, and out; answers are lost and late.
pub fn sign_ins() -> World {
    World {
        visitor: vec![Op::Write, Op::SignIn(User::Owner), Op::SignOut],
        requests: Budget { visitor: 4, intruder: 0 },
        end: 4,
        ..quiet()
    }
}

/// A visitor signs in as one user and as another.
pub fn users() -> World {
    World {
        visitor: vec![Op::Write, Op::SignIn(User::Owner), Op::SignIn(User::Other)],
        requests: Budget { visitor: 4, intruder: 0 },
        end: 3,
        ..quiet()
    }
}

/// Two nodes serve, the second with a cache.
pub fn caches() -> World {
    World {
        visitor: vec![Op::Write, Op::SignIn(User::Owner), Op::SignOut],
        nodes: vec![ONE_NODE, Node { ahead: 0, cache: Some(0) }],
        requests: Budget { visitor: 4, intruder: 0 },
        end: 1,
        ..quiet()
    }
}

/// The attacker has planted the browser's first cookie and uses it, before and after the sign-in, with requests that take
/// as long as they like.
pub fn planted() -> World {
    World {
        visitor: vec![Op::Read, Op::SignIn(User::Owner)],
        intruder: vec![Op::Write, Op::Rotate, Op::SignIn(User::Other), Op::SignOut],
        attack: Attack::Plants,
        requests: Budget { visitor: 2, intruder: 2 },
        end: 4,
        ..quiet()
    }
}

/// The same where one of two nodes has a cache.
pub fn planted_and_cached() -> World {
    World {
        visitor: vec![Op::SignIn(User::Owner)],
        intruder: vec![Op::Write],
        nodes: vec![ONE_NODE, Node { ahead: 0, cache: Some(1) }],
        end: 4,
        ..planted()
    }
}

/// The attacker has copied the cookie of a user who is signed in.
pub fn stolen() -> World {
    World {
        visitor: vec![Op::Rotate],
        intruder: vec![Op::Write],
        attack: Attack::Steals,
        signed_in: Some(User::Owner),
        requests: Budget { visitor: 3, intruder: 2 },
        end: 6,
        ..quiet()
    }
}

/// The attacker has read an answer that the browser never got.
pub fn intercepted() -> World {
    World { attack: Attack::Intercepts, requests: Budget { visitor: 3, intruder: 1 }, end: 7, ..stolen() }
}

/// Every small world, with its name.
pub fn all() -> Vec<(&'static str, World)> {
    vec![
        ("renewals", renewals()),
        ("long handlers", long_handlers()),
        ("clocks", clocks()),
        ("sign-ins", sign_ins()),
        ("users", users()),
        ("caches", caches()),
        ("planted", planted()),
        ("planted and cached", planted_and_cached()),
        ("stolen", stolen()),
        ("intercepted", intercepted()),
    ]
}

/// The small world in which this fault shows, soonest of all. `None` for one that takes a longer story: see
/// `tests/credential.rs`.
pub fn that_shows(mutation: Mutation) -> Option<World> {
    Some(match mutation {
        Mutation::OfferReplacesAtOnce
        | Mutation::OffersWithoutBound
        | Mutation::OffersPushOut
        | Mutation::OtherOffersRetire
        | Mutation::FormerSecretRetires
        | Mutation::PresentedIsJudgedAtItsEnd
        | Mutation::CurrentIsSentAgain => renewals(),
        Mutation::GraceFromOffer | Mutation::RequestIsJudgedAtItsEnd => long_handlers(),
        Mutation::NoAllowanceForClocks => clocks(),
        Mutation::SupersededBeginsAnew
        | Mutation::StrangersWaitForTheSignIn
        | Mutation::SupersededSignInDoesNothing
        | Mutation::SecondSignInReplacesFirst
        | Mutation::SecondSignInStartsOver
        | Mutation::TakingUpPushesOut
        | Mutation::LateWriteRevives => sign_ins(),
        Mutation::AnybodyTakesUp => users(),
        Mutation::CacheMaySayNo => caches(),
        Mutation::OldSecretSurvivesSignIn | Mutation::ReplacedCountsAsReused | Mutation::SupersededSignsOut => {
            planted()
        }
        Mutation::StepShowsWhatIsStored => planted_and_cached(),
        Mutation::ReuseIsNotNoticed
        | Mutation::GraceNeverEnds
        | Mutation::GraceIsOfferedAnother
        | Mutation::StepIsJudgedByItsArrival => stolen(),
        Mutation::OffersAreNeverRetired => intercepted(),
        Mutation::OffersInDoubt => return None,
    })
}

/// How many units of [`Settings::REAL`] are one of [`SMALL`].
pub const SCALE: Moment = Settings::REAL.grace / SMALL.grace;

/// A small world with the numbers of the design, in units of 5 seconds.
pub fn at_full_size(world: World) -> World {
    World {
        rules: Rules { settings: Settings::REAL, mutation: None },
        end: 200,
        ticks: vec![SCALE],
        lateness: world.lateness * SCALE,
        tabs_are_alike: false,
        ..world
    }
}

/// Worlds with the numbers of the design, everything that can be done, and more time than can be searched: for runs at random.
///
/// The model ends every request by what is stored. An engine whose request was served from a cache and wants no write does
/// not look there, so in the worlds with a cache it may offer a secret one request later than the model.
pub fn large() -> Vec<(&'static str, World)> {
    let everything = vec![
        Op::Read,
        Op::Write,
        Op::SignIn(User::Owner),
        Op::SignIn(User::Other),
        Op::SignOut,
        Op::Rotate,
        Op::Reauthenticate,
    ];
    let world = World {
        rules: Rules { settings: Settings::REAL, mutation: None },
        visitor: everything.clone(),
        nodes: vec![ONE_NODE, Node { ahead: 1, cache: None }],
        requests: Budget { visitor: 40, intruder: 0 },
        end: 200,
        ticks: vec![1, 3, 12, 13],
        lateness: 5,
        tabs_are_alike: false,
        ..quiet()
    };
    let cached = vec![ONE_NODE, Node { ahead: 1, cache: Some(1) }];
    let signed_in = Some(User::Owner);
    let few = vec![Op::Read, Op::Write, Op::Rotate, Op::Reauthenticate];
    let both = Budget { visitor: 30, intruder: 15 };
    let intruder: Vec<_> = everything.iter().copied().filter(|op| *op != Op::SignIn(User::Owner)).collect();
    // The other account is the attacker's: the owner does not know its password.
    let own: Vec<_> = everything.iter().copied().filter(|op| *op != Op::SignIn(User::Other)).collect();
    let theft: Vec<_> = few.iter().copied().filter(|op| *op != Op::Reauthenticate).collect();
    vec![
        ("everything", world.clone()),
        ("renewals", World { visitor: few.clone(), signed_in, ..world.clone() }),
        ("everything, with a cache", World { nodes: cached.clone(), ..world.clone() }),
        (
            "planted",
            World {
                visitor: own.clone(),
                intruder: intruder.clone(),
                attack: Attack::Plants,
                requests: both,
                ..world.clone()
            },
        ),
        (
            "planted, with a cache",
            World { visitor: own, intruder, attack: Attack::Plants, nodes: cached, requests: both, ..world.clone() },
        ),
        (
            "stolen",
            World {
                visitor: few.clone(),
                intruder: theft.clone(),
                attack: Attack::Steals,
                signed_in,
                requests: both,
                ..world.clone()
            },
        ),
        (
            "intercepted",
            World { visitor: few, intruder: theft, attack: Attack::Intercepts, signed_in, requests: both, ..world },
        ),
    ]
}

fn quiet() -> World {
    World {
        rules: Rules { settings: SMALL, mutation: None },
        visitor: Vec::new(),
        intruder: Vec::new(),
        attack: Attack::Nobody,
        signed_in: None,
        nodes: vec![ONE_NODE],
        requests: Budget { visitor: 0, intruder: 0 },
        end: 0,
        ticks: vec![1],
        lateness: 1,
        tabs_are_alike: true,
    }
}

impl World {
    /// The same world with a fault in its rules.
    #[must_use]
    pub fn with(mut self, mutation: Mutation) -> Self {
        self.rules.mutation = Some(mutation);
        self
    }
}
