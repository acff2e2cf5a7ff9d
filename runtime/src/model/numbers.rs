//! Numbers that JSON does not have, however deep in a value they are.
//!
//! RFC 8259 section 6 knows neither infinity nor NaN. `serde_json` writes `null` in their place, and an `Option<f64>` reads that
//! as `None`: the value would be lost, and nobody told. [`Numbers`] around a value says what becomes of them while it is
//! written; all else passes through it as it is.

use std::fmt::Display;

use serde::{Serialize, Serializer, ser};

/// What becomes of infinity and NaN.
#[derive(Clone, Copy, Debug)]
pub(super) enum NotFinite {
    /// The value is not written.
    Refused,
    /// Each is written as a text of its own, by which it can be compared and not read.
    Marked,
    /// They are `null`, which the value's own type may read as what it was.
    Null,
}

/// Around a value, around a serializer, and around one of its parts.
pub(super) struct Numbers<T>(pub(super) T, pub(super) NotFinite);

impl<T: Serialize + ?Sized> Serialize for Numbers<&T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(Numbers(serializer, self.1))
    }
}

impl NotFinite {
    fn write<S: Serializer>(self, number: f64, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Refused => Err(ser::Error::custom(
                "JSON has neither infinity nor NaN; keep such a number as text, or as an `Option` that is `None`",
            )),
            // No text that means something begins with a code point that is no character.
            Self::Marked if number.is_nan() => serializer.serialize_str("\u{FFFF}NaN"),
            Self::Marked if number > 0.0 => serializer.serialize_str("\u{FFFF}+"),
            Self::Marked => serializer.serialize_str("\u{FFFF}-"),
            Self::Null => serializer.serialize_f64(number),
        }
    }
}

/// Methods that pass on what they are given.
macro_rules! passes {
    ($($method:ident($($argument:ident: $type:ty),*)),* $(,)?) => {$(
        fn $method(self, $($argument: $type),*) -> Result<S::Ok, S::Error> {
            self.0.$method($($argument),*)
        }
    )*};
}

/// Methods that begin a part of a value.
macro_rules! begins {
    ($($method:ident($($argument:ident: $type:ty),*) -> $part:ident),* $(,)?) => {$(
        fn $method(self, $($argument: $type),*) -> Result<Self::$part, S::Error> {
            self.0.$method($($argument),*).map(|part| Numbers(part, self.1))
        }
    )*};
}

