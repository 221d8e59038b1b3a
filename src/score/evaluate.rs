//! Evaluating formulas over one subject's entries.

use crate::exact::Exact;
use crate::period::{Every, Period};
use crate::scheme::{Builtin, Formula, Item, Operator, Rules, Scheme, Stacking, Window};
use crate::submission::{BranchEntry, Entry, Mark, Spot, Submission};

use super::trace::{Label, Trace};
use super::window_periods;

/// Whose entries a formula looks at.
pub struct Subject<'a> {
    scheme: &'a Scheme,
    rules: &'a Rules,
    submission: &'a Submission,
    who: Who<'a>,
    only: Option<usize>,
}

enum Who<'a> {
    Member { at: u32, entries: &'a [Entry] },
    Branch { entries: &'a [BranchEntry] },
}

impl<'a> Subject<'a> {
    /// A member.
    pub fn member(scheme: &'a Scheme, submission: &'a Submission, at: u32) -> Self {
        Self { scheme, rules: &scheme.member, submission, who: Who::Member { at, entries: submission.entries_of(at) }, only: None }
    }

    /// The branch itself.
    pub fn branch(scheme: &'a Scheme, rules: &'a Rules, submission: &'a Submission) -> Self {
        Self { scheme, rules, submission, who: Who::Branch { entries: &submission.branch_entries }, only: None }
    }

    /// The same subject as if this item, and the poll's column of its name, were the only ones.
    #[must_use]
    pub fn only(mut self, item: usize) -> Self {
        self.only = Some(item);
        self
    }

    fn category(&self) -> &str {
        match &self.who {
            Who::Member { at, .. } => &self.submission.members[*at as usize].category,
            Who::Branch { .. } => "",
        }
    }

    fn applies(&self, item: &Item) -> bool {
        matches!(self.who, Who::Branch { .. }) || item.applies_to(self.category())
    }

    fn expected(&self, period: Period) -> bool {
        match &self.who {
            Who::Member { at, .. } => self.submission.members[*at as usize].expected_in(period),
            Who::Branch { .. } => true,
        }
    }

    /// Marks of an item that count, by period, with their cells.
    fn marks(&self, item: usize) -> Vec<(Period, Mark, Option<Spot>)> {
        match &self.who {
            Who::Member { at, entries } => {
                let scheme = self.submission.members[*at as usize].scheme;
                entries
                    .iter()
                    .filter(|entry| !entry.own)
                    .map(|entry| (entry.period, entry.marks[item], self.submission.mark_spot(entry, scheme, item)))
                    .collect()
            }
            Who::Branch { entries } => {
                entries.iter().filter(|entry| entry.item == item).map(|entry| (entry.period, entry.reviewed, Some(entry.at))).collect()
            }
        }
    }

    /// Sum of plain items over periods, in thousandths: the inner loop of every run.
    fn plain_sum(&self, items: &[usize], periods: &[Period]) -> i64 {
        match &self.who {
            Who::Member { entries, .. } => entries
                .iter()
                .filter(|entry| !entry.own && periods.contains(&entry.period))
                .map(|entry| items.iter().map(|item| entry.marks[*item].thousandths()).sum::<i64>())
                .sum(),
            Who::Branch { entries } => entries
                .iter()
                .filter(|entry| periods.contains(&entry.period) && items.contains(&entry.item))
                .map(|entry| entry.reviewed.thousandths())
                .sum(),
        }
    }
}

fn is_plain(item: &Item) -> bool {
    item.start.is_none() && item.floor.is_none() && item.caps.is_empty()
}

/// All figures of a run, in the scheme's order. With `traces`, one step a figure is added to it.
pub fn figures(subject: &Subject<'_>, rules: &Rules, run: Period, mut traces: Option<&mut Vec<Trace>>) -> Vec<(String, Exact)> {
    let mut values: Vec<(String, Exact)> = Vec::new();
    for figure in rules.figures.iter().filter(|figure| figure.runs.contains(&run.every())) {
        let windows: Vec<(String, String, Vec<Period>)> = if figure.each_period {
            let periods = window_periods(rules, figure.window, run);
            periods.into_iter().map(|p| (format!("{}{}", figure.id, p.number()), format!("{}{}", p.zh(), figure.name), vec![p])).collect()
        } else {
            vec![(figure.id.clone(), figure.name.clone(), window_periods(rules, figure.window, run))]
        };
        for (id, name, periods) in windows {
            let mut parts = Vec::new();
            let value = evaluate(subject, &figure.formula, &periods, &values, traces.as_ref().map(|_| &mut parts));
            if let Some(traces) = traces.as_deref_mut() {
                let step = Trace::step(name, value.clone(), parts);
                traces.push(Trace {
                    figure: Some(id.clone()),
                    rule: Some(figure.formula.words(rules)),
                    clause: figure.clause.clone(),
                    ..step
                });
            }
            values.push((id, value));
        }
    }
    values
}

/// A formula of a view (a board's period column, a registry's summary row) over a window.
pub fn evaluate_formula(subject: &Subject<'_>, formula: &Formula, window: Window, at: Period) -> Exact {
    let periods = window_periods(subject.rules, window, at);
    evaluate(subject, formula, &periods, &[], None)
}

fn evaluate(
    subject: &Subject<'_>,
    formula: &Formula,
    periods: &[Period],
    earlier: &[(String, Exact)],
    parts: Option<&mut Vec<Trace>>,
) -> Exact {
    match formula {
        Formula::Number(number) => number.clone(),
        Formula::Value(value) => {
            let number = value.by_category.get(subject.category()).unwrap_or(&value.value).clone();
            note(parts, || Trace::leaf(Label::Value(value.name.clone()), number.clone(), None));
            number
        }
        Formula::Figure(id) => {
            let value = earlier.iter().rev().find(|(key, _)| key == id).map(|(_, value)| value.clone()).unwrap_or_default();
            let name = subject.rules.figures.iter().find(|figure| figure.id == *id).map_or(id.as_str(), |figure| &figure.name);
            note(parts, || Trace::leaf(Label::Figure(name.to_owned()), value.clone(), None));
            value
        }
        Formula::Builtin(builtin) => built_in(subject, *builtin, parts),
        Formula::Sum(items) => sum(subject, items, periods, parts),
        Formula::Mean(items) => {
            let expected = periods.iter().filter(|period| subject.expected(**period)).count();
            if expected == 0 {
                return Exact::zero();
            }
            match parts {
                None => sum(subject, items, periods, None) / expected as i64,
                Some(parts) => {
                    let mut inner = Vec::new();
                    let total = sum(subject, items, periods, Some(&mut inner));
                    let mean = total.clone() / expected as i64;
                    parts.push(Trace::step(Label::Mean { sum: total, periods: expected }, mean.clone(), inner));
                    mean
                }
            }
        }
        Formula::Binary(operator, left, right) => {
            let (left, right) = two(subject, left, right, periods, earlier, parts);
            match operator {
                Operator::Add => left + right,
                Operator::Subtract => left - right,
                Operator::Multiply => left * right,
                // Loading proved that the divisor is a number other than zero.
                Operator::Divide => left.checked_div(&right).unwrap_or_default(),
            }
        }
        Formula::Negate(inner) => -evaluate(subject, inner, periods, earlier, parts),
        Formula::Min(inner) => all(subject, inner, periods, earlier, parts).into_iter().min().unwrap_or_default(),
        Formula::Max(inner) => all(subject, inner, periods, earlier, parts).into_iter().max().unwrap_or_default(),
    }
}

fn note(parts: Option<&mut Vec<Trace>>, trace: impl FnOnce() -> Trace) {
    if let Some(parts) = parts {
        parts.push(trace());
    }
}

fn two(
    subject: &Subject<'_>,
    left: &Formula,
    right: &Formula,
    periods: &[Period],
    earlier: &[(String, Exact)],
    mut parts: Option<&mut Vec<Trace>>,
) -> (Exact, Exact) {
    let left = evaluate(subject, left, periods, earlier, parts.as_deref_mut());
    let right = evaluate(subject, right, periods, earlier, parts);
    (left, right)
}

fn all(
    subject: &Subject<'_>,
    formulas: &[Formula],
    periods: &[Period],
    earlier: &[(String, Exact)],
    mut parts: Option<&mut Vec<Trace>>,
) -> Vec<Exact> {
    formulas.iter().map(|formula| evaluate(subject, formula, periods, earlier, parts.as_deref_mut())).collect()
}

fn sum(subject: &Subject<'_>, items: &[usize], periods: &[Period], parts: Option<&mut Vec<Trace>>) -> Exact {
    let rules = subject.rules;
    let alone = subject.only.map(|item| [item]);
    let items = match &alone {
        Some(item) if items.contains(&item[0]) => item.as_slice(),
        Some(_) => &[],
        None => items,
    };
    if parts.is_none() && items.iter().all(|item| is_plain(&rules.items[*item])) {
        return Mark::exact_sum(subject.plain_sum(items, periods));
    }
    let mut total = Exact::zero();
    let mut steps = Vec::new();
    for item in items.iter().filter(|item| subject.applies(&rules.items[**item])) {
        let (value, leaves) = item_score(subject, *item, periods, parts.is_some());
        if parts.is_some() {
            steps.push(Trace { rule: item_rule(&rules.items[*item]), ..Trace::step(&rules.items[*item].name, value.clone(), leaves) });
        }
        total = total + value;
    }
    if let Some(parts) = parts {
        parts.extend(steps);
    }
    total
}

/// What an item adds up to: entries capped a period, then start and floor.
fn item_score(subject: &Subject<'_>, at: usize, periods: &[Period], trace: bool) -> (Exact, Vec<Trace>) {
    let item = &subject.rules.items[at];
    let marks: Vec<_> = subject.marks(at).into_iter().filter(|(period, ..)| periods.contains(period)).collect();
    let leaves = if trace {
        let place = |spot: &Option<Spot>| spot.map(|spot| subject.submission.place(spot));
        marks
            .iter()
            .map(|(period, mark, spot)| Trace::leaf(Label::Period(*period), Mark::exact_sum(mark.thousandths()), place(spot)))
            .collect()
    } else {
        Vec::new()
    };
    let mut value = match item.caps.as_slice() {
        [] => Mark::exact_sum(marks.iter().map(|(_, mark, _)| mark.thousandths()).sum()),
        caps => capped(&marks, caps),
    };
    if let Some(start) = &item.start {
        value = value + start.clone();
    }
    if let Some(floor) = &item.floor {
        value = value.max(floor.clone());
    }
    (value, leaves)
}

/// Sums within shorter periods first, each held to its limit in size, then within longer ones.
fn capped(marks: &[(Period, Mark, Option<Spot>)], caps: &[(Every, Exact)]) -> Exact {
    let mut parts: Vec<(u8, Exact)> =
        marks.iter().map(|(period, mark, _)| (period.first_month(), Mark::exact_sum(mark.thousandths()))).collect();
    for (every, limit) in caps {
        let mut sums: Vec<(u8, Exact)> = Vec::new();
        for (month, value) in parts {
            let first = (month - 1) / every.months() * every.months() + 1;
            match sums.iter_mut().find(|(key, _)| *key == first) {
                Some((_, sum)) => *sum = sum.clone() + value,
                None => sums.push((first, value)),
            }
        }
        for (_, sum) in &mut sums {
            if sum.abs() > *limit {
                *sum = if sum.is_negative() { -limit.clone() } else { limit.clone() };
            }
        }
        parts = sums;
    }
    parts.into_iter().map(|(_, value)| value).sum()
}

fn item_rule(item: &Item) -> Option<String> {
    let mut rule = Vec::new();
    if let Some(start) = &item.start {
        rule.push(format!("起始{start}分"));
    }
    for (every, limit) in &item.caps {
        let every = match every {
            Every::Month => "每月",
            Every::Quarter => "每季度",
            Every::Half => "每半年",
            Every::Year => "全年",
        };
        rule.push(format!("{every}合计不超过{limit}分"));
    }
    if let Some(floor) = &item.floor {
        rule.push(format!("最低{floor}分"));
    }
    (!rule.is_empty()).then(|| rule.join("，"))
}

fn built_in(subject: &Subject<'_>, builtin: Builtin, parts: Option<&mut Vec<Trace>>) -> Exact {
    let Who::Member { at, .. } = &subject.who else { return Exact::zero() };
    match builtin {
        Builtin::Poll => poll(subject, *at, parts),
        Builtin::Awards | Builtin::Penalties => adjustments(subject, *at, builtin == Builtin::Penalties, parts),
    }
}

/// Sum over the poll's columns of the mean of the ballots.
fn poll(subject: &Subject<'_>, at: u32, parts: Option<&mut Vec<Trace>>) -> Exact {
    let Some(ballots) = subject.submission.ballots.get(at as usize).filter(|ballots| ballots.count > 0) else { return Exact::zero() };
    let count = i64::from(ballots.count);
    let alone = subject.only.map(|item| &subject.rules.items[item].name);
    let columns = subject.scheme.poll.iter().flat_map(|poll| &poll.columns);
    let sum = columns.zip(&ballots.sums).filter(|((name, _), _)| alone.is_none_or(|alone| alone == name)).map(|(_, sum)| sum).sum();
    let value = Mark::exact_sum(sum) / count;
    if let (Some(parts), Some(poll)) = (parts, &subject.scheme.poll) {
        let columns = poll.columns.iter().enumerate().map(|(column, (name, _))| {
            let cells = ballots.cast.iter().enumerate().map(|(number, cast)| {
                let place = ballots.columns.get(column).map(|at| subject.submission.place(Spot { column: *at, ..cast.at }));
                Trace::leaf(Label::Ballot(number + 1), Mark::exact_sum(cast.marks[column].thousandths()), place)
            });
            let sum = Mark::exact_sum(ballots.sums[column]);
            Trace::step(Label::PollColumn { name: name.clone(), ballots: count, sum: sum.clone() }, sum / count, cells.collect())
        });
        let columns = columns.collect();
        parts.push(Trace::step(Label::Poll { ballots: count }, value.clone(), columns));
    }
    value
}

/// Awards and deductions of a member after stacking.
fn adjustments(subject: &Subject<'_>, at: u32, deductions: bool, parts: Option<&mut Vec<Trace>>) -> Exact {
    let Some(rules) = &subject.scheme.adjustments else { return Exact::zero() };
    let of = |deducts: bool| {
        subject
            .submission
            .adjustments
            .iter()
            .filter(move |a| a.member == at && rules.kinds[a.kind].deducts == deducts)
            .map(|a| (a, &rules.kinds[a.kind].levels[a.level].1))
    };
    let award = of(false).map(|(_, points)| points.clone()).max().unwrap_or_default();
    let penalty = of(true).map(|(_, points)| points.clone()).min().unwrap_or_default();
    let counts = match rules.stacking {
        Stacking::MaxEach => true,
        Stacking::MaxAbs if deductions => penalty.abs() >= award,
        Stacking::MaxAbs => award > penalty.abs(),
        Stacking::DeductionFirst => deductions || penalty.is_zero(),
    };
    let value = match (counts, deductions) {
        (false, _) => Exact::zero(),
        (true, true) => penalty,
        (true, false) => award,
    };
    if let Some(parts) = parts {
        let facts = of(deductions).map(|(fact, points)| {
            let kind = &rules.kinds[fact.kind];
            let label = Label::Fact { kind: kind.name.clone(), level: kind.levels[fact.level].0.clone(), reason: fact.reason.to_string() };
            Trace::leaf(label, points.clone(), Some(subject.submission.place(fact.at)))
        });
        parts.push(Trace::step(Label::Adjustments { deductions, stacking: rules.stacking, counts }, value.clone(), facts.collect()));
    }
    value
}
