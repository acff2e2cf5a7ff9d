//! Runs as plain data, so that a test can replay them on the real engine and compare what it sees.
//!
//! A replay keeps a real cookie for each [`Token`](crate::world::Token), in the order in which they were sent, sets the clocks
//! of its nodes by [`Action::Tick`] (a unit is 5 seconds), and expects each step's [`Outcome`]. Everything here depends on
//! its seed alone.

use stateright::{Checker as _, HasDiscoveries, Model as _};

use crate::{
    mutation::Mutation,
    stage,
    world::{Action, Outcome, State, World},
};

/// A run of a world by the right rules.
#[derive(Clone, Debug)]
pub struct Trace {
    /// What it is a run of.
    pub name: String,
    /// The world: its nodes and settings are what a replay sets up.
    pub world: World,
    /// What happened, and what was seen of it.
    pub steps: Vec<Step>,
}

/// One step of a run.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Step {
    /// What happened.
    pub action: Action,
    /// What was seen of it.
    pub outcome: Outcome,
}

/// The most steps of a run at random.
const LENGTH: usize = 80;

/// Random runs with the numbers of the design, spread evenly over the worlds of [`stage::large`].
pub fn random(seed: u64, count: usize) -> impl Iterator<Item = Trace> {
    let worlds = stage::large();
    let mut dice = Dice(seed);
    (0..count).map(move |number| {
        let (name, world) = &worlds[number % worlds.len()];
        walk(name, world, &mut dice, |_, _| {})
    })
}

/// One random run. `look` is shown every state of it.
pub fn walk(name: &str, world: &World, dice: &mut Dice, mut look: impl FnMut(&World, &State)) -> Trace {
    let mut steps = Vec::new();
    let Some(mut state) = world.init_states().pop() else { unreachable!("a world has a beginning") };
    let mut actions = Vec::new();
    while steps.len() < LENGTH {
        actions.clear();
        world.actions(&state, &mut actions);
        // First what kind of thing happens and then which, or most of a run would be requests that are sent.
        let mut kinds: Vec<_> = actions.iter().map(std::mem::discriminant).collect();
        kinds.dedup();
        if kinds.is_empty() {
            break;
        }
        let kind = kinds[dice.roll(kinds.len())];
        actions.retain(|action| std::mem::discriminant(action) == kind);
        let action = actions[dice.roll(actions.len())];
        let (next, outcome) = world.step(&state, action);
        steps.push(Step { action, outcome });
        state = next;
        look(world, &state);
    }
    Trace { name: name.to_owned(), world: world.clone(), steps }
}

/// The shortest way to each fault, walked by the right rules and with the numbers of the design: where the fault would show,
/// the right outcome is seen. What the right rules leave no room for is left out.
pub fn counter_examples() -> Vec<Trace> {
    let of = |mutation| {
        let found = World { tabs_are_alike: false, ..stage::that_shows(mutation)?.with(mutation) };
        let checker = found.checker().finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
        // Several promises may break in one step: the order of their names decides, so that the traces are always the same.
        let (_, path) = checker.discoveries().into_iter().min_by_key(|(promise, _)| *promise)?;
        let world = stage::at_full_size(stage::that_shows(mutation)?);
        let mut state = world.init_states().pop()?;
        let mut steps = Vec::new();
        for action in path.into_actions() {
            let action = if let Action::Tick(time) = action { Action::Tick(time * stage::SCALE) } else { action };
            let mut possible = Vec::new();
            world.actions(&state, &mut possible);
            if possible.contains(&action) {
                let (next, outcome) = world.step(&state, action);
                steps.push(Step { action, outcome });
                state = next;
            }
        }
        Some(Trace { name: format!("{mutation:?}"), world, steps })
    };
    Mutation::ALL.into_iter().filter_map(of).collect()
}

/// Random numbers that are the same for a seed, in every version of every library: `SplitMix64`.
#[derive(Clone, Debug)]
pub struct Dice(pub u64);

impl Dice {
    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % u64::try_from(sides).unwrap_or(1)).unwrap_or(0)
    }
}
