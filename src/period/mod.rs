//! Periods of a year, the working-day calendar, and the run's date: the program's only notion of now.
//!
//! Nothing here reads a clock.

mod calendar;
mod day;

pub use calendar::{Calendar, months_later};
pub use day::{Day, digit_date, text_date};

use std::fmt;

use crate::words::folded;

/// How long a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Every {
    Month,
    Quarter,
    Half,
    Year,
}

impl Every {
    /// Every length with its word, the shortest first.
    pub const WORDS: [(&'static str, Self); 4] =
        [("month", Self::Month), ("quarter", Self::Quarter), ("half", Self::Half), ("year", Self::Year)];

    /// Every length, the shortest first.
    pub const ALL: [Self; 4] = [Self::Month, Self::Quarter, Self::Half, Self::Year];

    /// Months in one.
    pub fn months(self) -> u8 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Half => 6,
            Self::Year => 12,
        }
    }

    /// All periods of this length in a year, in order.
    pub fn all(self) -> impl Iterator<Item = Period> {
        (1..=12 / self.months()).map(move |number| Period { every: self, number })
    }

    /// The word used in scheme files and the configuration: `quarter`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Half => "half",
            Self::Year => "year",
        }
    }
}

/// A month, quarter, half or the whole of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Period {
    every: Every,
    number: u8,
}

impl Period {
    /// The whole year.
    pub const YEAR: Self = Self { every: Every::Year, number: 1 };

    /// Its place among all periods: months, quarters, halves, the year.
    pub fn ordinal(self) -> u8 {
        self.every as u8 * 16 + self.number
    }

    /// The period of an [`ordinal`](Self::ordinal).
    pub fn from_ordinal(ordinal: u8) -> Option<Self> {
        Every::ALL.into_iter().find(|every| *every as u8 == ordinal / 16).and_then(|every| Self::new(every, ordinal % 16))
    }

    /// The `number`-th period of that length, from 1; `None` where the year has no such.
    pub fn new(every: Every, number: u8) -> Option<Self> {
        (1..=12 / every.months()).contains(&number).then_some(Self { every, number })
    }

    /// Its length.
    pub fn every(self) -> Every {
        self.every
    }

    /// Its number in the year, from 1.
    pub fn number(self) -> u8 {
        self.number
    }

    /// First month, 1–12.
    pub fn first_month(self) -> u8 {
        (self.number - 1) * self.every.months() + 1
    }

    /// Last month, 1–12.
    pub fn last_month(self) -> u8 {
        self.number * self.every.months()
    }

    /// True where `inner` lies within this period.
    pub fn contains(self, inner: Self) -> bool {
        self.first_month() <= inner.first_month() && inner.last_month() <= self.last_month()
    }

    /// True where the two share a month.
    pub fn overlaps(self, first_month: u8, last_month: u8) -> bool {
        self.first_month() <= last_month && first_month <= self.last_month()
    }

    /// Reads what branches write: `7月` `07月` `7` `三季度` `第3季度` `Q3` `上半年` `全年` …; white space and
    /// full-width forms must be gone already.
    pub fn parse(text: &str) -> Option<Self> {
        let upper = text.to_ascii_uppercase();
        let (every, number) = if let Some(quarter) = upper.strip_suffix("季度").or_else(|| upper.strip_suffix('季')) {
            (Every::Quarter, small_number(quarter.strip_prefix('第').unwrap_or(quarter))?)
        } else if let Some(quarter) = upper.strip_prefix('Q') {
            (Every::Quarter, small_number(quarter)?)
        } else if let Some(half) = upper.strip_suffix("半年") {
            match half {
                "上" => (Every::Half, 1),
                "下" => (Every::Half, 2),
                _ => return None,
            }
        } else if let Some(half) = upper.strip_prefix('H') {
            (Every::Half, small_number(half)?)
        } else if matches!(upper.as_str(), "全年" | "年度" | "本年") {
            (Every::Year, 1)
        } else {
            let month = upper.strip_suffix("月份").or_else(|| upper.strip_suffix('月')).unwrap_or(&upper);
            (Every::Month, small_number(month)?)
        };
        Self::new(every, number)
    }

