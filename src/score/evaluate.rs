//! Evaluating formulas over one subject's entries.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::exact::Exact;
use crate::period::Period;
use crate::scheme::{Builtin, Formula, Operator, Value, Window};
use crate::submission::Mark;

use super::figures::{Unit, Worked, all_over, fold_over, of_members, of_unit};
use super::item::{self, Entered, last_day};
use super::subject::{Subject, Who, Within};
use super::trace::{Label, Trace};
use super::{ballots, facts, window_periods};

/// What a formula looks at beside its subject: the run, the entries and months of its window, the last day of what it is
/// worked out for, and the figures before it.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub run: Period,
    pub within: Within<'a>,
    pub months: (u8, u8),
    /// The period or day that a figure over periods is worked out for.
    pub unit: Option<Unit>,
    pub end: NaiveDate,
    pub earlier: &'a [(String, Exact)],
    pub over: &'a [Worked<'a>],
}

/// A formula of a view (a board's period column, a registry's summary row) over a window.
pub fn evaluate_formula(subject: &Subject<'_>, formula: &Formula, window: Window, at: Period) -> Exact {
    let periods = window_periods(subject.rules, window, at);
    let within = Within { periods: &periods, day: None };
    let (run, end) = (Period::YEAR, last_day(at, subject.year()));
    let months = (if window == Window::SoFar { 1 } else { at.first_month() }, at.last_month());
    let over = if formula.any(&|part| matches!(part, Formula::Over(..))) { all_over(subject, window, at) } else { Vec::new() };
    let scope = Scope { run, within, months, unit: None, end, earlier: &[], over: &over };
    evaluate(subject, formula, scope, None)
}

pub(super) fn evaluate(subject: &Subject<'_>, formula: &Formula, scope: Scope<'_>, parts: Option<&mut Vec<Trace>>) -> Exact {
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
        Formula::Poll { poll, .. } => ballots::mean(subject, *poll, scope, parts),
        Formula::OfKind { kind, sum, .. } => facts::of_kind(subject, *kind, *sum, parts),
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

pub(super) fn note(parts: Option<&mut Vec<Trace>>, trace: impl FnOnce() -> Trace) {
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
        Builtin::Awards(_) => facts::adjustments(subject, *at, false, parts),
        Builtin::Penalties(_) => facts::adjustments(subject, *at, true, parts),
        Builtin::Vetoes => facts::vetoes(subject, run, parts),
    }
}