impl<S: Serializer> Serializer for Numbers<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Numbers<S::SerializeSeq>;
    type SerializeTuple = Numbers<S::SerializeTuple>;
    type SerializeTupleStruct = Numbers<S::SerializeTupleStruct>;
    type SerializeTupleVariant = Numbers<S::SerializeTupleVariant>;
    type SerializeMap = Numbers<S::SerializeMap>;
    type SerializeStruct = Numbers<S::SerializeStruct>;
    type SerializeStructVariant = Numbers<S::SerializeStructVariant>;

    fn serialize_f32(self, number: f32) -> Result<S::Ok, S::Error> {
        if number.is_finite() { self.0.serialize_f32(number) } else { self.1.write(number.into(), self.0) }
    }

    fn serialize_f64(self, number: f64) -> Result<S::Ok, S::Error> {
        if number.is_finite() { self.0.serialize_f64(number) } else { self.1.write(number, self.0) }
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.0.serialize_some(&Numbers(value, self.1))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<S::Ok, S::Error> {
        self.0.serialize_newtype_struct(name, &Numbers(value, self.1))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.0.serialize_newtype_variant(name, index, variant, &Numbers(value, self.1))
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.0.collect_str(value)
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }

    passes! {
        serialize_bool(value: bool), serialize_char(value: char), serialize_str(value: &str), serialize_bytes(value: &[u8]),
        serialize_i8(value: i8), serialize_i16(value: i16), serialize_i32(value: i32), serialize_i64(value: i64),
        serialize_u8(value: u8), serialize_u16(value: u16), serialize_u32(value: u32), serialize_u64(value: u64),
        serialize_i128(value: i128), serialize_u128(value: u128), serialize_none(), serialize_unit(),
        serialize_unit_struct(name: &'static str),
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str),
    }

    begins! {
        serialize_seq(len: Option<usize>) -> SerializeSeq,
        serialize_tuple(len: usize) -> SerializeTuple,
        serialize_tuple_struct(name: &'static str, len: usize) -> SerializeTupleStruct,
        serialize_tuple_variant(name: &'static str, index: u32, variant: &'static str, len: usize) -> SerializeTupleVariant,
        serialize_map(len: Option<usize>) -> SerializeMap,
        serialize_struct(name: &'static str, len: usize) -> SerializeStruct,
        serialize_struct_variant(name: &'static str, index: u32, variant: &'static str, len: usize) -> SerializeStructVariant,
    }
}

/// The parts of a value: each takes elements, some of them under a name, and ends.
macro_rules! parts {
    ($($part:ident { $($method:ident($($name:ident: $type:ty)?)),+ })*) => {$(
        impl<S: ser::$part> ser::$part for Numbers<S> {
            type Ok = S::Ok;
            type Error = S::Error;

            $(fn $method<T: Serialize + ?Sized>(&mut self, $($name: $type,)? value: &T) -> Result<(), S::Error> {
                self.0.$method($($name,)? &Numbers(value, self.1))
            })+

            fn end(self) -> Result<S::Ok, S::Error> {
                self.0.end()
            }
        }
    )*};
}

parts! {
    SerializeSeq { serialize_element() }
    SerializeTuple { serialize_element() }
    SerializeTupleStruct { serialize_field() }
    SerializeTupleVariant { serialize_field() }
    SerializeMap { serialize_key(), serialize_value() }
    SerializeStruct { serialize_field(name: &'static str) }
    SerializeStructVariant { serialize_field(name: &'static str) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, value::RawValue};

    use super::*;

    #[derive(Serialize)]
    struct Newtype<T>(T);

    #[derive(Serialize)]
    struct Pair<T>(u8, T);

    #[derive(Serialize)]
    struct Unit;

    #[derive(Serialize)]
    struct Struct<T> {
        name: &'static str,
        value: T,
    }

    #[derive(Serialize)]
    #[serde(tag = "type")]
    enum Tagged<T> {
        Struct { value: T },
    }

    #[derive(Serialize)]
    enum Variant<T> {
        Unit,
        Newtype(T),
        Pair(u8, T),
        Struct { value: T },
    }

    /// The value around a number, in every way that serde knows.
    fn around<T: Copy + Serialize + 'static>(number: T) -> Vec<Box<dyn erased::Value>> {
        vec![
            Box::new(number),
            Box::new(Some(number)),
            Box::new(vec![number]),
            Box::new((1, number)),
            Box::new(Newtype(number)),
            Box::new(Pair(1, number)),
            Box::new(Struct { name: "a", value: number }),
            Box::new(Tagged::Struct { value: number }),
            Box::new(Variant::Newtype(number)),
            Box::new(Variant::Pair(1, number)),
            Box::new(Variant::Struct { value: number }),
            Box::new(BTreeMap::from([("key", number)])),
            Box::new(BTreeMap::from([("key", Some(vec![Newtype(number)]))])),
        ]
    }

    /// Values of several types in one list.
    mod erased {
        use super::{NotFinite, Numbers, Serialize};

        pub(super) trait Value {
            fn plain(&self) -> String;
            fn with(&self, not_finite: NotFinite) -> Result<String, String>;
        }

        impl<T: Serialize> Value for T {
            fn plain(&self) -> String {
                serde_json::to_string(self).unwrap()
            }

            fn with(&self, not_finite: NotFinite) -> Result<String, String> {
                serde_json::to_string(&Numbers(self, not_finite)).map_err(|error| error.to_string())
            }
        }
    }

    #[test]
    fn what_json_has_is_written_as_without() {
        let raw = RawValue::from_string("[1, 2 ]".to_owned()).unwrap();
        let others: Vec<Box<dyn erased::Value>> = vec![
            Box::new((true, 'c', "text \"\n", (), Unit, None::<u8>)),
            Box::new((-1_i8, -2_i16, -3_i32, -4_i64, -5_i128)),
            Box::new((1_u8, 2_u16, 3_u32, 4_u64, 5_u128, 6_usize)),
            Box::new(Variant::<u8>::Unit),
            Box::new(format_args!("displayed").to_string()),
            Box::new(std::net::Ipv4Addr::LOCALHOST),
            Box::new(BTreeMap::from([(1_u8, "a number as a key")])),
            Box::new(raw),
            Box::new(serde_json::from_str::<Value>(r#"{"a":[1,-2,3.5,null,{"b":"c"}]}"#).unwrap()),
        ];
        for value in around(1.5_f64).into_iter().chain(around(-0.0_f32)).chain(others) {
            for not_finite in [NotFinite::Refused, NotFinite::Marked, NotFinite::Null] {
                assert_eq!(value.with(not_finite), Ok(value.plain()));
            }
        }
    }

    #[test]
    fn what_json_has_not_is_refused_wherever_it_is() {
        for value in around(f64::NEG_INFINITY).into_iter().chain(around(f32::NAN)) {
            let error = value.with(NotFinite::Refused).expect_err(&value.plain());
            assert!(error.starts_with("JSON has neither infinity nor NaN"), "{error}");
            assert_eq!(value.with(NotFinite::Null), Ok(value.plain()));
        }
    }

    #[test]
    fn what_json_has_not_is_told_apart_by_its_mark() {
        let numbers = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN].map(around);
        for ((one, two), three) in numbers[0].iter().zip(&numbers[1]).zip(&numbers[2]) {
            let [one, two, three] = [one, two, three].map(|value| value.with(NotFinite::Marked).unwrap());
            assert!(one != two && two != three && one != three, "{one} {two} {three}");
        }
    }
}
