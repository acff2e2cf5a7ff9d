//! The whole session in the cookie: sealed and opened, beside the private jar of the `cookie` crate.

use std::{hint::black_box, time::Instant};

use anyhow::{Context, Result};
use cookie::{Cookie, CookieJar};
use sessio::{
    clock::{Clock, SystemClock},
    cookie::{Key, KeyRing, Sealer},
};

use crate::harness::{Bar, Figure, Row, interleaved, median};

const ROUNDS: usize = 51;

/// Measures it.
pub(crate) fn measure() -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (size, times, bar) in [(1_000, 200, 2.0), (16_000, 20, 2.5)] {
        rows.push(seal_and_open(size, times, bar)?);
    }
    Ok(rows)
}

fn seal_and_open(size: usize, times: u32, bar: f64) -> Result<Row> {
    let session = "x".repeat(size);
    let now = SystemClock.now();
    let sealer = Sealer::new(&KeyRing::new(Key::generate()?), "shop", "id");
    let key = cookie::Key::generate();
    let mut contestants: [Box<dyn FnMut() -> Result<()>>; 2] = [
        Box::new(|| {
            let text = sealer.seal(session.as_bytes(), now)?;
            black_box(sealer.open(text.as_bytes(), now)?);
            Ok(())
        }),
        Box::new(|| {
            let mut jar = CookieJar::new();
            jar.private_mut(&key).add(Cookie::new("id", session.clone()));
            black_box(jar.private(&key).get("id").context("it was sealed with this key")?);
            Ok(())
        }),
    ];
    let samples = interleaved(ROUNDS, &mut contestants, |run| {
        let started = Instant::now();
        for _ in 0..times {
            run()?;
        }
        Ok(started.elapsed().as_secs_f64() * 1e6 / f64::from(times))
    })?;
    Ok(Row {
        what: format!("seal and open {} kB", size / 1_000),
        ours: Figure { value: median(&samples[0]), unit: "us" },
        peer: Some(("cookie 0.18, private jar".into(), Figure { value: median(&samples[1]), unit: "us" })),
        bar: Bar::RatioAtMost(1.0 / bar),
    })
}
