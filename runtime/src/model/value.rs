//! One field's value, without its type: encode, decode, compare.

use std::{
    any::{Any, type_name},
    io,
};

use serde::{
    Serialize,
    de::{self, DeserializeOwned},
    ser,
};

use super::numbers::{NotFinite, Numbers};

/// What a session field must be able to do. Implemented for every type that fits.
///
/// A value is looked at for changes when the session has been borrowed mutably. A change behind a shared borrow is not looked
/// for; no type of the standard library that allows one (`Mutex`, `AtomicU32`, `OnceLock`) is a session value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be kept in a session",
    label = "not a session value",
    note = "a session field needs `Serialize`, `Deserialize` and `PartialEq`, and must be `Send + Sync + 'static`: derive them for your own type",
    note = "a field that is not worth storing takes `#[session(skip)]`"
)]
pub trait SessionValue: Serialize + DeserializeOwned + PartialEq + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + PartialEq + Send + Sync + 'static> SessionValue for T {}

/// A field's value could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the value cannot be encoded")]
pub struct EncodeError(#[source] pub(crate) serde_json::Error);

impl EncodeError {
    /// Why not is nobody's business.
    pub(crate) fn withheld() -> Self {
        Self(ser::Error::custom("its own type refuses, for a reason that is kept with the secret"))
    }
}

/// A stored value does not fit its field.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The payload holds something else than the field's type.
    #[error("the stored value does not fit the field's type")]
    Payload(#[source] serde_json::Error),
    /// The column holds something else than the field's type.
    #[error(transparent)]
    Column(#[from] super::ColumnError),
}

/// A [`SessionValue`] whose type is known only to itself. The payload format is JSON, a field at a time.
pub trait Value: Any + Send + Sync {
    /// Appends the encoded value.
    ///
    /// # Errors
    ///
    /// When the type's `Serialize` refuses, as for a map whose keys are not strings or numbers, and when a number in it is not
    /// finite.
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError>;

    /// Encodes the value, and makes sure that it will decode: what nests deeper than 128 levels is written and not read.
    ///
    /// A number that is not finite is written as `null` where the type reads that as the same number.
    ///
    /// # Errors
    ///
    /// As for [`encode`](Self::encode), and when what was encoded is no value of this type.
    fn encode_to_keep(&self, out: &mut Vec<u8>) -> Result<(), EncodeError>;

    /// Appends a text by which [`is_as_noted`](Self::is_as_noted) will know the value, with numbers that are not finite.
    ///
    /// # Errors
    ///
    /// When the type's `Serialize` refuses.
    fn note(&self, out: &mut Vec<u8>) -> Result<(), EncodeError>;

    /// Replaces the value by the decoded one. On an error the value stays as it was.
    ///
    /// # Errors
    ///
    /// When the bytes do not hold a value of this type.
    fn decode(&mut self, encoded: &[u8]) -> Result<(), DecodeError>;

    /// Replaces the value by the one that this text begins with, and answers how many bytes it takes. On an error the value
    /// stays as it was.
    ///
    /// # Errors
    ///
    /// When the text does not begin with a value of this type.
    fn decode_first(&mut self, encoded: &str) -> Result<usize, DecodeError>;

    /// Whether the encoded value equals this one: byte for byte, or else by the type's `PartialEq`, where NaN equals NaN.
    fn equals(&self, encoded: &[u8]) -> bool;

    /// Whether this is the value that was noted, or one that equals it.
    fn is_as_noted(&self, noted: &[u8]) -> bool;

    /// Whether the other value is of the same type and equal.
    fn equals_value(&self, other: &dyn Value) -> bool;

    /// Exchanges the value with another of the same type.
    fn swap(&mut self, other: &mut dyn Value);

    /// The value with its type, for a merge policy or a column.
    fn as_any(&self) -> &dyn Any;

    /// The value with its type, to be changed.
    fn as_any_mut(&mut self) -> &mut dyn Any;
}

impl<T: SessionValue> Value for T {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        write(self, NotFinite::Refused, out).map_err(EncodeError)
    }

    fn encode_to_keep(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let start = out.len();
        let refused = write(self, NotFinite::Refused, out).err();
        if refused.is_some() {
            write(self, NotFinite::Null, out).map_err(EncodeError)?;
        }
        let error = match (serde_json::from_slice::<Self>(&out[start..]), refused) {
            (Ok(_), None) => return Ok(()),
            (Ok(decoded), Some(_)) if are_alike(&decoded, self) => return Ok(()),
            (_, Some(refused)) => refused,
            (Err(error), None) => {
                let reason = without_value::<Self>(&error);
                ser::Error::custom(format_args!("what it encodes to would not decode: {reason}"))
            }
        };
        out.truncate(start);
        Err(EncodeError(error))
    }

    fn note(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        write(self, NotFinite::Marked, out).map_err(EncodeError)
    }

    fn decode(&mut self, encoded: &[u8]) -> Result<(), DecodeError> {
        *self = serde_json::from_slice(encoded).map_err(|error| DecodeError::Payload(without_value::<T>(&error)))?;
        Ok(())
    }

    fn decode_first(&mut self, encoded: &str) -> Result<usize, DecodeError> {
        let mut values = serde_json::Deserializer::from_str(encoded).into_iter();
        let value = values.next().unwrap_or_else(|| Err(de::Error::custom("there is no value")));
        *self = value.map_err(|error| DecodeError::Payload(without_value::<T>(&error)))?;
        Ok(values.byte_offset())
    }

    fn equals(&self, encoded: &[u8]) -> bool {
        // Encoding into a comparison costs no memory and settles nearly every case. Only where the bytes differ may the
        // values still be equal, as for a `HashMap` that lists its entries in another order.
        let mut rest = Expect::new(encoded);
        if rest.is_all_of(self, NotFinite::Refused) {
            return true;
        }
        // Where nothing differed, a number was refused: NaN does not equal itself, and may be what was stored all the same.
        serde_json::from_slice::<T>(encoded)
            .is_ok_and(|stored| stored == *self || !rest.differs && are_alike(&stored, self))
    }

    fn is_as_noted(&self, noted: &[u8]) -> bool {
        Expect::new(noted).is_all_of(self, NotFinite::Marked)
            || serde_json::from_slice::<T>(noted).is_ok_and(|noted| noted == *self)
    }

    fn equals_value(&self, other: &dyn Value) -> bool {
        other.as_any().downcast_ref::<T>().is_some_and(|other| self == other)
    }

    fn swap(&mut self, other: &mut dyn Value) {
        if let Some(other) = other.as_any_mut().downcast_mut::<T>() {
            std::mem::swap(self, other);
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

/// Where the value does not fit. What serde says itself quotes the value, and this ends in a log.
pub(super) fn without_value<T>(error: &serde_json::Error) -> serde_json::Error {
    let (ty, column) = (type_name::<T>(), error.column());
    de::Error::custom(format_args!("not a `{ty}`, from its byte {column} on"))
}

/// Appends the encoded value, or nothing.
fn write<T: SessionValue>(value: &T, not_finite: NotFinite, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    let start = out.len();
    serde_json::to_writer(&mut *out, &Numbers(value, not_finite)).inspect_err(|_| out.truncate(start))
}

/// Whether two values of one type would be noted alike: they are equal, where NaN equals NaN.
pub(crate) fn are_alike(one: &dyn Value, other: &dyn Value) -> bool {
    let mut noted = Vec::new();
    one.note(&mut noted).is_ok() && other.is_as_noted(&noted)
}

/// A writer that accepts exactly the bytes it expects.
struct Expect<'a> {
    bytes: &'a [u8],
    /// Other bytes have come.
    differs: bool,
}

impl<'a> Expect<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, differs: false }
    }

    fn is_all_of<T: SessionValue>(&mut self, value: &T, not_finite: NotFinite) -> bool {
        serde_json::to_writer(&mut *self, &Numbers(value, not_finite)).is_ok() && self.bytes.is_empty()
    }
}

impl io::Write for Expect<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(rest) = self.bytes.strip_prefix(bytes) else {
            self.differs = true;
            return Err(io::ErrorKind::InvalidData.into());
        };
        self.bytes = rest;
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn equal_values_are_equal_whatever_the_order_of_their_bytes() {
        let set: HashSet<u32> = (0..20).collect();
        let mut other: Vec<u32> = set.iter().copied().collect();
        other.reverse();
        assert!(set.equals(&serde_json::to_vec(&other).unwrap()));
        assert!(!set.equals(b"[1,2]"));
        assert!(!set.equals(b"nonsense"));
    }

    #[test]
    fn what_no_text_says_equals_none() {
        assert!(None::<f64>.equals(b"null"));
        for lost in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            assert!(!Some(lost).equals(b"null"));
            assert!(!vec![Some(lost)].equals(b"[null]"));
        }
    }

    #[test]
    fn a_prefix_is_not_equal() {
        assert!(12_u32.equals(b"12"));
        assert!(!12_u32.equals(b"123"));
        assert!(!123_u32.equals(b"12"));
    }

    #[test]
    fn what_would_not_decode_is_not_kept() {
        let mut out = b"{".to_vec();
        let deep = (0..200).fold(serde_json::Value::Null, |inner, _| serde_json::Value::Array(vec![inner]));
        let error = deep.encode_to_keep(&mut out).unwrap_err();
        let said = std::error::Error::source(&error).unwrap().to_string();
        assert!(said.starts_with("what it encodes to would not decode: not a `serde_json::value::Value`"), "{said}");
        assert_eq!(out, b"{");
        1.5_f64.encode_to_keep(&mut out).unwrap();
        assert_eq!(out, b"{1.5");
    }

    proptest::proptest! {
        #[test]
        fn a_finite_number_comes_back_to_the_last_bit(number in proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL) {
            let mut out = Vec::new();
            number.encode_to_keep(&mut out).unwrap();
            let mut back = 0.0_f64;
            back.decode(&out).unwrap();
            proptest::prop_assert_eq!(back.to_bits(), number.to_bits());
        }
    }

    #[test]
    fn a_failed_decode_leaves_the_value() {
        let mut value = 7_u8;
        assert!(value.decode(b"300").is_err());
        assert_eq!(value, 7);
    }
}
