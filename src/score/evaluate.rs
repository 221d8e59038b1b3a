//! Evaluating formulas over one subject's entries.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::diag::{Lang, Place};
use crate::exact::Exact;
use crate::period::{Period, RunPeriod};
use crate::scheme::{Adjustments, Builtin, Figure, Fold, Formula, Item, Operator, Per, Rules, Scheme, Stacking, Value, Window};
use crate::submission::{Adjustment, BranchEntry, Entry, Mark, Spot, Submission};

use super::item::{self, Entered, last_day};
use super::trace::{Label, Trace};
use super::window_periods;

/// Whose entries a formula looks at.
pub struct Subject<'a> {
    scheme: &'a Scheme,
    rules: &'a Rules,
    submission: &'a Submission,
    who: Who<'a>,
    only: Option<usize>,
    /// Of the rules in traces.
    lang: Lang,
}

enum Who<'a> {
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

    pub(super) fn rules(&self) -> &'a Rules {
        self.rules
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

    fn applies(&self, item: &Item) -> bool {
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
    fn plain_sum(&self, items: &[usize], within: Within<'_>) -> i64 {
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
    fn vetoes(&self, run: Period) -> impl Iterator<Item = (&'a str, &'a crate::scheme::VetoEffect, Spot)> {
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

/// What a formula looks at beside its subject: the run, the entries and months of its window, the last day of what it is
/// worked out for, and the figures before it.
#[derive(Clone, Copy)]
struct Scope<'a> {
    run: Period,
    within: Within<'a>,
    months: (u8, u8),
    /// The period or day that a figure over periods is worked out for.
    unit: Option<Unit>,
    end: NaiveDate,
    earlier: &'a [(String, Exact)],
    over: &'a [Worked<'a>],
}

/// A period or a day that a figure over periods is worked out for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Period(Period),
    /// A day that has a row, with the period of the row.
    Day(NaiveDate, Period),
}

impl Unit {
    /// First and last month; a day's rows are in a window with the period that they were entered for.
    fn months(self) -> (u8, u8) {
        let (Self::Period(period) | Self::Day(_, period)) = self;
        (period.first_month(), period.last_month())
    }

    fn label(self) -> Label {
        match self {
            Self::Period(period) => Label::Period(period),
            Self::Day(day, _) => Label::Day(day),
        }
    }
}

/// The values of a figure over periods.
struct Worked<'a> {
    figure: &'a Figure,
    values: Vec<UnitValue>,
}

struct UnitValue {
    unit: Unit,
    value: Exact,
    /// The member is expected in it.
    counts: bool,
    /// How it came about, where that is asked for.
    parts: Vec<Trace>,
}

/// The units of a figure over periods that some figure of the run may look at, in the order of time.
fn units(subject: &Subject<'_>, per: Per, run: Period, so_far: bool) -> Vec<Unit> {
    let seen = |period: Period| period.last_month() <= run.last_month() && (so_far || run.contains(period));
    match per {
        Per::Period(every) => every.all().filter(|period| seen(*period)).map(Unit::Period).collect(),
        Per::Day => {
            let Who::Member { entries, .. } = subject.who else { return Vec::new() };
            let own = entries.iter().filter(|entry| !entry.own && seen(entry.period));
            let mut days: Vec<(NaiveDate, Period)> = own.filter_map(|entry| Some((entry.day?, entry.period))).collect();
            days.sort_unstable_by_key(|(day, _)| *day);
            days.dedup_by_key(|(day, _)| *day);
            days.into_iter().map(|(day, period)| Unit::Day(day, period)).collect()
        }
    }
}

/// A figure over periods, worked out for each of its units.
fn over<'a>(
    subject: &Subject<'_>,
    figure: &'a Figure,
    per: Per,
    units: Vec<Unit>,
    over: &[Worked<'_>],
    run: Period,
    traced: bool,
) -> Worked<'a> {
    debug_assert_eq!(figure.over, Some(per));
    let value = |unit: Unit| {
        let (periods, day): (Vec<Period>, _) = match unit {
            Unit::Period(long) => (subject.rules.periods_in(long).collect(), None),
            Unit::Day(day, period) => (vec![period], Some(day)),
        };
        let end = match unit {
            Unit::Period(period) => last_day(period, subject.year()),
            Unit::Day(day, _) => day,
        };
        let within = Within { periods: &periods, day };
        let scope = Scope { run, within, months: unit.months(), unit: Some(unit), end, earlier: &[], over };
        let mut parts = Vec::new();
        let value = figure_value(subject, figure, scope, traced.then_some(&mut parts));
        UnitValue { unit, value, counts: periods.iter().any(|period| subject.expected(*period)), parts }
    };
    Worked { figure, values: units.into_iter().map(value).collect() }
}

