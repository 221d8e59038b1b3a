//! Working days by the State Council's yearly notices.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use chrono::{Datelike, Months, NaiveDate, Weekday};

use crate::config::{ConfigError, Keys, Names, Parsed, Reader};

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

/// What people may call the keys of a calendar.
const NAMES: &Names = &[
    ("year", &["年份", "年度", "年"]),
    ("notice", &["通知", "文件", "文号"]),
    ("date", &["发文日期", "日期"]),
    ("off", &["放假", "假期", "节假日", "holidays"]),
    ("makeup", &["补班", "调休", "调休上班", "上班", "workdays"]),
];

impl Calendar {
    /// Adds a year's table; a later one for the same year replaces the earlier.
    ///
    /// `text` is TOML: `year`, `notice` (number), `date` (of the notice), `off` and `makeup` as lists of
    /// `"MM-DD"` or `"MM-DD..MM-DD"`.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn add(&mut self, text: &str) -> Result<(), ConfigError> {
        let parsed = Parsed::of(text);
        let mut reader = Reader::new(&parsed, NAMES, &[]);
        let mut keys = reader.keys(&parsed);
        let year = reader.whole(&mut keys, "year", 1949..=9998) as i32;
        // Required although never computed with: a table nobody can trace to its notice is not accepted.
        reader.text(&mut keys, "notice");
        reader.text(&mut keys, "date");
        let off = days(&mut reader, &mut keys, "off", year);
        let makeup = days(&mut reader, &mut keys, "makeup", year);
        reader.finish(keys);
        for (day, place) in makeup.iter().filter(|(day, _)| off.contains_key(day)) {
            reader.fault(place, format!("{day} 既写在 off 里，又写在 makeup 里"), format!("{day} is both off and a make-up working day"));
        }
        let year_of = Year { off: off.into_keys().collect(), makeup: makeup.into_keys().collect() };
        let read = reader.end(year_of)?;
        self.years.insert(year, read);
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

/// The days that a list of `MM-DD` and `MM-DD..MM-DD` names, each with where it is written.
fn days<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>, key: &'static str, year: i32) -> BTreeMap<NaiveDate, Range<usize>> {
    reader.required(keys, key);
    let mut days = BTreeMap::new();
    for written in reader.texts(keys, key) {
        let (first, last) = written.value.split_once("..").unwrap_or((&written.value, &written.value));
        let day = |text: &str| NaiveDate::parse_from_str(&format!("{year}-{}", text.trim()), "%Y-%m-%d").ok();
        match (day(first), day(last)) {
            (Some(first), Some(last)) if first <= last => {
                days.extend(first.iter_days().take_while(|day| *day <= last).map(|day| (day, written.span.clone())));
            }
            _ => reader.fault(
                &written.span,
                format!("“{}”不是 {year} 年的日子；写作 \"05-01\" 或 \"05-01..05-05\"", written.value),
                format!("`{}` is no day of {year}; write \"05-01\" or \"05-01..05-05\"", written.value),
            ),
        }
    }
    days
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
    fn says_everything_that_is_wrong_with_a_table() {
        let told = |text: &str| {
            let error = Calendar::default().add(text).expect_err("must be refused");
            error.faults.into_iter().map(|fault| (fault.spot.line, fault.spot.column, fault.said.zh)).collect::<Vec<_>>()
        };
        assert_eq!(
            told("year = 2027\noff = []\nmakeup = []"),
            [(1, 1, "缺少“notice”（通知）".into()), (1, 1, "缺少“date”（发文日期）".into())]
        );
        let text = "year = 2027\nnotice='x'\ndate='x'\noff = ['02-30', '05-01..05-03']\nmakeup = ['05-02', '9-31']\nholidays = []\n";
        assert_eq!(
            told(text),
            [
                (4, 8, "“02-30”不是 2027 年的日子；写作 \"05-01\" 或 \"05-01..05-05\"".into()),
                (5, 11, "2027-05-02 既写在 off 里，又写在 makeup 里".into()),
                (5, 20, "“9-31”不是 2027 年的日子；写作 \"05-01\" 或 \"05-01..05-05\"".into()),
                (6, 1, "没有“holidays”这一项，应写 off".into()),
            ]
        );
    }

    #[test]
    fn ends_terms_on_the_same_day_of_the_month() {
        assert_eq!(months_later(day("2026-08-31"), 6), day("2027-02-28"));
        assert_eq!(months_later(day("2026-12-31"), 12), day("2027-12-31"));
    }
}
