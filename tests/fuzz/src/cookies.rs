//! What a client sends: the `Cookie` headers, the token in them, a sealed text, and the cookies that one is split over.

use std::sync::LazyLock;

use arbitrary::{Arbitrary as _, Result, Unstructured};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue, header::COOKIE};
use sessio::{
    cookie::{
        Budget, Carried, ChunkNumber, Chunks, CookieSpec, Found, Key, KeyRing, OpenFailure, Presented, SealedCookie,
        Sealer, assemble, find, find_chunks,
    },
    token::{SessionId, Token},
};

use crate::{
    bounds::{CONSTANT, within},
    samples::NOW,
};

const KIND: &str = "shop";
const NAME: &str = "__Host-id";

/// A key that belongs to nobody else.
const KEY: &str = "YheU_qHBiiZCZG661auhpheYp_RT_sQGs63fzgPG3U8";

/// A text is a token that is written as the same text, or none; an id likewise. Nothing is allocated.
pub(crate) fn token(text: &[u8]) {
    if let Some(token) = within(0, || Token::parse(text)) {
        assert_eq!(token.encode().as_str().as_bytes(), text, "a token has one spelling");
        let id = std::str::from_utf8(&text[..21]).expect("base64url is ASCII");
        assert!(token.id.to_string().starts_with(id), "the id comes first");
    }
    if let Ok(text) = std::str::from_utf8(text)
        && let Ok(id) = text.parse::<SessionId>()
    {
        assert_eq!(id.to_string(), text, "an id has one spelling");
    }
}

pub(crate) fn token_seeds() -> Vec<Vec<u8>> {
    vec![vec![b'A'; 64], b"q83vEjRWeJq7zd4P8aKzxNXm9wgZKjtMXW5_kKGyw9Qq83vEjRWeJq7zd4P8aKz-".to_vec(), vec![b'A'; 22]]
}

/// Our cookies are found exactly where a plain reading of the headers finds them, without allocating, and none opens.
pub(crate) fn header(bytes: &[u8]) {
    let mut headers = HeaderMap::new();
    for value in bytes.split(|byte| *byte == b'\n').filter_map(|line| HeaderValue::from_bytes(line).ok()) {
        headers.append(COOKIE, value);
    }
    let (found, chunks) = within(0, || (find(&headers, NAME), find_chunks(&headers, NAME)));
    assert_eq!(found, read_plainly(&headers, NAME));
    for number in ChunkNumber::all() {
        let name = format!("{NAME}{}", number.suffix());
        assert_eq!(chunks.get(number), read_plainly(&headers, &name), "{name}");
        assert_eq!(chunks.carried().contains(number), chunks.get(number) != Found::Absent);
    }
    assert_assembled(&headers, &chunks);
    let (presented, carried) = within(bytes.len() + CONSTANT, || COOKIES.read(&headers, NOW));
    assert!(!matches!(presented, Presented::Opened(_)), "what nobody sealed has opened");
    assert_eq!(carried, chunks.carried());
}

pub(crate) fn header_seeds() -> Vec<Vec<u8>> {
    let headers: [&[u8]; 8] = [
        b"theme=dark; __Host-id=abc",
        b"__Host-id=\"abc\"; __Host-id=abc\n__Host-id=abd",
        b"__Host-id=2.AAAAAAAA.AAAAAAAAAAAAAAAA; __Host-id-1=2.AAAAAAAA.BBBB",
        b"__Host-id=3.AAAAAAAA.AAAA; __Host-id-1=2.AAAAAAAA.BBBB; __Host-id-7=x",
        b"__Host-id-1=2.AAAAAAAA.BBBB; __Host-id-01=a",
        b" \t__Host-id =a; __Host-id==;__Host-id;=; ;;__Host-id=",
        b"__host-id=a; X__Host-id=b; \xc3\xa9=__Host-id=1",
        b"__Host-id=AavN7xI0VniavN",
    ];
    headers.map(<[u8]>::to_vec).into()
}

