//! The columns of the standard library's types.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Duration,
};

use super::{Column, ColumnError, ColumnType, ColumnValue};

macro_rules! integers {
    ($($rust:ty => $ty:ident),+ $(,)?) => {$(
        impl Column for $rust {
            const TYPE: ColumnType = ColumnType::$ty;

            fn to_column(&self) -> ColumnValue {
                ColumnValue::Int(i64::from(*self))
            }

            fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
                match value {
                    ColumnValue::Int(int) => {
                        <$rust>::try_from(*int).map_err(|error| ColumnError::invalid(stringify!($rust), error))
                    }
                    other => Err(ColumnError::mismatch("an integer", other)),
                }
            }
        }
    )+};
}

integers! {
    i8 => Int8, i16 => Int16, i32 => Int32, i64 => Int64,
    u8 => Uint8, u16 => Uint16, u32 => Uint32,
}

impl Column for bool {
    const TYPE: ColumnType = ColumnType::Bool;

    fn to_column(&self) -> ColumnValue {
        ColumnValue::Bool(*self)
    }

    fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
        match value {
            ColumnValue::Bool(value) => Ok(*value),
            other => Err(ColumnError::mismatch("a boolean", other)),
        }
    }
}

impl Column for f64 {
    const TYPE: ColumnType = ColumnType::Float64;

    fn to_column(&self) -> ColumnValue {
        ColumnValue::Float(*self)
    }

    fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
        match value {
            ColumnValue::Float(value) => Ok(*value),
            other => Err(ColumnError::mismatch("a floating point number", other)),
        }
    }
}

impl Column for f32 {
    const TYPE: ColumnType = ColumnType::Float32;

    fn to_column(&self) -> ColumnValue {
        ColumnValue::Float(f64::from(*self))
    }

    #[expect(clippy::cast_possible_truncation, reason = "the column was filled from an f32, which f64 holds exactly")]
    fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
        f64::from_column(value).map(|value| value as f32)
    }
}

impl Column for String {
    const TYPE: ColumnType = ColumnType::Text;

    fn to_column(&self) -> ColumnValue {
        ColumnValue::Text(self.clone())
    }

    fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
        match value {
            ColumnValue::Text(text) => Ok(text.clone()),
            other => Err(ColumnError::mismatch("text", other)),
        }
    }
}

impl Column for Vec<u8> {
    const TYPE: ColumnType = ColumnType::Bytes;

    fn to_column(&self) -> ColumnValue {
        ColumnValue::Bytes(self.clone())
    }

    fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
        match value {
            ColumnValue::Bytes(bytes) => Ok(bytes.clone()),
            other => Err(ColumnError::mismatch("bytes", other)),
        }
    }
}

impl<const N: usize> Column for [u8; N] {
    #[expect(clippy::cast_possible_truncation, reason = "an array in a session is far below 4 GiB")]
    const TYPE: ColumnType = ColumnType::Binary(N as u32);

    fn to_column(&self) -> ColumnValue {
        ColumnValue::Bytes(self.to_vec())
    }

    fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
        match value {
            ColumnValue::Bytes(bytes) => {
                bytes.as_slice().try_into().map_err(|error| ColumnError::invalid("array of its length", error))
            }
            other => Err(ColumnError::mismatch("bytes", other)),
        }
    }
}

impl Column for Duration {
    const TYPE: ColumnType = ColumnType::Int64;

    fn to_column(&self) -> ColumnValue {
        ColumnValue::Int(i64::try_from(self.as_micros()).unwrap_or(i64::MAX))
    }

    fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
        let micros = i64::from_column(value)?;
        u64::try_from(micros).map(Self::from_micros).map_err(|error| ColumnError::invalid("duration", error))
    }
}

macro_rules! through_text {
    ($($rust:ty => $len:literal, $name:literal),+ $(,)?) => {$(
        impl Column for $rust {
            const TYPE: ColumnType = ColumnType::Varchar($len);

            fn to_column(&self) -> ColumnValue {
                ColumnValue::Text(self.to_string())
            }

            fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
                match value {
                    ColumnValue::Text(text) => text.parse().map_err(|error| ColumnError::invalid($name, error)),
                    other => Err(ColumnError::mismatch("text", other)),
                }
            }
        }
    )+};
}

// 45 characters hold the longest text form, an IPv4 address mapped into IPv6.
through_text! {
    char => 1, "character",
    IpAddr => 45, "IP address",
    Ipv4Addr => 45, "IPv4 address",
    Ipv6Addr => 45, "IPv6 address",
}

/// `NULL` is `None`. A schema refuses an `Option` inside an `Option`.
impl<T: Column> Column for Option<T> {
    const TYPE: ColumnType = T::TYPE;
    const NULLABLE: bool = true;
    const AMBIGUOUS: bool = T::NULLABLE;

    fn to_column(&self) -> ColumnValue {
        self.as_ref().map_or(ColumnValue::Null, T::to_column)
    }

    fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
        match value {
            ColumnValue::Null => Ok(None),
            value => T::from_column(value).map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use super::*;

    fn survives<T: Column + PartialEq + fmt::Debug>(value: &T) {
        assert_eq!(T::from_column(&value.to_column()).unwrap(), *value);
    }

    #[test]
    fn every_column_type_survives() {
        survives(&true);
        survives(&i8::MIN);
        survives(&u32::MAX);
        survives(&i64::MIN);
        survives(&0.1_f32);
        survives(&f64::MAX);
        survives(&String::from("größe"));
        survives(&'ß');
        survives(&vec![0_u8, 255]);
        survives(&[1_u8, 2, 3]);
        survives(&Duration::from_micros(5));
        survives(&IpAddr::from([127, 0, 0, 1]));
        survives(&Some(5_i64));
        survives(&None::<i64>);
    }

    #[test]
    fn a_value_that_does_not_fit_says_what_was_found() {
        let error = u8::from_column(&ColumnValue::Int(300)).unwrap_err();
        assert_eq!(error.to_string(), "the column does not hold a valid u8");
        let error = bool::from_column(&ColumnValue::Text("yes".into())).unwrap_err();
        assert_eq!(error.to_string(), "expected a boolean in the column, found text");
    }
}
