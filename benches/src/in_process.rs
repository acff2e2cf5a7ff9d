//! What a session adds to a bare route when its store is the memory of the process: untouched, read and written.

use std::time::Instant;

use anyhow::Result;
use axum::http::HeaderValue;
use axum_session::{SessionConfig, SessionNullPool, SessionStore};
use sessio::store::MemoryStore;
use tokio::runtime::{Builder, Runtime};

use crate::{
    contestants::{self, App, Conflicts, Contestant, request},
    harness::{Bar, Figure, Row, interleaved, median_over},
};

/// The state of the processor's caches when a contestant begins.
struct Caches {
    name: &'static str,
    rounds: usize,
    /// The number of requests that a contestant answers in a row.
    requests: u32,
}

/// In short turns each contestant begins with what the others have left in the caches, as in a program that does other
/// work too; in long ones it has them to itself. A short batch also ends well within the milliseconds after which a busy
/// machine lets another program run: a median is not moved by the few batches that are interrupted.
const CACHES: [Caches; 2] = [
    Caches { name: "cold", rounds: 1_001, requests: 20 },
    Caches { name: "hot", rounds: 61, requests: 1_000 },
];

/// At most this part of what the peer adds.
const BARS: [(&str, f64); 3] = [("/untouched", 0.40), ("/read", 0.25), ("/write", 0.40)];

/// A contestant with one visitor.
struct Visited {
    contestant: Contestant,
    /// Requests bear clones of it, which are views of one buffer, as every header is that hyper has read.
    cookie: HeaderValue,
}

/// Measures it.
pub(crate) fn measure() -> Result<Vec<Row>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut contestants = runtime.block_on(contestants())?;
    let mut rows = Vec::new();
    for Caches { name: caches, rounds, requests } in CACHES {
        for (path, bar) in BARS {
            let samples = interleaved(rounds, &mut contestants, |visited| batch(&runtime, visited, path, requests))?;
            let [bare, ours, peers @ ..] = samples.as_slice() else { continue };
            for (peer, visited) in peers.iter().zip(&contestants[2..]) {
                let name = visited.contestant.name;
                rows.push(Row {
                    what: format!("{}, over the bare route, {caches} caches", &path[1..]),
                    ours: Figure { value: median_over(ours, bare), unit: "us" },
                    peer: Some((name.to_owned(), Figure { value: median_over(peer, bare), unit: "us" })),
                    bar: if name == TOWER_SESSIONS { Bar::RatioAtMost(bar) } else { Bar::None },
                });
            }
        }
    }
    Ok(rows)
}

const TOWER_SESSIONS: &str = "tower-sessions 0.15, MemoryStore";

/// The bare route, sessio, and the peers.
async fn contestants() -> Result<Vec<Visited>> {
    let axum_session = SessionStore::<SessionNullPool>::new(None, SessionConfig::default()).await?;
    let all = [
        contestants::bare(),
        contestants::sessio(MemoryStore::new(), &Conflicts::default()),
        contestants::tower_sessions(TOWER_SESSIONS, tower_sessions::MemoryStore::default()),
        contestants::axum_session("axum_session 0.22, no database", axum_session),
    ];
    let mut visited = Vec::new();
    for contestant in all {
        let cookie = contestant.ask("/begin", "").await?.cookies.parse()?;
        visited.push(Visited { contestant, cookie });
    }
    Ok(visited)
}

/// What one request takes, in microseconds.
fn batch(runtime: &Runtime, visited: &mut Visited, path: &'static str, count: u32) -> Result<f64> {
    let requests: Vec<_> = (0..count).map(|_| request(path, visited.cookie.clone())).collect();
    let started = Instant::now();
    runtime.block_on(async {
        for request in requests {
            visited.contestant.answer(request).await?;
        }
        anyhow::Ok(())
    })?;
    Ok(started.elapsed().as_secs_f64() * 1e6 / f64::from(count))
}
