//! The sheets of numbers: 积分登记, 民主测评, 支部积分.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::NaiveDate;

use crate::exact::{Decimal, Exact};
use crate::period::Period;
use crate::scheme::{Item, ItemKind, Poll, Scheme};
use crate::workbook::{self, column};
use crate::xlsx::tables::Value;

use super::draw::Draw;
use super::people::{Level, Person};

/// A table before a clerk's habits are laid over it.
#[derive(Clone, Debug)]
pub struct Grid {
    /// The sheet's name.
    pub name: String,
    /// Headings; none for 支部信息.
    pub headings: Vec<String>,
    /// Rows as wide as the headings.
    pub rows: Vec<Vec<Value>>,
    /// Columns that hold marks.
    pub marks: Range<usize>,
    /// The scheme whose marks they are.
    pub scheme: Option<usize>,
}

impl Grid {
    /// A table without marks.
    pub fn new(name: &str, headings: &[&str], rows: Vec<Vec<Value>>) -> Self {
        Self {
            name: name.to_owned(),
            headings: headings.iter().map(|heading| (*heading).to_owned()).collect(),
            rows,
            marks: 0..0,
            scheme: None,
        }
    }

    /// The column with this heading.
    pub fn column(&self, heading: &str) -> Option<usize> {
        self.headings.iter().position(|own| own == heading)
    }
}

/// How this branch enters what may be entered in several ways.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// Deductions are written 2, not -2.
    pub unsigned: bool,
    /// Ballots are summed: 票数 instead of 票号.
    pub summed: bool,
    /// A bonus carries its reason in its own cell.
    pub reason_in_cell: bool,
    /// What stands where nothing is deducted.
    pub nothing: &'static str,
}

/// Which sheet of a kind serves which members: name, scheme, categories.
pub type Served = (String, usize, Vec<String>);

/// Spreads the categories of a branch over sheets. The plain sheet goes to the scheme with most members, unless its items
/// differ by category and there are several; every other category gets a sheet with its name behind.
pub fn serve(kind: &str, schemes: &[Scheme], members: &[(&Person, usize)], by_category: impl Fn(&Scheme) -> bool) -> Vec<Served> {
    let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
    let mut categories: Vec<(&str, usize)> = Vec::new();
    for (person, scheme) in members {
        *sizes.entry(*scheme).or_default() += 1;
        if !categories.iter().any(|(category, _)| *category == person.category) {
            categories.push((&person.category, *scheme));
        }
    }
    let plain = sizes
        .iter()
        .filter(|(scheme, _)| categories.len() == 1 || !by_category(&schemes[**scheme]))
        .max_by_key(|(scheme, size)| (**size, std::cmp::Reverse(**scheme)))
        .map(|(scheme, _)| *scheme);
    let spread = workbook::spread(kind, &categories, plain).into_iter();
    spread.map(|(name, scheme, own)| (name, scheme, own.into_iter().map(str::to_owned).collect())).collect()
}

/// A number of units that each are worth a tenth, or a whole where the scheme has no decimals.
pub fn value(units: i64, scheme: &Scheme) -> Value {
    Value::Number(Decimal::new(units, if scheme.decimals == 0 { 0 } else { -1 }))
}

/// A limit in those units.
pub fn units(limit: &Exact, scheme: &Scheme) -> i64 {
    let unit = if scheme.decimals == 0 { 1 } else { 10 };
    (limit.clone() * Exact::from(unit)).floor().unwrap_or(0)
}

/// A mark: mostly high, often rounded to a half.
pub fn mark(draw: &mut Draw, level: Level, max: i64) -> i64 {
    let (least, most) = level.loss();
    let exact = max - max * draw.between(least, most) / 1000;
    let half = if max >= 100 && draw.percent(45) { (exact + 2) / 5 * 5 } else { exact };
    half.clamp(0, max)
}

const REASONS: [&str; 7] =
    ["县级优秀党员 5月", "参加防汛抢险", "志愿服务", "调解邻里纠纷", "建言献策被采纳", "结对帮扶困难户", "带头推进人居环境整治"];