/// What a figure comes to: its formula, or what that gives by bands.
fn figure_value(subject: &Subject<'_>, figure: &Figure, scope: Scope<'_>, mut parts: Option<&mut Vec<Trace>>) -> Exact {
    let value = evaluate(subject, &figure.formula, scope, parts.as_deref_mut());
    let Some(bands) = &figure.bands else { return value };
    let band = bands.band(&value);
    note(parts, || {
        let label = Label::Band { value: value.clone(), from: band.from.clone(), to: band.to.clone() };
        Trace::leaf(label, band.gives.clone(), None)
    });
    band.gives.clone()
}

/// All figures of a run, in the scheme's order. With `traces`, one step a figure is added to it.
pub fn figures(subject: &Subject<'_>, rules: &Rules, run: Period, mut traces: Option<&mut Vec<Trace>>) -> Vec<(String, Exact)> {
    let mut values: Vec<(String, Exact)> = Vec::new();
    let mut worked: Vec<Worked<'_>> = Vec::new();
    let of_run = || rules.figures.iter().filter(|figure| figure.runs.contains(&run.every()));
    let so_far = of_run().any(|figure| figure.window == Window::SoFar);
    let told = |figure: &Figure, (id, name): (String, String), value: &Exact, parts: Vec<Trace>| Trace {
        figure: Some(id),
        rule: Some(figure.words(rules, subject.lang)),
        clause: figure.clause.clone(),
        ..Trace::step(name, value.clone(), parts)
    };
    for figure in of_run() {
        if let Some(per) = figure.over {
            let own = over(subject, figure, per, units(subject, per, run, so_far), &worked, run, traces.is_some());
            for one in &own.values {
                let Unit::Period(period) = one.unit else { continue };
                if figure.window == Window::SoFar || run.contains(period) {
                    let named = figure.of_period(period);
                    values.push((named.0.clone(), one.value.clone()));
                    if let Some(traces) = traces.as_deref_mut() {
                        traces.push(told(figure, named, &one.value, one.parts.clone()));
                    }
                }
            }
            worked.push(own);
            continue;
        }
        let periods = window_periods(rules, figure.window, run);
        let months = (if figure.window == Window::SoFar { 1 } else { run.first_month() }, run.last_month());
        let within = Within { periods: &periods, day: None };
        let end = last_day(run, subject.year());
        let scope = Scope { run, within, months, unit: None, end, earlier: &values, over: &worked };
        let mut parts = Vec::new();
        let mut value = figure_value(subject, figure, scope, traces.as_ref().map(|_| &mut parts));
        if figure.id == "total"
            && let Some((fact, effect, at)) = subject.vetoes(run).find(|(_, effect, _)| effect.zero_total)
        {
            value = Exact::zero();
            let place = Some(subject.place(at));
            let clause = effect.clause.clone();
            parts.push(Trace { clause, ..Trace::leaf(Label::VetoZero(fact.to_owned()), value.clone(), place) });
        }
        let named = (figure.id.clone(), figure.name.clone());
        values.push((named.0.clone(), value.clone()));
        if let Some(traces) = traces.as_deref_mut() {
            traces.push(told(figure, named, &value, parts));
        }
    }
    values
}

/// Ids of the figures that rest on ballots, through others too.
pub fn resting_on_ballots(rules: &Rules, run: Period) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for figure in rules.figures.iter().filter(|figure| figure.runs.contains(&run.every())) {
        let rests = figure.formula.any(&|part| match part {
            Formula::Builtin(Builtin::Poll) => true,
            Formula::Figure(id) => found.contains(&id.as_str()),
            _ => false,
        });
        if rests {
            found.push(&figure.id);
        }
    }
    found
}

/// A formula of a view (a board's period column, a registry's summary row) over a window.
pub fn evaluate_formula(subject: &Subject<'_>, formula: &Formula, window: Window, at: Period) -> Exact {
    let periods = window_periods(subject.rules, window, at);
    let within = Within { periods: &periods, day: None };
    let (run, end) = (Period::YEAR, last_day(at, subject.year()));
    let scope = Scope { run, within, months: (at.first_month(), at.last_month()), unit: None, end, earlier: &[], over: &[] };
    evaluate(subject, formula, scope, None)
}

