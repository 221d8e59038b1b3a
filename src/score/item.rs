//! What one item's entries are worth over a window.
//!
//! The rules of an item work in this order: each entry becomes points; of several only the largest counts
//! (`highest_only`); caps, the shortest first; the start; what brings the item to zero; floor and ceiling. With `each`
//! all of it happens for each such period by itself, and the results are added up.

use chrono::NaiveDate;

use crate::exact::Exact;
use crate::period::{Every, Period};
use crate::scheme::{Amount, Item, ItemKind, Measure, Per, Points, RuleWords, Step};
use crate::submission::Mark;

use super::evaluate::stated;
use super::subject::{Subject, Within};
use super::trace::{Label, Trace, Zero};

/// One entry of an item that counts.
#[derive(Clone, Debug)]
pub struct Entered {
    /// The period it was entered for.
    pub period: Period,
    /// The day, for dated rows.
    pub day: Option<NaiveDate>,
    /// What was entered.
    pub mark: Mark,
    /// Its cell.
    pub place: Option<crate::submission::Spot>,
}

impl Entered {
    /// The day whose rules it goes by: its own, else the last of its period.
    fn ruled_on(&self, year: i32) -> NaiveDate {
        self.day.unwrap_or_else(|| last_day(self.period, year))
    }

    fn month(&self) -> u8 {
        self.day.map_or(self.period.first_month(), |day| chrono::Datelike::month(&day) as u8)
    }
}

/// The last day of a period of a year.
pub fn last_day(period: Period, year: i32) -> NaiveDate {
    crate::period::RunPeriod { year, period }.last_day()
}

/// The period of that length in which a month lies.
fn holding(every: Every, month: u8) -> Option<Period> {
    Period::new(every, (month - 1) / every.months() + 1)
}

/// An item's score over a window, with the steps to it where asked for.
pub fn score(subject: &Subject<'_>, at: usize, window: Within<'_>, end: NaiveDate, trace: bool) -> (Exact, Vec<Trace>) {
    let item = &subject.rules.items[at];
    let entered = subject.entered(at, window);
    let Some(each) = item.each else { return score_within(subject, at, item, &entered, window, end, trace) };
    let mut total = Exact::zero();
    let mut steps = Vec::new();
    for long in each.all() {
        let within: Vec<Period> = window.periods.iter().copied().filter(|period| long.contains(*period)).collect();
        if !within.iter().any(|period| subject.expected(*period)) {
            continue;
        }
        let own: Vec<Entered> = entered.iter().filter(|entry| long.contains(entry.period)).cloned().collect();
        let end = within.last().map_or(end, |last| last_day(*last, subject.year())).min(end);
        let (value, parts) = score_within(subject, at, item, &own, Within { periods: &within, ..window }, end, trace);
        if trace {
            steps.push(Trace::step(Label::Period(long), value.clone(), parts));
        }
        total = total + value;
    }
    (total, steps)
}

