//! One session under 64 overlapping writers: what is lost, what it costs, how often a commit is tried, and who waits.
//!
//! Each writer adds one to the session's counter and asks again as soon as it has its answer. All are visitors with one
//! cookie, as the tabs of a browser are. There are several races, in turn with the peers': the worst wait of one of them may be
//! that of a moment in which the machine was busy with something else.

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
    contestants::{App, Conflicts, SESSIO_ON_ACTIX},
    harness::{Bar, Figure, Row, median},
};

const WRITERS: usize = 64;
const RACES: usize = 5;
const WINDOW: Duration = Duration::from_millis(500);

/// Measures it.
pub(crate) fn measure() -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for kind in Kind::ALL {
        let backend = Backend::find(kind)?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let local = LocalSet::new();
        let conflicts = Conflicts::default();
        let mut apps = local.block_on(&runtime, backend.apps(&backend.url, &conflicts))?;
        apps.retain(|app| app.name() != SESSIO_ON_ACTIX);
        let mut outcomes: Vec<Outcome> =
            apps.iter().map(|app| Outcome { name: app.name(), races: Vec::new() }).collect();
        for round in 0..RACES {
            for turn in 0..apps.len() {
                let which = (round + turn) % apps.len();
                outcomes[which].races.push(local.block_on(&runtime, race(&apps[which]))?);
            }
        }
        rows.extend(report(kind.name(), &outcomes, &conflicts));
    }
    Ok(rows)
}

/// What came of an app's races.
struct Outcome {
    name: &'static str,
    races: Vec<Race>,
}

/// What came of one.
struct Race {
    /// Requests that were told that their change is saved.
    answered: f64,
    /// What the counter says.
    kept: f64,
    seconds: f64,
    /// How long each request took, in milliseconds.
    waits: Vec<f64>,
}

impl Outcome {
    fn answered(&self) -> f64 {
        self.races.iter().map(|race| race.answered).sum()
    }

    fn lost(&self) -> Figure {
        let kept: f64 = self.races.iter().map(|race| race.kept).sum();
        Figure { value: 100.0 * (1.0 - kept / self.answered()), unit: "%" }
    }

    fn speed(&self) -> Figure {
        Figure { value: self.middle(|race| race.answered / race.seconds), unit: "requests/s" }
    }

    fn unfairness(&self) -> Figure {
        let worst = |race: &Race| race.waits.iter().copied().fold(0.0, f64::max) / median(&race.waits);
        Figure { value: self.middle(worst), unit: "x" }
    }

    fn middle(&self, figure: impl Fn(&Race) -> f64) -> f64 {
        median(&self.races.iter().map(figure).collect::<Vec<_>>())
    }
}

async fn race(app: &Rc<dyn App>) -> Result<Race> {
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
    Ok(Race { answered, kept, seconds, waits })
}

fn report(backend: &str, outcomes: &[Outcome], conflicts: &Conflicts) -> Vec<Row> {
    let Some((ours, peers)) = outcomes.split_first() else { return Vec::new() };
    let fastest = peers.iter().max_by(|a, b| a.speed().value.total_cmp(&b.speed().value));
    let beside = |figure: fn(&Outcome) -> Figure| fastest.map(|peer| (peer.name.to_owned(), figure(peer)));
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
        alone("commits that met a conflict", 100.0 * conflicts.at_least(1) / ours.answered(), "%"),
        alone("commits that met four", 100.0 * conflicts.at_least(4) / ours.answered(), "%"),
        alone("conflicts of one commit, at most", conflicts.most(), "conflicts"),
    ]
}
