//! What stands before the payload of a sealed session: its life in 9 bytes, or 16 once somebody has signed in, and 16 more
//! once a page has shown a CSRF token. They travel with every request.
//!
//! | bytes | before the payload |
//! |---|---|
//! | 1 | format and flags: bits 0 to 3, format 1; bit 4, the moment of that is finer than a second; bit 5, a page has shown a CSRF token; bit 6, the visitor has proved who they are; bit 7, the cookie is persistent |
//! | 4 | created, seconds since 1970 |
//! | 2 | idle limit |
//! | 2 | absolute limit, counted from the creation |
//! | 4 | with bit 6 only: when the visitor last proved who they are, seconds since 1970 |
//! | 3 | with bit 4 only: and microseconds |
//! | 16 | with bit 5 only: what the session's CSRF tokens are made of |
//!
//! A limit is a unit (2 bits: second, minute, hour, day) and how many of it (14 bits); the finest unit that holds it is
//! taken, and what is left over is dropped. So every limit that a person would write is kept exactly, and no other is
//! shortened by more than a 273rd. The last activity is the moment of sealing, which the seal itself holds.
//!
//! The proof is kept to the microsecond, because an [epoch](crate::store::Epochs) compares with it: a device that proves
//! itself again right after its user has signed out everywhere stays.
//!
//! With the 51 bytes of the seal a session of `n` bytes of JSON takes `n` + 60, or `n` + 67 of a user, before base64url.

use std::time::Duration;

use zeroize::Zeroizing;

use crate::{
    clock::Timestamp,
    csrf::CsrfKey,
    expiry::{Expiry, Lifetime},
};

const FORMAT: u8 = 1;
const PERSISTENT: u8 = 0x80;
const AUTHENTICATED: u8 = 0x40;
const CSRF: u8 = 0x20;
const FINE: u8 = 0x10;

pub(super) fn encode(life: &Lifetime, csrf: Option<&CsrfKey>) -> Zeroizing<Vec<u8>> {
    let persistent = if life.persistent { PERSISTENT } else { 0 };
    let authenticated = life.authenticated_at.map_or(0, |_| AUTHENTICATED);
    let fraction = life.authenticated_at.and_then(encode_fraction);
    let (fine, token) = (fraction.map_or(0, |_| FINE), csrf.map_or(0, |_| CSRF));
    // As long as it can become: a buffer that grows leaves its old bytes behind unwiped.
    let mut encoded = Zeroizing::new(Vec::with_capacity(16 + CsrfKey::LEN));
    encoded.push(FORMAT | persistent | authenticated | fine | token);
    encoded.extend(encode_moment(life.created_at));
    encoded.extend(encode_limit(life.idle));
    encoded.extend(encode_limit(life.absolute_at.since(life.created_at)));
    encoded.extend(life.authenticated_at.map(encode_moment).into_iter().flatten());
    encoded.extend(fraction.into_iter().flatten());
    encoded.extend(csrf.into_iter().flat_map(CsrfKey::as_bytes));
    encoded
}

/// Reads what [`encode`] wrote, and what follows it. It was authenticated, so another form can only come from another
/// version of this crate.
pub(super) fn decode(plaintext: &[u8], issued_at: Timestamp) -> Option<(Lifetime, Option<CsrfKey>, &[u8])> {
    let (head, rest) = plaintext.split_first()?;
    if head & !(PERSISTENT | AUTHENTICATED | CSRF | FINE) != FORMAT {
        return None;
    }
    let (created, rest) = rest.split_first_chunk()?;
    let (idle, rest) = rest.split_first_chunk()?;
    let (absolute, mut rest) = rest.split_first_chunk()?;
    let mut authenticated_at = None;
    if head & AUTHENTICATED != 0 {
        let (at, after) = rest.split_first_chunk()?;
        (authenticated_at, rest) = (Some(decode_moment(*at)), after);
    }
    if head & FINE != 0 {
        let ([high, middle, low], after) = rest.split_first_chunk()?;
        let fraction = Duration::from_micros(u32::from_be_bytes([0, *high, *middle, *low]).into());
        (authenticated_at, rest) = (Some(authenticated_at? + fraction), after);
    }
    let mut csrf = None;
    if head & CSRF != 0 {
        let (key, after) = rest.split_first_chunk()?;
        (csrf, rest) = (Some(CsrfKey::from_bytes(*key)), after);
    }
    let expiry = Expiry::new(decode_limit(*idle), decode_limit(*absolute));
    let expiry = if head & PERSISTENT == 0 { expiry } else { expiry.persistent() };
    let life = Lifetime::begin(expiry, decode_moment(*created)).touched(issued_at);
    Some((Lifetime { authenticated_at, ..life }, csrf, rest))
}

/// Whole seconds since 1970, rounded down, until 2106.
fn encode_moment(moment: Timestamp) -> [u8; 4] {
    u32::try_from(moment.since(Timestamp::default()).as_secs()).unwrap_or(u32::MAX).to_be_bytes()
}

/// What [`encode_moment`] has dropped, unless it is nothing.
fn encode_fraction(moment: Timestamp) -> Option<[u8; 3]> {
    let [_, high, middle, low] = moment.since(Timestamp::default()).subsec_micros().to_be_bytes();
    Some([high, middle, low]).filter(|fraction| *fraction != [0; 3])
}

