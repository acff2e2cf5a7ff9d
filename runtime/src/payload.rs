//! The payload: one JSON object with a member for each field, read in one pass.
//!
//! A general reader would go over each value twice, to find its end and to decode it. Here a value is decoded where it
//! stands, and `serde_json` says where it ended. What becomes of the members is the business of [`Base`](crate::session).

use std::ops::Range;

use serde::de::{DeserializeOwned, IgnoredAny};

use crate::model::Value;

/// A part of a payload of at most [`Span::MAX`] bytes.
#[derive(Clone, Copy)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The longest payload that spans can point into, in bytes. Payloads are far below these 4 GiB.
    pub(crate) const MAX: usize = u32::MAX as usize;

    /// What is beyond [`Span::MAX`] is cut off, so a longer payload must be refused.
    pub(crate) fn new(range: Range<usize>) -> Self {
        let position = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: position(range.start), end: position(range.end) }
    }

    pub(crate) fn of(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.start as usize..self.end as usize]
    }
}

/// The payload is no JSON object, from this byte on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Damage(pub(crate) usize);

/// Whose member comes next.
pub(crate) enum Name {
    /// That of the field that was expected.
    Expected,
    Other(String),
}

/// Goes over the members of a payload.
pub(crate) struct Members<'a> {
    data: &'a str,
    at: usize,
    is_first: bool,
}

impl<'a> Members<'a> {
    pub(crate) fn of(data: &'a [u8]) -> Result<Self, Damage> {
        if data.len() > Span::MAX {
            return Err(Damage(Span::MAX));
        }
        // All at once: serde_json would look at each text that it decodes and at none that it passes over, and what is passed
        // over may be written again.
        let data = str::from_utf8(data).map_err(|error| Damage(error.valid_up_to()))?;
        let mut members = Self { data, at: 0, is_first: true };
        members.punctuation(b'{')?;
        Ok(members)
    }

    /// Goes to the next member's value; `None` at the end. Fields are written in their order, so the next member is nearly
    /// always that of the field after the last, and its name need not be decoded.
    pub(crate) fn next(&mut self, expected: Option<&str>) -> Result<Option<Name>, Damage> {
        if self.peek() == Some(b'}') {
            self.at += 1;
            return if self.peek().is_none() { Ok(None) } else { Err(Damage(self.at)) };
        }
        if !std::mem::replace(&mut self.is_first, false) {
            self.punctuation(b',')?;
        }
        let name = match expected.and_then(|name| self.is_next(name)) {
            Some(length) => {
                self.at += length;
                Name::Expected
            }
            None => Name::Other(self.value()?.0),
        };
        self.punctuation(b':')?;
        self.skip_space();
        Ok(Some(name))
    }

    /// Decodes the value into a field; `false` when it does not fit, and the field is as it was.
    pub(crate) fn decode(&mut self, field: &mut dyn Value) -> Result<(Span, bool), Damage> {
        let start = self.at;
        let is_decoded = field.decode_first(self.rest()?).map(|length| self.at += length).is_ok();
        let span = if is_decoded { Span::new(start..self.at) } else { self.skip()? };
        Ok((span, is_decoded))
    }

    /// Passes over the value.
    pub(crate) fn skip(&mut self) -> Result<Span, Damage> {
        self.value::<IgnoredAny>().map(|(_, span)| span)
    }

    fn value<T: DeserializeOwned>(&mut self) -> Result<(T, Span), Damage> {
        self.skip_space();
        let start = self.at;
        let mut values = serde_json::Deserializer::from_str(self.rest()?).into_iter();
        match values.next() {
            Some(Ok(value)) => {
                self.at += values.byte_offset();
                Ok((value, Span::new(start..self.at)))
            }
            _ => Err(Damage(start)),
        }
    }

    fn rest(&self) -> Result<&'a str, Damage> {
        self.data.get(self.at..).ok_or(Damage(self.at))
    }

    /// How long the name is with its quotes, if it is the next one.
    fn is_next(&self, name: &str) -> Option<usize> {
        let rest = self.data.as_bytes()[self.at..].strip_prefix(b"\"")?.strip_prefix(name.as_bytes())?;
        (rest.first() == Some(&b'"') && !name.contains(['"', '\\'])).then_some(name.len() + 2)
    }

    fn punctuation(&mut self, expected: u8) -> Result<(), Damage> {
        if self.peek() != Some(expected) {
            return Err(Damage(self.at));
        }
        self.at += 1;
        self.skip_space();
        Ok(())
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        self.skip_space();
        self.data.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        // A database may have written the object anew, with spaces (RFC 8259 section 2).
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.data.as_bytes().get(self.at) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names and values, or where the damage is.
    fn read(data: &[u8]) -> Result<Vec<(String, String)>, usize> {
        let mut members = Members::of(data).map_err(|Damage(at)| at)?;
        let mut read = Vec::new();
        while let Some(name) = members.next(Some("first")).map_err(|Damage(at)| at)? {
            let name = if let Name::Other(name) = name { name } else { "first".to_owned() };
            let span = members.skip().map_err(|Damage(at)| at)?;
            read.push((name, String::from_utf8_lossy(span.of(data)).into_owned()));
        }
        Ok(read)
    }

    #[test]
    fn members_are_found_however_the_object_is_written() {
        let expected = [("first", "12"), ("a \"b\"", "[1, {}]"), ("c", "null")];
        let expected = Ok(expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        assert_eq!(read(br#"{"first":12,"a \"b\"":[1, {}],"c":null}"#), expected);
        assert_eq!(read(b" { \"first\" : 12 ,\n\t\"a \\u0022b\\u0022\" : [1, {}] , \"c\":null }\r\n"), expected);
        assert_eq!(read(b"{}"), Ok(vec![]));
    }

    #[test]
    fn what_is_no_object_is_damage() {
        let whole = br#"{"first":[1,"x"],"b":2}"#;
        for length in 0..whole.len() {
            assert!(read(&whole[..length]).is_err(), "{length}");
        }
        for damaged in ["[]", "{,}", r#"{"a":1,}"#, r#"{"a" 1}"#, r#"{"a":1 "b":2}"#, "{} x", r"{a:1}", r#"{"a":1x}"#] {
            assert!(read(damaged.as_bytes()).is_err(), "{damaged}");
        }
        assert_eq!(read(b"{\"a\":\"\xff\"}"), Err(6), "no text");
    }
}
