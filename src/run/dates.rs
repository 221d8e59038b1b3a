//! Which date a paper bears, and where a run has it from.
//!
//! ```text
//!   returns, reminders   --date, else `date`, else the period's `due`, else its last day
//!   boards               their own posting date, else blanks to be filled in by hand
//!   others               as returns
//! ```

use chrono::NaiveDate;

use super::{Options, Setup};
use crate::county::Workspace;
use crate::diag::{Code, Finding, Place};
use crate::period::RunPeriod;

/// A kind of paper, as far as its date goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// 考核公示栏.
    Board,
    /// 退回意见, 催报名单 and everything else.
    Other,
}

/// Where a date is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateFrom {
    /// `--date today`.
    Today,
    /// `--date 2026-04-08`.
    Argument,
    /// `date` of the settings.
    Settings,
    /// `[collect."P"] due`.
    Due,
    /// The period's last day.
    LastDay,
}

impl DateFrom {
    /// The word in the manifest and in the catalogue of texts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Argument => "argument",
            Self::Settings => "settings",
            Self::Due => "due",
            Self::LastDay => "last-day",
        }
    }
}

/// The dates of a run.
#[derive(Clone, Copy, Debug)]
pub struct Dates {
    /// What a person typed or wrote as the date of all papers.
    stated: Option<(NaiveDate, DateFrom)>,
    /// The period's deadline.
    pub due: Option<NaiveDate>,
    /// The day the boards go up.
    pub posted: Option<NaiveDate>,
    last_day: NaiveDate,
}

impl Dates {
    /// Those of a run of the workspace.
    pub fn of(options: &Options, workspace: &Workspace, run: RunPeriod) -> Self {
        let typed = options.date.map(|date| (date, if options.today { DateFrom::Today } else { DateFrom::Argument }));
        Self::with(typed.or_else(|| workspace.date.map(|date| (date, DateFrom::Settings))), workspace, run)
    }

    /// Those of runs that are put together, which all had this date.
    pub fn of_parts(date: NaiveDate, workspace: &Workspace, run: RunPeriod) -> Self {
        Self::with(Some((date, DateFrom::Argument)), workspace, run)
    }

    fn with(stated: Option<(NaiveDate, DateFrom)>, workspace: &Workspace, run: RunPeriod) -> Self {
        Self { stated, due: workspace.dates.due(run), posted: workspace.dates.notice(run).posted, last_day: run.last_day() }
    }

    /// The date of papers that bear no date of their own, and where it is from.
    pub fn stated(&self) -> (NaiveDate, DateFrom) {
        let due = self.due.map(|due| (due, DateFrom::Due));
        self.stated.or(due).unwrap_or((self.last_day, DateFrom::LastDay))
    }

    /// The date that a paper bears; none leaves a blank to be filled in by hand.
    pub fn on(&self, paper: Paper) -> Option<NaiveDate> {
        match paper {
            Paper::Board => self.posted,
            Paper::Other => Some(self.stated().0),
        }
    }

    /// What a document's properties say: never the clock's word.
    pub fn in_properties(&self, paper: Paper) -> NaiveDate {
        self.stated.map(|(date, _)| date).or_else(|| self.on(paper)).unwrap_or(self.last_day)
    }

    /// What a person typed or wrote into the settings as the date of all papers.
    pub fn typed(&self) -> Option<NaiveDate> {
        self.stated.map(|(date, _)| date)
    }

    /// The day typed as today, beyond which nothing can have happened.
    pub fn today(&self) -> Option<NaiveDate> {
        self.stated.filter(|(_, from)| *from == DateFrom::Today).map(|(date, _)| date)
    }
}

/// A posting date within its period is told: marks of the days that follow are not on that board.
pub fn early_posting(county: &Setup) -> Option<Finding> {
    let posted = county.dates.posted.filter(|posted| *posted < county.run.last_day())?;
    let finding = Finding::new(Code::EarlyPosting, Place::default()).value(posted.to_string());
    Some(finding.arg("period", county.run.zh()).arg("end", county.run.last_day()))
}

/// Boards without a posting date have blanks; how to set one is said.
pub fn no_posting_date(county: &Setup) -> Option<Finding> {
    let header =
        if county.run.period == crate::period::Period::YEAR { "[notice]".to_owned() } else { format!("[notice.\"{}\"]", county.run) };
    let finding = Finding::new(Code::NoPostingDate, Place::default()).arg("period", county.run.zh()).arg("header", header);
    county.dates.posted.is_none().then(|| finding.arg("day", county.run.last_day()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("date")
    }

    #[test]
    fn each_paper_has_its_own_date() {
        let none = Dates { stated: None, due: None, posted: None, last_day: day("2026-03-31") };
        assert_eq!(none.stated(), (day("2026-03-31"), DateFrom::LastDay));
        assert_eq!(none.on(Paper::Board), None);
        let due = Dates { due: Some(day("2026-04-08")), posted: Some(day("2026-04-10")), ..none };
        assert_eq!(due.stated(), (day("2026-04-08"), DateFrom::Due));
        assert_eq!(due.on(Paper::Board), Some(day("2026-04-10")));
        assert_eq!(due.in_properties(Paper::Board), day("2026-04-10"));
        let typed = Dates { stated: Some((day("2026-04-09"), DateFrom::Today)), ..due };
        assert_eq!(typed.on(Paper::Other), Some(day("2026-04-09")));
        assert_eq!((typed.typed(), due.typed()), (Some(day("2026-04-09")), None));
        assert_eq!(typed.on(Paper::Board), Some(day("2026-04-10")), "a board bears the day it goes up");
        assert_eq!(typed.today(), Some(day("2026-04-09")));
    }
}
