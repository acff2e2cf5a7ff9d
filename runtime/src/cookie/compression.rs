//! Compression of a session before it is sealed, and the bound on what comes out of it again.
//!
//! A seal that was compressed says so inside, so both forms open wherever the feature `cookie-compression` is built in,
//! whatever the setting: turning it on or off logs nobody out.

#[cfg(feature = "cookie-compression")]
use super::envelope::TEXT_LIMIT;

/// The most bytes that a deflated plaintext may become. What has more is not deflated, so this refuses nothing of ours.
#[cfg(feature = "cookie-compression")]
const INFLATED_LIMIT: usize = 4 * TEXT_LIMIT;

/// Whether a session is compressed before it is sealed. The length of a cookie is the visitor's traffic, with every request.
///
/// # The risk
///
/// Compression makes the length of a cookie tell what is in it. When a session holds a secret beside text that somebody
/// else chose, each guess that the text contains a part of the secret makes the cookie a little shorter. Whoever can make
/// the visitor's browser store such text and sees the lengths of its requests reads the secret byte by byte; TLS does not
/// hide lengths. This is CRIME (CVE-2012-4929) and BREACH (CVE-2013-3587).
///
/// So it is off by default. Turn it on when no field is a secret, or when no field holds what others can choose.
/// [`Padding`](super::Padding) blurs the lengths, to multiples of its bucket: an attacker needs more requests, and still
/// learns something at each border. It is no cure.
///
/// # What it does
///
/// A plaintext that does not get shorter is sealed as it is. When a seal is opened, inflating begins after the seal was
/// found authentic, and ends at 128 KiB whatever the compressed bytes say; a session that has more is never compressed.
///
/// Both forms open whatever the setting, so it can be changed while sessions live. A program that was built without the
/// feature `cookie-compression` cannot open what was compressed, and its visitor has no session: before that feature is
/// taken out of a program, turn compression off and wait for the absolute limit of a session.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Compression {
    /// None. The default.
    #[default]
    None,
    /// Deflate (RFC 1951). JSON of 1 kB typically takes 0.4 kB, and of 4 kB 1 kB.
    #[cfg(feature = "cookie-compression")]
    Deflate,
}

impl Compression {
    /// The parts as one, compressed; `None` if that is not wanted or gains nothing.
    #[cfg(feature = "cookie-compression")]
    pub(super) fn deflate(self, parts: [&[u8]; 2]) -> Option<Vec<u8>> {
        let plaintext = match self {
            Self::Deflate if parts[0].len() + parts[1].len() <= INFLATED_LIMIT => parts.concat(),
            Self::Deflate | Self::None => return None,
        };
        let deflated = miniz_oxide::deflate::compress_to_vec(&plaintext, LEVEL);
        (deflated.len() < plaintext.len()).then_some(deflated)
    }

    /// Without the feature nothing is compressed.
    #[cfg(not(feature = "cookie-compression"))]
    pub(super) fn deflate(self, _: [&[u8]; 2]) -> Option<Vec<u8>> {
        match self {
            Self::None => None,
        }
    }
}

/// What [`Compression::deflate`] was given; `None` if it was another program that compressed these bytes.
#[cfg(feature = "cookie-compression")]
pub(super) fn inflate(deflated: &[u8]) -> Option<Vec<u8>> {
    miniz_oxide::inflate::decompress_to_vec_with_limit(deflated, INFLATED_LIMIT).ok()
}

/// Without the feature nothing compressed can be read.
#[cfg(not(feature = "cookie-compression"))]
pub(super) fn inflate(_: &[u8]) -> Option<Vec<u8>> {
    None
}

/// Higher levels gain nothing on sessions, the lowest gives away a tenth (JSON of 0.2 to 8 kB, measured).
#[cfg(feature = "cookie-compression")]
const LEVEL: u8 = 6;

#[cfg(all(test, feature = "cookie-compression"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_inflated_has_a_bound_whatever_the_bytes_say() {
        let zeros = |len| miniz_oxide::deflate::compress_to_vec(&vec![0; len], LEVEL);
        assert!(zeros(16 * 1024 * 1024).len() < TEXT_LIMIT, "a bomb fits the cookies");
        assert_eq!(inflate(&zeros(16 * 1024 * 1024)), None);
        assert_eq!(inflate(&zeros(INFLATED_LIMIT + 1)), None);
        assert_eq!(inflate(&zeros(INFLATED_LIMIT)).map(|bytes| bytes.len()), Some(INFLATED_LIMIT));
    }

    #[test]
    fn what_could_not_be_inflated_is_not_deflated() {
        let (most, more) = (vec![0; INFLATED_LIMIT], [0]);
        assert!(Compression::Deflate.deflate([&most, &[]]).is_some());
        assert_eq!(Compression::Deflate.deflate([&most, &more]), None);
    }

    #[test]
    fn bytes_that_are_no_compressed_ones_inflate_to_nothing() {
        for bytes in [&b""[..], b"\xff", b"not deflate at all", &[0; 40]] {
            assert_eq!(inflate(bytes), None, "{bytes:?}");
        }
    }
}
