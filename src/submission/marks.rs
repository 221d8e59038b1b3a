//! What the cells of a row of entries say: its period, whose marks it holds, and each mark.

use chrono::{Datelike, NaiveDate};

use crate::diag::{Code, Finding, Place};
use crate::exact::{Decimal, Exact};
use crate::period::{Every, Period};
use crate::scheme::{Item, ItemKind, Rules, Scheme};
use crate::sheet::Content;
use crate::workbook::column;

use super::cell::{self, Day, Number, shown};
use super::model::Mark;
use super::sink::Sink;
use super::table::Line;

/// Signs of deductions seen in a file, and the first cell where the sign changed.
#[derive(Default)]
pub struct Signs {
    negative: bool,
    positive: bool,
    pub turned: Option<(Place, String)>,
}

impl Signs {
    fn see(&mut self, value: Decimal, at: impl FnOnce() -> (Place, String)) {
        if value.is_zero() {
            return;
        }
        let seen = if value.is_negative() { &mut self.negative } else { &mut self.positive };
        let first = !std::mem::replace(seen, true);
        if first && self.negative && self.positive {
            self.turned = Some(at());
        }
    }
}

/// What is wrong with the cells of a row by themselves, where its member or its period is not known.
pub fn check_values(line: &Line<'_>, scheme: &Scheme, category: &str, signs: &mut Signs, sink: &mut Sink) {
    let rules = &scheme.member;
    if line.period().is_some() && is_blank(line, rules) {
        return;
    }
    read_scorer(line, rules, sink);
    read_reviewers(line, rules, sink);
    // Of an empty mark the period is named; it is as it is written.
    let period = line.shown(column::PERIOD).or_else(|| line.period().map(Period::zh)).unwrap_or_default();
    for item in rules.items.iter().filter(|item| item.applies_to(category)) {
        read_mark(line, item, scheme, &period, signs, &mut None, sink);
    }
}

/// True where no item of the line's period has anything entered.
pub fn is_blank(line: &Line<'_>, rules: &Rules) -> bool {
    rules.items.iter().all(|item| line.word(&item.name).is_empty())
}

/// The row's period, written in it or told by its place; one of another length than the scheme's is unknown to it.
pub fn read_period(line: &Line<'_>, every: Every, year: i32, sink: &mut Sink) -> Option<Period> {
    let written = line.column(column::PERIOD).is_some();
    if line.unseen(column::PERIOD, sink) {
        return None;
    }
    let period = told_period(line, year).filter(|period| period.every() == every);
    if period.is_none() {
        let names: Vec<String> = every.all().map(Period::zh).collect();
        // Told by its place, the period has no cell in this row.
        let mut finding = line.finding(Code::UnknownPeriod, if written { column::PERIOD } else { column::NAME }, sink);
        if finding.code == Code::UnknownPeriod {
            finding.args.clear();
        }
        if !written {
            finding.value = line.period().map(Period::zh);
        }
        sink.push(finding.arg("allowed", names.join("、")));
    }
    period
}

/// The period that a row says it is about, whether or not its scheme has it.
pub fn told_period(line: &Line<'_>, year: i32) -> Option<Period> {
    if line.column(column::PERIOD).is_some() { period_of(&line.word(column::PERIOD), year) } else { line.period() }
}

/// A period, which may name the year of the report: `7月`, `2026年7月`, `2026-07`, `2026年`, `Jul-26`.
fn period_of(word: &str, year: i32) -> Option<Period> {
    let in_year = || match word.strip_prefix(&format!("{year}年"))? {
        "" => Some(Period::YEAR),
        rest => Period::parse(rest),
    };
    let of_date = || match cell::text_date(word)? {
        Day::Month(of, month) if of == year => Period::new(Every::Month, month as u8),
        _ => None,
    };
    // How offices show a month that was typed as 2026-7.
    let in_english = || {
        let month = cell::english_month(word)?;
        let rest = word.trim_start_matches(|c: char| c.is_ascii_alphabetic()).trim_start_matches(['-', ' ', '\'']);
        let own = rest.is_empty() || rest.parse() == Ok(year) || rest.parse() == Ok(year % 100);
        own.then(|| Period::new(Every::Month, month as u8)).flatten()
    };
    Period::parse(word).or_else(in_year).or_else(of_date).or_else(in_english)
}

