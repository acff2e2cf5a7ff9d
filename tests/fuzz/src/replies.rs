//! What a server answers: Memcached's bytes, and the values of Redis with bytes inside.

use arbitrary::{Result, Unstructured};
use bytes::{Bytes, BytesMut};
use redis::Value;
use sessio::{
    __fuzz::{memcached, redis as store},
    clock::Timestamp,
    store::Activity,
    token::SessionId,
    wire::encode_record,
};

use crate::{
    bounds::{CONSTANT, within},
    records::live,
    samples::{self, ID, NOW, assert_same},
};

/// The longest value that the reader may wait for.
const VALUE_LIMIT: usize = 1000;

/// Replies are the same whether they come whole or in pieces, nothing announced is allocated beyond the limit, and a
/// value that is a record is one for good.
pub(crate) fn memcached(bytes: &[u8]) {
    let Some((cut, received)) = bytes.split_first() else { return };
    let whole = take_all(&[received]);
    let middle = usize::from(*cut) % (received.len() + 1);
    let (head, tail) = received.split_at(middle);
    assert_eq!(take_all(&[head, tail]), whole, "in two pieces as in one, cut at {middle}");
    for reply in &whole.replies {
        assert!(reply.value.as_ref().is_none_or(|value| value.len() <= VALUE_LIMIT));
        let again = take_all(&[&spell(reply)]);
        assert_eq!(again.replies, std::slice::from_ref(reply), "a reply survives being written");
        assert_answers(reply);
        if let Some(value) = &reply.value {
            item(value);
        }
    }
    item(&Bytes::copy_from_slice(received));
}

pub(crate) fn memcached_seeds() -> Vec<Vec<u8>> {
    let mut item = memcached::encode(&samples::record(1, b"{\"visits\":3}"), 10_000).expect("it is short");
    item.extend(memcached::stamp(Activity { seen_at: NOW, expires_at: Timestamp::MAX }));
    let value = [format!("VA {} c12 O7\r\n", item.len()).as_bytes(), &item, b"\r\n"].concat();
    let replies: [&[u8]; 10] = [
        &value,
        &item,
        b"HD c18446744073709551615 O7\r\nEN O8\r\n",
        b"NS c0 O1\r\n",
        b"EX c0 W O1\r\n",
        b"VA 5 c3 O9\r\n\r\nab\n\r\nHD O10\r\n",
        b"MN\r\n",
        b"VA 1001 O1\r\n",
        b"SERVER_ERROR out of memory\r\n",
        b"NF\r\n",
    ];
    replies.iter().zip([0, 1, 7, 200].iter().cycle()).map(|(reply, cut)| [&[*cut][..], reply].concat()).collect()
}

/// What came of some bytes: the replies in them, how the reader ended, and what it has not read.
#[derive(Debug, Eq, PartialEq)]
struct Taken {
    replies: Vec<memcached::Reply>,
    error: Option<String>,
    rest: Option<Vec<u8>>,
}

/// Takes replies as a connection does, the bytes coming in these pieces.
fn take_all(pieces: &[&[u8]]) -> Taken {
    let (mut received, mut replies) = (BytesMut::new(), Vec::new());
    for piece in pieces {
        received.extend_from_slice(piece);
        loop {
            let limit = 2 * received.len() + VALUE_LIMIT + CONSTANT;
            match within(limit, || memcached::Reply::take(&mut received, VALUE_LIMIT)) {
                Ok(Some(reply)) => replies.push(reply),
                Ok(None) => break,
                Err(error) => return Taken { replies, error: Some(error), rest: None },
            }
        }
    }
    Taken { replies, error: None, rest: Some(received.to_vec()) }
}

/// A reply in Memcached's words.
fn spell(reply: &memcached::Reply) -> Vec<u8> {
    let length = reply.value.as_ref().map(|value| format!(" {}", value.len())).unwrap_or_default();
    let cas = reply.cas.map(|cas| format!(" c{cas}")).unwrap_or_default();
    let number = reply.number.map(|number| format!(" O{number}")).unwrap_or_default();
    let mut spelled = format!("{}{length}{cas}{number}\r\n", reply.status).into_bytes();
    if let Some(value) = &reply.value {
        spelled.extend(value);
        spelled.extend(b"\r\n");
    }
    spelled
}

/// A reply that bears a number answers that command and no other; one with a value or of success must bear one.
fn assert_answers(reply: &memcached::Reply) {
    match reply.number {
        Some(number) => {
            assert!(reply.answers(number));
            assert!(!reply.answers(number.wrapping_add(1)), "a late reply is taken for another command's");
        }
        None => assert_eq!(reply.answers(7), matches!(reply.status, "EN" | "NS" | "EX")),
    }
}