/// The values under a name as RFC 6265 section 5.4 reads: pairs between semicolons, the name before the first `=`.
fn read_plainly<'h>(headers: &'h HeaderMap, name: &str) -> Found<'h> {
    let mut values = Vec::new();
    for pair in headers.get_all(COOKIE).into_iter().flat_map(|header| header.as_bytes().split(|byte| *byte == b';')) {
        let is_blank = |byte: &u8| *byte == b' ' || *byte == b'\t';
        let Some(begin) = pair.iter().position(|byte| !is_blank(byte)) else { continue };
        let end = pair.iter().rposition(|byte| !is_blank(byte)).unwrap_or(begin);
        let pair = &pair[begin..=end];
        let Some(equals) = pair.iter().position(|byte| *byte == b'=') else { continue };
        let (before, value) = (&pair[..equals], &pair[equals + 1..]);
        let is_quoted = value.len() > 1 && value.starts_with(b"\"") && value.ends_with(b"\"");
        if before == name.as_bytes() {
            values.push(if is_quoted { &value[1..value.len() - 1] } else { value });
        }
    }
    match values.first() {
        None => Found::Absent,
        Some(first) if values.iter().all(|value| value == first) => Found::One(first),
        Some(_) => Found::Ambiguous,
    }
}

/// What is assembled is in the cookies piece by piece, and in no cookie of ours is anything else.
fn assert_assembled(headers: &HeaderMap, chunks: &Chunks<'_>) {
    let Ok(Some(pieces)) = within(0, || assemble(chunks)) else { return };
    let pieces = pieces.as_slice();
    let size: usize = headers.get_all(COOKIE).iter().map(HeaderValue::len).sum();
    assert!(pieces.iter().map(|piece| piece.len()).sum::<usize>() <= size);
    for number in ChunkNumber::all() {
        let expected = match pieces {
            [whole] if number == ChunkNumber::HEAD => Some(whole.to_vec()),
            [_] => None,
            pieces => pieces.get(number.index()).map(|piece| {
                let generation = &pieces[0][8..16];
                [pieces.len().to_string().as_bytes(), b".", generation, b".", piece].concat()
            }),
        };
        match (chunks.get(number), expected) {
            (Found::One(value), Some(expected)) => assert_eq!(value, expected, "chunk {}", number.index()),
            (Found::Absent, None) => {}
            (found, expected) => panic!("{found:?} was taken for {expected:?}"),
        }
    }
}

/// Opens exactly what was sealed here: a text that was changed anywhere, cut elsewhere or sealed for another kind, cookie
/// or key does not open, whatever else it is.
pub(crate) fn envelope(bytes: &[u8]) {
    let Some((sort, rest)) = bytes.split_first() else { return };
    if *sort == 0 {
        let opened = within(rest.len() + CONSTANT, || SEALER.open(rest, NOW));
        assert!(opened.is_err(), "what nobody sealed has opened");
        return;
    }
    let (plaintext, text) = &TEXTS[usize::from(*sort) % TEXTS.len()];
    let mut input = Unstructured::new(rest);
    let Ok(changed) = change(text, &mut input) else { return };
    let opened = within(2 * changed.len() + CONSTANT, || SEALER.open(&changed, NOW));
    match opened {
        Ok(opened) => {
            assert_eq!(changed, text.as_bytes(), "a changed text has opened");
            assert_eq!(opened.plaintext[..], plaintext[..]);
            assert!(OTHERS.iter().all(|other| other.open(&changed, NOW).is_err()), "it opened for another");
        }
        Err(error) => {
            assert_ne!(changed, text.as_bytes(), "what was sealed does not open: {:?}", error.failure());
            assert!(!matches!(error.failure(), OpenFailure::Revoked { .. } | OpenFailure::NotYet { .. }));
        }
    }
}

