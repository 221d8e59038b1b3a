//! What facts come to: 奖惩 after stacking, and points of 一票否决.

use crate::exact::Exact;
use crate::period::Period;
use crate::scheme::{Adjustments, Stacking};
use crate::submission::Adjustment;

use super::evaluate::note;
use super::subject::{Subject, Who};
use super::trace::{Label, Trace};

/// Points that facts of 一票否决 take off.
pub(super) fn vetoes(subject: &Subject<'_>, run: Period, mut parts: Option<&mut Vec<Trace>>) -> Exact {
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
pub(super) fn of_kind(subject: &Subject<'_>, kind: usize, sum: bool, parts: Option<&mut Vec<Trace>>) -> Exact {
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
pub(super) fn adjustments(subject: &Subject<'_>, at: u32, deductions: bool, parts: Option<&mut Vec<Trace>>) -> Exact {
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
