//! The steps of a score, from the figure down to the cell.
//!
//! Steps are named by what they are ([`Label`]); sentences are made on request, in either language.

use chrono::NaiveDate;

use crate::diag::{Lang, Place, fill};
use crate::exact::Exact;
use crate::period::Period;
use crate::scheme::{Fold, RuleWords, Stacking, plain};

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
    Value {
        /// Its name.
        name: String,
        /// Since when it is this one, where it has changed.
        since: Option<NaiveDate>,
    },
    /// A figure worked out above.
    Figure(String),
    /// What was entered for a period, or what a period comes to.
    Period(Period),
    /// What was entered for a day.
    Day(NaiveDate),
    /// What was given for a reason.
    Reasoned {
        /// When.
        when: Box<Label>,
        /// Why.
        reason: String,
    },
    /// How often something happened.
    Times {
        /// When.
        when: Box<Label>,
        /// How often.
        times: Exact,
    },
    /// Only what a rule of the item leaves counts; in the rule's own words.
    Rule(RuleWords),
    /// A sum held to its limit.
    Capped {
        /// Within which period or day.
        when: Option<Box<Label>>,
        /// What was added up.
        sum: Exact,
        /// The limit.
        limit: Exact,
    },
    /// Where an item starts.
    Start,
    /// The item counts nothing at all.
    Zero(Zero),
    /// A sum raised to the item's least.
    Floor(Exact),
    /// A sum cut to the item's most.
    Ceiling(Exact),
    /// Points that a fact of 一票否决 takes off.
    Veto(String),
    /// A fact of 一票否决 that makes the total zero.
    VetoZero(String),
    /// A sum divided by the number of expected periods.
    Mean {
        /// The sum.
        sum: Exact,
        /// Expected periods.
        periods: usize,
    },
    /// What was entered for an item, whatever it is worth.
    Entered(String),
    /// What becomes of a figure's values in several periods.
    Fold {
        /// The figure's name.
        name: String,
        /// How.
        fold: Fold,
        /// How many there are.
        count: usize,
    },
    /// What becomes of the totals of a branch's members.
    Members {
        /// How.
        fold: Fold,
        /// How many there are.
        count: usize,
    },
    /// A quotient.
    Ratio {
        /// What is divided.
        whole: Exact,
        /// By what.
        by: Exact,
    },
    /// There is nothing to divide by.
    NoDivisor,
    /// The band in which a value lies.
    Band {
        /// The value.
        value: Exact,
        /// Lower bound, part of it.
        from: Option<Exact>,
        /// Upper bound, not part of it.
        to: Option<Exact>,
    },
    /// The means of all columns of the poll together.
    Poll {
        /// Whose, and of when; empty for the one poll of a year.
        vote: String,
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

/// Why an item counts nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Zero {
    /// A progressive table ran to its end.
    Times,
    /// What was entered adds up to too much.
    Sum {
        /// What it adds up to.
        sum: Exact,
        /// The limit.
        limit: Exact,
        /// Beyond the limit, not just at it.
        above: bool,
    },
    /// One entry is too large.
    Single {
        /// That entry.
        largest: Exact,
        /// The limit.
        limit: Exact,
        /// Beyond the limit, not just at it.
        above: bool,
    },
    /// Too large a share of another item.
    Share {
        /// The share.
        share: Exact,
        /// The other item.
        of: String,
        /// What was entered there.
        whole: Exact,
        /// The limit, a share.
        limit: Exact,
        /// Beyond the limit, not just at it.
        above: bool,
    },
}

