//! The dates of `scorebook.toml`: when boards go up, and by when submissions are due.
//!
//! `[notice] posted` is the year's run's alone: a board of January must not bear December's date because the county set
//! one date. Every other period has its own table, or its board has blanks to be filled in by hand.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::period::{Period, RunPeriod};

use super::workspace::{date, explain, line_below};

/// Boards: when they go up and whom to call.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// The day the boards go up.
    #[serde(default, deserialize_with = "date")]
    pub posted: Option<NaiveDate>,
    /// Phone for objections.
    pub phone: Option<String>,
    /// The posting day counts.
    pub count_posting_day: Option<bool>,
}

/// `[collect."2026Q1"]`: by when the submissions of a period are due.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collect {
    /// The last day.
    #[serde(default, deserialize_with = "date")]
    pub due: Option<NaiveDate>,
}

/// The tables of all periods.
#[derive(Clone, Debug, Default)]
pub struct Dates {
    /// `[notice]`.
    notice: Notice,
    /// `[notice."P"]`.
    notices: BTreeMap<RunPeriod, Notice>,
    /// `[collect."P"]`.
    due: BTreeMap<RunPeriod, NaiveDate>,
}

/// Where a fault is, from 1, and what it is, Chinese and English.
pub(super) type Fault = (usize, String, String);

impl Dates {
    /// Reads `[notice]` and `[collect]`.
    pub(super) fn read(text: &str, year: i32, notice: toml::Table, collect: toml::Table) -> Result<Self, Fault> {
        let mut dates = Self::default();
        let mut plain = toml::Table::new();
        for (key, value) in notice {
            let toml::Value::Table(table) = value else {
                plain.insert(key, value);
                continue;
            };
            let header = format!("[notice.\"{key}\"]");
            let run = period_of(&key, year).map_err(|(zh, en)| (line_of(text, &header), zh, en))?;
            let notice: Notice = read_table(text, &header, table)?;
            posted_in(run, &notice).map_err(|(zh, en)| (line_below(text, &header, "posted"), zh, en))?;
            dates.notices.insert(run, notice);
        }
        dates.notice = read_table(text, "[notice]", plain)?;
        let whole = RunPeriod { year, period: Period::YEAR };
        posted_in(whole, &dates.notice).map_err(|(zh, en)| (line_below(text, "[notice]", "posted"), zh, en))?;
        for (key, value) in collect {
            let header = format!("[collect.\"{key}\"]");
            let run = period_of(&key, year).map_err(|(zh, en)| (line_of(text, &header), zh, en))?;
            let toml::Value::Table(table) = value else {
                let zh = format!("应写成 {header}，下面一行 due = 2026-04-08");
                let en = format!("write {header} and below it a line `due = 2026-04-08`");
                return Err((line_below(text, "[collect]", &key), zh, en));
            };
            let collect: Collect = read_table(text, &header, table)?;
            dates.due.extend(collect.due.map(|due| (run, due)));
        }
        Ok(dates)
    }

    /// The notice of a run; phone and whether the posting day counts come from `[notice]` where the period's own says nothing.
    pub fn notice(&self, run: RunPeriod) -> Notice {
        let own = self.notices.get(&run).cloned().unwrap_or_default();
        Notice {
            posted: own.posted.or(self.notice.posted.filter(|_| run.period == Period::YEAR)),
            phone: own.phone.or_else(|| self.notice.phone.clone()),
            count_posting_day: own.count_posting_day.or(self.notice.count_posting_day),
        }
    }

    /// By when the submissions of a period are due.
    pub fn due(&self, run: RunPeriod) -> Option<NaiveDate> {
        self.due.get(&run).copied()
    }

    /// All deadlines, in the order of the year.
    pub fn deadlines(&self) -> impl Iterator<Item = (RunPeriod, NaiveDate)> + '_ {
        let mut all: Vec<(RunPeriod, NaiveDate)> = self.due.iter().map(|(run, due)| (*run, *due)).collect();
        all.sort_by_key(|(run, due)| (*due, run.period.last_month(), run.period.every()));
        all.into_iter()
    }
}

/// The period of a key, which must be one of the workspace's year.
fn period_of(key: &str, year: i32) -> Result<RunPeriod, (String, String)> {
    match RunPeriod::parse(key) {
        Some(run) if run.year == year => Ok(run),
        Some(run) => Err((
            format!("“{key}”是 {} 年的期间，本工作区的年度是 {year}；不用了就删去这一段", run.year),
            format!("`{key}` is a period of {}, and the workspace's year is {year}; take the table out if it is left over", run.year),
        )),
        None => Err((
            format!("没有“{key}”这个期间；请写 {year}（全年）、{year}H1（上半年）、{year}Q3（三季度）或 {year}M07（7月）"),
            format!("there is no period `{key}`; write {year}, {year}H1, {year}Q3 or {year}M07"),
        )),
    }
}