/// One sheet of 积分登记.
pub fn entries(
    draw: &mut Draw,
    sheet: &Served,
    schemes: &[Scheme],
    members: &[(&Person, usize)],
    manner: Manner,
    reviewers: (&str, &str),
) -> Grid {
    let (name, scheme_at, categories) = sheet;
    let scheme = &schemes[*scheme_at];
    let rules = &scheme.member;
    let items: Vec<_> = rules.items.iter().filter(|item| categories.iter().any(|category| item.applies_to(category))).collect();
    let mut headings: Vec<String> = [column::SEQ, column::NAME, column::PERIOD].map(String::from).into();
    if rules.scorers.is_some() {
        headings.push(column::SCORER.into());
    }
    if rules.dated {
        headings.push(column::DATE.into());
    }
    let first = headings.len();
    headings.extend(items.iter().map(|item| item.name.clone()));
    let marks = first..headings.len();
    for reason in items.iter().filter_map(|item| item.reason.as_ref()) {
        if !headings.contains(reason) {
            headings.push(reason.clone());
        }
    }
    if rules.reviewed {
        headings.extend([column::RECORDER, column::REVIEWER].map(String::from));
    }
    let own: Vec<&Person> = members.iter().filter(|(person, _)| categories.contains(&person.category)).map(|(person, _)| *person).collect();
    let mut rows = Vec::new();
    for (at, person) in own.iter().enumerate() {
        let judged = items.iter().position(|item| item.kind != ItemKind::Count).unwrap_or_default();
        for period in rules.every.all().filter(|period| period.overlaps(person.first_month, person.last_month)) {
            // Somebody loses or earns something in every period: whole branches with equal rows would look copied, and are.
            let must_lose = at == usize::from(period.number()) % own.len();
            let mut reasons: BTreeMap<&str, &str> = BTreeMap::new();
            let mut numbers: Vec<Value> = Vec::new();
            let mut sizes: Vec<i64> = Vec::new();
            for (position, item) in items.iter().enumerate() {
                sizes.push(0);
                let alone = must_lose && position == judged;
                let (number, why) = entered(draw, item, scheme, person, (alone, manner), &mut sizes[position]);
                numbers.push(number);
                reasons.extend(item.reason.as_deref().zip(why));
            }
            let filled = |value: &Value| !matches!(value, Value::Empty) && *value != Value::from(0);
            let day = if rules.dated && numbers.iter().any(filled) { day_in(draw, period).into() } else { Value::Empty };
            let mut row = |scorer: Option<&str>, numbers: Vec<Value>| {
                let mut row: Vec<Value> = vec![person.seq.into(), person.name.as_str().into(), period.zh().into()];
                row.extend(scorer.map(Value::from));
                row.extend(rules.dated.then(|| day.clone()));
                row.extend(numbers);
                for heading in &headings[marks.end..] {
                    row.push(match heading.as_str() {
                        column::RECORDER => reviewers.0.into(),
                        column::REVIEWER => reviewers.1.into(),
                        other => reasons.get(other).copied().into(),
                    });
                }
                rows.push(row);
            };
            if let Some(scorers) = &rules.scorers {
                // A difference of one whole in one item stays below any gap that is worth a warning.
                let step = scorers.gap.as_ref().map_or(10, |gap| units(gap, scheme)).clamp(0, 10);
                let mut assessed = numbers.clone();
                let at = draw.below(items.len());
                if let Some(item) = items.get(at).filter(|item| item.kind == ItemKind::Mark) {
                    assessed[at] = value((sizes[at] + draw.between(-step, step)).clamp(0, units(&item.max, scheme)), scheme);
                }
                row(Some(&scorers.own), assessed);
                row(Some(&scorers.counts), numbers);
            } else {
                row(None, numbers);
            }
        }
    }
    Grid { name: name.clone(), headings, rows, marks, scheme: Some(*scheme_at) }
}