impl Zero {
    fn text(&self, lang: Lang) -> String {
        let over = |above: &bool| if *above { "above" } else { "reached" };
        match self {
            Self::Times => fill("trace-zero-times", lang, &[]),
            Self::Sum { sum, limit, above } => {
                fill("trace-zero-sum", lang, &[("sum", &plain(sum)), ("limit", &plain(limit)), ("over", over(above))])
            }
            Self::Single { largest, limit, above } => {
                fill("trace-zero-single", lang, &[("largest", &plain(largest)), ("limit", &plain(limit)), ("over", over(above))])
            }
            Self::Share { share, of, whole, limit, above } => {
                let [limit, share] = [limit, share].map(crate::scheme::share);
                let args = [("share", share.as_str()), ("of", of), ("whole", &plain(whole)), ("limit", &limit), ("over", over(above))];
                fill("trace-zero-share", lang, &args)
            }
        }
    }
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
            Self::Value { name, since } => {
                let since = since.map(|day| day.to_string()).unwrap_or_default();
                fill("trace-value", lang, &[("name", name), ("since", &since)])
            }
            Self::Figure(name) => fill("trace-figure", lang, &[("name", name)]),
            Self::Period(period) => period.zh(),
            Self::Day(day) => day.to_string(),
            Self::Reasoned { when, reason } => format!("{}（{reason}）", when.text(lang)),
            Self::Times { when, times } => fill("trace-times", lang, &[("when", &when.text(lang)), ("times", &plain(times))]),
            Self::Rule(rule) => rule.get(lang).to_owned(),
            Self::Capped { when, sum, limit } => {
                let when = when.as_ref().map(|when| when.text(lang)).unwrap_or_default();
                fill("trace-capped", lang, &[("when", &when), ("sum", &plain(sum)), ("limit", &plain(limit))])
            }
            Self::Start => fill("trace-start", lang, &[]),
            Self::Zero(why) => why.text(lang),
            Self::Floor(sum) => fill("trace-floor", lang, &[("sum", &plain(sum))]),
            Self::Ceiling(sum) => fill("trace-ceiling", lang, &[("sum", &plain(sum))]),
            Self::Veto(fact) => fill("trace-veto", lang, &[("fact", fact)]),
            Self::VetoZero(fact) => fill("trace-veto-zero", lang, &[("fact", fact)]),
            Self::Mean { sum, periods } => fill("trace-mean", lang, &[("sum", &plain(sum)), ("periods", &periods.to_string())]),
            Self::Entered(name) => fill("trace-entered", lang, &[("name", name)]),
            Self::Fold { name, fold, count } => {
                let (key, most) = match fold {
                    Fold::Sum => ("trace-fold-sum", 0),
                    Fold::Mean => ("trace-fold-mean", 0),
                    Fold::Min => ("trace-fold-min", 0),
                    Fold::Max => ("trace-fold-max", 0),
                    Fold::Best(most) => ("trace-fold-best", *most),
                };
                fill(key, lang, &[("name", name), ("count", &count.to_string()), ("most", &most.to_string())])
            }
            Self::Members { fold, count } => {
                let (key, most) = match fold {
                    Fold::Sum => ("trace-members-sum", 0),
                    Fold::Mean => ("trace-members-mean", 0),
                    Fold::Min => ("trace-members-min", 0),
                    Fold::Max => ("trace-members-max", 0),
                    Fold::Best(most) => ("trace-members-best", *most),
                };
                fill(key, lang, &[("count", &count.to_string()), ("most", &most.to_string())])
            }
            Self::Ratio { whole, by } => fill("trace-ratio", lang, &[("whole", &plain(whole)), ("by", &plain(by))]),
            Self::NoDivisor => fill("trace-no-divisor", lang, &[]),
            Self::Band { value, from, to } => {
                let bound = |bound: &Option<Exact>| bound.as_ref().map(plain).unwrap_or_default();
                fill("trace-band", lang, &[("value", &plain(value)), ("from", &bound(from)), ("to", &bound(to))])
            }
            Self::Poll { vote, ballots } => fill("trace-poll", lang, &[("vote", vote), ("ballots", &ballots.to_string())]),
            Self::PollColumn { name, ballots, sum } => {
                fill("trace-poll-column", lang, &[("name", name), ("ballots", &ballots.to_string()), ("sum", &plain(sum))])
            }
            Self::Ballot(number) => fill("trace-ballot", lang, &[("number", &number.to_string())]),
            Self::Adjustments { deductions, stacking, counts } => {
                let key = match (deductions, counts, stacking) {
                    (false, true, Stacking::Sum) => "trace-awards-sum",
                    (true, true, Stacking::Sum) => "trace-penalties-sum",
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
