use crate::diag::{Lang, Place, fill};
use crate::exact::Exact;
use crate::period::Period;
use crate::scheme::Stacking;

/// One step of a computation: a figure, a part of its formula, a value of the scheme, or a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// What it is.
    pub label: Label,
    /// Key of a figure in results: `q1`; only the outermost steps have one.
    pub figure: Option<String>,
    /// The rule as the scheme states it, in words.
    pub rule: Option<String>,
    /// The clause of the county's own text that the rule comes from.
    pub clause: Option<String>,
    /// The value.
    pub value: Exact,
    /// Where it stood, for a leaf that was read from a cell.
    pub place: Option<Place>,
    /// What it was made of.
    pub parts: Vec<Trace>,
}

/// What a step is. Names are the scheme's and the sender's own words; the rest is said in either language when printed.
#[derive(Clone, Debug, PartialEq)]
pub enum Label {
    /// A figure, an item: the scheme's own word.
    Named(String),
    /// A value that the scheme states.
    Value(String),
    /// A figure worked out above.
    Figure(String),
    /// What was entered for a period.
    Period(Period),
    /// A sum divided by the number of expected periods.
    Mean {
        /// The sum.
        sum: Exact,
        /// Expected periods.
        periods: usize,
    },
    /// The means of all columns of the poll together.
    Poll {
        /// Valid ballots.
        ballots: i64,
    },
    /// One column of the poll.
    PollColumn {
        /// Its heading.
        name: String,
        /// Valid ballots.
        ballots: i64,
        /// What they add up to.
        sum: Exact,
    },
    /// One ballot, or one row of several ballots' sums, counted from 1.
    Ballot(usize),
    /// Awards, or discipline and criticism, after stacking.
    Adjustments {
        /// Discipline and criticism.
        deductions: bool,
        /// How several facts add up.
        stacking: Stacking,
        /// False where the other side displaces them.
        counts: bool,
    },
    /// One award, discipline or criticism.
    Fact {
        /// 种类.
        kind: String,
        /// 级别.
        level: String,
        /// 事由.
        reason: String,
    },
}

impl From<&str> for Label {
    fn from(name: &str) -> Self {
        Self::Named(name.to_owned())
    }
}

impl From<String> for Label {
    fn from(name: String) -> Self {
        Self::Named(name)
    }
}

impl From<&String> for Label {
    fn from(name: &String) -> Self {
        Self::Named(name.clone())
    }
}

impl Label {
    /// For a person.
    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::Named(name) => name.clone(),
            Self::Value(name) => fill("trace-value", lang, &[("name", name)]),
            Self::Figure(name) => fill("trace-figure", lang, &[("name", name)]),
            Self::Period(period) => period.zh(),
            Self::Mean { sum, periods } => fill("trace-mean", lang, &[("sum", &plain(sum)), ("periods", &periods.to_string())]),
            Self::Poll { ballots } => fill("trace-poll", lang, &[("ballots", &ballots.to_string())]),
            Self::PollColumn { name, ballots, sum } => {
                fill("trace-poll-column", lang, &[("name", name), ("ballots", &ballots.to_string()), ("sum", &plain(sum))])
            }
            Self::Ballot(number) => fill("trace-ballot", lang, &[("number", &number.to_string())]),
            Self::Adjustments { deductions, stacking, counts } => {
                let key = match (deductions, counts, stacking) {
                    (false, true, _) => "trace-awards",
                    (true, true, _) => "trace-penalties",
                    (false, false, Stacking::DeductionFirst) => "trace-awards-barred",
                    (false, false, _) => "trace-awards-smaller",
                    (true, false, _) => "trace-penalties-smaller",
                };
                fill(key, lang, &[])
            }
            Self::Fact { kind, level, reason } => [kind.as_str(), level, reason].join(" ").trim_end().to_owned(),
        }
    }
}

/// A sum of marks as people write it: it has few decimals, unlike a mean.
fn plain(sum: &Exact) -> String {
    sum.published_decimal(3).map_or_else(|| sum.to_string(), |sum| sum.to_string())
}

impl Trace {
    /// A step made of parts.
    pub fn step(label: impl Into<Label>, value: Exact, parts: Vec<Self>) -> Self {
        Self { label: label.into(), figure: None, rule: None, clause: None, value, place: None, parts }
    }

    /// A value read from a cell, or stated by the scheme.
    pub fn leaf(label: impl Into<Label>, value: Exact, place: Option<Place>) -> Self {
        Self { place, ..Self::step(label, value, Vec::new()) }
    }

    /// This step and all below it, outermost first.
    pub fn each<'a>(&'a self, see: &mut impl FnMut(&'a Self)) {
        see(self);
        for part in &self.parts {
            part.each(see);
        }
    }
}
