//! What totals may come to: the range of every figure by interval arithmetic, and what of the file nothing can ever reach or use.
//!
//! Ranges are never too narrow: where two parts of a formula hang together a range may hold values that never come about, so what is
//! said to be out of reach is. They are those of somebody who is in one branch throughout.

use std::collections::BTreeSet;
use std::ops::Range as Span;

use crate::config::{Fault, Spot};
use crate::diag::Said;
use crate::exact::Exact;
use crate::period::Every;

use super::formula::{Builtin, Fold, Formula, Operator};
use super::model::{Figure, Rules, Scheme, Stacking, Window, fitting};
use super::{Amount, Item, ItemKind, Measure, Per, Points, Step, plain};

/// One end of a range.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// Without an end below.
    Below,
    /// Here.
    At(Exact),
    /// Without an end above.
    Above,
}

/// Values from one end to the other, both included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The smallest.
    pub low: End,
    /// The largest.
    pub high: End,
}

impl End {
    fn plus(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::At(a), Self::At(b)) => Self::At(a + b),
            (Self::At(_), end) | (end, _) => end.clone(),
        }
    }

    fn turned(&self) -> Self {
        match self {
            Self::Below => Self::Above,
            Self::At(at) => Self::At(-at.clone()),
            Self::Above => Self::Below,
        }
    }

    /// Nothing times something without end is nothing: there is nothing to add up.
    fn times(&self, other: &Self) -> Self {
        let sign = |end: &Self| match end {
            Self::Below => -1,
            Self::Above => 1,
            Self::At(at) if at.is_zero() => 0,
            Self::At(at) => {
                if at.is_negative() {
                    -1
                } else {
                    1
                }
            }
        };
        match (self, other) {
            (Self::At(a), Self::At(b)) => Self::At(a * b),
            _ => match sign(self) * sign(other) {
                0 => Self::At(Exact::zero()),
                1 => Self::Above,
                _ => Self::Below,
            },
        }
    }
}

impl Range {
    fn of(low: Exact, high: Exact) -> Self {
        Self { low: End::At(low), high: End::At(high) }
    }

    fn only(value: Exact) -> Self {
        Self::of(value.clone(), value)
    }

    fn zero() -> Self {
        Self::only(Exact::zero())
    }

    fn from_zero(high: Exact) -> Self {
        Self::zero().with(&Self::only(high))
    }

    /// The range that holds both.
    fn with(&self, other: &Self) -> Self {
        let low = if self.low <= other.low { &self.low } else { &other.low };
        let high = if self.high >= other.high { &self.high } else { &other.high };
        Self { low: low.clone(), high: high.clone() }
    }

    fn plus(&self, other: &Self) -> Self {
        Self { low: self.low.plus(&other.low), high: self.high.plus(&other.high) }
    }

    fn turned(&self) -> Self {
        Self { low: self.high.turned(), high: self.low.turned() }
    }

    fn times(&self, other: &Self) -> Self {
        let ends = [&self.low, &self.high].into_iter().flat_map(|one| [&other.low, &other.high].map(|two| one.times(two)));
        let mut ends: Vec<End> = ends.collect();
        ends.sort();
        let (low, high) = (ends.first().cloned(), ends.last().cloned());
        Self { low: low.unwrap_or(End::Below), high: high.unwrap_or(End::Above) }
    }

    fn times_exact(&self, by: &Exact) -> Self {
        self.times(&Self::only(by.clone()))
    }

    /// So many of them added up, at least one where `one` says so.
    fn several(&self, most: i64, one: bool) -> Self {
        let all = self.times_exact(&Exact::from(most));
        let least = if one { self.clone() } else { Self::zero() };
        if most <= 0 { Self::zero() } else { all.with(&least) }
    }

    fn least(&self, other: &Self) -> Self {
        let min = |a: &End, b: &End| if a <= b { a.clone() } else { b.clone() };
        Self { low: min(&self.low, &other.low), high: min(&self.high, &other.high) }
    }

    fn most(&self, other: &Self) -> Self {
        self.turned().least(&other.turned()).turned()
    }

    /// True where some value of it lies from `from`, included, to `to`, not included.
    fn meets(&self, from: Option<&Exact>, to: Option<&Exact>) -> bool {
        let reaches = from.is_none_or(|from| self.high >= End::At(from.clone()));
        reaches && to.is_none_or(|to| self.low < End::At(to.clone()))
    }

    /// True if the value lies in it.
    pub fn holds(&self, value: &Exact) -> bool {
        let value = End::At(value.clone());
        self.low <= value && value <= self.high
    }

