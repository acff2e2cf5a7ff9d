//! Finding our cookie among a request's cookies.
//!
//! This is not a cookie parser. A parser decodes, trims and normalizes, and each of these has let one cookie pass as
//! another: percent-decoding (CVE-2020-7070, CVE-2020-8184) and Unicode trimming have both turned a name that the browser
//! did not protect into a `__Host-` name on the server. Here a name is the bytes before the first `=`, and is ours or is
//! not. Nothing is allocated, and the work is one pass over the headers.

use std::fmt;

use http::{HeaderMap, HeaderValue, header::COOKIE};

/// What the request's `Cookie` headers hold under one name. `Debug` shows the length of a value, and not the value.
#[derive(Clone, Copy, Default, Eq, PartialEq)]
pub enum Found<'h> {
    /// No cookie of that name.
    #[default]
    Absent,
    /// One value. Surrounding double quotes are not part of it.
    One(&'h [u8]),
    /// Different values under the same name, as a cookie planted by a sibling domain or another path causes. Nothing
    /// tells which one is ours, so none is.
    Ambiguous,
}

impl<'h> Found<'h> {
    fn add(&mut self, value: &'h [u8]) {
        *self = match *self {
            Self::Absent => Self::One(value),
            Self::One(known) if known == value => return,
            Self::One(_) | Self::Ambiguous => Self::Ambiguous,
        }
    }
}

impl fmt::Debug for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("Absent"),
            Self::One(value) => write!(f, "One({} bytes)", value.len()),
            Self::Ambiguous => f.write_str("Ambiguous"),
        }
    }
}

/// Finds the cookie with exactly this name, in all `Cookie` headers together (HTTP/2 clients send several).
///
/// Names are compared as bytes, so their case matters. Optional whitespace is space and tab. Pairs without `=` and other
/// junk are passed over. A value that comes twice and is the same counts once.
///
/// ```
/// use http::{HeaderMap, HeaderValue, header::COOKIE};
/// use sessio::cookie::{Found, find};
///
/// let mut headers = HeaderMap::new();
/// headers.append(COOKIE, HeaderValue::from_static("theme=dark; __Host-id=abc"));
/// assert_eq!(find(&headers, "__Host-id"), Found::One(b"abc"));
/// ```
pub fn find<'h>(headers: &'h HeaderMap, name: &str) -> Found<'h> {
    find_in(values(headers), name)
}

fn find_in<'h>(values: impl Iterator<Item = &'h HeaderValue>, name: &str) -> Found<'h> {
    let mut found = Found::Absent;
    for (_, value) in pairs(values, name).filter(|(suffix, _)| suffix.is_empty()) {
        found.add(value);
    }
    found
}

/// Finds the cookies that one long value was split over: `name`, `name-1`, `name-2` and so on, to [`ChunkNumber::COUNT`].
///
/// Only the canonical decimal number counts: `name-01` and `name-٣` are other people's cookies, and so is a number that
/// we never write.
pub fn find_chunks<'h>(headers: &'h HeaderMap, name: &str) -> Chunks<'h> {
    find_chunks_in(values(headers), name)
}

fn find_chunks_in<'h>(values: impl Iterator<Item = &'h HeaderValue>, name: &str) -> Chunks<'h> {
    let mut chunks = Chunks::default();
    for (suffix, value) in pairs(values, name) {
        if let Some(found) = ChunkNumber::from_suffix(suffix).and_then(|number| chunks.0.get_mut(number.index())) {
            found.add(value);
        }
    }
    chunks
}

/// The place of one cookie among those that a long value was split over. The first is 0 and bears the plain name.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ChunkNumber(u8);

impl ChunkNumber {
    /// How many cookies one session may ever take. It bounds reading, writing and clearing, whatever a client sends.
    pub const COUNT: usize = Self::SUFFIXES.len();
    /// The first, which bears the plain name.
    pub const HEAD: Self = Self(0);
    const SUFFIXES: [&'static str; 8] = ["", "-1", "-2", "-3", "-4", "-5", "-6", "-7"];

    /// The chunk with this number, if it is below [`ChunkNumber::COUNT`].
    pub fn new(number: usize) -> Option<Self> {
        u8::try_from(number).ok().filter(|_| number < Self::COUNT).map(Self)
    }

    /// All numbers, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT).filter_map(Self::new)
    }

