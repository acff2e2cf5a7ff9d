//! Columns of types from other crates, each behind the feature of its name.

#[cfg(any(feature = "uuid", feature = "time", feature = "chrono", feature = "jiff"))]
use super::{Column, ColumnError, ColumnType, ColumnValue};

#[cfg(feature = "uuid")]
impl Column for uuid::Uuid {
    const TYPE: ColumnType = ColumnType::Uuid;

    fn to_column(&self) -> ColumnValue {
        ColumnValue::Bytes(self.as_bytes().to_vec())
    }

    fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
        match value {
            ColumnValue::Bytes(bytes) => Self::from_slice(bytes).map_err(|error| ColumnError::invalid("UUID", error)),
            other => Err(ColumnError::mismatch("a UUID", other)),
        }
    }
}

/// A moment: kept to the microsecond, and given back in UTC.
#[cfg(any(feature = "time", feature = "chrono", feature = "jiff"))]
macro_rules! moment {
    ($rust:ty, $to_micros:expr, $from_micros:expr $(,)?) => {
        impl Column for $rust {
            const TYPE: ColumnType = ColumnType::Timestamp;

            fn to_column(&self) -> ColumnValue {
                ColumnValue::Timestamp($to_micros(self))
            }

            fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
                match value {
                    ColumnValue::Timestamp(micros) => {
                        $from_micros(*micros).ok_or_else(|| ColumnError::invalid("moment", "too far from now"))
                    }
                    other => Err(ColumnError::mismatch("a timestamp", other)),
                }
            }
        }
    };
}

/// A day, through the number of days since 1970-01-01.
#[cfg(any(feature = "time", feature = "chrono", feature = "jiff"))]
macro_rules! day {
    ($rust:ty, $to_days:expr, $from_days:expr $(,)?) => {
        impl Column for $rust {
            const TYPE: ColumnType = ColumnType::Date;

            fn to_column(&self) -> ColumnValue {
                ColumnValue::Date($to_days(self))
            }

            fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
                match value {
                    ColumnValue::Date(days) => {
                        $from_days(*days).ok_or_else(|| ColumnError::invalid("date", "too far from now"))
                    }
                    other => Err(ColumnError::mismatch("a date", other)),
                }
            }
        }
    };
}

#[cfg(feature = "time")]
mod time {
    use time::{Date, OffsetDateTime};

    use super::{Column, ColumnError, ColumnType, ColumnValue};

    /// The Julian day of 1970-01-01.
    const EPOCH: i32 = 2_440_588;

    moment!(
        OffsetDateTime,
        |moment: &OffsetDateTime| {
            let micros = moment.unix_timestamp_nanos().div_euclid(1_000);
            i64::try_from(micros).unwrap_or(if micros < 0 { i64::MIN } else { i64::MAX })
        },
        |micros: i64| OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).ok(),
    );

    day!(Date, |day: &Date| day.to_julian_day() - EPOCH, |days: i32| Date::from_julian_day(days.checked_add(EPOCH)?)
        .ok(),);
}

#[cfg(feature = "chrono")]
mod chrono {
    use chrono::{DateTime, Datelike, NaiveDate, Utc};

    use super::{Column, ColumnError, ColumnType, ColumnValue};

    /// The days from the beginning of year 1 to 1970-01-01, plus one, as the crate counts them.
    const EPOCH: i32 = 719_163;

    moment!(DateTime<Utc>, DateTime::timestamp_micros, DateTime::from_timestamp_micros);

    day!(
        NaiveDate,
        |day: &NaiveDate| day.num_days_from_ce() - EPOCH,
        |days: i32| NaiveDate::from_num_days_from_ce_opt(days.checked_add(EPOCH)?),
    );
}

#[cfg(feature = "jiff")]
mod jiff {
    use jiff::{SignedDuration, Timestamp, civil::Date};

    use super::{Column, ColumnError, ColumnType, ColumnValue};

    const EPOCH: Date = Date::constant(1970, 1, 1);

    moment!(
        Timestamp,
        // Below the microsecond the crate rounds to zero; a moment before 1970 has to come earlier, not later.
        |moment: &Timestamp| {
            let micros = moment.as_nanosecond().div_euclid(1_000);
            i64::try_from(micros).unwrap_or(if micros < 0 { i64::MIN } else { i64::MAX })
        },
        |micros: i64| Timestamp::from_microsecond(micros).ok(),
    );

    day!(
        Date,
        |day: &Date| i32::try_from(day.duration_since(EPOCH).as_hours() / 24).unwrap_or_default(),
        |days: i32| EPOCH.checked_add(SignedDuration::from_hours(i64::from(days) * 24)).ok(),
    );
}