    /// `0～100`; `≥0`, `≤100` where one end is open, nothing where both are.
    pub fn text(&self) -> String {
        match (&self.low, &self.high) {
            (End::At(low), End::At(high)) => format!("{}～{}", plain(low), plain(high)),
            (End::At(low), _) => format!("≥{}", plain(low)),
            (_, End::At(high)) => format!("≤{}", plain(high)),
            _ => String::new(),
        }
    }
}

/// A place of the file that something must reach, or use.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    pub place: Span<usize>,
    pub of_branch: bool,
    pub what: What,
}

/// What stands there.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// An item, by its position.
    Item(usize),
    /// A value, by its name in formulas.
    Value(String),
    /// The floor of an item (false), or its ceiling.
    Bound(usize, bool),
    /// A limit of an item's `zero_if`, by their positions.
    ZeroIf(usize, usize),
    /// A band of a figure, by its position.
    Band(usize, Option<Exact>, Option<Exact>),
    /// A band of grades in a block, by its position.
    Grade(usize, String, Option<Exact>, Option<Exact>),
    /// A band of stars.
    Stars(u8, Option<Exact>, Option<Exact>),
    /// Bounds of a place by rank in a block, by its position.
    Place(usize, String, Option<Exact>, Option<Exact>),
}

/// What is entered and looked at: by whom, in which run.
struct Reach<'a> {
    scheme: &'a Scheme,
    rules: &'a Rules,
    /// The rules are those of the branch itself.
    of_branch: bool,
    category: &'a str,
    run: Every,
    /// Totals of the branch's members.
    members: Range,
}

/// How much time a formula looks at.
#[derive(Clone, Copy)]
struct Stretch {
    months: u8,
    /// Of these one day.
    day: bool,
}

impl<'a> Reach<'a> {
    fn of(scheme: &'a Scheme, rules: &'a Rules, category: &'a str, run: Every) -> Self {
        let of_branch = scheme.branch.as_ref().is_some_and(|branch| std::ptr::eq(branch, rules));
        let members = if of_branch { total(scheme, &scheme.member, run) } else { None }.unwrap_or_else(Range::zero);
        Self { scheme, rules, of_branch, category, run, members }
    }

    fn window(&self, window: Window) -> Stretch {
        Stretch { months: if window == Window::SoFar { 12 } else { self.run.months() }, day: false }
    }

    /// How many rows it may hold.
    fn rows(&self, of: Stretch) -> i64 {
        match (of.day, self.rules.dated) {
            (true, _) => 1,
            (false, true) => i64::from(of.months) * 31,
            (false, false) => i64::from(of.months / self.rules.every.months()),
        }
    }

    fn applies(&self, item: &Item) -> bool {
        self.of_branch || item.applies_to(self.category)
    }

    fn amount(&self, amount: &Amount) -> Range {
        let value = match amount {
            Amount::Number(number) => return Range::only(number.clone()),
            Amount::Value(value) => value,
        };
        let first = value.by_category.get(self.category).unwrap_or(&value.value);
        let later = value.changes.iter().map(|change| change.by_category.get(self.category).unwrap_or(&change.value));
        later.fold(Range::only(first.clone()), |range, number| range.with(&Range::only(number.clone())))
    }

    /// Several rows of an item, before caps and what follows.
    fn points(&self, item: &Item, rows: i64) -> Range {
        let rows = if item.highest_only { rows.min(1) } else { rows };
        match (&item.points, item.kind) {
            (None, ItemKind::Count) => Range::zero(),
            (Some(Points::Each(each)), _) => entry(item).times(&self.amount(each)).several(rows, false),
            (Some(Points::Steps(steps)), _) => steps_range(steps, &(item.max.clone() * Exact::from(rows))),
            (None, _) => entry(item).several(rows, false),
        }
    }

    /// What an item comes to over a stretch.
    fn item(&self, item: &Item, of: Stretch) -> Range {
        let Some(each) = item.each.filter(|_| !of.day) else { return self.item_within(item, of) };
        let months = each.months().min(of.months);
        let one = self.item_within(item, Stretch { months, day: false });
        one.several(i64::from(of.months.div_ceil(each.months())), false)
    }