fn evaluate(subject: &Subject<'_>, formula: &Formula, scope: Scope<'_>, parts: Option<&mut Vec<Trace>>) -> Exact {
    match formula {
        Formula::Number(number) => number.clone(),
        Formula::Value(value) => {
            let number = value.on(subject.category(), scope.end).clone();
            note(parts, || stated(value, number.clone(), scope.end));
            number
        }
        Formula::Figure(id) if scope.unit.is_some() => of_unit(scope, id, parts),
        Formula::Figure(id) => {
            let value = scope.earlier.iter().rev().find(|(key, _)| key == id).map(|(_, value)| value.clone()).unwrap_or_default();
            let name = subject.rules.figures.iter().find(|figure| figure.id == *id).map_or(id.as_str(), |figure| &figure.name);
            note(parts, || Trace::leaf(Label::Figure(name.to_owned()), value.clone(), None));
            value
        }
        Formula::Builtin(builtin) => built_in(subject, *builtin, scope.run, parts),
        Formula::OfKind { kind, sum, .. } => of_kind(subject, *kind, *sum, parts),
        Formula::Sum(items) => sum(subject, items, scope, parts),
        Formula::Entered(items) => entered(subject, items, scope, parts),
        Formula::Over(fold, id) => fold_over(scope, *fold, id, parts),
        Formula::Members(fold) => of_members(subject, *fold, parts),
        Formula::Ratio(ratio) => divided(subject, ratio, scope, parts),
        Formula::Mean(items) => {
            let expected = scope.within.periods.iter().filter(|period| subject.expected(**period)).count();
            if expected == 0 {
                return Exact::zero();
            }
            match parts {
                None => sum(subject, items, scope, None) / expected as i64,
                Some(parts) => {
                    let mut inner = Vec::new();
                    let total = sum(subject, items, scope, Some(&mut inner));
                    let mean = total.clone() / expected as i64;
                    parts.push(Trace::step(Label::Mean { sum: total, periods: expected }, mean.clone(), inner));
                    mean
                }
            }
        }
        Formula::Binary(operator, left, right) => {
            let (left, right) = two(subject, left, right, scope, parts);
            match operator {
                Operator::Add => left + right,
                Operator::Subtract => left - right,
                Operator::Multiply => left * right,
                // Loading proved that the divisor is a number other than zero.
                Operator::Divide => left.checked_div(&right).unwrap_or_default(),
            }
        }
        Formula::Negate(inner) => -evaluate(subject, inner, scope, parts),
        Formula::Min(inner) => all(subject, inner, scope, parts).into_iter().min().unwrap_or_default(),
        Formula::Max(inner) => all(subject, inner, scope, parts).into_iter().max().unwrap_or_default(),
    }
}

/// The value of another figure over the same periods in the same one.
fn of_unit(scope: Scope<'_>, id: &str, parts: Option<&mut Vec<Trace>>) -> Exact {
    let worked = scope.over.iter().find(|worked| worked.figure.id == id);
    let found = worked.and_then(|worked| Some((worked, worked.values.iter().find(|one| Some(one.unit) == scope.unit)?)));
    let Some((worked, one)) = found else { return Exact::zero() };
    note(parts, || {
        let label = Label::Figure(worked.figure.name.clone());
        // Days stand nowhere above.
        let parts = if worked.figure.over == Some(Per::Day) { one.parts.clone() } else { Vec::new() };
        Trace::step(label, one.value.clone(), parts)
    });
    one.value.clone()
}

/// What becomes of the values of a figure over periods within the window.
fn fold_over(scope: Scope<'_>, fold: Fold, id: &str, parts: Option<&mut Vec<Trace>>) -> Exact {
    let Some(worked) = scope.over.iter().find(|worked| worked.figure.id == id) else { return Exact::zero() };
    let (first, last) = scope.months;
    let within = |unit: Unit| first <= unit.months().0 && unit.months().1 <= last;
    let of: Vec<&UnitValue> = worked.values.iter().filter(|one| one.counts && within(one.unit)).collect();
    let value = folded(fold, of.iter().map(|one| &one.value).collect());
    note(parts, || {
        let figure = worked.figure;
        let inner = of.iter().map(|one| {
            // Periods of the run stand above with their parts, days and earlier periods do not.
            let above = matches!(one.unit, Unit::Period(period) if figure.window == Window::SoFar || scope.run.contains(period));
            Trace::step(one.unit.label(), one.value.clone(), if above { Vec::new() } else { one.parts.clone() })
        });
        Trace::step(Label::Fold { name: figure.name.clone(), fold, count: of.len() }, value.clone(), inner.collect())
    });
    value
}

