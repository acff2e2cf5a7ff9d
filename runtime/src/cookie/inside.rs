//! What stands inside a seal: when it was made, the plaintext, and where the plaintext ends.
//!
//! | bytes | sealed |
//! |---|---|
//! | 4 | issued-at: seconds since 1970, until 2106 |
//! | n | the plaintext, deflated if the mark says so |
//! | 1 | the mark: `0x80`, or `0x81` behind a deflated plaintext |
//! | .. | zeros up to the bucket, if padded |
//!
//! With the 45 bytes of the envelope around it this is 50 more than the plaintext.

use std::{num::NonZeroU16, ops::Range, time::Duration};

use super::compression::Compression;
use crate::clock::Timestamp;

const ISSUED_AT_LEN: usize = 4;
const MARK_LEN: usize = 1;

/// What the mark says about the plaintext before it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub(super) enum Form {
    Plain = 0x80,
    Deflated = 0x81,
}

/// A plaintext that is going to be sealed.
pub(super) enum Body<'p> {
    /// As it is, in two parts that need no joining first.
    Plain([&'p [u8]; 2]),
    Deflated(Vec<u8>),
}

impl<'p> Body<'p> {
    pub(super) fn new(plaintext: [&'p [u8]; 2], compression: Compression) -> Self {
        compression.deflate(plaintext).map_or(Self::Plain(plaintext), Self::Deflated)
    }

    /// How many bytes it has, in its form.
    pub(super) fn len(&self) -> usize {
        self.parts().iter().map(|part| part.len()).sum()
    }

    /// Appends what is going to be sealed, [`sealed_len`] bytes.
    pub(super) fn append_to(&self, envelope: &mut Vec<u8>, issued_at: Timestamp, padding: Padding) {
        let end = envelope.len() + sealed_len(self.len(), padding);
        let ([first, second], form) = (self.parts(), self.form());
        for part in [&seconds(issued_at).to_be_bytes()[..], first, second, &[form as u8]] {
            envelope.extend_from_slice(part);
        }
        envelope.resize(end, 0);
    }

    fn parts(&self) -> [&[u8]; 2] {
        match self {
            Self::Plain(parts) => *parts,
            Self::Deflated(bytes) => [bytes, &[]],
        }
    }

    fn form(&self) -> Form {
        match self {
            Self::Plain(_) => Form::Plain,
            Self::Deflated(_) => Form::Deflated,
        }
    }
}

/// How many bytes are sealed for a plaintext of this length.
pub(super) fn sealed_len(plaintext_len: usize, padding: Padding) -> usize {
    padding.padded(ISSUED_AT_LEN + plaintext_len + MARK_LEN)
}

/// Where the parts of sealed bytes are, once they were found authentic.
pub(super) struct Inside {
    pub(super) issued_at: Timestamp,
    pub(super) plaintext: Range<usize>,
    pub(super) form: Form,
}

impl Inside {
    pub(super) fn parse(sealed: &[u8]) -> Option<Self> {
        let issued_at = Duration::from_secs(u32::from_be_bytes(*sealed.first_chunk()?).into());
        let mark = sealed.iter().rposition(|byte| *byte != 0).filter(|mark| *mark >= ISSUED_AT_LEN)?;
        let form = match sealed.get(mark)? {
            0x80 => Form::Plain,
            0x81 => Form::Deflated,
            _ => return None,
        };
        Some(Self { issued_at: Timestamp::default() + issued_at, plaintext: ISSUED_AT_LEN..mark, form })
    }
}

/// How much the length of a sealed text tells. The text is as long as its plaintext unless it is padded.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Padding {
    /// The exact length. The default: cookies are small as it is.
    #[default]
    None,
    /// Lengths that are multiples of this many bytes.
    Buckets(NonZeroU16),
}

impl Padding {
    fn padded(self, len: usize) -> usize {
        match self {
            Self::None => len,
            Self::Buckets(bucket) => len.next_multiple_of(usize::from(bucket.get())),
        }
    }
}

/// Whole seconds since 1970, rounded down, until 2106.
fn seconds(moment: Timestamp) -> u32 {
    u32::try_from(moment.since(Timestamp::default()).as_secs()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_without_a_mark_are_none() {
        for sealed in [&[][..], &[1; 3], &[0; 4], &[1; 4], &[0; 60], &[0, 0, 0, 0x80], &[0, 0, 0, 0, 1], &[7; 9]] {
            assert!(Inside::parse(sealed).is_none(), "{sealed:?}");
        }
        assert_eq!(Inside::parse(&[0, 0, 0, 0, 0x80]).unwrap().plaintext, 4..4);
    }
}