    /// Chinese name within a year: `7月`, `三季度`, `上半年`, `全年`.
    pub fn zh(self) -> String {
        match self.every {
            Every::Month => format!("{}月", self.number),
            Every::Quarter => format!("{}季度", ["一", "二", "三", "四"][usize::from(self.number - 1)]),
            Every::Half => (if self.number == 1 { "上半年" } else { "下半年" }).to_owned(),
            Every::Year => "全年".to_owned(),
        }
    }

    /// The same in an English sentence: `month 7`, `Q3`, `H1`, `the year`.
    pub fn en(self) -> String {
        match self.every {
            Every::Month => format!("month {}", self.number),
            Every::Quarter => format!("Q{}", self.number),
            Every::Half => format!("H{}", self.number),
            Every::Year => "the year".to_owned(),
        }
    }
}

fn small_number(text: &str) -> Option<u8> {
    if !text.is_empty() && text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().ok();
    }
    ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"]
        .iter()
        .position(|word| *word == text)
        .map(|at| at as u8 + 1)
}

/// The period of a run: `2026`, `2026H1`, `2026Q3`, `2026M07`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunPeriod {
    /// Calendar year.
    pub year: i32,
    /// What of it.
    pub period: Period,
}

impl RunPeriod {
    /// Reads the notation of the command line and of folder names.
    pub fn parse(text: &str) -> Option<Self> {
        if !text.is_ascii() || text.len() < 4 || !text[..4].bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let year = text[..4].parse().ok().filter(|year| (1949..=9998).contains(year))?;
        let period = match (&text[4..5.min(text.len())], text.get(5..)) {
            ("", _) => Period::YEAR,
            ("H", Some(n)) if n.len() == 1 => Period::new(Every::Half, n.parse().ok()?)?,
            ("Q", Some(n)) if n.len() == 1 => Period::new(Every::Quarter, n.parse().ok()?)?,
            ("M", Some(n)) if n.len() == 2 && n.bytes().all(|b| b.is_ascii_digit()) => Period::new(Every::Month, n.parse().ok()?)?,
            _ => return None,
        };
        Some(Self { year, period })
    }

    /// For titles: `2026年`, `2026年三季度`.
    pub fn zh(self) -> String {
        if self.period == Period::YEAR { format!("{}年", self.year) } else { format!("{}年{}", self.year, self.period.zh()) }
    }

    /// The same where a title or a form names the year as a whole: `2026年度`.
    pub fn zh_title(self) -> String {
        if self.period == Period::YEAR { format!("{}年度", self.year) } else { self.zh() }
    }

    /// The period's first day.
    pub fn first_day(self) -> chrono::NaiveDate {
        chrono::NaiveDate::from_ymd_opt(self.year, u32::from(self.period.first_month()), 1).unwrap_or_default()
    }

    /// The first day of the period's last month.
    pub fn first_day_of_last_month(self) -> chrono::NaiveDate {
        chrono::NaiveDate::from_ymd_opt(self.year, u32::from(self.period.last_month()), 1).unwrap_or_default()
    }

    /// The period's last day.
    pub fn last_day(self) -> chrono::NaiveDate {
        let (year, month) = match self.period.last_month() {
            12 => (self.year + 1, 1),
            month => (self.year, u32::from(month) + 1),
        };
        chrono::NaiveDate::from_ymd_opt(year, month, 1).and_then(|next| next.pred_opt()).unwrap_or_default()
    }
}

/// A period as people write it: `一季度`, `1月`, `2026年1月`, `2026-01`, `全年`, and the notation of folders; the year may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedPeriod {
    /// Calendar year, if it is written.
    pub year: Option<i32>,
    /// What of it.
    pub period: Period,
}

