//! Requests a second through the middleware on Redis, PostgreSQL, MariaDB and SQLite, and round trips a request.
//!
//! The apps are called in the process: on a machine of two cores an HTTP client would take more of them than the app and
//! its sessions together, and as much with each library. One thread runs the app, as one of an app's workers would; the
//! other core is the server's. A connection asks again as soon as it has its answer, and has a visitor of its own.

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use tokio::{
    runtime::{Builder, Runtime},
    task::{JoinSet, LocalSet},
};

use crate::{
    backends::{Backend, Kind},
    contestants::{App, Conflicts, SESSIO_ON_ACTIX, is_sessio},
    floor,
    harness::{Bar, Figure, Row, interleaved, median},
    round_trips::Counter,
};

const ROUNDS: usize = 9;
const WINDOW: Duration = Duration::from_millis(150);
const CONNECTIONS: [usize; 3] = [1, 16, 128];

/// The shares of requests that read and that write, in percent.
const MIXES: [(u32, u32); 3] = [(100, 0), (90, 10), (50, 50)];

/// Requests of each kind whose round trips are counted.
const COUNTED: u32 = 50;

/// Measures it.
pub(crate) fn measure() -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for kind in Kind::ALL {
        let backend = Backend::find(kind)?;
        if backend.is_networked() {
            rows.extend(round_trips(&backend)?);
        }
        rows.extend(throughput(&backend)?);
    }
    Ok(rows)
}

/// An app whose visitors have their cookies.
struct Contestant {
    app: Rc<dyn App>,
    cookies: Vec<Rc<str>>,
}

fn throughput(backend: &Backend) -> Result<Vec<Row>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let local = LocalSet::new();
    let mut contestants = local.block_on(&runtime, async {
        let apps = backend.apps(&backend.url, &Conflicts::default()).await?;
        visited(apps.into_iter().chain(backend.floor().await?), CONNECTIONS[2]).await
    })?;
    let mut rows = Vec::new();
    for connections in CONNECTIONS {
        for (reads, writes) in MIXES {
            let samples = interleaved(ROUNDS, &mut contestants, |contestant| {
                local.block_on(&runtime, requests_a_second(contestant, connections, writes))
            })?;
            let speed = |samples: &Vec<f64>| Figure { value: median(samples), unit: "requests/s" };
            let speeds = samples.iter().zip(&contestants);
            let speeds = speeds.map(|(samples, contestant)| (contestant.app.name().to_owned(), speed(samples)));
            let bar = if connections == CONNECTIONS[2] { Bar::RatioAtLeast(1.5) } else { Bar::None };
            let row = |backend: &str, ours: Figure, peer, bar| Row {
                what: format!("{backend}, {reads}/{writes}, {connections} connections"),
                ours,
                peer,
                bar,
            };
            let (ours, others): (Vec<_>, Vec<_>) = speeds.partition(|(name, _)| is_sessio(name));
            let (floor, peers): (Vec<_>, Vec<_>) = others.into_iter().partition(|(name, _)| *name == floor::NAME);
            let best = peers.iter().max_by(|a, b| a.1.value.total_cmp(&b.1.value));
            let name = backend.kind.name();
            for (floor, best) in floor.into_iter().zip(best) {
                rows.push(row(&format!("{name} with no session"), floor.1, Some(best.clone()), Bar::None));
            }
            for (entrant, speed) in ours {
                rows.push(if entrant == SESSIO_ON_ACTIX {
                    // In one framework only the sessions differ.
                    let peer = peers.iter().find(|(name, _)| name.starts_with("actix-session"));
                    row(&format!("{name} on actix-web"), speed, peer.cloned(), Bar::None)
                } else {
                    row(name, speed, best.cloned(), bar)
                });
            }
        }
    }
    Ok(rows)
}

/// Apps, and visitors who have been there.
async fn visited(apps: impl IntoIterator<Item = Rc<dyn App>>, visitors: usize) -> Result<Vec<Contestant>> {
    let mut contestants = Vec::new();
    for app in apps {
        let mut cookies = Vec::new();
        for _ in 0..visitors {
            cookies.push(app.ask("/begin", "").await?.cookies.into());
        }
        contestants.push(Contestant { app, cookies });
    }
    Ok(contestants)
}

/// How many requests are answered in a second when each connection asks again as soon as it has its answer.
async fn requests_a_second(contestant: &Contestant, connections: usize, writes: u32) -> Result<f64> {
    let started = Instant::now();
    let mut running = JoinSet::new();
    for (first, cookie) in (0_u32..).zip(&contestant.cookies[..connections]) {
        let (app, cookie) = (Rc::clone(&contestant.app), Rc::clone(cookie));
        running.spawn_local(async move {
            let mut answered = 0;
            while started.elapsed() < WINDOW {
                // 37 and 100 have no common factor, so the shares are met in each hundred, and spread over it.
                let path = if (first + answered) * 37 % 100 < writes { "/write" } else { "/read" };
                app.ask(path, &cookie).await?;
                answered += 1;
            }
            anyhow::Ok(answered)
        });
    }
    let mut answered = 0;
    while let Some(connection) = running.join_next().await {
        answered += connection??;
    }
    Ok(f64::from(answered) / started.elapsed().as_secs_f64())
}

fn round_trips(backend: &Backend) -> Result<Vec<Row>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let local = LocalSet::new();
    let counter = Counter::before(&backend.url)?;
    let contestants = local
        .block_on(&runtime, async { visited(backend.apps(&counter.url, &Conflicts::default()).await?, 1).await })?;
    let mut rows = Vec::new();
    for (path, bar) in [("/untouched", 0.0), ("/read", 1.0), ("/write", 2.0)] {
        let mut counted = Vec::new();
        for contestant in &contestants {
            counted.push((contestant.app.name().to_owned(), trips(&runtime, &local, &counter, contestant, path)?));
        }
        let mut counted = counted.into_iter();
        let Some((_, ours)) = counted.next() else { continue };
        rows.push(Row {
            what: format!("{}, {}", backend.kind.name(), &path[1..]),
            ours,
            peer: counted.filter(|(name, _)| !is_sessio(name)).min_by(|a, b| a.1.value.total_cmp(&b.1.value)),
            bar: Bar::AtMost(bar),
        });
    }
    ensure!(counter.trips() > 0, "nobody spoke to {} through the proxy", backend.kind.name());
    Ok(rows)
}

fn trips(
    runtime: &Runtime,
    local: &LocalSet,
    counter: &Counter,
    contestant: &Contestant,
    path: &'static str,
) -> Result<Figure> {
    local.block_on(runtime, async {
        let cookie = &contestant.cookies[0];
        // Every connection of a pool is opened and prepares its statements once.
        for _ in 0..COUNTED {
            contestant.app.ask(path, cookie).await?;
        }
        let before = counter.trips();
        for _ in 0..COUNTED {
            contestant.app.ask(path, cookie).await?;
        }
        let trips = f64::from(u32::try_from(counter.trips() - before)?);
        Ok(Figure { value: trips / f64::from(COUNTED), unit: "round trips" })
    })
}