pub(crate) fn envelope_seeds() -> Vec<Vec<u8>> {
    let (_, text) = &TEXTS[1];
    let mut seeds: Vec<_> = (1..=4).map(|sort| vec![sort]).collect();
    seeds.push([&[0][..], &text.as_bytes()[..text.len() - 4]].concat());
    // One changed bit in the header, in the key's id, in the nonce, in the ciphertext, and in the tag.
    seeds.extend([0, 1, 5, 29, 60].map(|at| vec![1, 0, at, 0, 1]));
    seeds.extend([1, 2, 3, 4].map(|edit| vec![2, edit, 10, 0, 5]));
    seeds
}

/// The text after some edits of its bytes or characters.
fn change(text: &str, input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut envelope = URL_SAFE_NO_PAD.decode(text).expect("a sealed text is base64url");
    let mut characters = None;
    while !input.is_empty() {
        let edit = input.int_in_range(0..=5)?;
        let at = usize::from(u16::arbitrary(input)?);
        let byte = input.arbitrary::<u8>()?;
        match (edit, &mut characters) {
            (0 | 1, None) => {
                if let Some(target) = envelope.get_mut(at) {
                    *target ^= byte;
                }
            }
            (2, None) => envelope.truncate(at),
            (3, None) if at <= envelope.len() => envelope.insert(at, byte),
            (4, None) => characters = Some(URL_SAFE_NO_PAD.encode(&envelope).into_bytes()),
            (0..=3, Some(characters)) => {
                if let Some(target) = characters.get_mut(at) {
                    *target = byte;
                }
            }
            (4, Some(characters)) => characters.truncate(at),
            (_, Some(characters)) if at <= characters.len() => characters.insert(at, byte),
            _ => {}
        }
    }
    Ok(characters.unwrap_or_else(|| URL_SAFE_NO_PAD.encode(&envelope).into_bytes()))
}

/// Cookies are the session that was split over them when each is there, once and unchanged; else they are none.
pub(crate) fn chunks(bytes: &[u8]) {
    let mut input = Unstructured::new(bytes);
    let Ok(which) = input.choose_index(SPLIT.len()) else { return };
    let (plaintext, original) = &SPLIT[which];
    let mut cookies = original.clone();
    if disturb(&mut cookies, &mut input).is_err() {
        return;
    }
    let pairs: Vec<Vec<u8>> = cookies.iter().map(|(name, value)| [name, &b"="[..], value].concat()).collect();
    let Ok(header) = HeaderValue::from_bytes(&pairs.join(&b"; "[..])) else { return };
    let mut headers = HeaderMap::new();
    headers.insert(COOKIE, header);
    let found = find_chunks(&headers, NAME);
    assert_assembled(&headers, &found);
    let size = headers[COOKIE].len();
    let (presented, carried) = within(size + CONSTANT, || COOKIES.read(&headers, NOW));
    let is_whole = ChunkNumber::all().all(|number| {
        let name = format!("{NAME}{}", number.suffix()).into_bytes();
        let sent = original.iter().find(|(known, _)| *known == name);
        found.get(number) == sent.map_or(Found::Absent, |(_, value)| Found::One(value))
    });
    match presented {
        Presented::Opened(opened) => {
            // Another one of the samples may be whole instead.
            let known = SPLIT.iter().any(|(plaintext, _)| plaintext[..] == opened.plaintext[..]);
            assert!(known, "cookies were put together to what was never sealed");
            assert!(!is_whole || plaintext[..] == opened.plaintext[..]);
        }
        Presented::Absent | Presented::Refused(_) => assert!(!is_whole, "a session was lost: {presented:?}"),
    }
    assert!(COOKIES.clear(carried).len() <= ChunkNumber::COUNT);
}

pub(crate) fn chunks_seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<_> = (0..4).map(|which| vec![which]).collect();
    seeds.extend((0..7).flat_map(|edit| [vec![1, edit, 0, 1, 0, 0], vec![2, edit, 1, 2, 9, 0, edit, 0, 0, 1, 0]]));
    seeds
}