/// Whether the row is the member's own; `None` where 评分方 is neither.
pub fn read_scorer(line: &Line<'_>, rules: &Rules, sink: &mut Sink) -> Option<bool> {
    let Some(scorers) = &rules.scorers else { return Some(false) };
    if line.column(column::SCORER).is_none() {
        return Some(false);
    }
    let written = line.word(column::SCORER);
    if written == scorers.counts {
        return Some(false);
    }
    if written == scorers.own {
        return Some(true);
    }
    let allowed = format!("{}、{}", scorers.own, scorers.counts);
    sink.push(line.finding(Code::UnknownValue, column::SCORER, sink).arg("allowed", allowed));
    None
}

/// 日期 of a dated row: a day of its period. A row that holds nothing needs none: it says that there was nothing.
pub fn read_day(line: &Line<'_>, date_1904: bool, (period, year): (Period, i32), needed: bool, sink: &mut Sink) -> Option<NaiveDate> {
    line.column(column::DATE)?;
    let read = cell::date(line.get(column::DATE), date_1904);
    let within = |day: NaiveDate| day.year() == year && period.overlaps(day.month() as u8, day.month() as u8);
    let when = match read {
        Ok(Some(Day::Known(day))) if within(day) => return Some(day),
        Ok(None) if !needed => return None,
        Ok(Some(Day::Known(_))) => period.zh(),
        _ => String::new(),
    };
    sink.push(line.finding(Code::BadDate, column::DATE, sink).arg("period", when));
    None
}

/// 记录人 and 复核人: both there, two different people.
pub fn read_reviewers(line: &Line<'_>, rules: &Rules, sink: &mut Sink) -> Option<Box<[Box<str>; 2]>> {
    if !rules.reviewed || line.column(column::RECORDER).is_none() || line.column(column::REVIEWER).is_none() {
        return None;
    }
    let (first, second) = (line.word(column::RECORDER), line.word(column::REVIEWER));
    let (heading, why) = if cell::is_nothing(&first) {
        (column::RECORDER, "recorder")
    } else if cell::is_nothing(&second) {
        (column::REVIEWER, "reviewer")
    } else if crate::words::name(&first) == crate::words::name(&second) {
        (column::REVIEWER, "same")
    } else {
        return Some(Box::new([crate::words::name(&first).into(), crate::words::name(&second).into()]));
    };
    sink.push(line.finding(Code::MissingReviewer, heading, sink).arg("why", why));
    None
}

/// What is written for an item, and the reason beside it.
fn written_mark(line: &Line<'_>, item: &Item) -> (Number, Option<String>) {
    let content = line.get(&item.name);
    let mut given = match item.reason.as_deref().map(|heading| cell::text(line.get(heading))) {
        Some(Ok(text)) => text.filter(|text| !cell::is_nothing(&crate::words::folded(text))),
        _ => None,
    };
    let mut read = cell::number(content);
    // Where nothing entered is 0, a 0 that is not shown is one.
    if item.kind != ItemKind::Mark && cell::hides_nought(content) {
        read = Number::Nothing;
    }
    let Some(Content::Text(text)) = content else { return (read, given) };
    if let Number::Fault(_) = read {
        read = cell::points(text, item.kind).unwrap_or(read);
    }
    if let (ItemKind::Count, Some(times)) = (item.kind, crate::words::folded(text).strip_suffix('次')) {
        read = cell::text_number(times);
    }
    if let (Number::Fault(_), Some(_)) = (&read, &item.reason)
        && let Some((value, reasons)) = cell::bonus_with_reasons(text)
    {
        read = Number::Is { value, text: false };
        given = Some(match given {
            Some(other) if !reasons.contains(&other) => format!("{reasons}；{other}"),
            _ => reasons,
        });
    }
    (read, given)
}

