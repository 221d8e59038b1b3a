//! The dates of `scorebook.toml`: when boards go up, and by when submissions are due.
//!
//! `[notice] posted` is the year's run's alone: a board of January must not bear December's date because the county set
//! one date. Every other period has its own table, or its board has blanks to be filled in by hand.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::config::{Keys, Reader, Written};
use crate::diag::Said;
use crate::period::{NamedPeriod, Period, RunPeriod};

use super::workspace::text_of;

/// Boards: when they go up and whom to call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notice {
    /// The day the boards go up.
    pub posted: Option<NaiveDate>,
    /// Phone for objections.
    pub phone: Option<String>,
    /// Where objections are taken.
    pub address: Option<String>,
    /// The posting day counts.
    pub count_posting_day: Option<bool>,
}

/// The tables of all periods.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dates {
    /// `[notice]`.
    notice: Notice,
    /// `[notice."P"]`.
    notices: BTreeMap<RunPeriod, Notice>,
    /// `[collect."P"]`.
    due: BTreeMap<RunPeriod, NaiveDate>,
}

impl Dates {
    /// Reads `[notice]` and `[collect]`. Where the year cannot be read no period is another year's.
    pub(super) fn read<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>, year: Option<i32>) -> Self {
        let mut dates = Self::default();
        if let Some(mut keys) = reader.optional_table(keys, "notice") {
            for (name, node) in keys.matching(|_, node| node.is_table()) {
                let (Some(run), Some(keys)) = (period(reader, &name, year), reader.as_table(node, &name.value)) else { continue };
                dates.notices.insert(run, notice(reader, keys, Some(run)));
            }
            dates.notice = notice(reader, keys, year.map(|year| RunPeriod { year, period: Period::YEAR }));
        }
        for (name, node) in reader.named(keys, "collect") {
            let Some(mut keys) = node.get_ref().is_table().then(|| reader.as_table(node, &name.value)).flatten() else {
                let header = format!("[collect.\"{}\"]", name.value);
                reader.fault(
                    &name.span,
                    format!("应写成 {header}，下面一行 due = 2026-04-08"),
                    format!("write {header} and below it a line `due = 2026-04-08`"),
                );
                continue;
            };
            let due = reader.optional_date(&mut keys, "due");
            reader.finish(keys);
            if let (Some(run), Some(due)) = (period(reader, &name, year), due) {
                dates.due.insert(run, due.value);
            }
        }
        dates
    }

    /// The notice of a run; phone, address and whether the posting day counts come from `[notice]` where the period's own says nothing.
    pub fn notice(&self, run: RunPeriod) -> Notice {
        let own = self.notices.get(&run).cloned().unwrap_or_default();
        Notice {
            posted: own.posted.or(self.notice.posted.filter(|_| run.period == Period::YEAR)),
            phone: own.phone.or_else(|| self.notice.phone.clone()),
            address: own.address.or_else(|| self.notice.address.clone()),
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

/// The period that is written, which must be one of the workspace's year.
pub(super) fn period(reader: &mut Reader<'_>, written: &Written<String>, year: Option<i32>) -> Option<RunPeriod> {
    period_of_year(&written.value, year).map_err(|said| reader.refuse(&written.span, said)).ok()
}

/// The same, or what is wrong with it.
pub(super) fn period_of_year(said: &str, year: Option<i32>) -> Result<RunPeriod, Said> {
    let named = NamedPeriod::parse(said);
    let year = year.or(named.and_then(|named| named.year)).unwrap_or(2026);
    match named.map(|named| named.in_year(year)) {
        Some(run) if run.year == year => Ok(run),
        Some(run) => Err(Said::new(
            format!("“{said}”是 {} 年的期间，本工作区的年度是 {year}；不用了就删去", run.year),
            format!("`{said}` is a period of {}, and the workspace's year is {year}; take it out if it is left over", run.year),
        )),
        None => Err(Said::new(
            format!("没有“{said}”这个期间；请写 全年（{year}）、上半年（{year}H1）、三季度（{year}Q3）或 7月（{year}M07）"),
            format!("there is no period `{said}`; write {year}, {year}H1, {year}Q3 or {year}M07, or 全年 上半年 三季度 7月"),
        )),
    }
}

fn notice<'t>(reader: &mut Reader<'t>, mut keys: Keys<'t>, run: Option<RunPeriod>) -> Notice {
    let posted = reader.optional_date(&mut keys, "posted");
    // A board cannot go up before its period's last month has begun: the date is another period's, or a slip.
    if let (Some(run), Some(posted)) = (run, &posted)
        && posted.value < run.first_day_of_last_month()
    {
        let (day, begins) = (posted.value, run.first_day_of_last_month());
        reader.fault(
            &posted.span,
            format!("{} 的公示开始日期 {day} 早于 {begins}，那时这一期间的最后一个月还没有开始", run.zh()),
            format!("{run} cannot be posted on {day}: its last month begins on {begins}"),
        );
    }
    let phone = text_of(reader, &mut keys, "phone");
    let address = text_of(reader, &mut keys, "address");
    let count_posting_day = reader.optional_flag(&mut keys, "count_posting_day");
    reader.finish(keys);
    Notice { posted: posted.map(|posted| posted.value), phone, address, count_posting_day }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ConfigError, Parsed};

    fn read(text: &str) -> Result<Dates, ConfigError> {
        let parsed = Parsed::of(text);
        let mut reader = Reader::new(&parsed, &[], &[]);
        let mut keys = reader.keys(&parsed);
        let dates = Dates::read(&mut reader, &mut keys, Some(2026));
        reader.end(dates)
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
            ("[collect.\"2026Q1\"]\ndeu=2026-04-08\n", 2, "是否想写“due”"),
            ("[collect]\n2026Q1=2026-04-08\n", 2, "due = 2026-04-08"),
        ] {
            let error = read(text).expect_err("refused");
            let [fault] = error.faults.as_slice() else { panic!("{error}") };
            assert!(fault.said.zh.contains(part), "{}", fault.said.zh);
            assert_eq!(fault.spot.line, line, "{}", fault.said.zh);
        }
        assert!(read("[notice.\"2026Q1\"]\nposted=2026-03-01\n").is_ok());
    }
}
