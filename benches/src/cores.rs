//! The memory store under one thread, two, and so on to every core there is: sessions that are created, loaded and updated.
//!
//! Every thread works on sessions of its own, so what stands between them is the store's own locks.

use std::{collections::HashMap, thread, time::Instant};

use anyhow::{Context, Result, anyhow, ensure};
use bytes::Bytes;
use sessio::{
    Expiry, Session,
    clock::Timestamp,
    expiry::Lifetime,
    record::{Credential, Record, Version},
    store::{Create, MemoryStore, Store, Update},
    token::Token,
};
use tower_sessions::{
    cookie::time::OffsetDateTime,
    session::{Id, Record as TheirRecord},
    session_store::SessionStore as _,
};

use crate::harness::{Bar, Figure, Row, interleaved, median};

/// What the store is for. The records are made by hand.
#[derive(Session)]
struct Visitor {
    visits: u32,
}

const ROUNDS: usize = 5;
const SESSIONS: u32 = 50_000;
const PAYLOAD: [u8; 100] = [b'x'; 100];
const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

/// Nanoseconds that each of the three takes a session.
type Costs = [f64; 3];

/// A store, tried by that many threads.
type Try = fn(usize) -> Result<Costs>;

/// Measures it.
pub(crate) fn measure() -> Result<Vec<Row>> {
    let cores = thread::available_parallelism()?.get();
    let mut rows = Vec::new();
    for threads in 1..=cores {
        let mut costs: [Vec<Costs>; 2] = Default::default();
        let mut contestants: [(usize, Try); 2] = [(0, ours), (1, theirs)];
        // Which of the two goes first alternates; the three figures of each run are kept aside.
        interleaved(ROUNDS, &mut contestants, |(which, run)| {
            costs[*which].push(run(threads)?);
            Ok(0.0)
        })?;
        for (index, what) in ["create", "load", "update"].into_iter().enumerate() {
            let speed = |costs: &[Costs]| {
                let nanoseconds: Vec<f64> = costs.iter().map(|costs| costs[index]).collect();
                Figure { value: 1e6 / median(&nanoseconds), unit: "thousand/s" }
            };
            rows.push(Row {
                what: format!("{what}, {threads} of {cores} cores"),
                ours: speed(&costs[0]),
                peer: Some(("tower-sessions 0.15, MemoryStore".into(), speed(&costs[1]))),
                bar: Bar::None,
            });
        }
    }
    Ok(rows)
}

/// Lets so many threads do the same at once, and answers with what each step took, shared among all sessions.
fn on_threads(threads: usize, run: impl Fn() -> Result<Costs> + Sync) -> Result<Costs> {
    let costs: Vec<Costs> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(&run)).collect();
        running
            .into_iter()
            .map(|thread| thread.join().map_err(|_| anyhow!("a thread panicked"))?)
            .collect::<Result<_>>()
    })?;
    let count = f64::from(u32::try_from(threads)?);
    // The slowest thread says how long it took all of them.
    Ok(std::array::from_fn(|step| costs.iter().map(|costs| costs[step]).fold(0.0, f64::max) / count))
}

/// Times one step over all sessions of a thread, in nanoseconds a session.
async fn timed(step: impl Future<Output = Result<()>>) -> Result<f64> {
    let started = Instant::now();
    step.await?;
    Ok(started.elapsed().as_secs_f64() * 1e9 / f64::from(SESSIONS))
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().build()?)
}

fn ours(threads: usize) -> Result<Costs> {
    let store = MemoryStore::<Visitor>::with_capacity(10_000_000);
    on_threads(threads, || {
        let mut records = (0..SESSIONS).map(|_| record()).collect::<Result<Vec<_>>>()?;
        runtime()?.block_on(async {
            let create = timed(async {
                for record in &records {
                    ensure!(store.create(record).await? == Create::Created, "the id is new");
                }
                Ok(())
            });
            let create = create.await?;
            let load = timed(async {
                for record in &records {
                    store.load(record.id).await?.context("it is there")?;
                }
                Ok(())
            });
            let load = load.await?;
            let update = timed(async {
                for record in &mut records {
                    let expected = record.version;
                    record.version = Version::new(expected.get() + 1);
                    record.data = Bytes::from(PAYLOAD.to_vec());
                    ensure!(matches!(store.update(expected, record).await?, Update::Updated), "nobody else writes");
                }
                Ok(())
            });
            Ok([create, load, update.await?])
        })
    })
}

fn record() -> Result<Record> {
    let token = Token::random()?;
    Ok(Record {
        id: token.id,
        version: Version::FIRST,
        credential: Credential::new(&token.secret),
        life: Lifetime::begin(Expiry::default(), NOW),
        data: Bytes::from(PAYLOAD.to_vec()),
        columns: vec![],
    })
}

fn theirs(threads: usize) -> Result<Costs> {
    let store = tower_sessions::MemoryStore::default();
    on_threads(threads, || {
        let text = String::from_utf8(PAYLOAD.to_vec())?;
        let expiry_date = OffsetDateTime::now_utc() + std::time::Duration::from_hours(1);
        let record = || {
            let data = HashMap::from([("data".to_owned(), text.clone().into())]);
            TheirRecord { id: Id::default(), data, expiry_date }
        };
        let mut records: Vec<TheirRecord> = (0..SESSIONS).map(|_| record()).collect();
        runtime()?.block_on(async {
            let create = timed(async {
                for record in &mut records {
                    store.create(record).await?;
                }
                Ok(())
            });
            let create = create.await?;
            let load = timed(async {
                for record in &records {
                    store.load(&record.id).await?.context("it is there")?;
                }
                Ok(())
            });
            let load = load.await?;
            let update = timed(async {
                for record in &records {
                    store.save(record).await?;
                }
                Ok(())
            });
            Ok([create, load, update.await?])
        })
    })
}