    fn item_within(&self, item: &Item, of: Stretch) -> Range {
        let mut range = self.points(item, self.rows(of));
        for (per, limit) in &item.caps {
            let times = match per {
                _ if of.day => 1,
                Per::Day => i64::from(of.months) * 31,
                Per::Period(every) => i64::from(of.months.div_ceil(every.months())),
            };
            let most = self.amount(limit).times_exact(&Exact::from(times));
            range = range.least(&most).most(&most.turned());
        }
        if let Some(start) = &item.start {
            range = range.plus(&self.amount(start));
        }
        if let Some(floor) = &item.floor {
            range = range.most(&self.amount(floor));
        }
        if let Some(ceiling) = &item.ceiling {
            range = range.least(&self.amount(ceiling));
        }
        let ends = matches!(&item.points, Some(Points::Steps(steps)) if steps.contains(&Step::Zero));
        if ends || !item.zero_if.is_empty() { range.with(&Range::zero()) } else { range }
    }

    /// Entries of an item added up by size.
    fn entered(&self, item: &Item, of: Stretch) -> Range {
        let one = entry(item);
        one.most(&one.turned()).with(&Range::zero()).several(self.rows(of), false)
    }

    fn items(&self, items: &[usize], range: impl Fn(&Item) -> Range) -> Range {
        let own = items.iter().map(|at| &self.rules.items[*at]).filter(|item| self.applies(item));
        own.fold(Range::zero(), |sum, item| sum.plus(&range(item)))
    }

    /// A sum divided by the number of expected periods, one at least.
    fn mean(&self, items: &[usize], of: Stretch) -> Range {
        let most = (of.months / self.rules.every.months()).max(1);
        let means = (1..=most).map(|periods| {
            let part = Stretch { months: periods * self.rules.every.months(), ..of };
            let sum =
                self.items(items, |item| if item.is_plain() { entry(item).several(self.rows(part), false) } else { self.item(item, of) });
            Exact::fraction(1, i64::from(periods)).map_or_else(Range::zero, |share| sum.times_exact(&share))
        });
        means.fold(Range::zero(), |all, mean| all.with(&mean))
    }

    fn builtin(&self, builtin: Builtin) -> Range {
        let levels = |deducts: bool| {
            let kinds = self.scheme.adjustments.iter().flat_map(|rules| &rules.kinds).filter(move |kind| kind.deducts == deducts);
            kinds.flat_map(|kind| &kind.levels).fold(Range::zero(), |range, (_, points)| range.with(&Range::only(points.clone())))
        };
        let open = |range: Range, stacking: Stacking| match stacking {
            Stacking::Sum => range.times(&Range { low: End::At(Exact::zero()), high: End::Above }),
            Stacking::MaxEach | Stacking::MaxAbs | Stacking::DeductionFirst => range,
        };
        match builtin {
            Builtin::Awards(stacking) => open(levels(false), stacking),
            Builtin::Penalties(stacking) => open(levels(true), stacking),
            Builtin::Vetoes => Range { low: End::Below, high: End::At(Exact::zero()) },
        }
    }

    fn of_kind(&self, kind: usize, sum: bool) -> Range {
        let levels = self.scheme.adjustments.iter().filter_map(|rules| rules.kinds.get(kind)).flat_map(|kind| &kind.levels);
        let range = levels.fold(Range::zero(), |range, (_, points)| range.with(&Range::only(points.clone())));
        if sum { range.times(&Range { low: End::At(Exact::zero()), high: End::Above }) } else { range }
    }

