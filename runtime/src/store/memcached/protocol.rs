//! Memcached's meta commands as bytes, and its replies back from bytes. Nothing here touches a network.
//!
//! A reply is believed as little as anything else that comes from outside: its lines are short, its value is no longer
//! than what the caller takes, and it must bear the number of the command that it answers.

use bytes::{Buf as _, Bytes, BytesMut};

/// The longest line that a reply begins with: a status, a length and a handful of flags.
const LINE_LIMIT: usize = 512;

const LINE_END: &[u8] = b"\r\n";

/// One command about one key.
#[derive(Clone, Copy, Debug)]
pub(super) enum Command<'a> {
    /// The value and its token.
    Get,
    /// The token.
    Peek,
    /// The token; and the item now lives for `ttl`.
    Prolong { ttl: u32 },
    /// Keeps a value where there is none.
    Add { value: &'a [u8], ttl: u32 },
    /// Replaces the value that has this token.
    Replace { cas: u64, value: &'a [u8], ttl: u32 },
    /// Appends to the value that has this token. Its TTL stays.
    Append { cas: u64, value: &'a [u8] },
    /// Ends the item.
    Delete,
}

impl Command<'_> {
    /// Writes the command, marked with a number that its reply repeats.
    pub(super) fn write(&self, key: &str, number: u64, out: &mut Vec<u8>) {
        let (line, value) = match *self {
            Self::Get => (format!("mg {key} v c O{number}"), None),
            Self::Peek => (format!("mg {key} c O{number}"), None),
            Self::Prolong { ttl } => (format!("mg {key} c T{ttl} O{number}"), None),
            Self::Add { value, ttl } => (format!("ms {key} {} ME c T{ttl} O{number}", value.len()), Some(value)),
            Self::Replace { cas, value, ttl } => {
                (format!("ms {key} {} C{cas} c T{ttl} O{number}", value.len()), Some(value))
            }
            Self::Append { cas, value } => (format!("ms {key} {} MA C{cas} c O{number}", value.len()), Some(value)),
            Self::Delete => (format!("md {key} O{number}"), None),
        };
        out.extend_from_slice(line.as_bytes());
        out.extend_from_slice(LINE_END);
        if let Some(value) = value {
            out.extend_from_slice(value);
            out.extend_from_slice(LINE_END);
        }
    }
}

/// Asks whether the server knows the meta commands.
pub(super) const NO_OPERATION: &[u8] = b"mn\r\n";

/// What a server answered to one command.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Reply {
    pub(super) outcome: Outcome,
    /// The item's token, where the command asked for it and the server has one to give.
    pub(super) cas: Option<u64>,
    number: Option<u64>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Outcome {
    /// It is done, or the item is there.
    Done,
    /// This is the value.
    Value(Bytes),
    /// There is no such item.
    Missing,
    /// There was an item where none was to be, or none where one was to be.
    NotStored,
    /// The item has another token.
    OtherToken,
    /// The answer to [`NO_OPERATION`].
    Nothing,
}

/// A server's bytes are not the answer to what it was asked.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum ProtocolError {
    /// In the server's own words.
    #[error("it answered: {0}")]
    Refused(String),
    #[error("its answer is none of Memcached's")]
    Garbled,
    #[error("it announced a value of {announced} bytes, where at most {limit} can be")]
    TooLong { announced: u64, limit: usize },
    #[error("it answered another command than the one that it was asked")]
    OtherCommand,
}

impl Reply {
    /// Takes the next reply from the front of what was received; `None` when it is not whole yet.
    ///
    /// Memory is reserved for no more than `value_limit` bytes, whatever the server announces.
    pub(super) fn take(received: &mut BytesMut, value_limit: usize) -> Result<Option<Self>, ProtocolError> {
        let window = &received[..received.len().min(LINE_LIMIT)];
        let Some(length) = window.windows(LINE_END.len()).position(|pair| pair == LINE_END) else {
            return if received.len() < LINE_LIMIT { Ok(None) } else { Err(ProtocolError::Garbled) };
        };
        let (mut reply, announced) = Self::read_line(&window[..length])?;
        let head = length + LINE_END.len();
        let Some(announced) = announced else {
            received.advance(head);
            return Ok(Some(reply));
        };
        let size = usize::try_from(announced).ok().filter(|size| *size <= value_limit);
        let size = size.ok_or(ProtocolError::TooLong { announced, limit: value_limit })?;
        let whole = head + size + LINE_END.len();
        if received.len() < whole {
            received.reserve(whole - received.len());
            return Ok(None);
        }
        let mut value = received.split_to(whole).freeze();
        if !value.ends_with(LINE_END) {
            return Err(ProtocolError::Garbled);
        }
        value.advance(head);
        value.truncate(size);
        reply.outcome = Outcome::Value(value);
        Ok(Some(reply))
    }