/// What becomes of several values; of none at all it is zero.
fn folded(fold: Fold, mut values: Vec<&Exact>) -> Exact {
    let sum = |values: &[&Exact]| values.iter().fold(Exact::zero(), |sum, value| &sum + *value);
    match fold {
        Fold::Sum => sum(&values),
        Fold::Mean if values.is_empty() => Exact::zero(),
        Fold::Mean => sum(&values) / values.len() as i64,
        Fold::Min => values.into_iter().min().cloned().unwrap_or_default(),
        Fold::Max => values.into_iter().max().cloned().unwrap_or_default(),
        Fold::Best(most) => {
            values.sort_unstable_by(|a, b| b.cmp(a));
            values.truncate(most as usize);
            sum(&values)
        }
    }
}

/// What becomes of the totals of the branch's members; each stands where the roster has him.
fn of_members(subject: &Subject<'_>, fold: Fold, parts: Option<&mut Vec<Trace>>) -> Exact {
    let Who::Branch { totals, .. } = subject.who else { return Exact::zero() };
    let value = folded(fold, totals.iter().map(|(_, total)| total).collect());
    note(parts, || {
        let leaves = totals.iter().map(|(at, total)| {
            let member = &subject.submission.members[*at as usize];
            Trace::leaf(&*member.name, total.clone(), Some(subject.place(member.at)))
        });
        Trace::step(Label::Members { fold, count: totals.len() }, value.clone(), leaves.collect())
    });
    value
}

/// What was entered for items, by size.
fn entered(subject: &Subject<'_>, items: &[usize], scope: Scope<'_>, parts: Option<&mut Vec<Trace>>) -> Exact {
    let size = |entry: &Entered| Mark::exact_sum(entry.mark.thousandths().abs());
    let own =
        items.iter().copied().filter(|item| subject.only.is_none_or(|only| only == *item) && subject.applies(&subject.rules.items[*item]));
    let mut total = Exact::zero();
    let mut steps = Vec::new();
    for item in own {
        let all = subject.entered(item, scope.within);
        let sum: Exact = all.iter().map(size).sum();
        if parts.is_some() {
            let leaves = all.iter().map(|entry| {
                let when = entry.day.map_or(Label::Period(entry.period), Label::Day);
                Trace::leaf(when, size(entry), entry.place.map(|spot| subject.place(spot)))
            });
            steps.push(Trace::step(Label::Entered(subject.rules.items[item].name.clone()), sum.clone(), leaves.collect()));
        }
        total = total + sum;
    }
    if let Some(parts) = parts {
        parts.extend(steps);
    }
    total
}

/// A quotient, or what the scheme states for a divisor of zero.
fn divided(subject: &Subject<'_>, [whole, by, none]: &[Formula; 3], scope: Scope<'_>, mut parts: Option<&mut Vec<Trace>>) -> Exact {
    let (whole, by) = two(subject, whole, by, scope, parts.as_deref_mut());
    let Some(value) = whole.checked_div(&by) else {
        let none = evaluate(subject, none, scope, parts.as_deref_mut());
        note(parts, || Trace::leaf(Label::NoDivisor, none.clone(), None));
        return none;
    };
    note(parts, || Trace::leaf(Label::Ratio { whole, by }, value.clone(), None));
    value
}

/// A value of the scheme: since when it holds, and the clause that says so.
pub(super) fn stated(value: &Arc<Value>, number: Exact, day: NaiveDate) -> Trace {
    let change = value.change_on(day);
    let label = Label::Value { name: value.name.clone(), since: change.map(|change| change.from) };
    let clause = change.map_or(&value.clause, |change| &change.clause).clone();
    Trace { clause, ..Trace::leaf(label, number, None) }
}

fn note(parts: Option<&mut Vec<Trace>>, trace: impl FnOnce() -> Trace) {
    if let Some(parts) = parts {
        parts.push(trace());
    }
}

fn two(subject: &Subject<'_>, left: &Formula, right: &Formula, scope: Scope<'_>, mut parts: Option<&mut Vec<Trace>>) -> (Exact, Exact) {
    let left = evaluate(subject, left, scope, parts.as_deref_mut());
    let right = evaluate(subject, right, scope, parts);
    (left, right)
}

fn all(subject: &Subject<'_>, formulas: &[Formula], scope: Scope<'_>, mut parts: Option<&mut Vec<Trace>>) -> Vec<Exact> {
    formulas.iter().map(|formula| evaluate(subject, formula, scope, parts.as_deref_mut())).collect()
}