fn decode_moment(encoded: [u8; 4]) -> Timestamp {
    Timestamp::default() + Duration::from_secs(u32::from_be_bytes(encoded).into())
}

/// Second, minute, hour, day.
const UNITS: [u64; 4] = [1, 60, 60 * 60, 24 * 60 * 60];
const COUNT_BITS: u32 = 14;
const COUNT_LIMIT: u16 = (1 << COUNT_BITS) - 1;

/// 44 years hold every session.
fn encode_limit(limit: Duration) -> [u8; 2] {
    let counted = (0_u16..).zip(UNITS).find_map(|(unit, seconds)| {
        let count = u16::try_from(limit.as_secs() / seconds).ok().filter(|count| *count <= COUNT_LIMIT)?;
        Some(unit << COUNT_BITS | count)
    });
    counted.unwrap_or(u16::MAX).to_be_bytes()
}

fn decode_limit(encoded: [u8; 2]) -> Duration {
    let encoded = u16::from_be_bytes(encoded);
    let unit = UNITS[usize::from(encoded >> COUNT_BITS)];
    Duration::from_secs(unit * u64::from(encoded & COUNT_LIMIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUED: Timestamp = Timestamp::from_micros(1_800_000_123_000_000);
    const CREATED: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    /// The life in hexadecimal. Format 1 is read for ever: a change here logs everybody out.
    const KNOWN_ANSWERS: [(Expiry, bool, &str); 5] = [
        (Expiry::aal1(), false, "01 6b49d200 82d0 82d0"),
        (Expiry::aal2(), true, "41 6b49d200 0e10 45a0 6b49d23c"),
        (Expiry::aal3(), false, "01 6b49d200 0384 42d0"),
        (
            Expiry::new(Duration::from_hours(14 * 24), Duration::from_hours(30 * 24)).persistent(),
            false,
            "81 6b49d200 8150 82d0",
        ),
        (
            Expiry::new(Duration::from_secs(100), Duration::from_hours(8760)).persistent(),
            true,
            "c1 6b49d200 0064 a238 6b49d23c",
        ),
    ];

    fn life(expiry: Expiry, is_authenticated: bool) -> Lifetime {
        let authenticated_at = is_authenticated.then(|| CREATED + Duration::from_mins(1));
        Lifetime { authenticated_at, ..Lifetime::begin(expiry, CREATED).touched(ISSUED) }
    }

    #[test]
    fn a_life_has_exactly_these_bytes_and_comes_back_from_them() {
        for (expiry, is_authenticated, hex) in KNOWN_ANSWERS {
            let life = life(expiry, is_authenticated);
            let encoded = encode(&life, None);
            let shown: String = encoded.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(shown, hex.replace(' ', ""));
            let followed = [&encoded[..], b"{}"].concat();
            let (decoded, csrf, rest) = decode(&followed, ISSUED).unwrap();
            assert_eq!((decoded, csrf.is_none(), rest), (life, true, &b"{}"[..]));
        }
    }

    #[test]
    fn the_moment_of_proof_comes_back_to_the_microsecond_and_the_key_with_it() {
        let key = CsrfKey::from_bytes(*b"0123456789abcdef");
        for micros in [1, 123_456, 999_999] {
            let at = CREATED + Duration::from_micros(micros);
            let life = Lifetime { authenticated_at: Some(at), ..life(Expiry::aal2(), true) };
            let encoded = encode(&life, Some(&key));
            assert_eq!(encoded.len(), 32);
            let (decoded, csrf, rest) = decode(&encoded, ISSUED).unwrap();
            assert_eq!((decoded, csrf.unwrap().as_bytes(), rest), (life, key.as_bytes(), &[][..]));
        }
    }

    #[test]
    fn another_format_and_bytes_that_end_too_soon_are_no_life() {
        for authenticated in [false, true] {
            let encoded = encode(&life(Expiry::default(), authenticated), None);
            assert!((0..encoded.len()).all(|len| decode(&encoded[..len], ISSUED).is_none()));
            for head in [0, 2, 0x21, 0x3f, 0x11] {
                assert!(decode(&[&[head], &encoded[1..]].concat(), ISSUED).is_none(), "{head}");
            }
        }
    }

    #[test]
    fn a_limit_that_a_person_would_write_is_kept_exactly() {
        let minutes = (0..4 * 60).map(|minutes| minutes * 60);
        let hours = (0..680 * 24).map(|hours| hours * 60 * 60);
        let days = (0..16_384).map(|days| days * 24 * 60 * 60);
        for seconds in (0..16_384).chain(minutes).chain(hours).chain(days) {
            assert_eq!(decode_limit(encode_limit(Duration::from_secs(seconds))), Duration::from_secs(seconds));
        }
    }

    #[test]
    fn another_limit_is_shortened_by_less_than_a_273rd_and_only_once() {
        for seconds in (16_384..1_415_500_000).step_by(9_973) {
            let kept = decode_limit(encode_limit(Duration::from_secs(seconds)));
            assert!((0..=seconds / 273).contains(&(seconds - kept.as_secs())), "{seconds} became {kept:?}");
            assert_eq!(decode_limit(encode_limit(kept)), kept, "{seconds}");
        }
        assert_eq!(decode_limit(encode_limit(Duration::MAX)), Duration::from_hours(16_383 * 24));
    }
}