    /// The reply in a line, and the length of the value that follows it.
    fn read_line(line: &[u8]) -> Result<(Self, Option<u64>), ProtocolError> {
        let mut words = line.split(|byte| *byte == b' ');
        let (outcome, announced) = match words.next().unwrap_or_default() {
            b"HD" => (Outcome::Done, None),
            b"VA" => (Outcome::Value(Bytes::new()), Some(number(words.next().unwrap_or_default())?)),
            b"EN" | b"NF" => (Outcome::Missing, None),
            b"NS" => (Outcome::NotStored, None),
            b"EX" => (Outcome::OtherToken, None),
            b"MN" => (Outcome::Nothing, None),
            b"ERROR" | b"CLIENT_ERROR" | b"SERVER_ERROR" => return Err(ProtocolError::Refused(printable(line))),
            _ => return Err(ProtocolError::Garbled),
        };
        let mut reply = Self { outcome, cas: None, number: None };
        for word in words {
            match word.split_first() {
                Some((b'c', token)) => reply.cas = Some(number(token)?),
                Some((b'O', token)) => reply.number = Some(number(token)?),
                // A server may add flags that nobody asked for, as when another client has marked an item as stale.
                _ => {}
            }
        }
        Ok((reply, announced))
    }

    /// The number of the command that this says it answers.
    #[cfg(feature = "fuzzing")]
    pub(super) fn number(&self) -> Option<u64> {
        self.number
    }

    /// Makes sure that this is the reply to the command with this number.
    ///
    /// Early versions of 1.6 do not repeat the number where there is no item; they do wherever an item is spoken of.
    pub(super) fn must_answer(&self, number: u64) -> Result<(), ProtocolError> {
        let may_be_mute = matches!(self.outcome, Outcome::Missing | Outcome::NotStored | Outcome::OtherToken);
        match self.number {
            Some(other) if other == number => Ok(()),
            None if may_be_mute => Ok(()),
            _ => Err(ProtocolError::OtherCommand),
        }
    }
}

fn number(digits: &[u8]) -> Result<u64, ProtocolError> {
    if digits.is_empty() {
        return Err(ProtocolError::Garbled);
    }
    digits.iter().try_fold(0_u64, |sum, digit| {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10).ok_or(ProtocolError::Garbled)?;
        sum.checked_mul(10).and_then(|sum| sum.checked_add(digit.into())).ok_or(ProtocolError::Garbled)
    })
}