    fn formula(&self, formula: &Formula, of: Stretch, done: &[(&Figure, Range)]) -> Range {
        let part = |formula: &Formula| self.formula(formula, of, done);
        let figure = |id: &str| done.iter().rev().find(|(figure, _)| figure.id == id);
        match formula {
            Formula::Number(number) => Range::only(number.clone()),
            Formula::Value(value) => self.amount(&Amount::Value(std::sync::Arc::clone(value))),
            Formula::Figure(id) => figure(id).map_or_else(Range::zero, |(_, range)| range.clone()),
            Formula::Builtin(builtin) => self.builtin(*builtin),
            Formula::Poll { poll, .. } => {
                let columns = self.scheme.polls.get(*poll).into_iter().flat_map(|poll| &poll.columns);
                Range::from_zero(columns.map(|(_, max)| max.clone()).sum())
            }
            Formula::OfKind { kind, sum, .. } => self.of_kind(*kind, *sum),
            Formula::Sum(items) => self.items(items, |item| self.item(item, of)),
            Formula::Mean(items) => self.mean(items, of),
            Formula::Entered(items) => self.items(items, |item| self.entered(item, of)),
            Formula::Over(fold, id) => {
                let Some((figure, one)) = figure(id) else { return Range::zero() };
                let (most, some) = match figure.over {
                    Some(Per::Period(every)) => (i64::from(of.months / every.months()), true),
                    _ => (i64::from(of.months) * 31, false),
                };
                folded(*fold, one, most, some)
            }
            // Nobody may be counted.
            Formula::Members(Fold::Sum | Fold::Best(_)) => self.members.times(&Range { low: End::At(Exact::zero()), high: End::Above }),
            Formula::Members(_) => self.members.with(&Range::zero()),
            Formula::Ratio(parts) => {
                let [whole, by, none] = parts.each_ref().map(part);
                let apart = if by.low >= End::At(Exact::zero()) {
                    Range { low: End::At(Exact::zero()), high: End::Above }
                } else {
                    Range { low: End::Below, high: End::Above }
                };
                whole.times(&apart).with(&none)
            }
            Formula::Binary(operator, left, right) => {
                let (left, right) = (part(left), part(right));
                match operator {
                    Operator::Add => left.plus(&right),
                    Operator::Subtract => left.plus(&right.turned()),
                    Operator::Multiply => left.times(&right),
                    Operator::Divide => match &right.low {
                        End::At(by) => Exact::from(1).checked_div(by).map_or(left.clone(), |share| left.times_exact(&share)),
                        End::Below | End::Above => left,
                    },
                }
            }
            Formula::Negate(inner) => part(inner).turned(),
            Formula::Min(parts) => parts.iter().map(part).reduce(|one, other| one.least(&other)).unwrap_or_else(Range::zero),
            Formula::Max(parts) => parts.iter().map(part).reduce(|one, other| one.most(&other)).unwrap_or_else(Range::zero),
        }
    }