/// What stands in a member's cell of an item, and the reason for it; `must` makes it lose or earn something. Of a mark the
/// size is given too.
fn entered(
    draw: &mut Draw,
    item: &Item,
    scheme: &Scheme,
    person: &Person,
    (must, manner): (bool, Manner),
    size: &mut i64,
) -> (Value, Option<&'static str>) {
    let max = units(&item.max, scheme);
    match item.kind {
        _ if !item.applies_to(&person.category) => (Value::Empty, None),
        _ if !item.words.is_empty() => {
            let best = item.words.iter().max_by(|a, b| a.1.cmp(&b.1));
            let (word, worth) = best.filter(|_| person.level == Level::Model).unwrap_or_else(|| draw.pick(&item.words));
            (word.as_str().into(), (!worth.is_zero()).then_some("民主评议结果"))
        }
        ItemKind::Signed if must || draw.percent(12) => {
            let size = (draw.between(1, 3) * if scheme.decimals == 0 { 1 } else { 10 }).min(max);
            let gives = matches!(person.level, Level::Model | Level::Good);
            (value(if gives { size } else { -size }, scheme), Some(if gives { *draw.pick(&REASONS) } else { "未按时完成任务" }))
        }
        ItemKind::Mark => {
            *size = mark(draw, person.level, max);
            (value(*size, scheme), None)
        }
        ItemKind::Deduct => {
            let loses = draw.percent(match person.level {
                Level::Model => 0,
                Level::Good => 8,
                Level::Fair => 20,
                Level::Weak => 45,
            });
            if loses || must {
                // Half a point is the smallest step anybody takes off.
                let size = (draw.between(1, 6) * if scheme.decimals == 0 { 1 } else { 5 }).min(max);
                (value(if manner.unsigned { size } else { -size }, scheme), Some("未按时完成任务"))
            } else if manner.nothing.is_empty() && draw.percent(50) {
                (Value::Empty, None)
            } else if manner.nothing.is_empty() || draw.percent(60) {
                (0.into(), None)
            } else {
                (manner.nothing.into(), None)
            }
        }
        ItemKind::Bonus if must || draw.percent(if person.level == Level::Model { 22 } else { 7 }) => {
            let size = (draw.between(1, 3) * if scheme.decimals == 0 { 1 } else { 10 }).min(max);
            let why = *draw.pick(&REASONS);
            if item.reason.is_some() && manner.reason_in_cell {
                let number = Decimal::new(size, if scheme.decimals == 0 { 0 } else { -1 });
                (format!("+{number}（{why}）").into(), None)
            } else {
                (value(size, scheme), Some(why))
            }
        }
        ItemKind::Signed | ItemKind::Bonus => (Value::Empty, None),
        ItemKind::Count => {
            let times = times(draw, item, person.level).min(item.max.floor().unwrap_or(0));
            let earns = times > 0 && item.scores_as() == Some(ItemKind::Bonus);
            let why = earns.then(|| *draw.pick(&REASONS));
            (if times > 0 { times.into() } else { Value::Empty }, why)
        }
    }
}

/// How often something happened to a member: seldom where it costs points, now and then where it earns some, and as
/// often as can be where it is only what others are measured by.
fn times(draw: &mut Draw, item: &Item, level: Level) -> i64 {
    let chance = match (item.scores_as(), level) {
        (None, _) => return i64::MAX,
        (Some(ItemKind::Deduct), Level::Model) => 0,
        (Some(ItemKind::Deduct), Level::Good) => 4,
        (Some(ItemKind::Deduct), Level::Fair) => 12,
        (Some(ItemKind::Deduct), Level::Weak) => 30,
        (_, Level::Model) => 60,
        (_, Level::Good) => 40,
        (_, Level::Fair | Level::Weak) => 20,
    };
    if draw.percent(chance) { draw.between(1, 3) } else { 0 }
}

fn day_in(draw: &mut Draw, period: Period) -> NaiveDate {
    let month = draw.between(i64::from(period.first_month()), i64::from(period.last_month()));
    NaiveDate::from_ymd_opt(super::YEAR, month as u32, draw.between(1, 28) as u32).unwrap_or_default()
}

