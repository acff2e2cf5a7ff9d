//! Days as text, for a database that has no type for them.
//!
//! The arithmetic is that of the proleptic Gregorian calendar (ISO 8601), in which a cycle of 400 years has 146,097 days.

/// Days from 0000-03-01, with which a cycle begins so that the leap day is the last of its year, to 1970-01-01.
const EPOCH: i32 = 719_468;

const DAYS_OF_CYCLE: i32 = 146_097;

/// `2026-11-23`, from days since 1970-01-01; none outside of the years 0 to 9999, where texts would not sort as days do.
pub(crate) fn date_text(days: i32) -> Option<String> {
    let days = days.checked_add(EPOCH)?;
    let (cycle, day_of_cycle) = (days.div_euclid(DAYS_OF_CYCLE), days.rem_euclid(DAYS_OF_CYCLE));
    // Every fourth year of a cycle has a day more, but for every hundredth, but for the last.
    let year_of_cycle = (day_of_cycle - day_of_cycle / 1_460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    // From March on, the lengths of months repeat every five, which have 153 days.
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = cycle * 400 + year_of_cycle + i32::from(month <= 2);
    (0..=9999).contains(&year).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// Days since 1970-01-01, from `2026-11-23`.
#[cfg_attr(not(feature = "sqlite"), allow(dead_code, reason = "only SQLite keeps a day as text"))]
pub(crate) fn parse_date(text: &str) -> Option<i32> {
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i32>().ok()).flatten();
    let [year, month, day] = <[&str; 3]>::try_from(text.split('-').collect::<Vec<_>>()).ok()?;
    let [year, month, day] =
        [(year, 4), (month, 2), (day, 2)].map(|(part, length)| if part.len() == length { number(part) } else { None });
    let (year, month, day) = (year?, month?, day?);
    if !(1..=12).contains(&month) {
        return None;
    }
    let (shifted_year, shifted_month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (cycle, year_of_cycle) = (shifted_year.div_euclid(400), shifted_year.rem_euclid(400));
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let day_of_cycle = 365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    let days = cycle * DAYS_OF_CYCLE + day_of_cycle - EPOCH;
    // A day that the month does not have comes out as another day.
    (date_text(days).as_deref() == Some(text)).then_some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_from_year_0_to_9999_survives_as_text_in_order() {
        let (first, last) = (-719_528, 2_932_896);
        assert_eq!(date_text(first).as_deref(), Some("0000-01-01"));
        assert_eq!(date_text(last).as_deref(), Some("9999-12-31"));
        assert_eq!((date_text(first - 1), date_text(last + 1)), (None, None));
        let mut before = String::new();
        for days in first..=last {
            let text = date_text(days).unwrap();
            assert!(text > before, "{text}");
            assert_eq!(parse_date(&text), Some(days));
            before = text;
        }
    }

    #[test]
    fn known_days_are_themselves() {
        for (days, text) in [(0, "1970-01-01"), (11_016, "2000-02-29"), (-1, "1969-12-31"), (20_780, "2026-11-23")] {
            assert_eq!(date_text(days).as_deref(), Some(text));
        }
        assert_eq!((date_text(i32::MIN), date_text(i32::MAX)), (None, None));
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in
            ["", "2026", "2026-02-29", "2026-13-01", "2026-00-01", "2026-1-01", "+026-01-01", "2026-01-01-", "x"]
        {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }
}
