//! Figures in their order: those of the run, and those over periods with what becomes of their values.

use chrono::NaiveDate;

use crate::exact::Exact;
use crate::period::{Every, Period};
use crate::scheme::{Figure, Fold, Formula, Per, Rules, Window};

use super::evaluate::{Scope, evaluate, note};
use super::item::last_day;
use super::subject::{Subject, Who, Within};
use super::trace::{Label, Trace};
use super::window_periods;

/// A period or a day that a figure over periods is worked out for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
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
pub(super) struct Worked<'a> {
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

/// Every figure over periods, for what lies in a column of a form.
pub(super) fn all_over<'a>(subject: &Subject<'a>, window: Window, at: Period) -> Vec<Worked<'a>> {
    let mut worked: Vec<Worked<'a>> = Vec::new();
    for figure in &subject.rules.figures {
        let Some(per) = figure.over.filter(|_| worked.iter().all(|other| other.figure.id != figure.id)) else { continue };
        let own = over(subject, figure, per, units(subject, per, at, window == Window::SoFar), &worked, Period::YEAR, false);
        worked.push(own);
    }
    worked
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

/// Keys of results that rest on ballots, through other figures too.
pub fn resting_on_ballots(rules: &Rules, run: Period) -> Vec<String> {
    let mut found: Vec<&str> = Vec::new();
    let mut keys: Vec<String> = Vec::new();
    for figure in rules.figures.iter().filter(|figure| figure.runs.contains(&run.every())) {
        let rests = figure.formula.any(&|part| match part {
            Formula::Poll { .. } => true,
            Formula::Figure(id) | Formula::Over(_, id) => found.contains(&id.as_str()),
            _ => false,
        });
        if rests {
            found.push(&figure.id);
            keys.push(figure.id.clone());
            keys.extend(figure.each().into_iter().flat_map(Every::all).map(|period| figure.of_period(period).0));
        }
    }
    keys
}

/// The value of another figure over the same periods in the same one.
pub(super) fn of_unit(scope: Scope<'_>, id: &str, parts: Option<&mut Vec<Trace>>) -> Exact {
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
pub(super) fn fold_over(scope: Scope<'_>, fold: Fold, id: &str, parts: Option<&mut Vec<Trace>>) -> Exact {
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
pub(super) fn of_members(subject: &Subject<'_>, fold: Fold, parts: Option<&mut Vec<Trace>>) -> Exact {
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
