//! A session in cookies, from headers to bytes and back: the spec, the sealer and the splitting in one place, so that the
//! name which the seal binds is the name of the cookie.

use std::time::Duration;

use http::{HeaderMap, HeaderValue};

#[cfg(feature = "web")]
use super::jar::CookieHeaders;
use super::{
    compression::Compression,
    inside::Padding,
    jar::{Carried, Chunks, find_chunks},
    ring::KeyRing,
    seal::{OpenFailure, Opened, SealError, Sealer},
    spec::{CookieSpec, SetCookieError},
    split::{self, Budget, ChunkFault, OverBudget, assemble},
};
use crate::clock::Timestamp;

/// The cookies that hold the sessions of one kind.
///
/// A session that one cookie holds is in `name`. A longer one is split over `name`, `name-1` and so on, each filled until
/// its whole `Set-Cookie` line has 4093 bytes, which is the smallest limit of browsers and proxies in use. Each chunk
/// names their count and generation, and all of them together are one seal: chunks that are missing, mixed, doubled or
/// left over are no session, and never an error.
///
/// ```
/// use http::{HeaderMap, HeaderValue, header::COOKIE};
/// use sessio::{clock::Timestamp, cookie::{Carried, CookieSpec, Key, KeyRing, Presented, SealedCookie}};
///
/// let now = Timestamp::from_micros(1_800_000_000_000_000);
/// let cookie = SealedCookie::new(CookieSpec::default(), &KeyRing::new(Key::generate()?), "shop");
/// let set = cookie.write(b"cart", None, now, Carried::default())?;
///
/// let mut request = HeaderMap::new();
/// let (pair, _attributes) = set[0].to_str()?.split_once(';').unwrap_or_default();
/// request.insert(COOKIE, HeaderValue::from_str(pair)?);
/// let (Presented::Opened(opened), _) = cookie.read(&request, now) else { panic!("no session") };
/// assert_eq!(opened.plaintext, b"cart");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SealedCookie {
    spec: CookieSpec,
    sealer: Sealer,
    budget: Budget,
}

impl SealedCookie {
    /// Sessions of this kind, in cookies of this spec, under these keys, with the default [`Budget`].
    ///
    /// A second cookie of the application must not be named as a chunk of this one would be (`name-1` to `name-7`).
    pub fn new(spec: CookieSpec, ring: &KeyRing, kind: &str) -> Self {
        let sealer = Sealer::new(ring, kind, spec.name());
        Self { spec, sealer, budget: Budget::default() }
    }

    /// With another budget.
    #[must_use]
    pub fn with_budget(mut self, budget: Budget) -> Self {
        self.budget = budget;
        self
    }

    /// With padding, which counts against the budget.
    #[must_use]
    pub fn with_padding(mut self, padding: Padding) -> Self {
        self.sealer = self.sealer.with_padding(padding);
        self
    }

    /// With compression, so that more fits the budget. [`Compression`] explains the risk.
    #[must_use]
    pub fn with_compression(mut self, compression: Compression) -> Self {
        self.sealer = self.sealer.with_compression(compression);
        self
    }

    #[cfg(feature = "web")]
    pub(crate) fn with_sizes(self, Sizes { budget, padding, compression }: Sizes) -> Self {
        self.with_budget(budget).with_padding(padding).with_compression(compression)
    }

    /// What the request brought, and which cookies [`SealedCookie::write`] and [`SealedCookie::clear`] must clear.
    pub fn read(&self, headers: &HeaderMap, now: Timestamp) -> (Presented, Carried) {
        self.read_chunks(&find_chunks(headers, self.spec.name()), now)
    }

    /// As [`SealedCookie::read`].
    #[cfg(feature = "web")]
    pub(crate) fn read_headers(&self, headers: &CookieHeaders, now: Timestamp) -> (Presented, Carried) {
        self.read_chunks(&headers.find_chunks(self.spec.name()), now)
    }

    fn read_chunks(&self, chunks: &Chunks<'_>, now: Timestamp) -> (Presented, Carried) {
        let presented = match assemble(chunks) {
            Ok(None) => Presented::Absent,
            Ok(Some(pieces)) => match self.sealer.open_pieces(pieces.as_slice(), now) {
                Ok(opened) => Presented::Opened(opened),
                Err(error) => Presented::Refused(Refusal::Seal(error.failure())),
            },
            Err(fault) => Presented::Refused(Refusal::Chunks(fault)),
        };
        (presented, chunks.carried())
    }

    /// The `Set-Cookie` headers that make the browser hold this session and nothing else of ours.
    ///
    /// Cookies that the request carried and the new value does not need are removed. All headers come in one list, at
    /// most one for each name.
    pub fn write(
        &self,
        plaintext: &[u8],
        max_age: Option<Duration>,
        now: Timestamp,
        carried: Carried,
    ) -> Result<Vec<HeaderValue>, WriteError> {
        self.write_parts([plaintext, &[]], max_age, now, carried)
    }

    /// As [`SealedCookie::write`], with the plaintext in two parts that need no joining first.
    pub(crate) fn write_parts(
        &self,
        plaintext: [&[u8]; 2],
        max_age: Option<Duration>,
        now: Timestamp,
        carried: Carried,
    ) -> Result<Vec<HeaderValue>, WriteError> {
        let body = self.sealer.body(plaintext);
        let count = split::count(self.sealer.text_len(&body), &self.spec, self.budget)?;
        let text = self.sealer.seal_body(&body, now)?;
        let parts = split::split(&text, &self.spec, count);
        let set = parts.map(|part| self.spec.set_parts(part.number, [&part.prefix, part.piece], max_age));
        let mut headers = set.collect::<Result<Vec<_>, _>>()?;
        headers.extend(carried.beyond(count).map(|number| self.spec.remove_chunk(number)));
        Ok(headers)
    }

    /// The `Set-Cookie` headers that remove what the request carried.
    pub fn clear(&self, carried: Carried) -> Vec<HeaderValue> {
        carried.beyond(0).map(|number| self.spec.remove_chunk(number)).collect()
    }
}

/// What decides how large the cookies of a session are, and may become.
#[cfg(feature = "web")]
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sizes {
    pub(crate) budget: Budget,
    pub(crate) padding: Padding,
    pub(crate) compression: Compression,
}

/// What a request brought.
#[derive(Debug)]
pub enum Presented {
    /// No cookie of ours.
    Absent,
    /// A session.
    Opened(Opened),
    /// Cookies of ours that are no session. To the client this is as [`Presented::Absent`].
    Refused(Refusal),
}

/// Why cookies are no session, for events. It must not reach the client.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// They do not make one text.
    Chunks(ChunkFault),
    /// The text does not open.
    Seal(OpenFailure),
}

/// A session that could not be put into cookies.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// It is too large.
    #[error(transparent)]
    OverBudget(#[from] OverBudget),
    /// It could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// It could not be written.
    #[error(transparent)]
    Set(#[from] SetCookieError),
}