    /// The number.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// What follows the plain name in the name of this chunk.
    pub fn suffix(self) -> &'static str {
        Self::SUFFIXES.get(self.index()).copied().unwrap_or_default()
    }

    fn from_suffix(suffix: &[u8]) -> Option<Self> {
        Self::SUFFIXES.iter().position(|known| known.as_bytes() == suffix).and_then(Self::new)
    }
}

/// What a request holds under the names of one split value.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chunks<'h>([Found<'h>; ChunkNumber::COUNT]);

impl<'h> Chunks<'h> {
    /// What it holds under the name of this chunk.
    pub fn get(&self, number: ChunkNumber) -> Found<'h> {
        self.0.get(number.index()).copied().unwrap_or_default()
    }

    /// Which of the names the request carried, whatever the values.
    pub fn carried(&self) -> Carried {
        let carried = ChunkNumber::all().filter(|number| self.get(*number) != Found::Absent);
        Carried(carried.fold(0, |set, number| set | 1 << number.0))
    }
}

/// Which cookies of a split value the browser holds, as its request showed. Only these are ever cleared, so a response
/// has at most [`ChunkNumber::COUNT`] `Set-Cookie` headers of ours.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Carried(u8);

impl Carried {
    /// Whether the request carried this one.
    pub fn contains(self, number: ChunkNumber) -> bool {
        self.0 & (1 << number.0) != 0
    }

    /// Those from the `count`th on: what is left over when a shorter value takes the place of a longer one.
    pub fn beyond(self, count: usize) -> impl Iterator<Item = ChunkNumber> {
        ChunkNumber::all().skip(count).filter(move |number| self.contains(*number))
    }
}

const _: () = assert!(ChunkNumber::COUNT <= u8::BITS as usize, "`Carried` has one bit a chunk");

/// The `Cookie` headers of a request, which are looked into when somebody asks for the session. Taking the one header that
/// nearly every request has along costs no allocation.
#[cfg(feature = "web")]
#[derive(Clone, Default)]
pub(crate) struct CookieHeaders {
    first: Option<HeaderValue>,
    others: Vec<HeaderValue>,
}

#[cfg(feature = "web")]
impl CookieHeaders {
    #[cfg(any(feature = "tower", feature = "actix"))]
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        values(headers).cloned().collect()
    }

    /// As [`find`].
    pub(crate) fn find(&self, name: &str) -> Found<'_> {
        find_in(self.values(), name)
    }

    /// As [`find_chunks`].
    #[cfg(feature = "cookie")]
    pub(crate) fn find_chunks(&self, name: &str) -> Chunks<'_> {
        find_chunks_in(self.values(), name)
    }

    fn values(&self) -> impl Iterator<Item = &HeaderValue> {
        self.first.iter().chain(&self.others)
    }
}

#[cfg(feature = "web")]
impl FromIterator<HeaderValue> for CookieHeaders {
    fn from_iter<I: IntoIterator<Item = HeaderValue>>(values: I) -> Self {
        let mut values = values.into_iter();
        Self { first: values.next(), others: values.collect() }
    }
}

fn values(headers: &HeaderMap) -> impl Iterator<Item = &HeaderValue> {
    headers.get_all(COOKIE).into_iter()
}

/// The cookies whose name begins with `name`: the rest of their name, and their value.
fn pairs<'h>(values: impl Iterator<Item = &'h HeaderValue>, name: &str) -> impl Iterator<Item = (&'h [u8], &'h [u8])> {
    let pairs = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b';'));
    pairs.filter_map(move |pair| {
        let rest = trim(pair).strip_prefix(name.as_bytes())?;
        let equals = rest.iter().position(|byte| *byte == b'=')?;
        let (suffix, value) = rest.split_at_checked(equals)?;
        Some((suffix, unquote(value.get(1..)?)))
    })
}

/// Without the optional whitespace of HTTP (RFC 9110 section 5.6.3), which is all that is ever removed.
fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

fn unquote(value: &[u8]) -> &[u8] {
    match value {
        [b'"', inner @ .., b'"'] => inner,
        _ => value,
    }
}
