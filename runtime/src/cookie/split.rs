//! A sealed text that is too long for one cookie travels in several: `name`, `name-1`, `name-2`, to `name-7`.
//!
//! A text that fits is the cookie's value as it is. Otherwise each cookie holds
//!
//! | characters | chunk |
//! |---|---|
//! | 1 | how many chunks there are, `2` to `8` |
//! | 1 | `.`, which no sealed text contains |
//! | 8 | generation |
//! | 1 | `.` |
//! | 4 n | a piece of the text (the last one of any length) |
//!
//! # Why this is authenticated
//!
//! The text is one sealed message, so nothing here needs a code of its own. The *generation* is a part of the message's
//! random nonce (48 bits of it, as the text spells them): it is new with every seal, and the seal opens with no other.
//! The *count* says where the text ends: with a smaller one the text is cut short, with a greater one a chunk is missing
//! or bytes are added, and neither opens. So all that a client can do to a chunk ends in "no session", and the two fields
//! merely find the ordinary accidents (a browser that evicted a chunk, a response that was lost halfway) before any
//! decryption, and name them.
//!
//! # Sizes
//!
//! Browsers keep 4096 bytes of name and value, but some count the attributes too, and so do proxies that drop what is
//! longer. So a cookie is filled until its whole `Set-Cookie` line has 4093 bytes, the smallest limit in use.

use std::{fmt, ops::Range};

use super::{
    jar::{ChunkNumber, Chunks, Found},
    spec::CookieSpec,
};

/// The most bytes that all cookies of a session may take in the `Cookie` header of every request, names and separators
/// included.
///
/// The default is 8192, which is what servers accept for a whole header at least (rfc6265bis, "Cookie"). A budget beyond
/// that needs servers and proxies that were told so. [`ChunkNumber::COUNT`] cookies are the most in any case.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Budget(usize);

impl Budget {
    /// A budget of this many bytes.
    pub const fn new(bytes: usize) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn bytes(self) -> usize {
        self.0
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self(8192)
    }
}

/// A session that its cookies cannot hold.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum OverBudget {
    /// It takes more than the application allows.
    #[error(
        "the session takes {size} bytes of cookies, and the budget is {budget}: keep less in it, raise the budget, or use \
         a store"
    )]
    Budget {
        /// What it would take of the `Cookie` header.
        size: usize,
        /// What it may take.
        budget: usize,
    },
    /// It takes more cookies than we ever send.
    #[error(
        "the session takes {size} bytes of cookies, more than {count} cookies hold: keep less in it, or use a store",
        count = ChunkNumber::COUNT
    )]
    Cookies {
        /// What it would take of the `Cookie` header.
        size: usize,
    },
}

/// How many cookies a text of this length takes.
pub(super) fn count(text_len: usize, spec: &CookieSpec, budget: Budget) -> Result<usize, OverBudget> {
    let name_len = |number: ChunkNumber| spec.name().len() + number.suffix().len() + "=".len();
    let (mut size, mut rest, mut count) = (0, text_len, 0);
    if text_len <= capacity(spec, ChunkNumber::HEAD) {
        (size, rest, count) = (name_len(ChunkNumber::HEAD) + text_len, 0, 1);
    }
    for number in ChunkNumber::all() {
        if rest == 0 {
            break;
        }
        let piece = rest.min(piece_capacity(spec, number));
        let separator = if number == ChunkNumber::HEAD { "" } else { "; " };
        size += separator.len() + name_len(number) + PREFIX_LEN + piece;
        rest -= piece;
        count += 1;
    }
    let (size, budget) = (size + rest, budget.bytes());
    if size > budget {
        Err(OverBudget::Budget { size, budget })
    } else if rest > 0 {
        Err(OverBudget::Cookies { size })
    } else {
        Ok(count)
    }
}

/// One cookie's share of a text.
pub(super) struct Part<'t> {
    pub(super) number: ChunkNumber,
    pub(super) prefix: String,
    pub(super) piece: &'t str,
}

/// The text in as many parts as [`count`] has said.
pub(super) fn split<'t>(text: &'t str, spec: &CookieSpec, count: usize) -> impl Iterator<Item = Part<'t>> {
    let generation = text.get(GENERATION).unwrap_or_default();
    let mut rest = text;
    ChunkNumber::all().take(count).map(move |number| {
        if count == 1 {
            return Part { number, prefix: String::new(), piece: rest };
        }
        let (piece, after) = rest.split_at_checked(piece_capacity(spec, number)).unwrap_or((rest, ""));
        rest = after;
        Part { number, prefix: format!("{count}.{generation}."), piece }
    })
}

