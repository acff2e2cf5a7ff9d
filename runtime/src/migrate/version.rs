//! The numbers of migrations: the moment at which each was made, as `sqlx migrate add` numbers them.

use sqlx::types::time::{Date, OffsetDateTime, PrimitiveDateTime, Time};

use crate::clock::Timestamp;

/// The number for now, and if that is taken or past, the one after the last.
pub(super) fn next_version(now: Timestamp, last: Option<i64>) -> i64 {
    let now = OffsetDateTime::from_unix_timestamp_nanos(i128::from(now.as_micros()) * 1000);
    let now = now.map_or(1, |now| number(PrimitiveDateTime::new(now.date(), now.time())));
    match last {
        Some(last) if last >= now => following(last),
        _ => now,
    }
}

/// A second later; for a number of another kind the next one.
pub(super) fn following(version: i64) -> i64 {
    let later =
        moment(version).and_then(|moment| moment.checked_add(std::time::Duration::from_secs(1).try_into().ok()?));
    later.map_or_else(|| version.saturating_add(1), number)
}

fn number(moment: PrimitiveDateTime) -> i64 {
    let (date, time) = (moment.date(), moment.time());
    let parts = [date.month() as u8, date.day(), time.hour(), time.minute(), time.second()];
    parts.into_iter().fold(i64::from(date.year()), |number, part| number * 100 + i64::from(part))
}

fn moment(version: i64) -> Option<PrimitiveDateTime> {
    let part = |divisor: i64| u8::try_from(version / divisor % 100).ok();
    let year = i32::try_from(version / 10_000_000_000).ok().filter(|year| (1000..=9998).contains(year))?;
    let date = Date::from_calendar_date(year, part(100_000_000)?.try_into().ok()?, part(1_000_000)?).ok()?;
    let time = Time::from_hms(part(10_000)?, part(100)?, part(1)?).ok()?;
    Some(PrimitiveDateTime::new(date, time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_only_grow_and_stay_moments() {
        let now = Timestamp::from_micros(1_700_000_000_000_000);
        assert_eq!(next_version(now, None), 20_231_114_221_320);
        assert_eq!(next_version(now, Some(3)), 20_231_114_221_320);
        assert_eq!(next_version(now, Some(20_231_114_221_320)), 20_231_114_221_321);
        assert_eq!(next_version(now, Some(20_231_231_235_959)), 20_240_101_000_000);
        assert_eq!(next_version(now, Some(99_999_999_999_999)), 100_000_000_000_000);
    }
}