    /// Every figure of the run in its order: what its formula comes to, and what that gives.
    fn figures(&self) -> Vec<(&'a Figure, Range, Range)> {
        let mut done: Vec<(&'a Figure, Range)> = Vec::new();
        let mut all = Vec::new();
        for figure in self.rules.figures.iter().filter(|figure| figure.runs.contains(&self.run)) {
            let of = match figure.over {
                Some(Per::Day) => Stretch { months: self.rules.every.months(), day: true },
                Some(Per::Period(every)) => Stretch { months: every.months(), day: false },
                None => self.window(figure.window),
            };
            let value = self.formula(&figure.formula, of, &done);
            let mut gives = match &figure.bands {
                Some(bands) => {
                    let met = bands.iter().filter(|band| value.meets(band.from.as_ref(), band.to.as_ref()));
                    met.map(|band| Range::only(band.gives.clone())).reduce(|one, other| one.with(&other)).unwrap_or_else(Range::zero)
                }
                None => value.clone(),
            };
            let zeroed =
                self.scheme.veto.iter().flat_map(|veto| &veto.effects).any(|effect| effect.zero_total && effect.runs.contains(&self.run));
            if figure.id == "total" && zeroed {
                gives = gives.with(&Range::zero());
            }
            done.push((figure, gives.clone()));
            all.push((figure, value, gives));
        }
        all
    }
}

/// One entry, as it stands in the score before any rule.
fn entry(item: &Item) -> Range {
    let worths = item.words.iter().map(|(_, worth)| if item.kind == ItemKind::Deduct { -worth.clone() } else { worth.clone() });
    let worths = worths.map(Range::only).reduce(|one, other| one.with(&other));
    let blank = Range::zero();
    match (item.kind, worths) {
        (ItemKind::Mark, Some(worths)) => worths,
        (_, Some(worths)) => worths.with(&blank),
        (ItemKind::Mark | ItemKind::Bonus | ItemKind::Count, None) => Range::from_zero(item.max.clone()),
        (ItemKind::Deduct, None) => Range::from_zero(-item.max.clone()),
        (ItemKind::Signed, None) => Range::of(-item.max.clone(), item.max.clone()),
    }
}

/// The sums of the first so many steps of a table, the last one for all that follow.
fn steps_range(steps: &[Step], times: &Exact) -> Range {
    let mut sum = Exact::zero();
    let mut left = times.clone();
    for (at, step) in steps.iter().enumerate() {
        let Step::Points(points) = step else { break };
        if left <= Exact::zero() {
            break;
        }
        let many = if at + 1 == steps.len() { left.clone() } else { Exact::from(1) };
        sum = &sum + &(points.clone() * many.clone());
        left = left - many;
    }
    Range::zero().with(&Range::only(sum))
}

fn folded(fold: Fold, one: &Range, most: i64, some: bool) -> Range {
    match fold {
        Fold::Sum => one.several(most, some),
        Fold::Best(best) => one.several(most.min(i64::from(best)), some),
        Fold::Mean | Fold::Min | Fold::Max if some => one.clone(),
        Fold::Mean | Fold::Min | Fold::Max => one.with(&Range::zero()),
    }
}

/// Categories that the file tells apart, and one that it does not name.
fn categories<'a>(scheme: &'a Scheme, rules: &'a Rules) -> Vec<&'a str> {
    let mut found: BTreeSet<&str> = BTreeSet::from([""]);
    found.extend(rules.items.iter().flat_map(|item| &item.categories).map(String::as_str));
    found.extend(rules.gradings.iter().flat_map(|grading| &grading.categories).map(String::as_str));
    for value in rules.values.iter().chain(&scheme.member.values) {
        found.extend(value.by_category.keys().chain(value.changes.iter().flat_map(|change| change.by_category.keys())).map(String::as_str));
    }
    found.into_iter().collect()
}

/// The range of the total in runs of a length, over all categories; none where there is no total.
pub fn total(scheme: &Scheme, rules: &Rules, run: Every) -> Option<Range> {
    let all = categories(scheme, rules).into_iter().filter_map(|category| {
        let reach = Reach::of(scheme, rules, category, run);
        reach.figures().into_iter().find(|(figure, ..)| figure.id == "total").map(|(.., gives)| gives)
    });
    all.reduce(|one, other| one.with(&other))
}

/// What nothing can reach and what nothing uses, from top to bottom.
pub(super) fn warnings(scheme: &Scheme, marks: &[Mark], spot: &dyn Fn(&Span<usize>) -> Spot) -> Vec<Fault> {
    let mut found = Vec::new();
    for mark in marks {
        let Some(rules) = (if mark.of_branch { scheme.branch.as_ref() } else { Some(&scheme.member) }) else { continue };
        let said = match &mark.what {
            What::Item(at) => unused_item(rules, *at),
            What::Value(id) => unused_value(rules, id),
            What::Bound(item, ceiling) => idle_bound(scheme, rules, *item, *ceiling),
            What::ZeroIf(item, at) => never_zero(scheme, rules, *item, *at),
            What::Band(at, from, to) => {
                let figure = &rules.figures[*at];
                let met = figure.runs.iter().flat_map(|run| figure_ranges(scheme, rules, *run, *at)).collect::<Vec<_>>();
                out_of_reach(&met, from.as_ref(), to.as_ref(), ("这一段", "this band"))
            }
            What::Grade(block, name, from, to) => {
                let by_veto = scheme.veto.iter().flat_map(|veto| &veto.effects).any(|effect| effect.grade.as_ref() == Some(name));
                let (zh, en) = (format!("“{name}”"), format!("`{name}`"));
                if by_veto { None } else { out_of_reach(&graded(scheme, rules, *block), from.as_ref(), to.as_ref(), (&zh, &en)) }
            }
            What::Place(block, name, from, to) => {
                let (zh, en) = (format!("“{name}”"), format!("`{name}`"));
                out_of_reach(&graded(scheme, rules, *block), from.as_ref(), to.as_ref(), (&zh, &en))
            }
            What::Stars(stars, from, to) => {
                let all: Vec<Range> = rules.star_runs.iter().filter_map(|run| total(scheme, rules, *run)).collect();
                let (zh, en) = (format!("{stars} 星"), format!("{stars} stars"));
                let capped = scheme.veto.iter().flat_map(|veto| &veto.effects).any(|effect| effect.max_stars == Some(*stars));
                if capped { None } else { out_of_reach(&all, from.as_ref(), to.as_ref(), (&zh, &en)) }
            }
        };
        found.extend(said.map(|said| Fault { spot: spot(&mark.place), said }));
    }
    found.sort_by_key(|fault| (fault.spot.line, fault.spot.column));
    found
}

/// What the formula of a figure comes to, in each category.
fn figure_ranges(scheme: &Scheme, rules: &Rules, run: Every, at: usize) -> Vec<Range> {
    let mut all = Vec::new();
    for category in categories(scheme, rules) {
        let reach = Reach::of(scheme, rules, category, run);
        let own = reach.figures().into_iter().find(|(figure, ..)| std::ptr::eq(*figure, &raw const rules.figures[at]));
        all.extend(own.map(|(_, value, _)| value));
    }
    all
}

/// Totals of those whom a block of grades is for.
fn graded(scheme: &Scheme, rules: &Rules, block: usize) -> Vec<Range> {
    let mut all = Vec::new();
    for run in &rules.gradings[block].runs {
        for category in categories(scheme, rules) {
            let fits = |status: bool| fitting(&rules.gradings, category, status, *run, scheme.grade_probationary) == Some(block);
            if !fits(false) && !fits(true) {
                continue;
            }
            let reach = Reach::of(scheme, rules, category, *run);
            all.extend(reach.figures().into_iter().find(|(figure, ..)| figure.id == "total").map(|(.., gives)| gives));
        }
    }
    all
}

fn out_of_reach(ranges: &[Range], from: Option<&Exact>, to: Option<&Exact>, (zh, en): (&str, &str)) -> Option<Said> {
    let all = ranges.iter().cloned().reduce(|one, other| one.with(&other))?;
    if ranges.iter().any(|range| range.meets(from, to)) {
        return None;
    }
    let text = all.text();
    match (from, &all.high) {
        (Some(from), End::At(high)) if high < from => Some(Said::new(
            format!("{zh}谁也到不了：从 {} 起，而最多到 {}（可能的范围 {text}）", plain(from), plain(high)),
            format!("nobody can reach {en}: it begins at {}, and the most is {} (the range is {text})", plain(from), plain(high)),
        )),
        _ => Some(Said::new(format!("{zh}谁也到不了：可能的范围是 {text}"), format!("nobody can reach {en}: the range is {text}"))),
    }
}

fn never_zero(scheme: &Scheme, rules: &Rules, item: usize, at: usize) -> Option<Said> {
    let own = &rules.items[item];
    let condition = own.zero_if.get(at)?;
    let reach = Reach::of(scheme, rules, own.categories.first().map_or("", String::as_str), Every::Year);
    let most = match condition.measure {
        Measure::Sum => reach.entered(own, Stretch { months: own.each.map_or(12, Every::months), day: false }).high,
        Measure::Single => reach.entered(own, Stretch { months: rules.every.months(), day: true }).high,
        Measure::ShareOf(_) => return None,
    };
    let End::At(most) = most else { return None };
    let reached = if condition.above { most > condition.limit } else { most >= condition.limit };
    (!reached).then(|| {
        Said::new(
            format!("“{}”永远到不了 {}：登记的合计最多 {}", own.name, plain(&condition.limit), plain(&most)),
            format!("`{}` never comes to {}: at most {} can be entered", own.name, plain(&condition.limit), plain(&most)),
        )
    })
}

/// A floor below what an item can come to, or a ceiling above it, does nothing. That nothing falls below zero may be said where it goes
/// without saying.
fn idle_bound(scheme: &Scheme, rules: &Rules, item: usize, ceiling: bool) -> Option<Said> {
    let own = &rules.items[item];
    let bound = if ceiling { own.ceiling.as_ref() } else { own.floor.as_ref() }?;
    if bound.numbers().all(Exact::is_zero) {
        return None;
    }
    let free = if ceiling { Item { ceiling: None, ..own.clone() } } else { Item { floor: None, ..own.clone() } };
    let idle = categories(scheme, rules).into_iter().all(|category| {
        let reach = Reach::of(scheme, rules, category, Every::Year);
        let months = own.each.map_or(12, Every::months);
        let (range, bound) = (reach.item_within(&free, Stretch { months, day: false }), reach.amount(bound));
        if ceiling { range.high <= bound.low } else { range.low >= bound.high }
    });
    let (key, zh, en) =
        if ceiling { ("ceiling", "最高也不会高于它", "above") } else { ("floor", "最低也不会低于它", "below") };
    idle.then(|| {
        Said::new(format!("“{key}”不起作用：“{}”{zh}", own.name), format!("`{key}` does nothing: `{}` never comes {en} it", own.name))
    })
}

fn unused_item(rules: &Rules, at: usize) -> Option<Said> {
    let name = &rules.items[at].name;
    (!rules.counts_item(at)).then(|| {
        Said::new(
            format!("没有一个得分用到“{name}”，填了也不计分"),
            format!("no figure uses `{name}`: what is entered there counts nothing"),
        )
    })
}

fn unused_value(rules: &Rules, id: &str) -> Option<Said> {
    let value = rules.values.iter().find(|value| value.id == id)?;
    (!rules.uses(value)).then(|| Said::new(format!("没有一个得分或项目用到“{id}”"), format!("no figure and no item uses `{id}`")))
}