/// One mark. A blank is [`Mark::NONE`] in a mark column (a finding, which names the period as it is given) and zero in the
/// others; so is what cannot be read, which rejects the submission anyway.
pub fn read_mark(
    line: &Line<'_>,
    item: &Item,
    scheme: &Scheme,
    period: &str,
    signs: &mut Signs,
    reason: &mut Option<Box<str>>,
    sink: &mut Sink,
) -> Mark {
    if line.column(&item.name).is_none() {
        return if item.optional { Mark::ZERO } else { Mark::NONE };
    }
    let content = line.get(&item.name);
    let place = line.place(&item.name, sink);
    let finding = |code: Code| cell::quoting(Finding::new(code, place.clone()).arg("column", &item.name), content);
    if line.unseen(&item.name, sink) {
        return Mark::NONE;
    }
    let (read, given) = written_mark(line, item);
    let word = item.words.iter().find(|(word, _)| *word == line.word(&item.name));
    let value = match read {
        // A word of a deduction gives its size.
        _ if let Some(worth) = word.and_then(|(_, worth)| worth.published_decimal(3)) => worth,
        Number::Fault(_) | Number::Is { .. } if !item.words.is_empty() => {
            let allowed = item.words.iter().map(|(word, _)| word.as_str()).collect::<Vec<_>>().join("、");
            sink.push(finding(Code::UnknownValue).arg("allowed", allowed));
            return Mark::NONE;
        }
        Number::Fault(code) => {
            let takes = match item.kind {
                ItemKind::Count => "whole",
                ItemKind::Bonus if item.reason.is_some() => "bonus",
                _ => "",
            };
            sink.push(finding(code).arg("takes", takes));
            return Mark::NONE;
        }
        Number::Nothing if item.kind == ItemKind::Mark => {
            let who = if line.column(column::NAME).is_some() { column::NAME } else { column::ITEM };
            sink.push(finding(Code::MissingEntry).about(line.word(who)).arg("period", period).arg("case", "cell"));
            return Mark::NONE;
        }
        Number::Nothing => return Mark::ZERO,
        Number::Is { value, text } => {
            if text {
                sink.push(finding(Code::TextNumber).arg("number", value));
            }
            value
        }
    };
    let value = if item.kind == ItemKind::Deduct && word.is_some() {
        -value
    } else if item.kind == ItemKind::Deduct {
        signs.see(value, || (place.clone(), content.map(shown).unwrap_or_default()));
        if value.is_negative() { value } else { -value }
    } else {
        value
    };
    // Said beside a number that does not fit too: a branch corrects both at once.
    if let Some(heading) = &item.reason
        && !value.is_zero()
        && given.is_none()
    {
        let place = if line.column(heading).is_some() { line.place(heading, sink) } else { place.clone() };
        let deducts = if value.is_negative() { "deducts" } else { "" };
        sink.push(Finding::new(Code::MissingReason, place).arg("column", heading).arg("item", &item.name).arg("deducts", deducts));
    }
    let size = Exact::from(value);
    if size.abs() > item.max || (!matches!(item.kind, ItemKind::Deduct | ItemKind::Signed) && size.is_negative()) {
        let below = matches!(item.kind, ItemKind::Deduct | ItemKind::Signed);
        let min = if below { (-item.max.clone()).to_string() } else { "0".to_owned() };
        let max = if item.kind == ItemKind::Deduct { "0".to_owned() } else { item.max.to_string() };
        let most = if item.kind == ItemKind::Deduct { item.max.to_string() } else { String::new() };
        sink.push(finding(Code::OutOfRange).arg("min", min).arg("max", max).arg("most", most));
        return Mark::NONE;
    }
    // Nothing happens half a time.
    let decimals = if item.kind == ItemKind::Count { 0 } else { scheme.decimals };
    if value.places() > decimals && item.words.is_empty() {
        let takes = if item.kind == ItemKind::Count { "whole" } else { "" };
        sink.push(finding(Code::TooManyDecimals).arg("decimals", decimals).arg("takes", takes));
        return Mark::NONE;
    }
    if given.is_some() && !value.is_zero() {
        *reason = given.map(Into::into);
    }
    Mark::new(value).unwrap_or(Mark::NONE)
}