impl NamedPeriod {
    /// Reads it, whatever blanks and full-width forms it has.
    pub fn parse(text: &str) -> Option<Self> {
        let folded = folded(text).to_ascii_uppercase();
        let digits = folded.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 6 && folded.len() == 6 {
            return Self::parse(&format!("{}-{}", &folded[..4], &folded[4..])); // 202601
        }
        if digits != 4 {
            return Some(Self { year: None, period: Period::parse(&folded)? });
        }
        let year = folded[..4].parse().ok().filter(|year| (1949..=9998).contains(year))?;
        let rest = &folded[4..];
        let period = match rest.strip_prefix(['年', '-', '.', '/']).unwrap_or(rest) {
            "" | "度" => Period::YEAR,
            month if month.starts_with('M') => Period::parse(&month[1..]).filter(|period| period.every == Every::Month)?,
            other => Period::parse(other)?,
        };
        Some(Self { year: Some(year), period })
    }

    /// The run's period, in this year if none is written.
    pub fn in_year(self, year: i32) -> RunPeriod {
        RunPeriod { year: self.year.unwrap_or(year), period: self.period }
    }
}

impl fmt::Display for RunPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.year)?;
        match self.period.every {
            Every::Year => Ok(()),
            Every::Half => write!(f, "H{}", self.period.number),
            Every::Quarter => write!(f, "Q{}", self.period.number),
            Every::Month => write!(f, "M{:02}", self.period.number),
        }
    }
}

/// `2026年5月6日`.
pub fn zh_date(date: chrono::NaiveDate) -> String {
    use chrono::Datelike;
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_way_branches_write_a_period() {
        for (text, zh) in [
            ("1月", "1月"),
            ("01月", "1月"),
            ("12", "12月"),
            ("十二月", "12月"),
            ("一季度", "一季度"),
            ("第一季度", "一季度"),
            ("1季度", "一季度"),
            ("Q4", "四季度"),
            ("q2", "二季度"),
            ("上半年", "上半年"),
            ("下半年", "下半年"),
            ("全年", "全年"),
        ] {
            assert_eq!(Period::parse(text).map(Period::zh).as_deref(), Some(zh), "{text}");
        }
        for text in ["13", "十三月", "五季度", "0月", "Q5", "", "春季", "中半年", "1.5", "-1", "+1", "Q+1"] {
            assert_eq!(Period::parse(text), None, "{text}");
        }
    }

    #[test]
    fn reads_every_way_people_write_the_period_of_a_run() {
        for (text, run) in [
            ("一月", "2026M01"),
            ("1月", "2026M01"),
            ("１ 月", "2026M01"),
            ("2026年1月", "2026M01"),
            ("2026年 十二月", "2026M12"),
            ("2026-01", "2026M01"),
            ("2026.1", "2026M01"),
            ("202601", "2026M01"),
            ("2026m1", "2026M01"),
            ("一季度", "2026Q1"),
            ("2026年第三季度", "2026Q3"),
            ("2026q3", "2026Q3"),
            ("上半年", "2026H1"),
            ("2026年下半年", "2026H2"),
            ("全年", "2026"),
            ("2026年", "2026"),
            ("2026年度", "2026"),
            ("2025M07", "2025M07"),
        ] {
            assert_eq!(NamedPeriod::parse(text).map(|named| named.in_year(2026).to_string()).as_deref(), Some(run), "{text}");
        }
        for text in ["", "13月", "2026-13", "2026M", "2026Q5", "2026X", "20261", "0000-01", "五季度", "2026MQ1", "2026--1"] {
            assert_eq!(NamedPeriod::parse(text), None, "{text}");
        }
    }

    #[test]
    fn reads_and_writes_run_periods() {
        for text in ["2026", "2026H1", "2026Q3", "2026M07", "2026M12"] {
            assert_eq!(RunPeriod::parse(text).map(|p| p.to_string()).as_deref(), Some(text));
        }
        for text in ["", "26", "2026M7", "2026Q5", "2026H3", "2026M13", "2026X", "2026Q", "2026Q03", "２０２６"] {
            assert_eq!(RunPeriod::parse(text), None, "{text}");
        }
        assert_eq!(RunPeriod::parse("2024M02").map(|p| p.last_day().to_string()).as_deref(), Some("2024-02-29"));
    }
}