/// A board cannot go up before its period's last month has begun: the date is another period's, or a slip.
fn posted_in(run: RunPeriod, notice: &Notice) -> Result<(), (String, String)> {
    match notice.posted {
        Some(posted) if posted < run.first_day_of_last_month() => Err((
            format!("{} 的公示开始日期 {posted} 早于 {}，那时这一期间的最后一个月还没有开始", run.zh(), run.first_day_of_last_month()),
            format!("{run} cannot be posted on {posted}: its last month begins on {}", run.first_day_of_last_month()),
        )),
        _ => Ok(()),
    }
}

/// Reads one table; a fault names the key and its line.
fn read_table<T: serde::de::DeserializeOwned>(text: &str, header: &str, table: toml::Table) -> Result<T, Fault> {
    for (key, value) in &table {
        let alone = toml::Table::from_iter([(key.clone(), value.clone())]);
        toml::Value::Table(alone).try_into::<T>().map_err(|error| {
            let (zh, en) = explain(error.message(), Some(key));
            (line_below(text, header, key), zh, en)
        })?;
    }
    toml::Value::Table(table).try_into().map_err(|error: toml::de::Error| (line_of(text, header), error.to_string(), error.to_string()))
}

/// The line of a table's header, from 1.
fn line_of(text: &str, header: &str) -> usize {
    let begins = |line: &str| line.trim().replace(' ', "").replace('\'', "\"").starts_with(header);
    text.lines().position(begins).map_or(1, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Dates, Fault> {
        let mut file: toml::Table = toml::from_str(text).expect("toml");
        let mut table = |key: &str| file.remove(key).and_then(|value| value.as_table().cloned()).unwrap_or_default();
        let (notice, collect) = (table("notice"), table("collect"));
        Dates::read(text, 2026, notice, collect)
    }

    #[test]
    fn the_general_posting_date_is_the_year_s_alone() {
        let text =
            "[notice]\nposted=2026-12-14\nphone='12380'\n[notice.\"2026Q3\"]\nposted=2026-10-15\n[collect.\"2026Q1\"]\ndue=2026-04-08\n";
        let dates = read(text).expect("reads");
        let of = |run: &str| dates.notice(RunPeriod::parse(run).expect("period"));
        assert_eq!(of("2026").posted.map(|day| day.to_string()).as_deref(), Some("2026-12-14"));
        assert_eq!(of("2026Q3").posted.map(|day| day.to_string()).as_deref(), Some("2026-10-15"));
        assert_eq!((of("2026M01").posted, of("2026M01").phone.as_deref()), (None, Some("12380")));
        assert_eq!(dates.due(RunPeriod::parse("2026Q1").expect("period")).map(|day| day.to_string()).as_deref(), Some("2026-04-08"));
        assert_eq!(dates.due(RunPeriod::parse("2026Q2").expect("period")), None);
    }

    #[test]
    fn impossible_dates_and_periods_are_refused_at_their_line() {
        for (text, line, part) in [
            ("[notice]\nphone='1'\n\n[notice.\"2026Q9\"]\nposted=2026-10-15\n", 4, "没有“2026Q9”这个期间"),
            ("[notice]\nphone='1'\n[notice.'2025Q1']\nposted=2026-04-10\n", 3, "2025 年的期间"),
            ("[collect.\"2027\"]\ndue=2026-10-15\n", 1, "2027 年的期间"),
            ("[notice]\nphone='1'\nposted=2026-11-30\n", 3, "早于 2026-12-01"),
            ("[notice.\"2026Q1\"]\nphone='1'\nposted=2026-02-28\n", 3, "早于 2026-03-01"),
            ("[collect.\"2026Q1\"]\ndeu=2026-04-08\n", 2, "您是否想写 due"),
            ("[collect]\n2026Q1=2026-04-08\n", 2, "due = 2026-04-08"),
        ] {
            let (found, zh, _) = read(text).expect_err("refused");
            assert!(zh.contains(part), "{zh}");
            assert_eq!(found, line, "{zh}");
        }
        assert!(read("[notice.\"2026Q1\"]\nposted=2026-03-01\n").is_ok());
    }
}