/// Joins what a request holds to one sealed text; `None` when it holds nothing of ours.
///
/// Whatever is missing, mixed, doubled or left over makes a [`ChunkFault`], which means: no session.
pub fn assemble<'h>(chunks: &Chunks<'h>) -> Result<Option<Pieces<'h>>, ChunkFault> {
    if ChunkNumber::all().any(|number| chunks.get(number) == Found::Ambiguous) {
        return Err(ChunkFault::Doubled);
    }
    let carried = chunks.carried();
    let Found::One(head) = chunks.get(ChunkNumber::HEAD) else {
        return if carried.beyond(0).next().is_some() { Err(ChunkFault::Missing) } else { Ok(None) };
    };
    let first = Chunk::parse(head)?;
    let mut pieces = Pieces { pieces: [first.piece; ChunkNumber::COUNT], count: first.count };
    for (number, piece) in ChunkNumber::all().zip(&mut pieces.pieces).take(first.count).skip(1) {
        let Found::One(value) = chunks.get(number) else { return Err(ChunkFault::Missing) };
        let chunk = Chunk::parse(value)?;
        if (chunk.count, chunk.generation) != (first.count, first.generation) {
            return Err(ChunkFault::Mixed);
        }
        *piece = chunk.piece;
    }
    if first.count > 1 && first.piece.get(GENERATION) != Some(first.generation) {
        return Err(ChunkFault::Mixed);
    }
    if carried.beyond(first.count).next().is_some() {
        return Err(ChunkFault::Surplus);
    }
    Ok(Some(pieces))
}

/// The pieces of a sealed text, in order. `Debug` shows how many there are.
#[derive(Clone, Copy)]
pub struct Pieces<'h> {
    pieces: [&'h [u8]; ChunkNumber::COUNT],
    count: usize,
}

impl<'h> Pieces<'h> {
    /// The pieces, for [`Sealer::open_pieces`](super::Sealer::open_pieces).
    pub fn as_slice(&self) -> &[&'h [u8]] {
        self.pieces.get(..self.count).unwrap_or_default()
    }
}

impl fmt::Debug for Pieces<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pieces({})", self.count)
    }
}

/// Why chunks are no text. It means "no session", and is told apart only for events.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ChunkFault {
    /// Fewer than the count says.
    Missing,
    /// Chunks of different texts.
    Mixed,
    /// Different values under one name.
    Doubled,
    /// More than the count says.
    Surplus,
    /// Not a chunk at all.
    Malformed,
}

/// The whole `Set-Cookie` line.
const LINE_LIMIT: usize = 4093;

/// Where the text spells a part of the nonce: characters 8 to 15 are bytes 6 to 11 of the envelope, whose nonce is bytes
/// 5 to 28.
const GENERATION: Range<usize> = 8..16;

const PREFIX_LEN: usize = "2.".len() + (GENERATION.end - GENERATION.start) + ".".len();

/// How many characters the value may have.
fn capacity(spec: &CookieSpec, number: ChunkNumber) -> usize {
    LINE_LIMIT.saturating_sub(spec.overhead(number))
}

/// How many characters of the text the value may hold: whole groups of base64url, so that each piece decodes by itself.
fn piece_capacity(spec: &CookieSpec, number: ChunkNumber) -> usize {
    capacity(spec, number).saturating_sub(PREFIX_LEN) / 4 * 4
}

/// A cookie's value, taken apart.
struct Chunk<'h> {
    count: usize,
    generation: &'h [u8],
    piece: &'h [u8],
}

impl<'h> Chunk<'h> {
    fn parse(value: &'h [u8]) -> Result<Self, ChunkFault> {
        if value.contains(&b'.') {
            Self::parse_prefixed(value).ok_or(ChunkFault::Malformed)
        } else {
            Ok(Self { count: 1, generation: b"", piece: value })
        }
    }

    fn parse_prefixed(value: &'h [u8]) -> Option<Self> {
        let (count, rest) = value.split_first()?;
        let count = usize::from(count.checked_sub(b'0')?);
        let (generation, rest) = rest.strip_prefix(b".")?.split_at_checked(GENERATION.len())?;
        let piece = rest.strip_prefix(b".")?;
        let is_chunk = (2..=ChunkNumber::COUNT).contains(&count) && !piece.is_empty();
        is_chunk.then_some(Self { count, generation, piece })
    }
}