/// The score of one stretch of periods, by the rules of the item in the order of the page above.
fn score_within(
    subject: &Subject<'_>,
    at: usize,
    item: &Item,
    entered: &[Entered],
    within: Within<'_>,
    end: NaiveDate,
    trace: bool,
) -> (Exact, Vec<Trace>) {
    let (category, year) = (subject.category(), subject.year());
    let worth = worth(item, entered, category, year);
    let mut parts = if trace { leaves(subject, (at, item), entered, &worth.points) } else { Vec::new() };
    let mut points: Vec<Dated> = entered.iter().zip(worth.points).map(|(entry, points)| (entry.day, entry.month(), points)).collect();
    if item.highest_only {
        let largest = points.iter().map(|(.., points)| points.abs()).max();
        let first = points.iter().position(|(.., points)| Some(points.abs()) == largest);
        let several = points.len() > 1;
        points = first.map(|first| points.swap_remove(first)).into_iter().collect();
        if let ([(.., only)], true, true) = (points.as_slice(), several, trace) {
            parts.push(Trace::leaf(Label::Rule(RuleWords::HIGHEST_ONLY), only.clone(), None));
        }
    }
    let mut note = |label: Label, value: &Exact| {
        if trace {
            parts.push(Trace::leaf(label, value.clone(), None));
        }
    };
    for cap in &item.caps {
        points = capped(points, cap, (category, year), end, &mut note);
    }
    let mut value: Exact = points.into_iter().map(|(.., points)| points).sum();
    if let Some(start) = &item.start {
        let start = start.on(category, end);
        value = value + start.clone();
        note(Label::Start, start);
    }
    let zero = if worth.zero { Some(Zero::Times) } else { zeroed(subject, at, item, entered, within) };
    if let Some(why) = zero {
        note(Label::Zero(why), &Exact::zero());
        return (Exact::zero(), parts);
    }
    if let Some(floor) = &item.floor {
        let floor = floor.on(category, end);
        if value < *floor {
            note(Label::Floor(value.clone()), floor);
            value = floor.clone();
        }
    }
    if let Some(ceiling) = &item.ceiling {
        let ceiling = ceiling.on(category, end);
        if value > *ceiling {
            note(Label::Ceiling(value.clone()), ceiling);
            value = ceiling.clone();
        }
    }
    (value, parts)
}

/// Points with the day and the month that they are of.
type Dated = (Option<NaiveDate>, u8, Exact);

/// The entries, each with its cell.
fn leaves(subject: &Subject<'_>, (at, item): (usize, &Item), entered: &[Entered], points: &[Exact]) -> Vec<Trace> {
    let (category, year) = (subject.category(), subject.year());
    let leaf = |(entry, points): (&Entered, &Exact)| {
        let size = Mark::exact_sum(entry.mark.thousandths());
        let when = entry.day.map_or(Label::Period(entry.period), Label::Day);
        let reason = entry.place.filter(|_| item.reason.is_some()).and_then(|spot| subject.reason(spot, at));
        let when = match reason {
            Some(reason) => Label::Reasoned { when: when.into(), reason: reason.to_owned() },
            None => when,
        };
        let label = if item.kind == ItemKind::Count { Label::Times { when: when.into(), times: size.clone() } } else { when };
        let value = if item.points.is_none() { size } else { points.clone() };
        let leaf = Trace::leaf(label, value, entry.place.map(|spot| subject.place(spot)));
        match &item.points {
            // What a time is worth changes: which number held is part of the answer.
            Some(Points::Each(Amount::Value(value))) if !value.changes.is_empty() => {
                let day = entry.ruled_on(year);
                Trace { parts: vec![stated(value, value.on(category, day).clone(), day)], ..leaf }
            }
            _ => leaf,
        }
    };
    entered.iter().zip(points).map(leaf).collect()
}

/// Sums of each day or period of a cap, held to its limit.
fn capped(
    points: Vec<Dated>,
    (per, limit): &(Per, Amount),
    (category, year): (&str, i32),
    end: NaiveDate,
    note: &mut impl FnMut(Label, &Exact),
) -> Vec<Dated> {
    let mut sums: Vec<Dated> = Vec::new();
    for (day, month, value) in points {
        let key = match per {
            Per::Day => (day, month),
            Per::Period(every) => (None, holding(*every, month).map_or(month, Period::first_month)),
        };
        match sums.iter_mut().find(|(day, month, _)| (*day, *month) == key) {
            Some((.., sum)) => *sum = &*sum + &value,
            None => sums.push((key.0, key.1, value)),
        }
    }
    for (day, month, sum) in &mut sums {
        let period = if let Per::Period(every) = per { holding(*every, *month) } else { None };
        let limit = limit.on(category, day.or(period.map(|period| last_day(period, year))).unwrap_or(end).min(end));
        if sum.abs() > *limit {
            let held = if sum.is_negative() { -limit.clone() } else { limit.clone() };
            let when = period.map(Label::Period).or(day.map(Label::Day)).map(Box::new);
            note(Label::Capped { when, sum: sum.clone(), limit: limit.clone() }, &held);
            *sum = held;
        }
    }
    sums
}

