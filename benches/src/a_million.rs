//! A million sessions in memory and in SQLite: what each takes, and what a sweep costs that finds a thousand expired.
//!
//! The sweep is timed with ten thousand, a hundred thousand and a million live sessions beside the expired ones. What
//! matters is that its time does not grow with them.

use std::time::{Duration, Instant};

use anyhow::Result;
use bytes::Bytes;
use sessio::{
    Expiry, Session,
    clock::Timestamp,
    expiry::Lifetime,
    record::{Credential, Record, Version},
    store::{Create, MemoryStore, SqliteStore, Store, Sweep},
    token::Token,
};

use crate::harness::{Bar, Figure, Row};

/// What the stores are for. The records are made by hand, so its fields only give it a table.
#[derive(Session)]
struct Visitor {
    visits: u32,
}

const PAYLOAD: &[u8; 100] = &[b'x'; 100];
const EXPIRED: u32 = 1_000;
const REPEATED: usize = 5;

/// Measures it.
pub(crate) fn measure() -> Result<Vec<Row>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut rows = Vec::new();
    for live in [10_000, 100_000, 1_000_000] {
        let mut store = None;
        let mut filled = Duration::ZERO;
        let counted = allocation_counter::measure(|| {
            let empty = MemoryStore::<Visitor>::with_capacity(2_000_000);
            filled = runtime.block_on(fill(&empty, live)).unwrap_or_default();
            store = Some(empty);
        });
        let Some(store) = store else { continue };
        let bytes = counted.bytes_current / i64::from(live) - i64::try_from(PAYLOAD.len())?;
        report(&mut rows, "memory", live, bytes, filled, runtime.block_on(sweep(&store))?);
    }
    for live in [10_000, 100_000, 1_000_000] {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("sessions.db");
        let (filled, swept) = runtime.block_on(async {
            let store = SqliteStore::<Visitor>::connect(&format!("sqlite:{}", path.display())).await?;
            store.migrate().await?;
            let filled = fill(&store, live).await?;
            let swept = sweep(&store).await?;
            store.close().await;
            anyhow::Ok((filled, swept))
        })?;
        let bytes = i64::try_from(path.metadata()?.len())? / i64::from(live) - i64::try_from(PAYLOAD.len())?;
        report(&mut rows, "SQLite", live, bytes, filled, swept);
    }
    Ok(rows)
}

fn report(rows: &mut Vec<Row>, store: &str, live: u32, bytes: i64, filled: Duration, swept: Duration) {
    let is_memory = store == "memory";
    let mut row = |what: String, value: f64, unit, bar| {
        let ours = Figure { value, unit };
        rows.push(Row { what: format!("{store}, {live} live: {what}"), ours, peer: None, bar });
    };
    #[expect(clippy::cast_precision_loss, reason = "a number of bytes far below 2^52")]
    row("a session over its payload of 100".into(), bytes as f64, "bytes", bar(is_memory, 240.0));
    row("a create".into(), micros(filled / live), "us", Bar::None);
    row("a sweep of 1,000 expired".into(), micros(swept) / 1_000.0, "ms", bar(is_memory, 5.0));
}

fn bar(applies: bool, limit: f64) -> Bar {
    if applies { Bar::AtMost(limit) } else { Bar::None }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// Creates that many sessions, which live for thirty days.
async fn fill<S: Store>(store: &S, live: u32) -> Result<Duration> {
    let started = Instant::now();
    for _ in 0..live {
        create(store, Expiry::default()).await?;
    }
    Ok(started.elapsed())
}

/// The median time of sweeps that each find the expired among the live.
async fn sweep<S: Sweep>(store: &S) -> Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..REPEATED {
        for _ in 0..EXPIRED {
            create(store, Expiry::new(Duration::from_secs(1), Duration::from_secs(1))).await?;
        }
        let started = Instant::now();
        let swept = store.delete_expired(NOW + Duration::from_mins(1), EXPIRED + 1).await?;
        times.push(started.elapsed());
        anyhow::ensure!(swept == u64::from(EXPIRED), "{swept} were swept");
    }
    times.sort_unstable();
    Ok(times[REPEATED / 2])
}

const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

async fn create<S: Store>(store: &S, expiry: Expiry) -> Result<()> {
    let token = Token::random()?;
    let record = Record {
        id: token.id,
        version: Version::FIRST,
        credential: Credential::new(&token.secret),
        life: Lifetime::begin(expiry, NOW),
        // A buffer of its own for each session, as a request would have made it.
        data: Bytes::from(PAYLOAD.to_vec()),
        columns: vec![],
    };
    anyhow::ensure!(store.create(&record).await? == Create::Created, "the id is new");
    Ok(())
}
