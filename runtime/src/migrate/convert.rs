//! Which types a column can go over to with its values, and what that may cost.

use crate::model::ColumnType;

/// What becomes of the values when a column changes its type.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Conversion {
    /// Every value fits.
    Exact,
    /// A value that does not fit stops the migration.
    Checked,
    /// Every value fits, some only rounded.
    Rounded,
    /// There is no translation: the column is dropped and added anew.
    None,
}

/// What a type is to a conversion: the range of its values.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Shape {
    Bool,
    /// Smallest and largest.
    Int(i64, i64),
    /// How many bits are exact.
    Float(u32),
    /// The longest.
    Text(u32),
    Bytes(u32),
    Binary(u32),
    Timestamp,
    Date,
    Uuid,
    Json,
}

/// What becomes of the values on the way from one type to the other. If there is a way, there is one back.
pub(super) fn conversion(from: (ColumnType, Option<u32>), to: (ColumnType, Option<u32>)) -> Conversion {
    use Conversion::{Checked, Exact, None, Rounded};
    match (shape(from), shape(to)) {
        (one, other) if one == other => Exact,
        (Shape::Bool, Shape::Int(..)) => Exact,
        (Shape::Int(low, high), Shape::Int(lowest, highest)) => fits(low >= lowest && high <= highest),
        (Shape::Int(low, high), Shape::Float(bits)) => {
            let limit = 1_i64 << bits;
            if low >= -limit && high <= limit { Exact } else { Rounded }
        }
        (Shape::Float(_), Shape::Int(..)) => Rounded,
        (Shape::Float(bits), Shape::Float(room)) => {
            if bits <= room {
                Exact
            } else {
                Rounded
            }
        }
        // The longest number, -9223372036854775808.
        (Shape::Int(..), Shape::Text(room)) => fits(room >= 20),
        // The longest, -1.7976931348623157e+308.
        (Shape::Float(_), Shape::Text(room)) => fits(room >= 24),
        (Shape::Text(length), Shape::Text(room))
        | (Shape::Bytes(length) | Shape::Binary(length), Shape::Bytes(room)) => fits(length <= room),
        (Shape::Int(..), Shape::Bool)
        | (Shape::Text(_), Shape::Int(..) | Shape::Float(_))
        | (Shape::Bytes(_), Shape::Binary(_)) => Checked,
        _ => None,
    }
}

fn fits(all: bool) -> Conversion {
    if all { Conversion::Exact } else { Conversion::Checked }
}

fn shape((ty, max_len): (ColumnType, Option<u32>)) -> Shape {
    if let Some((low, high)) = integer_range(ty) {
        return Shape::Int(low, high);
    }
    match ty {
        ColumnType::Bool => Shape::Bool,
        ColumnType::Float32 => Shape::Float(24),
        ColumnType::Varchar(len) => Shape::Text(max_len.unwrap_or(len)),
        ColumnType::Text => Shape::Text(max_len.unwrap_or(u32::MAX)),
        ColumnType::Bytes => Shape::Bytes(max_len.unwrap_or(u32::MAX)),
        ColumnType::Binary(len) => Shape::Binary(len),
        ColumnType::Timestamp => Shape::Timestamp,
        ColumnType::Date => Shape::Date,
        ColumnType::Uuid => Shape::Uuid,
        ColumnType::Json => Shape::Json,
        // What is left are the 64-bit floats: the integers have their range.
        _ => Shape::Float(53),
    }
}

/// The smallest and the largest value of an integer type.
pub(super) fn integer_range(ty: ColumnType) -> Option<(i64, i64)> {
    Some(match ty {
        ColumnType::Int8 => (i8::MIN.into(), i8::MAX.into()),
        ColumnType::Int16 => (i16::MIN.into(), i16::MAX.into()),
        ColumnType::Int32 => (i32::MIN.into(), i32::MAX.into()),
        ColumnType::Int64 => (i64::MIN, i64::MAX),
        ColumnType::Uint8 => (0, u8::MAX.into()),
        ColumnType::Uint16 => (0, u16::MAX.into()),
        ColumnType::Uint32 => (0, u32::MAX.into()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_way_up_has_a_way_down() {
        let types = [
            (ColumnType::Bool, None),
            (ColumnType::Int8, None),
            (ColumnType::Uint32, None),
            (ColumnType::Int64, None),
            (ColumnType::Float32, None),
            (ColumnType::Float64, None),
            (ColumnType::Text, None),
            (ColumnType::Text, Some(10)),
            (ColumnType::Varchar(45), None),
            (ColumnType::Bytes, None),
            (ColumnType::Bytes, Some(16)),
            (ColumnType::Binary(16), None),
            (ColumnType::Binary(8), None),
            (ColumnType::Timestamp, None),
            (ColumnType::Date, None),
            (ColumnType::Uuid, None),
            (ColumnType::Json, None),
        ];
        for from in types {
            for to in types {
                let up = conversion(from, to) == Conversion::None;
                assert_eq!(up, conversion(to, from) == Conversion::None, "{from:?} {to:?}");
            }
        }
        let plain = |ty| (ty, None);
        assert_eq!(conversion(plain(ColumnType::Int32), plain(ColumnType::Int64)), Conversion::Exact);
        assert_eq!(conversion(plain(ColumnType::Int64), plain(ColumnType::Int32)), Conversion::Checked);
        assert_eq!(conversion(plain(ColumnType::Int32), plain(ColumnType::Float32)), Conversion::Rounded);
        assert_eq!(conversion(plain(ColumnType::Text), plain(ColumnType::Json)), Conversion::None);
    }
}