/// One sheet of 民主测评, where the scheme polls.
pub fn ballots(draw: &mut Draw, sheet: &Served, schemes: &[Scheme], members: &[(&Person, usize)], manner: Manner) -> Option<Grid> {
    let (name, scheme_at, categories) = sheet;
    let scheme = &schemes[*scheme_at];
    if scheme.polls.is_empty() {
        return None;
    }
    // Words can be counted for one column only.
    let counted = manner.summed && scheme.polls.iter().all(|poll| poll.words.is_empty() || poll.columns.len() == 1);
    let keys = [
        Some(column::SEQ),
        Some(column::NAME),
        scheme.tells_voters().then_some(column::VOTERS),
        scheme.polls_by_period().then_some(column::PERIOD),
        Some(if counted { column::BALLOTS } else { column::BALLOT }),
    ];
    let mut headings: Vec<String> = keys.into_iter().flatten().map(String::from).collect();
    let marks = headings.len();
    let columns_of = |poll: &Poll| -> Vec<String> {
        let tally = if counted { poll.tally() } else { &[] };
        let own = if tally.is_empty() { &poll.columns } else { tally };
        own.iter().map(|(heading, _)| heading.clone()).collect()
    };
    for heading in scheme.polls.iter().flat_map(columns_of) {
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    let mut rows = Vec::new();
    for (at, period) in scheme.votes_in(Period::YEAR) {
        let poll = &scheme.polls[at];
        let count = i64::from(poll.min_ballots.max(3)) + draw.between(0, 2);
        let own: Vec<usize> = columns_of(poll).iter().filter_map(|heading| headings.iter().position(|other| other == heading)).collect();
        let voted_on = |person: &Person| period == Period::YEAR || period.overlaps(person.first_month, person.last_month);
        for (person, _) in members.iter().filter(|(person, _)| categories.contains(&person.category) && voted_on(person)) {
            for (number, values) in votes(draw, person, (poll, scheme), count, counted, manner.summed) {
                let mut row: Vec<Value> = vec![person.seq.into(), person.name.as_str().into()];
                row.extend(scheme.tells_voters().then(|| poll.name.as_str().into()));
                row.extend(scheme.polls_by_period().then(|| period.zh().as_str().into()));
                row.push(number.into());
                row.resize(headings.len(), Value::Empty);
                for (column, value) in own.iter().zip(values) {
                    row[*column] = value;
                }
                rows.push(row);
            }
        }
    }
    let marks = marks..headings.len();
    Some(Grid { name: name.clone(), headings, rows, marks, scheme: Some(*scheme_at) })
}

/// One vote on a member: its rows, each with the number of the ballot, or of ballots where they are summed, and the points.
fn votes(
    draw: &mut Draw,
    person: &Person,
    (poll, scheme): (&Poll, &Scheme),
    count: i64,
    counted: bool,
    summed: bool,
) -> Vec<(i64, Vec<Value>)> {
    if !poll.words.is_empty() {
        return in_words(draw, person, poll, count, counted);
    }
    let mut rows = Vec::new();
    let mut sums = vec![0; poll.columns.len()];
    for number in 1..=count {
        let mut row: Vec<Value> = Vec::new();
        for (sum, (_, max)) in sums.iter_mut().zip(&poll.columns) {
            let max = units(max, scheme);
            let mark = mark(draw, person.level, max);
            // Voters think in whole marks.
            let mark = if scheme.decimals > 0 && draw.percent(70) { (mark + 5) / 10 * 10 } else { mark }.min(max);
            *sum += mark;
            row.push(value(mark, scheme));
        }
        if !summed {
            rows.push((number, row));
        }
    }
    if summed {
        rows.push((count, sums.into_iter().map(|sum| value(sum, scheme)).collect()));
    }
    rows
}

/// A member's ballots in words: one row a ballot, or one with how many said each word.
fn in_words(draw: &mut Draw, person: &Person, poll: &Poll, count: i64, tallied: bool) -> Vec<(i64, Vec<Value>)> {
    let mut by_worth: Vec<usize> = (0..poll.words.len()).collect();
    by_worth.sort_by(|a, b| poll.words[*b].1.cmp(&poll.words[*a].1));
    let well = match person.level {
        Level::Model => 95,
        Level::Good => 80,
        Level::Fair => 55,
        Level::Weak => 25,
    };
    let said = |draw: &mut Draw| if draw.percent(well) { by_worth[0] } else { by_worth[draw.below(by_worth.len())] };
    if tallied {
        let mut tally = vec![0i64; poll.words.len()];
        for _ in 0..count {
            tally[said(draw)] += 1;
        }
        return vec![(count, tally.into_iter().map(Value::from).collect())];
    }
    (1..=count).map(|number| (number, poll.columns.iter().map(|_| poll.words[said(draw)].0.as_str().into()).collect())).collect()
}

/// 支部积分, where the scheme scores branches.
pub fn branch(draw: &mut Draw, scheme: &Scheme) -> Option<Grid> {
    let rules = scheme.branch_sheet()?;
    let mut rows = Vec::new();
    for period in rules.every.all() {
        for item in &rules.items {
            let who: [Value; 2] = [item.name.as_str().into(), Period::zh(period).into()];
            let told = |own: Value, reviewed: Value| [who.as_slice(), &[own, reviewed]].concat();
            if !item.words.is_empty() {
                let said = || -> Value { item.words[0].0.as_str().into() };
                rows.push(told(said(), said()));
                continue;
            }
            if item.kind == ItemKind::Count {
                let times = draw.between(0, item.max.floor().unwrap_or(0).min(3));
                rows.push(told(times.into(), times.into()));
                continue;
            }
            let max = units(&item.max, scheme);
            let reviewed = mark(draw, Level::Good, max);
            let gap = rules.scorers.as_ref().and_then(|scorers| scorers.gap.as_ref()).map_or(10, |gap| units(gap, scheme)).clamp(0, 10);
            let own = (reviewed + draw.between(0, gap)).min(max);
            rows.push(told(value(own, scheme), value(reviewed, scheme)));
        }
    }
    Some(Grid {
        marks: 2..4,
        ..Grid::new(workbook::BRANCH_SCORES.name, &[column::ITEM, column::PERIOD, column::OWN_SCORE, column::REVIEWED_SCORE], rows)
    })
}
