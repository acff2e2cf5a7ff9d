//! One session under 64 overlapping writers: what is lost, what it costs, how often a commit is tried, and who waits.
//!
//! Each writer adds one to the session's counter and asks again as soon as it has its answer. All are visitors with one
//! cookie, as the tabs of a browser are.

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use tokio::{
    runtime::Builder,
    task::{JoinSet, LocalSet},
};

use crate::{
    backends::{Backend, Kind},
    contestants::{App, Conflicts},
    harness::{Bar, Figure, Row, median},
};

const WRITERS: usize = 64;
const WINDOW: Duration = Duration::from_millis(1_500);

/// Measures it.
pub(crate) fn measure() -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for kind in Kind::ALL {
        let backend = Backend::find(kind)?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let local = LocalSet::new();
        let conflicts = Conflicts::default();
        let mut outcomes = Vec::new();
        for app in local.block_on(&runtime, backend.apps(&backend.url, &conflicts))? {
            outcomes.push((app.name(), local.block_on(&runtime, race(&app))?));
        }
        rows.extend(report(kind.name(), &outcomes, &conflicts));
    }
    Ok(rows)
}

/// What came of a race.
struct Outcome {
    /// Requests that were told that their change is saved.
    answered: f64,
    /// What the counter says.
    kept: f64,
    seconds: f64,
    /// How long each request took, in milliseconds.
    waits: Vec<f64>,
}

impl Outcome {
    fn lost(&self) -> Figure {
        Figure { value: 100.0 * (1.0 - self.kept / self.answered), unit: "%" }
    }

    fn speed(&self) -> Figure {
        Figure { value: self.answered / self.seconds, unit: "requests/s" }
    }

    fn unfairness(&self) -> Figure {
        let worst = self.waits.iter().copied().fold(0.0, f64::max);
        Figure { value: worst / median(&self.waits), unit: "x" }
    }
}

async fn race(app: &Rc<dyn App>) -> Result<Outcome> {
    let cookie: Rc<str> = app.ask("/begin", "").await?.cookies.into();
    let started = Instant::now();
    let mut running = JoinSet::new();
    for _ in 0..WRITERS {
        let (app, cookie) = (Rc::clone(app), Rc::clone(&cookie));
        running.spawn_local(async move {
            let mut waits = Vec::new();
            while started.elapsed() < WINDOW {
                let asked = Instant::now();
                app.ask("/write", &cookie).await?;
                waits.push(asked.elapsed().as_secs_f64() * 1e3);
            }
            anyhow::Ok(waits)
        });
    }
    let mut waits = Vec::new();
    while let Some(writer) = running.join_next().await {
        waits.extend(writer??);
    }
    let seconds = started.elapsed().as_secs_f64();
    let page = app.ask("/read", &cookie).await?.text;
    let kept = page.split(' ').nth(1).and_then(|visits| visits.parse().ok()).context("the page shows the counter")?;
    let answered = f64::from(u32::try_from(waits.len())?);
    Ok(Outcome { answered, kept, seconds, waits })
}

fn report(backend: &str, outcomes: &[(&str, Outcome)], conflicts: &Conflicts) -> Vec<Row> {
    let Some(((_, ours), peers)) = outcomes.split_first() else { return Vec::new() };
    let fastest = peers.iter().max_by(|a, b| a.1.speed().value.total_cmp(&b.1.speed().value));
    let beside = |figure: fn(&Outcome) -> Figure| fastest.map(|(name, outcome)| ((*name).to_owned(), figure(outcome)));
    let alone = |what: &str, value: f64, unit| Row {
        what: format!("{backend}, 64 writers: {what}"),
        ours: Figure { value, unit },
        peer: None,
        bar: Bar::None,
    };
    let row = |what: &str, figure: fn(&Outcome) -> Figure, bar| Row {
        what: format!("{backend}, 64 writers: {what}"),
        ours: figure(ours),
        peer: beside(figure),
        bar,
    };
    vec![
        row("writes lost", Outcome::lost, Bar::AtMost(0.0)),
        row("throughput", Outcome::speed, Bar::None),
        row("the worst wait over the median", Outcome::unfairness, Bar::AtMost(10.0)),
        alone("commits that met a conflict", 100.0 * conflicts.at_least(1) / ours.answered, "%"),
        alone("commits that met four", 100.0 * conflicts.at_least(4) / ours.answered, "%"),
        alone("conflicts of one commit, at most", conflicts.most(), "conflicts"),
    ]
}
