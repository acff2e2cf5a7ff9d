//! The whole session in the cookie: sealed and opened, beside the private jar of the `cookie` crate, and beside the least
//! that any such thing takes: one pass of the cipher, and base64.

use std::{hint::black_box, time::Instant};

use anyhow::{Context, Result, anyhow};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use cookie::{Cookie, CookieJar};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sessio::{
    clock::{Clock, SystemClock, Timestamp},
    cookie::Sealer,
    keys::{self, KeyRing},
};

use crate::harness::{Bar, Figure, Row, interleaved, median};

const ROUNDS: usize = 51;
const JAR: &str = "cookie 0.18, private jar";
const BARE: &str = "bare AES-256-GCM and base64";

/// Measures it.
pub(crate) fn measure() -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (size, times, bar) in [(1_000, 200, 2.0), (16_000, 20, 2.5)] {
        rows.extend(seal_and_open(size, times, bar)?);
    }
    Ok(rows)
}

/// Three ways to seal a session and to open it again, each direction on its own.
fn seal_and_open(size: usize, times: u32, bar: f64) -> Result<Vec<Row>> {
    let session: String = ('a'..='z').cycle().take(size).collect();
    let (ours, jar, bare) = (Ours::new()?, Jar::new(), Bare::new()?);
    let (our_text, jar_cookie, bare_text) = (ours.seal(&session)?, jar.seal(&session)?, bare.seal(&session)?);
    let mut contestants: [Box<dyn FnMut() -> Result<()>>; 6] = [
        Box::new(|| ours.seal(&session).map(|it| drop(black_box(it)))),
        Box::new(|| jar.seal(&session).map(|it| drop(black_box(it)))),
        Box::new(|| bare.seal(&session).map(|it| drop(black_box(it)))),
        Box::new(|| ours.open(&our_text).map(|it| drop(black_box(it)))),
        Box::new(|| jar.open(&jar_cookie).map(|it| drop(black_box(it)))),
        Box::new(|| bare.open(&bare_text).map(|it| drop(black_box(it)))),
    ];
    let samples = interleaved(ROUNDS, &mut contestants, |run| {
        let started = Instant::now();
        for _ in 0..times {
            run()?;
        }
        Ok(started.elapsed().as_secs_f64() * 1e6 / f64::from(times))
    })?;
    let medians: Vec<f64> = samples.iter().map(|samples| median(samples)).collect();
    let row = |what: &str, ours: f64, peer: (&str, f64), bar: Bar| Row {
        what: format!("{what} {} kB", size / 1_000),
        ours: Figure { value: ours, unit: "us" },
        peer: Some((peer.0.into(), Figure { value: peer.1, unit: "us" })),
        bar,
    };
    let both = |contestant: usize| medians[contestant] + medians[contestant + 3];
    Ok(vec![
        row("seal", medians[0], (JAR, medians[1]), Bar::None),
        row("open", medians[3], (JAR, medians[4]), Bar::None),
        row("seal and open", both(0), (JAR, both(1)), Bar::RatioAtMost(1.0 / bar)),
        row("seal and open", both(0), (BARE, both(2)), Bar::RatioAtMost(1.6)),
    ])
}

struct Ours {
    sealer: Sealer,
    now: Timestamp,
}

impl Ours {
    fn new() -> Result<Self> {
        let sealer = Sealer::new(&KeyRing::new(keys::generate()?), "shop", "id");
        Ok(Self { sealer, now: SystemClock.now() })
    }

    fn seal(&self, session: &str) -> Result<String> {
        Ok(self.sealer.seal(session.as_bytes(), self.now)?)
    }

    fn open(&self, text: &str) -> Result<Vec<u8>> {
        Ok(self.sealer.open(text.as_bytes(), self.now)?.plaintext)
    }
}

struct Jar(cookie::Key);

impl Jar {
    fn new() -> Self {
        Self(cookie::Key::generate())
    }

    fn seal(&self, session: &str) -> Result<Cookie<'static>> {
        let mut jar = CookieJar::new();
        jar.private_mut(&self.0).add(Cookie::new("id", session.to_owned()));
        jar.get("id").cloned().context("it was put there")
    }

    fn open(&self, cookie: &Cookie<'static>) -> Result<Cookie<'static>> {
        CookieJar::new().private(&self.0).decrypt(cookie.clone()).context("it was sealed with this key")
    }
}

/// One key and one nonce for everything: not to be used, only to be measured.
struct Bare(LessSafeKey);

impl Bare {
    fn new() -> Result<Self> {
        let key = UnboundKey::new(&AES_256_GCM, &[7; 32]).map_err(|_| anyhow!("it is a key of this length"))?;
        Ok(Self(LessSafeKey::new(key)))
    }

    fn nonce() -> Nonce {
        Nonce::assume_unique_for_key(black_box([0; 12]))
    }

    fn seal(&self, session: &str) -> Result<String> {
        let mut bytes = Vec::with_capacity(session.len() + AES_256_GCM.tag_len());
        bytes.extend_from_slice(session.as_bytes());
        let sealed = self.0.seal_in_place_append_tag(Self::nonce(), Aad::empty(), &mut bytes);
        sealed.map_err(|_| anyhow!("the cipher takes this length"))?;
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    fn open(&self, text: &str) -> Result<Vec<u8>> {
        let mut bytes = URL_SAFE_NO_PAD.decode(text)?;
        let opened = self.0.open_in_place(Self::nonce(), Aad::empty(), &mut bytes);
        opened.map_err(|_| anyhow!("it was sealed with this key"))?;
        bytes.truncate(bytes.len() - AES_256_GCM.tag_len());
        Ok(bytes)
    }
}
