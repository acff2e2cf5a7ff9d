//! One field's value, without its type: encode, decode, compare.

use std::any::{Any, type_name};

use serde::{
    Serialize,
    de::{self, DeserializeOwned},
    ser,
};

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
    /// The error of a secret field.
    pub(crate) fn withheld() -> Self {
        Self(ser::Error::custom("the reason is withheld because the field is secret"))
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

/// A [`SessionValue`] whose type is known only to itself. The payload format is JSON, one value per field.
pub trait Value: Any + Send + Sync {
    /// Appends the value as JSON. The text may say less than the value: JSON has no infinity, no NaN and one `null`.
    ///
    /// # Errors
    ///
    /// When the type's `Serialize` fails, for example for a map whose keys are not texts or numbers.
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError>;

    /// Appends the value as JSON and proves that the text decodes to this value again. On an error nothing is appended.
    ///
    /// # Errors
    ///
    /// As for [`encode`](Self::encode), and when the text decodes to another value or to none.
    fn encode_exactly(&self, out: &mut Vec<u8>) -> Result<(), EncodeError>;

    /// Replaces the value by the decoded one. On an error the value stays as it was.
    ///
    /// # Errors
    ///
    /// When the bytes do not hold a value of this type.
    fn decode(&mut self, encoded: &[u8]) -> Result<(), DecodeError>;

    /// Replaces the value by the one that the text begins with, and returns how many bytes it takes. On an error the value
    /// stays as it was.
    ///
    /// # Errors
    ///
    /// When the text does not begin with a value of this type.
    fn decode_first(&mut self, text: &str) -> Result<usize, DecodeError>;

    /// Whether both values are of one type and equal by its `PartialEq`.
    ///
    /// A value that holds NaN is unequal even to itself. Two such values are equal here when they encode alike, so that
    /// borrowing one mutably is no change of it.
    fn equals(&self, other: &dyn Value) -> bool;

    /// Exchanges the value with another of the same type.
    fn swap(&mut self, other: &mut dyn Value);
}

impl<T: SessionValue> Value for T {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let start = out.len();
        serde_json::to_writer(&mut *out, self).map_err(|error| {
            out.truncate(start);
            EncodeError(error)
        })
    }

    fn encode_exactly(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let start = out.len();
        self.encode(out)?;
        let text = &out[start..];
        let loss = match serde_json::from_slice::<Self>(text) {
            Ok(decoded) if same(&decoded, self) => return Ok(()),
            Err(error) if error.is_syntax() || !holds_null(text) => {
                let reason = without_value::<Self>(&error);
                ser::Error::custom(format_args!("what it encodes to would not decode: {reason}"))
            }
            Ok(_) | Err(_) if holds_null(text) => ser::Error::custom(NULL_LOSES),
            Ok(_) | Err(_) => ser::Error::custom(
                "what it encodes to decodes to another value; its `Serialize` and `Deserialize` do not fit together",
            ),
        };
        out.truncate(start);
        Err(EncodeError(loss))
    }

    fn decode(&mut self, encoded: &[u8]) -> Result<(), DecodeError> {
        *self = serde_json::from_slice(encoded).map_err(|error| DecodeError::Payload(without_value::<T>(&error)))?;
        Ok(())
    }

    fn decode_first(&mut self, text: &str) -> Result<usize, DecodeError> {
        let mut values = serde_json::Deserializer::from_str(text).into_iter();
        let value = values.next().unwrap_or_else(|| Err(de::Error::custom("there is no value")));
        *self = value.map_err(|error| DecodeError::Payload(without_value::<T>(&error)))?;
        Ok(values.byte_offset())
    }

    fn equals(&self, other: &dyn Value) -> bool {
        (other as &dyn Any).downcast_ref::<T>().is_some_and(|other| same(self, other))
    }

    fn swap(&mut self, other: &mut dyn Value) {
        if let Some(other) = (other as &mut dyn Any).downcast_mut::<T>() {
            std::mem::swap(self, other);
        }
    }
}

const NULL_LOSES: &str = "JSON has neither infinity nor NaN, and one `null` for `None`, `Some(None)` and `()`, so the value \
                          would be read as another one; keep such a number as text, and a nested option as an enum";