type Cookies = Vec<(Vec<u8>, Vec<u8>)>;

/// Loses, doubles, exchanges, changes and adds cookies.
fn disturb(cookies: &mut Cookies, input: &mut Unstructured<'_>) -> Result<()> {
    while !input.is_empty() && !cookies.is_empty() && cookies.len() < 20 {
        let edit = input.int_in_range(0..=7)?;
        let [one, other] = [input.choose_index(cookies.len())?, input.choose_index(cookies.len())?];
        match edit {
            0 => drop(cookies.remove(one)),
            1 => cookies.insert(other, cookies[one].clone()),
            2 => cookies.swap(one, other),
            3 => {
                let value = cookies[other].1.clone();
                cookies[one].1 = value;
            }
            4 => {
                let foreign = &SPLIT[input.choose_index(SPLIT.len())?].1;
                cookies[one] = foreign[other % foreign.len()].clone();
            }
            5 => {
                let (at, byte) = (usize::from(u16::arbitrary(input)?), u8::arbitrary(input)?);
                if let Some(target) = cookies[one].1.get_mut(at) {
                    *target = byte;
                }
            }
            6 => {
                let length = usize::from(u16::arbitrary(input)?);
                cookies[one].1.truncate(length);
            }
            _ => {
                let number = ChunkNumber::new(input.int_in_range(0..=7)?).unwrap_or(ChunkNumber::HEAD);
                let value: Vec<u8> = input.arbitrary()?;
                cookies.push((format!("{NAME}{}", number.suffix()).into_bytes(), value));
            }
        }
    }
    Ok(())
}

static RING: LazyLock<KeyRing> = LazyLock::new(|| KeyRing::new(KEY.parse().expect("it is a key")));

static SEALER: LazyLock<Sealer> = LazyLock::new(|| Sealer::new(&RING, KIND, NAME));

/// Another kind, another cookie, and another key.
static OTHERS: LazyLock<[Sealer; 3]> = LazyLock::new(|| {
    let other = KeyRing::new(Key::generate().expect("there is randomness"));
    [Sealer::new(&RING, "shops", NAME), Sealer::new(&RING, KIND, "id"), Sealer::new(&other, KIND, NAME)]
});

static COOKIES: LazyLock<SealedCookie> = LazyLock::new(|| {
    SealedCookie::new(CookieSpec::default(), &RING, KIND).with_budget(Budget::new(Sealer::TEXT_LIMIT))
});

/// Plaintexts, and the texts that they were sealed to. Their nonces are new in each process.
static TEXTS: LazyLock<Vec<(Vec<u8>, String)>> = LazyLock::new(|| {
    let plaintexts = [0, 1, 20, 300].map(|length| vec![b'x'; length]);
    let seal = |plaintext: Vec<u8>| {
        let text = SEALER.seal(&plaintext, NOW).expect("there is randomness");
        (plaintext, text)
    };
    plaintexts.into_iter().map(seal).collect()
});

/// Plaintexts, and the cookies that they were split over: one, two, two of another seal, and three.
static SPLIT: LazyLock<Vec<(Vec<u8>, Cookies)>> = LazyLock::new(|| {
    let plaintexts = [("a", 10), ("b", 4000), ("c", 4000), ("d", 7000)].map(|(letter, length)| letter.repeat(length));
    let split = |plaintext: String| {
        let set = COOKIES.write(plaintext.as_bytes(), None, NOW, Carried::default()).expect("it is within the budget");
        let pairs = set.iter().map(|header| header.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default());
        let pairs = pairs.filter_map(|pair| {
            let equals = pair.iter().position(|byte| *byte == b'=')?;
            Some((pair[..equals].to_vec(), pair[equals + 1..].to_vec()))
        });
        (plaintext.into_bytes(), pairs.collect())
    };
    plaintexts.into_iter().map(split).collect()
});