/// Points of each entry, and whether a progressive table ran to its zero.
struct Worth {
    points: Vec<Exact>,
    zero: bool,
}

fn worth(item: &Item, entered: &[Entered], category: &str, year: i32) -> Worth {
    let size = |entry: &Entered| Mark::exact_sum(entry.mark.thousandths());
    let mut worth = Worth { points: Vec::with_capacity(entered.len()), zero: false };
    let mut times = 0;
    for entry in entered {
        worth.points.push(match (item.kind, &item.points) {
            (ItemKind::Count, None) => Exact::zero(),
            (ItemKind::Count, Some(Points::Each(points))) => size(entry) * points.on(category, entry.ruled_on(year)).clone(),
            (ItemKind::Count, Some(Points::Steps(steps))) => {
                let before = times;
                times += entry.mark.thousandths() / 1000;
                let (points, zero) = stepped(steps, before, times);
                worth.zero |= zero;
                points
            }
            _ => size(entry),
        });
    }
    worth
}

/// Points of the times after `before` up to `until`; the table's last step is for all that follow.
fn stepped(steps: &[Step], before: i64, until: i64) -> (Exact, bool) {
    let mut points = Exact::zero();
    for (step, number) in steps.iter().zip(0i64..) {
        let last = number + 1 == steps.len() as i64;
        let times = if last { until - before.max(number) } else { i64::from(before <= number && number < until) };
        if times <= 0 {
            continue;
        }
        match step {
            Step::Points(each) => points = points + each.clone() * Exact::from(times),
            Step::Zero => return (points, true),
        }
    }
    (points, false)
}

/// Why the item's score is zero, if it is.
fn zeroed(subject: &Subject<'_>, at: usize, item: &Item, entered: &[Entered], within: Within<'_>) -> Option<Zero> {
    let size = |entered: &[Entered]| Mark::exact_sum(entered.iter().map(|entry| entry.mark.thousandths().abs()).sum());
    item.zero_if.iter().find_map(|condition| {
        let reached = |value: &Exact| if condition.above { *value > condition.limit } else { *value >= condition.limit };
        let (limit, above) = (condition.limit.clone(), condition.above);
        match condition.measure {
            Measure::Sum => {
                let sum = size(entered);
                reached(&sum).then_some(Zero::Sum { sum, limit, above })
            }
            Measure::Single => {
                let largest = entered.iter().map(|entry| size(std::slice::from_ref(entry))).max()?;
                reached(&largest).then_some(Zero::Single { largest, limit, above })
            }
            Measure::ShareOf(other) => {
                debug_assert_ne!(other, at);
                let whole = size(&subject.entered(other, within));
                let share = size(entered).checked_div(&whole)?;
                let of = subject.rules.items[other].name.clone();
                reached(&share).then_some(Zero::Share { share, of, whole, limit, above })
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_progressive_table_goes_on_with_its_last_step() {
        let points = |steps: &[Step], before, until| {
            let (points, zero) = stepped(steps, before, until);
            (points.to_string(), zero)
        };
        let steps = [Step::Points(Exact::from(-3)), Step::Points(Exact::from(-5))];
        assert_eq!(points(&steps, 0, 0), ("0".into(), false));
        assert_eq!(points(&steps, 0, 1), ("-3".into(), false));
        assert_eq!(points(&steps, 1, 2), ("-5".into(), false));
        assert_eq!(points(&steps, 0, 4), ("-18".into(), false)); // 3 + 5 + 5 + 5
        assert_eq!(points(&steps, 3, 5), ("-10".into(), false));
        let ends = [Step::Points(Exact::from(-3)), Step::Zero];
        assert_eq!(points(&ends, 0, 1), ("-3".into(), false));
        assert_eq!(points(&ends, 1, 2), ("0".into(), true));
        assert_eq!(points(&ends, 0, 9), ("-3".into(), true));
    }
}