/// Whether both are equal, or hold NaN and encode alike.
fn same<T: SessionValue>(one: &T, other: &T) -> bool {
    one == other || is_unequal_to_itself(one) && is_unequal_to_itself(other) && encodes_alike(one, other)
}

#[expect(clippy::eq_op, reason = "this is what tells NaN")]
fn is_unequal_to_itself<T: PartialEq>(value: &T) -> bool {
    value != value
}

fn encodes_alike<T: Serialize>(one: &T, other: &T) -> bool {
    let texts = serde_json::to_vec(one).ok().zip(serde_json::to_vec(other).ok());
    texts.is_some_and(|(one, other)| one == other)
}

/// Whether the word is in a text of JSON, be it in a string.
fn holds_null(text: &[u8]) -> bool {
    text.windows(4).any(|word| word == b"null")
}

/// Where the value does not fit. The words of serde quote the value, and this ends in a log.
pub(super) fn without_value<T>(error: &serde_json::Error) -> serde_json::Error {
    let (ty, column) = (type_name::<T>(), error.column());
    de::Error::custom(format_args!("not a `{ty}`, from its byte {column} on"))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde::Deserialize;

    use super::*;

    fn refusal(value: &impl Value) -> String {
        let mut out = b"{".to_vec();
        let error = value.encode_exactly(&mut out).expect_err("it loses something");
        assert_eq!(out, b"{", "nothing is appended");
        std::error::Error::source(&error).expect("a reason").to_string()
    }

    #[test]
    fn what_json_cannot_say_is_refused_wherever_it_is() {
        for lost in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            for value in
                [&lost as &dyn Value, &Some(lost), &vec![Some(lost)], &HashMap::from([("key".to_owned(), vec![lost])])]
            {
                let mut out = Vec::new();
                let error = value.encode_exactly(&mut out).expect_err("JSON has no such number");
                let reason = std::error::Error::source(&error).expect("a reason").to_string();
                assert!(reason.starts_with("JSON has neither infinity nor NaN"), "{reason}");
            }
        }
        assert!(refusal(&Some(None::<u8>)).contains("`Some(None)`"));
        assert!(refusal(&Some(())).contains("`()`"));
        assert!(refusal(&Some(serde_json::Value::Null)).starts_with("JSON has neither"));
    }

    #[test]
    fn a_serialize_that_loses_something_is_refused() {
        #[derive(Debug, Deserialize, PartialEq, Serialize)]
        struct Lossy {
            kept: u8,
            #[serde(skip)]
            lost: u8,
        }
        assert!(refusal(&Lossy { kept: 1, lost: 2 }).contains("do not fit together"));
        Lossy { kept: 1, lost: 0 }.encode_exactly(&mut Vec::new()).expect("nothing is lost");
    }

    #[test]
    fn a_number_that_its_own_type_reads_from_null_is_kept() {
        #[derive(Debug, PartialEq, Serialize)]
        struct Reading(f64);
        impl<'de> Deserialize<'de> for Reading {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok(Self(Option::deserialize(deserializer)?.unwrap_or(f64::NAN)))
            }
        }
        let mut out = Vec::new();
        Reading(f64::NAN).encode_exactly(&mut out).expect("its type reads it again");
        assert_eq!(out, b"null");
    }

    #[test]
    fn nan_equals_nan_and_another_value_beside_it_is_a_change() {
        assert!(f64::NAN.equals(&f64::NAN));
        assert!(!f64::NAN.equals(&f64::INFINITY));
        assert!(vec![f64::NAN, 1.0].equals(&vec![f64::NAN, 1.0]));
        assert!(!vec![f64::NAN, 1.0].equals(&vec![f64::NAN, 2.0]));
        assert!(!1_u8.equals(&1_u16), "another type");
    }

    #[test]
    fn what_would_not_decode_is_refused() {
        let deep = (0..200).fold(serde_json::Value::Null, |inner, _| serde_json::Value::Array(vec![inner]));
        let said = refusal(&deep);
        assert!(said.starts_with("what it encodes to would not decode: not a `serde_json::value::Value`"), "{said}");
    }

    proptest::proptest! {
        #[test]
        fn a_finite_number_comes_back_to_the_last_bit(number in proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL) {
            let mut out = Vec::new();
            number.encode_exactly(&mut out).unwrap();
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
