//! Working days by the State Council's yearly notices.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Months, NaiveDate, Weekday};
use serde::Deserialize;

/// Working days by the State Council's yearly notices. A year without a notice is unknown, never guessed.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    years: BTreeMap<i32, Year>,
}

#[derive(Clone, Debug, Default)]
struct Year {
    off: BTreeSet<NaiveDate>,
    makeup: BTreeSet<NaiveDate>,
}

/// A calendar file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CalendarError {
    /// Not TOML, an unknown key, or a value of the wrong kind.
    #[error("{0}")]
    Format(String),
    /// A date or range that is none.
    #[error("`{0}` is not a date MM-DD or a range MM-DD..MM-DD")]
    Date(String),
    /// A make-up day that is listed as off too.
    #[error("{0} is both off and a make-up working day")]
    Both(NaiveDate),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    year: i32,
    // Required although never computed with: a table nobody can trace to its notice is not accepted.
    #[serde(rename = "notice")]
    _notice: String,
    #[serde(rename = "date")]
    _date: String,
    off: Vec<String>,
    makeup: Vec<String>,
}

impl Calendar {
    /// Adds a year's table; a later one for the same year replaces the earlier.
    ///
    /// `text` is TOML: `year`, `notice` (number), `date` (of the notice), `off` and `makeup` as lists of
    /// `"MM-DD"` or `"MM-DD..MM-DD"`.
    pub fn add(&mut self, text: &str) -> Result<(), CalendarError> {
        let file: File = toml::from_str(text).map_err(|error| CalendarError::Format(error.to_string()))?;
        let days = |ranges: &[String]| -> Result<BTreeSet<NaiveDate>, CalendarError> {
            let mut days = BTreeSet::new();
            for range in ranges {
                let bad = || CalendarError::Date(range.clone());
                let (first, last) = range.split_once("..").unwrap_or((range, range));
                let day = |text: &str| NaiveDate::parse_from_str(&format!("{}-{text}", file.year), "%Y-%m-%d").map_err(|_| bad());
                let (first, last) = (day(first)?, day(last)?);
                if last < first {
                    return Err(bad());
                }
                days.extend(first.iter_days().take_while(|day| *day <= last));
            }
            Ok(days)
        };
        let year = Year { off: days(&file.off)?, makeup: days(&file.makeup)? };
        if let Some(day) = year.off.intersection(&year.makeup).next() {
            return Err(CalendarError::Both(*day));
        }
        self.years.insert(file.year, year);
        Ok(())
    }

    /// Whether people work that day; `None` in a year without a notice.
    pub fn is_workday(&self, day: NaiveDate) -> Option<bool> {
        let year = self.years.get(&day.year())?;
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        Some(year.makeup.contains(&day) || (!weekend && !year.off.contains(&day)))
    }

    /// Last day of a publication of `days` working days; `None` where it reaches an unknown year.
    pub fn publication_end(&self, posted: NaiveDate, days: u32, count_posting_day: bool) -> Option<NaiveDate> {
        let mut day = posted;
        let mut left = days;
        if count_posting_day && self.is_workday(day)? {
            left = left.saturating_sub(1);
        }
        while left > 0 {
            day = day.succ_opt()?;
            if self.is_workday(day)? {
                left -= 1;
            }
        }
        // The posting day's own year must be known even where nothing was counted in it.
        self.is_workday(posted)?;
        Some(day)
    }
}

/// Same day so many months later, the month's end where there is none (民法典 202).
pub fn months_later(day: NaiveDate, months: u32) -> NaiveDate {
    day.checked_add_months(Months::new(months)).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builtin() -> Calendar {
        let mut calendar = Calendar::default();
        for year in [2024, 2025, 2026] {
            let path = format!("{}/templates/calendar/{year}.toml", env!("CARGO_MANIFEST_DIR"));
            calendar.add(&std::fs::read_to_string(path).expect("calendar file")).expect("calendar");
        }
        calendar
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("date")
    }

    #[test]
    fn counts_the_working_days_of_each_quarter() {
        let calendar = builtin();
        for (year, quarters) in [(2024, [61, 62, 66, 62]), (2025, [59, 61, 67, 61]), (2026, [59, 61, 66, 62])] {
            let mut counted = [0; 4];
            let first = NaiveDate::from_ymd_opt(year, 1, 1).expect("date");
            for day in first.iter_days().take_while(|day| day.year() == year) {
                if calendar.is_workday(day) == Some(true) {
                    counted[day.month0() as usize / 3] += 1;
                }
            }
            assert_eq!(counted, quarters, "{year}");
        }
    }

    #[test]
    fn ends_publications_as_the_notices_demand() {
        let calendar = builtin();
        for (posted, counted, not_counted) in [
            ("2024-02-05", "2024-02-19", "2024-02-20"),
            ("2024-09-12", "2024-09-23", "2024-09-24"),
            ("2024-12-30", "2025-01-08", "2025-01-09"),
            ("2025-01-24", "2025-02-08", "2025-02-10"),
            ("2025-09-26", "2025-10-11", "2025-10-13"),
            ("2025-12-29", "2026-01-07", "2026-01-08"),
            ("2026-01-02", "2026-01-12", "2026-01-12"),
            ("2026-01-04", "2026-01-12", "2026-01-13"),
            ("2026-02-10", "2026-02-25", "2026-02-26"),
            ("2026-02-14", "2026-03-02", "2026-03-03"),
            ("2026-09-20", "2026-09-29", "2026-09-30"),
            ("2026-09-28", "2026-10-12", "2026-10-13"),
        ] {
            assert_eq!(calendar.publication_end(day(posted), 7, true), Some(day(counted)), "{posted}");
            assert_eq!(calendar.publication_end(day(posted), 7, false), Some(day(not_counted)), "{posted}");
        }
    }

    #[test]
    fn never_guesses_an_unknown_year() {
        assert_eq!(builtin().publication_end(day("2026-12-28"), 7, false), None);
        assert_eq!(builtin().is_workday(day("2027-01-04")), None);
    }

    #[test]
    fn refuses_a_table_without_its_notice() {
        assert!(Calendar::default().add("year = 2027\noff = []\nmakeup = []").is_err());
        assert!(Calendar::default().add("year = 2027\nnotice='x'\ndate='x'\noff = ['02-30']\nmakeup = []").is_err());
    }

    #[test]
    fn ends_terms_on_the_same_day_of_the_month() {
        assert_eq!(months_later(day("2026-08-31"), 6), day("2027-02-28"));
        assert_eq!(months_later(day("2026-12-31"), 12), day("2027-12-31"));
    }
}
