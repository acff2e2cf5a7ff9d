//! What stands before the payload of a sealed session: its life in 9 bytes, or 14 once somebody has signed in, and 16 more
//! once a page has shown a CSRF token. They travel with every request.
//!
//! | bytes | before the payload |
//! |---|---|
//! | 1 | format and flags: bits 0 to 4, format 1; bit 5, a page has shown a CSRF token; bit 6, the visitor has proved who they are; bit 7, the cookie is persistent |
//! | 4 | created, seconds since 1970 |
//! | 2 | idle limit |
//! | 2 | absolute limit, counted from the creation |
//! | 5 | with bit 6 only: when the visitor last proved who they are, seconds since 1970 and 256ths of one, rounded up |
//! | 16 | with bit 5 only: what the session's CSRF tokens are made of |
//!
//! A limit is a unit (2 bits: second, minute, hour, day) and how many of it (14 bits); the finest unit that holds it is
//! taken, and what is left over is dropped. So every limit that a person would write is kept exactly, and no other is
//! shortened by more than a 273rd. The last activity is the moment of sealing, which the seal itself holds.
//!
//! A proof is rounded up because an [epoch](crate::store::Epochs) that was taken in the same request must not be after it: a
//! device that proves itself again right after its user has signed out everywhere stays.
//!
//! With the 50 bytes of the seal a session of `n` bytes of JSON takes `n` + 59, or `n` + 64 of a user, before base64url.

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

pub(super) fn encode(life: &Lifetime, csrf: Option<&CsrfKey>) -> Zeroizing<Vec<u8>> {
    let persistent = if life.persistent { PERSISTENT } else { 0 };
    let authenticated = life.authenticated_at.map_or(0, |_| AUTHENTICATED);
    // As long as it can become: a buffer that grows leaves its old bytes behind unwiped.
    let mut encoded = Zeroizing::new(Vec::with_capacity(14 + CsrfKey::LEN));
    encoded.push(FORMAT | persistent | authenticated | csrf.map_or(0, |_| CSRF));
    encoded.extend(encode_moment(life.created_at));
    encoded.extend(encode_limit(life.idle));
    encoded.extend(encode_limit(life.absolute_at.since(life.created_at)));
    encoded.extend(life.authenticated_at.map(encode_proof).into_iter().flatten());
    encoded.extend(csrf.into_iter().flat_map(CsrfKey::as_bytes));
    encoded
}

/// Reads what [`encode`] wrote, and what follows it. It was authenticated, so another form can only come from another
/// version of this crate.
pub(super) fn decode(plaintext: &[u8], issued_at: Timestamp) -> Option<(Lifetime, Option<CsrfKey>, &[u8])> {
    let (head, rest) = plaintext.split_first()?;
    if head & !(PERSISTENT | AUTHENTICATED | CSRF) != FORMAT {
        return None;
    }
    let (created, rest) = rest.split_first_chunk()?;
    let (idle, rest) = rest.split_first_chunk()?;
    let (absolute, mut rest) = rest.split_first_chunk()?;
    let mut authenticated_at = None;
    if head & AUTHENTICATED != 0 {
        let (at, after) = rest.split_first_chunk()?;
        (authenticated_at, rest) = (Some(decode_proof(*at)), after);
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

fn decode_moment(encoded: [u8; 4]) -> Timestamp {
    Timestamp::default() + Duration::from_secs(u32::from_be_bytes(encoded).into())
}

/// To 4 ms, until 2106.
fn encode_proof(moment: Timestamp) -> [u8; 5] {
    let micros = moment.since(Timestamp::default()).as_micros();
    let ticks = (micros * 256).div_ceil(1_000_000).min(u128::from(u32::MAX) << 8);
    let [.., fraction] = ticks.to_be_bytes();
    let mut encoded = [fraction; 5];
    encoded[..4].copy_from_slice(&u32::try_from(ticks >> 8).unwrap_or(u32::MAX).to_be_bytes());
    encoded
}

/// The last moment that encodes to these bytes, so that another encoding moves it no further.
fn decode_proof([seconds @ .., fraction]: [u8; 5]) -> Timestamp {
    decode_moment(seconds) + Duration::from_micros(u64::from(fraction) * 1_000_000 / 256)
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
    use crate::cookie::{Key, KeyRing, Sealer};

    const ISSUED: Timestamp = Timestamp::from_micros(1_800_000_123_000_000);
    const CREATED: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    /// The life in hexadecimal. Format 1 is read for ever: a change here logs everybody out.
    const KNOWN_ANSWERS: [(Expiry, bool, &str); 5] = [
        (Expiry::aal1(), false, "01 6b49d200 82d0 82d0"),
        (Expiry::aal2(), true, "41 6b49d200 0e10 45a0 6b49d23c00"),
        (Expiry::aal3(), false, "01 6b49d200 0384 42d0"),
        (
            Expiry::new(Duration::from_hours(14 * 24), Duration::from_hours(30 * 24)).persistent(),
            false,
            "81 6b49d200 8150 82d0",
        ),
        (
            Expiry::new(Duration::from_secs(100), Duration::from_hours(8760)).persistent(),
            true,
            "c1 6b49d200 0064 a238 6b49d23c00",
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
            let shown = encoded.iter().fold(String::new(), |shown, byte| format!("{shown}{byte:02x}"));
            assert_eq!(shown, hex.replace(' ', ""));
            let followed = [&encoded[..], b"{}"].concat();
            let (decoded, csrf, rest) = decode(&followed, ISSUED).unwrap();
            assert_eq!((decoded, csrf.is_none(), rest), (life, true, &b"{}"[..]));
        }
    }

    #[test]
    fn what_csrf_tokens_are_made_of_comes_back() {
        let key = CsrfKey::from_bytes(*b"0123456789abcdef");
        for is_authenticated in [false, true] {
            let life = life(Expiry::aal2(), is_authenticated);
            let encoded = encode(&life, Some(&key));
            assert_eq!(encoded.len(), encode(&life, None).len() + 16);
            let (decoded, csrf, rest) = decode(&encoded, ISSUED).unwrap();
            assert_eq!((decoded, csrf.unwrap().as_bytes(), rest), (life, key.as_bytes(), &[][..]));
        }
    }

    #[test]
    fn a_sealed_session_is_at_most_64_bytes_longer_than_its_payload() {
        let sealer = Sealer::new(&KeyRing::new(Key::generate().unwrap()), "shop", "__Host-id");
        let payload = [b'x'; 1000];
        for expiry in [Expiry::default(), Expiry::aal2(), Expiry::new(Duration::MAX, Duration::MAX).persistent()] {
            for (is_authenticated, more) in [(false, 59), (true, 64)] {
                let plaintext = [&encode(&life(expiry, is_authenticated), None)[..], &payload].concat();
                let text = sealer.seal(&plaintext, ISSUED).unwrap();
                assert_eq!(text.len() * 3 / 4, payload.len() + more);
            }
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
    fn a_proof_is_kept_to_four_milliseconds_and_never_becomes_earlier() {
        let begin = 1_800_000_000_000_000;
        for micros in (begin..begin + 2_000_000).step_by(997).chain([0, begin + 999_999]) {
            let kept = decode_proof(encode_proof(Timestamp::from_micros(micros)));
            assert!((0..3907).contains(&(kept.as_micros() - micros)), "{micros} became {kept:?}");
            assert_eq!(decode_proof(encode_proof(kept)), kept, "once rounded, for ever");
        }
        assert_eq!(decode_proof(encode_proof(Timestamp::MAX)), Timestamp::from_micros(4_294_967_295_000_000));
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
