//! `--date today`: the one place where the program asks for the time. Somebody typed it, and the manifest says so.

use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, NaiveDate};

use super::values::Wrong;

/// What may be written, in the catalogue.
const DATES: Wrong = Wrong::Said("usage-date");

/// China has one time, whatever zone the computer was set up with.
const BEIJING_SECONDS: i64 = 8 * 60 * 60;

/// A date as it was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypedDate {
    /// The day.
    pub date: NaiveDate,
    /// The word `today` was typed.
    pub today: bool,
}

/// Reads `2026-04-08` or `today`.
pub fn typed_date(text: &str) -> Result<TypedDate, Wrong> {
    if matches!(text, "today" | "今天") {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|_| DATES)?.as_secs();
        let here = i64::try_from(seconds).ok().and_then(|seconds| DateTime::from_timestamp(seconds + BEIJING_SECONDS, 0));
        return here.map(|here| TypedDate { date: here.date_naive(), today: true }).ok_or(DATES);
    }
    text.parse().map(|date| TypedDate { date, today: false }).map_err(|_| DATES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_today_asks_for_the_time() {
        assert_eq!(typed_date("2026-04-08").map(|typed| (typed.date.to_string(), typed.today)), Ok(("2026-04-08".into(), false)));
        assert!(typed_date("today").is_ok_and(|typed| typed.today));
        assert!(typed_date("tomorrow").is_err());
    }
}