/// What of a server's words can be put into a log.
fn printable(line: &[u8]) -> String {
    line.iter()
        .take(120)
        .map(|byte| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '?' })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn take(bytes: &[u8]) -> Result<Option<Reply>, ProtocolError> {
        Reply::take(&mut BytesMut::from(bytes), 100)
    }

    fn reply(outcome: Outcome, cas: Option<u64>, number: Option<u64>) -> Reply {
        Reply { outcome, cas, number }
    }

    #[test]
    fn every_reply_is_understood() {
        let cases: [(&[u8], Reply); 8] = [
            (b"HD c18446744073709551615 O7\r\n", reply(Outcome::Done, Some(u64::MAX), Some(7))),
            (b"HD\r\n", reply(Outcome::Done, None, None)),
            (b"VA 5 c3 O9\r\n\r\nab\n\r\n", reply(Outcome::Value(Bytes::from_static(b"\r\nab\n")), Some(3), Some(9))),
            (b"VA 0 O9\r\n\r\n", reply(Outcome::Value(Bytes::new()), None, Some(9))),
            (b"EN O1\r\n", reply(Outcome::Missing, None, Some(1))),
            (b"NF\r\n", reply(Outcome::Missing, None, None)),
            (b"NS c0 O1\r\n", reply(Outcome::NotStored, Some(0), Some(1))),
            (b"EX c0 W O1\r\n", reply(Outcome::OtherToken, Some(0), Some(1))),
        ];
        for (bytes, expected) in cases {
            assert_eq!(take(bytes), Ok(Some(expected)));
            for length in 0..bytes.len() {
                assert_eq!(take(&bytes[..length]), Ok(None), "the first {length} bytes are not a whole reply");
            }
        }
    }

    #[test]
    fn a_reply_leaves_the_next_one_where_it_is() {
        let mut received = BytesMut::from(&b"VA 2 O1\r\nab\r\nHD O2\r\n"[..]);
        let first = Reply::take(&mut received, 100).unwrap().unwrap();
        assert_eq!(first.outcome, Outcome::Value(Bytes::from_static(b"ab")));
        let second = Reply::take(&mut received, 100).unwrap().unwrap();
        assert_eq!(second, reply(Outcome::Done, None, Some(2)));
        assert!(received.is_empty());
    }

    #[test]
    fn what_memcached_never_says_is_refused() {
        let endless = vec![b'x'; LINE_LIMIT];
        let cases: [&[u8]; 11] = [
            b"\r\n",
            b"hd\r\n",
            b"VALUE k 0 1\r\na\r\nEND\r\n",
            b"VA\r\n",
            b"VA -1\r\n",
            b"VA +1\r\n",
            b"VA 1x\r\n",
            b"HD c\r\n",
            b"HD O18446744073709551616\r\n",
            b"VA 2 O1\r\nabcd",
            &endless,
        ];
        for bytes in cases {
            assert_eq!(take(bytes), Err(ProtocolError::Garbled), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn a_value_over_the_limit_is_refused_before_memory_is_reserved_for_it() {
        for announced in [101, 1 << 40, u64::MAX] {
            let mut received = BytesMut::from(format!("VA {announced} O1\r\n").as_bytes());
            let before = received.capacity();
            let refused = Reply::take(&mut received, 100);
            assert_eq!(refused, Err(ProtocolError::TooLong { announced, limit: 100 }));
            assert_eq!(received.capacity(), before);
        }
    }

    #[test]
    fn the_servers_words_are_told_without_control_characters() {
        let refused = take(b"SERVER_ERROR out of memory \x1b[31m\r\n").unwrap_err();
        assert_eq!(refused.to_string(), "it answered: SERVER_ERROR out of memory ?[31m");
        assert_eq!(take(b"ERROR\r\n"), Err(ProtocolError::Refused("ERROR".to_owned())));
    }

    #[test]
    fn an_answer_to_another_command_is_refused() {
        for bytes in
            [&b"HD c1 O8\r\n"[..], b"HD c1\r\n", b"VA 1 O8\r\na\r\n", b"VA 1\r\na\r\n", b"EN O8\r\n", b"MN\r\n"]
        {
            assert_eq!(take(bytes).unwrap().unwrap().must_answer(7), Err(ProtocolError::OtherCommand));
        }
        assert!(take(b"EN\r\n").unwrap().unwrap().must_answer(7).is_ok(), "early servers do not number a miss");
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic_or_take_more_than_there_is(bytes: Vec<u8>, limit in 0_usize..200) {
            let mut received = BytesMut::from(&bytes[..]);
            if let Ok(Some(reply)) = Reply::take(&mut received, limit) {
                prop_assert!(received.len() < bytes.len());
                if let Outcome::Value(value) = reply.outcome {
                    prop_assert!(value.len() <= limit);
                }
            }
        }

        #[test]
        fn no_damaged_reply_makes_the_reader_panic(
            value: Vec<u8>, announced in 0_u64..300, position: prop::sample::Index, byte: u8,
        ) {
            let mut bytes = format!("VA {announced} c5 O6\r\n").into_bytes();
            bytes.extend(&value);
            bytes.extend(b"\r\n");
            let position = position.index(bytes.len());
            bytes[position] = byte;
            let _ = Reply::take(&mut BytesMut::from(&bytes[..]), 200);
        }
    }
}
