//! Decoding a session of twenty fields, of which the handler reads one: beside `serde_json` and `rmp-serde` on the same
//! struct. The last two say what the payload's format is worth.

use std::{hint::black_box, time::Instant};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sessio::{
    Expiry, Session, Sessions,
    clock::{Clock, SystemClock},
    expiry::Lifetime,
    record::{Credential, Record, Version},
    store::{MemoryStore, Store},
    token::{SessionId, Token},
};
use tokio::runtime::{Builder, Runtime};

use crate::harness::{Bar, Figure, Row, interleaved, median, median_over};

const ROUNDS: usize = 101;
const DECODED: u32 = 400;

/// The same twenty fields as a session and as a plain struct.
macro_rules! twice {
    ($($field:ident: $type:ty = $value:expr),* $(,)?) => {
        #[derive(Session)]
        struct Profile { $($field: $type),* }

        #[derive(Deserialize, Serialize)]
        struct Plain { $($field: $type),* }

        impl Plain {
            fn filled() -> Self { Self { $($field: $value),* } }
        }
    };
}

twice! {
    user_id: Option<i64> = Some(4711),
    visits: u32 = 17,
    theme: String = "dark".into(),
    locale: String = "de-CH".into(),
    currency: String = "CHF".into(),
    is_admin: bool = false,
    is_trial: bool = true,
    last_order: Option<u64> = Some(90_210),
    seen: Vec<u32> = vec![3, 14, 15, 92, 65, 35],
    searches: Vec<String> = vec!["teapot".into(), "kettle, blue".into(), "cups \u{2615}".into()],
    name: String = "Ada Lovelace".into(),
    email: String = "ada@example.com".into(),
    time_zone: String = "Europe/Zurich".into(),
    credit: i64 = -1250,
    rating: f64 = 4.25,
    basket: Vec<(String, u32)> = vec![("teapot-01".into(), 1), ("cup-02".into(), 6)],
    referrer: Option<String> = Some("https://example.com/?campaign=tea".into()),
    page_size: u16 = 50,
    notes: String = "Ring twice.\nThe dog is friendly.".into(),
    signed_up: u64 = 1_700_000_000,
}

/// Measures it.
pub(crate) fn measure() -> Result<Vec<Row>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let json = serde_json::to_vec(&Plain::filled())?;
    let message_pack = rmp_serde::to_vec_named(&Plain::filled())?;
    let store = MemoryStore::<Profile>::new();
    let id = runtime.block_on(keep(&store, &json))?;

    // A session is decoded on its way out of a store, so the store's part is measured apart and taken off.
    let load = || runtime.block_on(store.load(id)).ok().flatten().context("the session is stored");
    let mut contestants: [Box<dyn FnMut() -> Result<()>>; 6] = [
        Box::new(|| load().map(drop)),
        Box::new(|| decode(&runtime, &store, id)),
        Box::new(|| {
            let record = load()?;
            black_box(serde_json::from_slice::<Plain>(&record.data)?.visits);
            Ok(())
        }),
        Box::new(|| {
            black_box(rmp_serde::from_slice::<Plain>(black_box(&message_pack))?.visits);
            Ok(())
        }),
        Box::new(|| {
            black_box(serde_json::to_vec(black_box(&Plain::filled()))?);
            Ok(())
        }),
        Box::new(|| {
            black_box(rmp_serde::to_vec_named(black_box(&Plain::filled()))?);
            Ok(())
        }),
    ];
    let samples = interleaved(ROUNDS, &mut contestants, |run| {
        let started = Instant::now();
        for _ in 0..DECODED {
            run()?;
        }
        Ok(started.elapsed().as_secs_f64() * 1e6 / f64::from(DECODED))
    })?;
    let [load, ours, serde_json, message_pack_decode, json_encode, message_pack_encode] = samples.as_slice() else {
        anyhow::bail!("six contestants have six samples");
    };
    let micros = |value| Figure { value, unit: "us" };
    let bytes =
        |value: &[u8]| Figure { value: f64::from(u32::try_from(value.len()).unwrap_or(u32::MAX)), unit: "bytes" };
    let json_decode = micros(median_over(serde_json, load));
    Ok(vec![
        Row {
            what: "20 fields, one is read".into(),
            ours: micros(median_over(ours, load)),
            peer: Some(("serde_json".into(), json_decode)),
            bar: Bar::RatioAtMost(1.3),
        },
        Row {
            what: "the format: JSON decodes".into(),
            ours: json_decode,
            peer: Some(("MessagePack with names".into(), micros(median(message_pack_decode)))),
            bar: Bar::None,
        },
        Row {
            what: "the format: JSON encodes".into(),
            ours: micros(median(json_encode)),
            peer: Some(("MessagePack with names".into(), micros(median(message_pack_encode)))),
            bar: Bar::None,
        },
        Row {
            what: "the format: JSON takes".into(),
            ours: bytes(&json),
            peer: Some(("MessagePack with names".into(), bytes(&message_pack))),
            bar: Bar::None,
        },
    ])
}

fn decode(runtime: &Runtime, store: &MemoryStore<Profile>, id: SessionId) -> Result<()> {
    let profile = runtime.block_on(Sessions::of(store).load(id))?.context("the session is stored")?;
    black_box(profile.visits());
    Ok(())
}

async fn keep(store: &MemoryStore<Profile>, data: &[u8]) -> Result<SessionId> {
    let token = Token::random()?;
    let record = Record {
        id: token.id,
        version: Version::FIRST,
        credential: Credential::new(&token.secret),
        life: Lifetime::begin(Expiry::default(), SystemClock.now()),
        data: data.to_vec().into(),
        columns: Vec::new(),
    };
    let _ = store.create(&record).await?;
    Ok(token.id)
}
