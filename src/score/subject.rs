//! Whose entries a formula looks at, and which of them.

use chrono::NaiveDate;

use crate::diag::{Lang, Place};
use crate::exact::Exact;
use crate::period::{Period, RunPeriod};
use crate::scheme::{Item, Rules, Scheme, VetoEffect};
use crate::submission::{BranchEntry, Entry, Spot, Submission};

use super::item::Entered;

/// Whose entries a formula looks at.
pub struct Subject<'a> {
    pub(super) scheme: &'a Scheme,
    pub(super) rules: &'a Rules,
    pub(super) submission: &'a Submission,
    pub(super) who: Who<'a>,
    pub(super) only: Option<usize>,
    /// Of the rules in traces.
    pub(super) lang: Lang,
}

pub(super) enum Who<'a> {
    Member {
        at: u32,
        entries: &'a [Entry],
    },
    /// The branch's own entries, and the totals of its members.
    Branch {
        entries: &'a [BranchEntry],
        totals: &'a [(u32, Exact)],
    },
}

impl<'a> Subject<'a> {
    /// A member.
    pub fn member(scheme: &'a Scheme, submission: &'a Submission, at: u32) -> Self {
        Self {
            scheme,
            rules: &scheme.member,
            submission,
            who: Who::Member { at, entries: submission.entries_of(at) },
            only: None,
            lang: Lang::Zh,
        }
    }

    /// The branch itself, with the totals of its members, by their positions in the roster.
    pub fn branch(scheme: &'a Scheme, rules: &'a Rules, submission: &'a Submission, totals: &'a [(u32, Exact)]) -> Self {
        Self { scheme, rules, submission, who: Who::Branch { entries: &submission.branch_entries, totals }, only: None, lang: Lang::Zh }
    }

    /// The same subject as if this item, and the poll's column of its name, were the only ones.
    #[must_use]
    pub fn only(mut self, item: usize) -> Self {
        self.only = Some(item);
        self
    }

    /// The same subject with its rules told in this language.
    #[must_use]
    pub fn told_in(mut self, lang: Lang) -> Self {
        self.lang = lang;
        self
    }

    pub(super) fn category(&self) -> &'a str {
        match &self.who {
            Who::Member { at, .. } => &self.submission.members[*at as usize].category,
            Who::Branch { .. } => "",
        }
    }

    /// The submission's year: another than the run's would have sent it back.
    pub(super) fn year(&self) -> i32 {
        self.submission.cover.year.and_then(|year| i32::try_from(year).ok()).unwrap_or_default()
    }

    pub(super) fn place(&self, spot: Spot) -> Place {
        self.submission.place(spot)
    }

    pub(super) fn applies(&self, item: &Item) -> bool {
        matches!(self.who, Who::Branch { .. }) || item.applies_to(self.category())
    }

    pub(super) fn expected(&self, period: Period) -> bool {
        match &self.who {
            Who::Member { at, .. } => self.submission.members[*at as usize].counts_in(period),
            Who::Branch { .. } => true,
        }
    }

    /// Entries of an item that count, in the order of time.
    pub(super) fn entered(&self, item: usize, within: Within<'_>) -> Vec<Entered> {
        match &self.who {
            Who::Member { entries, .. } => {
                let own = entries.iter().filter(|entry| !entry.own && within.holds(entry.period, entry.day));
                own.map(|entry| {
                    let place = self.submission.mark_spot(entry, item);
                    Entered { period: entry.period, day: entry.day, mark: entry.marks[item], place }
                })
                .collect()
            }
            Who::Branch { entries, .. } => {
                let own = entries.iter().filter(|entry| entry.item == item && within.holds(entry.period, None));
                own.map(|entry| Entered { period: entry.period, day: None, mark: entry.reviewed, place: Some(entry.at) }).collect()
            }
        }
    }

    /// Sum of plain items over periods, in thousandths: the inner loop of every run.
    pub(super) fn plain_sum(&self, items: &[usize], within: Within<'_>) -> i64 {
        match &self.who {
            Who::Member { entries, .. } => entries
                .iter()
                .filter(|entry| !entry.own && within.holds(entry.period, entry.day))
                .map(|entry| items.iter().map(|item| entry.marks[*item].thousandths()).sum::<i64>())
                .sum(),
            Who::Branch { entries, .. } => entries
                .iter()
                .filter(|entry| within.holds(entry.period, None) && items.contains(&entry.item))
                .map(|entry| entry.reviewed.thousandths())
                .sum(),
        }
    }

    /// Why an item's points were given or taken in the row of this cell.
    pub(super) fn reason(&self, spot: Spot, item: usize) -> Option<&'a str> {
        let Who::Member { entries, .. } = self.who else { return None };
        entries.iter().find(|entry| (entry.at.sheet, entry.at.row) == (spot.sheet, spot.row))?.reason(item)
    }

    /// Effects of the member's facts of 一票否决 that count in a run, one a fact.
    pub(super) fn vetoes(&self, run: Period) -> impl Iterator<Item = (&'a str, &'a VetoEffect, Spot)> {
        let member = if let Who::Member { at, .. } = self.who { Some(at) } else { None };
        let run = RunPeriod { year: self.year(), period: run };
        let facts = member.into_iter().flat_map(move |at| super::vetoes_in(self.scheme, self.submission, at, run));
        facts.filter_map(|(fact, effect)| Some((self.scheme.veto.as_ref()?.facts[fact.fact].as_str(), effect, fact.at)))
    }
}

/// Which of a subject's entries a formula looks at.
#[derive(Clone, Copy)]
pub struct Within<'a> {
    /// Those of these periods.
    pub periods: &'a [Period],
    /// Of these those of one day.
    pub day: Option<NaiveDate>,
}

impl Within<'_> {
    fn holds(&self, period: Period, day: Option<NaiveDate>) -> bool {
        self.periods.contains(&period) && (self.day.is_none() || self.day == day)
    }
}
