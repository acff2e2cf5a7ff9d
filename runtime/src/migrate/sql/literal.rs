//! A column's value as an SQL literal.

use std::fmt::Write as _;

use sqlx::types::time::OffsetDateTime;

use crate::{
    column::date_text,
    model::{ColumnType, ColumnValue},
    schema::Dialect,
};

/// The value as a literal; none for what has no spelling, such as a float that is not a number.
pub(in crate::migrate) fn literal(dialect: Dialect, ty: ColumnType, value: &ColumnValue) -> Option<String> {
    Some(match (value, dialect) {
        (ColumnValue::Bool(value), Dialect::Sqlite) => i64::from(*value).to_string(),
        (ColumnValue::Bool(value), _) => String::from(if *value { "TRUE" } else { "FALSE" }),
        (ColumnValue::Int(value), _) => value.to_string(),
        // As long as the type can hold, and no longer: an f32 is no neater for the digits of an f64.
        #[expect(clippy::cast_possible_truncation, reason = "the column holds an f32, and so does the field")]
        (ColumnValue::Float(value), _) if value.is_finite() && ty == ColumnType::Float32 => {
            format!("{:?}", *value as f32)
        }
        (ColumnValue::Float(value), _) if value.is_finite() => format!("{value:?}"),
        (ColumnValue::Text(text) | ColumnValue::Json(text), _) => quoted(dialect, text)?,
        (ColumnValue::Bytes(bytes), Dialect::Postgres) if ty == ColumnType::Uuid => format!("'{}'", hex(bytes)),
        (ColumnValue::Bytes(bytes), Dialect::Postgres) => format!("'\\x{}'", hex(bytes)),
        (ColumnValue::Bytes(bytes), _) => format!("x'{}'", hex(bytes)),
        (ColumnValue::Date(days), _) => format!("'{}'", date_text(*days)?),
        (ColumnValue::Timestamp(micros), Dialect::Sqlite) => micros.to_string(),
        (ColumnValue::Timestamp(micros), Dialect::Postgres) => format!("'{}+00'", moment(*micros)?),
        (ColumnValue::Timestamp(micros), Dialect::MySql) => format!("'{}'", moment(*micros)?),
        _ => return None,
    })
}

/// A moment of the years 1000 to 9999, in UTC.
fn moment(micros: i64) -> Option<String> {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1000).ok()?;
    (1000..=9999).contains(&at.year()).then(|| {
        format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}",
            at.year(),
            u8::from(at.month()),
            at.day(),
            at.hour(),
            at.minute(),
            at.second(),
            at.microsecond()
        )
    })
}

/// A carriage return would not survive every version control system, and NUL no database.
fn quoted(dialect: Dialect, text: &str) -> Option<String> {
    if text.contains(['\0', '\r']) {
        return None;
    }
    let text = text.replace('\'', "''");
    // MySQL alone takes a backslash in a string for an escape.
    Some(if dialect == Dialect::MySql { format!("'{}'", text.replace('\\', "\\\\")) } else { format!("'{text}'") })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_spelled_so_that_nothing_leaves_its_quotes() {
        let text = |dialect, text: &str| literal(dialect, ColumnType::Text, &ColumnValue::Text(text.into()));
        assert_eq!(text(Dialect::Sqlite, "it's \\").unwrap(), "'it''s \\'");
        assert_eq!(text(Dialect::MySql, "it's \\").unwrap(), "'it''s \\\\'");
        assert_eq!(text(Dialect::Postgres, "\0"), None);
        let at = ColumnValue::Timestamp(1_700_000_000_123_456);
        assert_eq!(literal(Dialect::Postgres, ColumnType::Timestamp, &at).unwrap(), "'2023-11-14 22:13:20.123456+00'");
        assert_eq!(literal(Dialect::MySql, ColumnType::Float64, &ColumnValue::Float(f64::NAN)), None);
        assert_eq!(literal(Dialect::MySql, ColumnType::Float32, &ColumnValue::Float(0.1_f32.into())).unwrap(), "0.1");
        assert_eq!(literal(Dialect::Postgres, ColumnType::Bytes, &ColumnValue::Bytes(vec![255])).unwrap(), "'\\xff'");
    }
}