/// An item's value holds a record that is written again as it was, with the times of its stamps.
fn item(value: &Bytes) {
    let id = value.get(6..22).and_then(|id| id.try_into().ok()).map_or(ID, SessionId::from_bytes);
    let Ok((record, stamps)) = within(CONSTANT, || memcached::decode(id, value.clone())) else { return };
    assert!(stamps * 16 < value.len());
    live(&record);
    let written = memcached::encode(&record, usize::MAX).expect("it came from an item");
    assert_eq!(written.len() + stamps * 16, value.len());
    let (again, none) = memcached::decode(id, written.into()).expect("what was written is read");
    assert_same(&record, &again);
    assert_eq!(none, 0);
}

/// An answer of any shape is a record, none, or an error; a record has the times that the hash says, not its own.
pub(crate) fn redis(bytes: &[u8]) {
    let mut input = Unstructured::new(bytes);
    let Ok(answer) = answer(&mut input) else { return };
    let _ = store::version(answer.clone()).map(|version| assert!(version.next() > version));
    if let Ok(count) = store::count(&answer) {
        assert!(matches!(answer, Value::Int(number) if u64::try_from(number) == Ok(count)));
    }
    let size = size(&answer);
    let decoded = within(size + CONSTANT, || store::decode(ID, answer.clone()));
    if let Ok(Some(record)) = decoded {
        let Value::Array(values) = &answer else { panic!("a record came from {answer:?}") };
        assert!(matches!(&values[0], Value::BulkString(_)));
        assert_eq!(record.id, ID, "the server answered with another session's record");
        live(&record);
        let times = [record.life.seen_at, record.life.expires_at].map(|time| text(&time.as_micros().to_string()));
        let [seen_at, expires_at] = times;
        let answer = Value::Array(vec![Value::BulkString(encode_record(&record)), seen_at, expires_at]);
        let again = store::decode(ID, answer).expect("what was written is read").expect("it is there");
        assert_same(&record, &again);
    }
}

pub(crate) fn redis_seeds() -> Vec<Vec<u8>> {
    // Kind of the answer, the flag for a sound record, and what the values are made of; see `answer`.
    let times = [&NOW.as_micros().to_le_bytes()[..]; 2].concat();
    vec![
        [&[0, 1, 3][..], &times, b"{\"visits\":3}"].concat(),
        [&[1, 0][..], &times].concat(),
        [&[2][..], &[3, 0, 1, 5, 9]].concat(),
        vec![3, 1, 2, 3, 4, 5, 6, 7, 8],
    ]
}

/// An answer to a load or an update, near enough to a real one to get past the first checks.
fn answer(input: &mut Unstructured<'_>) -> Result<Value> {
    match input.int_in_range(0..=3)? {
        0 => {
            let is_sound = input.arbitrary()?;
            let retired = input.int_in_range(0..=5)?;
            let times = [input.arbitrary::<i64>()?, input.arbitrary::<i64>()?];
            let rest = input.bytes(input.len())?;
            let record = if is_sound { encode_record(&samples::record(retired, rest)) } else { rest.to_vec() };
            let [seen_at, expires_at] = times.map(|time| text(&time.to_string()));
            Ok(Value::Array(vec![Value::BulkString(record), seen_at, expires_at]))
        }
        1 => {
            let mut record = encode_record(&samples::record(1, b"{}"));
            let times = [input.arbitrary::<i64>()?, input.arbitrary::<i64>()?];
            while !input.is_empty() {
                let at = input.choose_index(record.len())?;
                record[at] ^= input.arbitrary::<u8>()?;
            }
            Ok(Value::Array(vec![Value::BulkString(record), Value::Int(times[0]), Value::Int(times[1])]))
        }
        2 => {
            let count = input.int_in_range(0..=4)?;
            (0..count).map(|_| value(input, 0)).collect::<Result<_>>().map(Value::Array)
        }
        _ => value(input, 0),
    }
}

/// Any value.
fn value(input: &mut Unstructured<'_>, depth: u8) -> Result<Value> {
    Ok(match input.int_in_range(0..=9)? {
        0 => Value::Nil,
        1 => Value::Int(input.arbitrary()?),
        2 => Value::BulkString(input.arbitrary()?),
        3 => Value::SimpleString(input.arbitrary()?),
        4 => Value::Okay,
        5 => Value::Double(input.arbitrary()?),
        6 => Value::Boolean(input.arbitrary()?),
        7 if depth < 3 => {
            let count = input.int_in_range(0..=3)?;
            Value::Array((0..count).map(|_| value(input, depth + 1)).collect::<Result<_>>()?)
        }
        8 if depth < 3 => Value::Map(vec![(value(input, depth + 1)?, value(input, depth + 1)?)]),
        _ => text(&input.arbitrary::<i64>()?.to_string()),
    })
}

fn text(text: &str) -> Value {
    Value::BulkString(text.as_bytes().to_vec())
}

/// About how many bytes a value holds.
fn size(value: &Value) -> usize {
    let inside = match value {
        Value::BulkString(bytes) => bytes.len(),
        Value::SimpleString(text) => text.len(),
        Value::Array(values) => values.iter().map(size).sum(),
        Value::Map(pairs) => pairs.iter().map(|(key, value)| size(key) + size(value)).sum(),
        _ => 0,
    };
    size_of::<Value>() + inside
}