fn sum(subject: &Subject<'_>, items: &[usize], scope: Scope<'_>, parts: Option<&mut Vec<Trace>>) -> Exact {
    let rules = subject.rules;
    let alone = subject.only.map(|item| [item]);
    let items = match &alone {
        Some(item) if items.contains(&item[0]) => item.as_slice(),
        Some(_) => &[],
        None => items,
    };
    if parts.is_none() && items.iter().all(|item| rules.items[*item].is_plain()) {
        return Mark::exact_sum(subject.plain_sum(items, scope.within));
    }
    let mut total = Exact::zero();
    let mut steps = Vec::new();
    for item in items.iter().filter(|item| subject.applies(&rules.items[**item])) {
        let (value, leaves) = item::score(subject, *item, scope.within, scope.end, parts.is_some());
        if parts.is_some() {
            let item = &rules.items[*item];
            let step = Trace::step(&item.name, value.clone(), leaves);
            steps.push(Trace { rule: item.rule_words(rules, subject.lang), clause: item.clause.clone(), ..step });
        }
        total = total + value;
    }
    if let Some(parts) = parts {
        parts.extend(steps);
    }
    total
}

fn built_in(subject: &Subject<'_>, builtin: Builtin, run: Period, parts: Option<&mut Vec<Trace>>) -> Exact {
    let Who::Member { at, .. } = &subject.who else { return Exact::zero() };
    match builtin {
        Builtin::Poll => poll(subject, *at, parts),
        Builtin::Awards(_) => adjustments(subject, *at, false, parts),
        Builtin::Penalties(_) => adjustments(subject, *at, true, parts),
        Builtin::Vetoes => vetoes(subject, run, parts),
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
        parts.push(Trace { clause: poll.clause.clone(), ..Trace::step(Label::Poll { ballots: count }, value.clone(), columns) });
    }
    value
}

/// Points that facts of 一票否决 take off.
fn vetoes(subject: &Subject<'_>, run: Period, mut parts: Option<&mut Vec<Trace>>) -> Exact {
    let mut total = Exact::zero();
    for (fact, effect, at) in subject.vetoes(run) {
        let Some(points) = &effect.points else { continue };
        note(parts.as_deref_mut(), || {
            let place = Some(subject.place(at));
            Trace { clause: effect.clause.clone(), ..Trace::leaf(Label::Veto(fact.to_owned()), points.clone(), place) }
        });
        total = total + points.clone();
    }
    total
}

/// One 种类 of 奖惩 by itself.
fn of_kind(subject: &Subject<'_>, kind: usize, sum: bool, parts: Option<&mut Vec<Trace>>) -> Exact {
    let (Who::Member { at, .. }, Some(rules)) = (&subject.who, &subject.scheme.adjustments) else { return Exact::zero() };
    let facts: Vec<&Adjustment> = subject.submission.adjustments.iter().filter(|fact| fact.member == *at && fact.kind == kind).collect();
    let points = || facts.iter().map(|fact| rules.kinds[kind].levels[fact.level].1.clone());
    let value = if sum { points().sum() } else { points().max_by_key(Exact::abs).unwrap_or_default() };
    note(parts, || {
        let leaf = |(fact, points): (&&Adjustment, Exact)| told_fact(subject, rules, fact, points);
        let stacking = if sum { Stacking::Sum } else { Stacking::MaxEach };
        let label = Label::Adjustments { deductions: rules.kinds[kind].deducts, stacking, counts: true };
        let step = Trace::step(label, value.clone(), facts.iter().zip(points()).map(leaf).collect());
        Trace { clause: rules.clause.clone(), ..step }
    });
    value
}

/// A fact of 奖惩 with its cell.
fn told_fact(subject: &Subject<'_>, rules: &Adjustments, fact: &Adjustment, points: Exact) -> Trace {
    let kind = &rules.kinds[fact.kind];
    let (kind, level) = (kind.name.clone(), kind.levels[fact.level].0.clone());
    let label = Label::Fact { kind, level, reason: fact.reason.to_string() };
    Trace::leaf(label, points, Some(subject.submission.place(fact.at)))
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
        Stacking::Sum | Stacking::MaxEach => true,
        Stacking::MaxAbs if deductions => penalty.abs() >= award,
        Stacking::MaxAbs => award > penalty.abs(),
        Stacking::DeductionFirst => deductions || penalty.is_zero(),
    };
    let value = match (counts, rules.stacking) {
        (false, _) => Exact::zero(),
        (true, Stacking::Sum) => of(deductions).map(|(_, points)| points.clone()).sum(),
        (true, _) => {
            if deductions {
                penalty
            } else {
                award
            }
        }
    };
    if let Some(parts) = parts {
        let facts = of(deductions).map(|(fact, points)| told_fact(subject, rules, fact, points.clone()));
        let label = Label::Adjustments { deductions, stacking: rules.stacking, counts };
        parts.push(Trace { clause: rules.clause.clone(), ..Trace::step(label, value.clone(), facts.collect()) });
    }
    value
}
