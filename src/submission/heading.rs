//! Where tables stand on a sheet, and what their columns are.
//!
//! ```text
//!   第一东1支部积分登记（2026年）                     a line above: passed over
//!   序号 姓　名 │ 一季度            │ 二季度          headings over several rows: a group's name spans its columns
//!               │ 组织生活 党费交纳 │ 组织生活 …
//!   1    张三     -1       0          0
//!   序号 姓　名 …                                     headings again on the next page, or another table
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::period::Period;
use crate::scheme::Scheme;
use crate::sheet::{Content, Row, Sheet};
use crate::words::{folded, heading, key};
use crate::workbook::{self, Trait, column};

use super::intake::Intake;

/// Most rows of headings that belong together.
const DEEPEST: usize = 3;
/// How far above a table its title may stand.
const TITLE_WITHIN: usize = 3;

/// Every heading that may be met.
pub struct Vocabulary<'a> {
    pub intake: &'a Intake,
    headings: BTreeSet<&'a str>,
    /// Names of the items that members are scored on.
    items: BTreeSet<&'a str>,
    /// The same with what they are worth at most, in any scheme.
    maxima: BTreeSet<(&'a str, String)>,
}

impl<'a> Vocabulary<'a> {
    pub fn new(intake: &'a Intake, schemes: &'a [Scheme]) -> Self {
        let mut items = BTreeSet::new();
        let mut maxima = BTreeSet::new();
        let mut headings: BTreeSet<&str> = workbook::telling().collect();
        for scheme in schemes {
            for item in &scheme.member.items {
                items.insert(item.name.as_str());
                maxima.insert((item.name.as_str(), item.max.to_string()));
                headings.extend(item.reason.as_deref());
            }
            headings.extend(scheme.polls.iter().flat_map(|poll| poll.columns.iter().chain(&poll.words)).map(|(name, _)| name.as_str()));
        }
        headings.extend(&items);
        Self { intake, headings, items, maxima }
    }

    /// True for what members are scored on.
    pub fn is_item(&self, name: &str) -> bool {
        self.items.contains(name)
    }

    /// The known heading that a folded one is or stands for.
    fn known(&self, name: &str) -> Option<&'a str> {
        // An item may be named like another column's alias; the item is meant then.
        self.headings.get(name).or_else(|| self.headings.get(self.intake.column(name))).copied()
    }
}

/// One column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// What it is called, by its usual name.
    pub heading: String,
    /// The maximum that the heading carries.
    pub max: Option<String>,
    /// Zero-based.
    pub index: u16,
    /// Row where the heading stands.
    pub row: u32,
    /// The period that the column is about, where periods stand side by side.
    pub period: Option<Period>,
    /// As written, for findings.
    pub written: Box<str>,
}

/// One table.
#[derive(Clone, Debug)]
pub struct Block {
    /// Rows of data, as positions in the sheet's rows; lines that are no data are among them.
    pub rows: Range<usize>,
    /// Left to right.
    pub columns: Vec<Column>,
    /// The one period that the lines above the table, or the sheet's name, speak of.
    pub period: Option<Period>,
}

impl Block {
    fn has(&self, heading: &str) -> bool {
        self.columns.iter().any(|column| column.heading == heading)
    }

    /// The columns of the periods where a row is about one 项目 of one member: `序号 姓名 项目 1月 2月 …`. None where anything
    /// else could be meant.
    pub fn period_columns(&self, words: &Vocabulary<'_>) -> Vec<(Period, u16)> {
        let other = |column: &Column| {
            matches!(column.heading.as_str(), column::PERIOD | column::REVIEWED_SCORE) || words.items.contains(column.heading.as_str())
        };
        if !self.has(column::NAME) || !self.has(column::ITEM) || self.columns.iter().any(other) {
            return Vec::new();
        }
        let mut found: Vec<(Period, u16)> = Vec::new();
        for column in self.columns.iter().filter(|column| words.known(&column.heading).is_none()) {
            let Some(period) = column.period.or_else(|| spelt(&column.heading)) else { continue };
            if found.iter().any(|(other, _)| *other == period) {
                return Vec::new();
            }
            found.push((period, column.index));
        }
        // 全年 beside the months is their sum.
        let alike = |period: Period| found.iter().filter(|(other, _)| other.every() == period.every()).count();
        let most = found.iter().map(|(period, _)| alike(*period)).max().unwrap_or_default();
        let kept: Vec<(Period, u16)> = found.iter().copied().filter(|(period, _)| alike(*period) == most).collect();
        if most < 2 { Vec::new() } else { kept }
    }

    /// Which sheet the table would be, by its columns.
    pub fn kind(&self, words: &Vocabulary<'_>) -> Option<&'static str> {
        if !self.has(column::NAME) {
            return (self.has(column::ITEM) && self.has(column::REVIEWED_SCORE)).then_some(workbook::BRANCH_SCORES.name);
        }
        let items = self.columns.iter().filter(|column| words.items.contains(column.heading.as_str())).count();
        if self.has(column::BALLOT) || self.has(column::BALLOTS) {
            return Some(workbook::POLL.name);
        }
        if self.has(column::LEVEL) && (self.has(column::KIND) || self.has(column::REASON)) {
            return Some(workbook::ADJUSTMENTS.name);
        }
        if self.has(column::FACT) {
            return Some(workbook::VETOES.name);
        }
        if self.has(column::HONOUR) {
            return Some(workbook::NOMINATIONS.name);
        }
        if !self.period_columns(words).is_empty() {
            return Some(workbook::ENTRIES.name);
        }
        if self.has(column::CATEGORY) && items < 2 || self.has(column::ID) {
            return Some(workbook::ROSTER.name);
        }
        (items >= 2 || (items == 1 && self.has(column::PERIOD))).then_some(workbook::ENTRIES.name)
    }
}

/// All tables of a sheet, from above.
pub fn blocks(sheet: &Sheet, words: &Vocabulary<'_>) -> Vec<Block> {
    let rows = &sheet.rows;
    let mut found: Vec<Block> = Vec::new();
    let mut at = 0;
    while at < rows.len() {
        if hits(&rows[at], words) < 2 {
            at += 1;
            continue;
        }
        let adjacent = |upper: usize, lower: usize| rows[upper].index + 1 == rows[lower].index;
        let mut last = at;
        while last + 1 < rows.len() && last + 1 - at < DEEPEST && adjacent(last, last + 1) && goes_on(&rows[last], &rows[last + 1], words) {
            last += 1;
        }
        // A group's name, or a period, above headings that are known by themselves.
        let before = found.last().map_or(0, |block| block.rows.start);
        let mut first = at;
        while first > before && last - first + 1 < DEEPEST && adjacent(first - 1, first) && groups(&rows[first - 1], &rows[first]) {
            first -= 1;
        }
        let mut columns = columns(&rows[first..=last], words);
        if last + 1 < rows.len() && adjacent(last, last + 1) && take_maxima(&mut columns, &rows[last + 1], words) {
            last += 1;
        }
        let titles = rows[before.max(first.saturating_sub(TITLE_WITHIN))..first].iter().rev();
        let told = titles.filter(|row| row.cells.len() == 1).find_map(|row| text(&row.cells[0].content).and_then(period_within));
        if let Some(previous) = found.last_mut() {
            // The title of the next table is no data of this one.
            let mut end = first;
            while end > previous.rows.start && rows[end - 1].cells.len() == 1 && first - end < TITLE_WITHIN {
                end -= 1;
            }
            previous.rows.end = end;
        }
        found.push(Block { rows: last + 1..rows.len(), columns, period: told.or_else(|| period_within(&sheet.name)) });
        at = last + 1;
    }
    found
}

fn text(content: &Content) -> Option<&str> {
    match content {
        Content::Text(text) => Some(text),
        _ => None,
    }
}

/// How many known headings a row bears; none where it holds numbers.
fn hits(row: &Row, words: &Vocabulary<'_>) -> usize {
    let texts_only = row.cells.iter().all(|cell| matches!(cell.content, Content::Text(_)));
    if !texts_only {
        return 0;
    }
    let known: BTreeSet<&str> =
        row.cells.iter().filter_map(|cell| text(&cell.content)).filter_map(|text| read(text, words)).map(|(name, _)| name).collect();
    known.len()
}

/// A known heading, with the period that may be part of it.
fn read<'a>(text: &str, words: &Vocabulary<'a>) -> Option<(&'a str, Option<Period>)> {
    let (name, _) = heading(text);
    if let Some(known) = words.known(&name) {
        return Some((known, None));
    }
    let (period, rest) = split_period(&name)?;
    Some((words.known(&rest)?, Some(period)))
}

/// True where the row below belongs to the headings: it says more of columns that the upper row groups.
fn goes_on(upper: &Row, lower: &Row, words: &Vocabulary<'_>) -> bool {
    let heads = |content: &Content| {
        text(content).is_some_and(|text| {
            let (name, _) = heading(text);
            read(text, words).is_some()
                || words.intake.is_value(&name)
                || words.intake.ignores_column(&name)
                || Period::parse(&name).is_some()
        })
    };
    let known = lower.cells.iter().filter(|cell| heads(&cell.content)).count();
    let texts_only = lower.cells.iter().all(|cell| matches!(cell.content, Content::Text(_)));
    // Under 姓名 stands a name, or nothing where the heading spans both rows.
    let name = upper
        .cells
        .iter()
        .find(|cell| text(&cell.content).and_then(|text| read(text, words)).is_some_and(|(name, _)| name == column::NAME));
    let named = name.is_some_and(|name| lower.cells.iter().any(|cell| cell.column == name.column && !heads(&cell.content)));
    // In 支部积分 an item stands under 项目, and may be named like a heading.
    let item =
        upper.cells.iter().find(|cell| text(&cell.content).is_some_and(|text| words.intake.column(&heading(text).0) == column::ITEM));
    let of_item = name.is_none() && item.is_some_and(|item| lower.cells.iter().any(|cell| cell.column == item.column));
    texts_only && known > 0 && known * 2 >= lower.cells.len() && !named && !of_item
}

/// True where the row below the headings holds only what each item is worth at most, which its column then carries: `（10分）`,
/// or the very number of a scheme.
fn take_maxima(columns: &mut [Column], row: &Row, words: &Vocabulary<'_>) -> bool {
    let mut found: Vec<(usize, String)> = Vec::new();
    for cell in &row.cells {
        let Some(at) = columns.iter().position(|column| column.index == cell.column) else { return false };
        let max = match &cell.content {
            Content::Text(text) => match heading(text) {
                (name, Some(max)) if name.is_empty() => max,
                (name, None)
                    if workbook::is(&columns[at].heading, Trait::OfTheRow)
                        && (words.intake.is_value(&name) || words.intake.is_total(&name)) =>
                {
                    continue;
                }
                _ => return false,
            },
            Content::Number(number) if words.maxima.contains(&(columns[at].heading.as_str(), number.to_string())) => number.to_string(),
            _ => return false,
        };
        found.push((at, max));
    }
    for (at, max) in &found {
        columns[*at].max.get_or_insert_with(|| max.clone());
    }
    !found.is_empty()
}

/// True where a row names groups of the columns below: texts only, more than one, or a period.
fn groups(upper: &Row, lower: &Row) -> bool {
    let texts: Vec<&str> = upper.cells.iter().filter_map(|cell| text(&cell.content)).collect();
    let above = upper.cells.iter().any(|cell| lower.cells.iter().any(|below| below.column == cell.column));
    texts.len() == upper.cells.len() && above && (texts.len() > 1 || texts.iter().any(|text| Period::parse(&folded(text)).is_some()))
}

/// The columns under rows of headings.
fn columns(rows: &[Row], words: &Vocabulary<'_>) -> Vec<Column> {
    let indexes: BTreeSet<u16> = rows.iter().flat_map(|row| row.cells.iter().map(|cell| cell.column)).collect();
    let grid: Vec<BTreeMap<u16, &str>> =
        rows.iter().map(|row| row.cells.iter().filter_map(|cell| Some((cell.column, text(&cell.content)?))).collect()).collect();
    let below = |row: usize, column: u16| grid[row + 1..].iter().any(|lower| lower.contains_key(&column));
    indexes
        .iter()
        .filter_map(|&index| {
            // What stands over the column, from above; a group's name also stands over the columns to its right.
            let over: Vec<(usize, &str)> = (0..grid.len())
                .filter_map(|row| match grid[row].get(&index) {
                    Some(text) => Some((row, *text)),
                    None if below(row, index) => {
                        let (column, text) = grid[row].range(..index).next_back()?;
                        below(row, *column).then_some((row, *text))
                    }
                    None => None,
                })
                .collect();
            column(&over, index, rows, words)
        })
        .collect()
}

fn column(over: &[(usize, &str)], index: u16, rows: &[Row], words: &Vocabulary<'_>) -> Option<Column> {
    let (lowest, written) = *over.last()?;
    let mut period = None;
    let mut names: Vec<(String, Option<String>)> = Vec::new();
    for (_, text) in over {
        let (name, max) = heading(text);
        match Period::parse(&name).filter(|_| !name.is_empty() && !name.bytes().all(|byte| byte.is_ascii_digit())) {
            Some(own) => period = Some(own),
            None if !name.is_empty() => names.push((name, max)),
            None => {}
        }
    }
    let made = |heading: &str, max: Option<String>, period: Option<Period>| Column {
        heading: heading.to_owned(),
        max,
        index,
        row: rows[lowest].index,
        // A name is of no period, whatever stands above it.
        period: period.filter(|_| !workbook::is(heading, Trait::OfTheRow)),
        written: written.into(),
    };
    let (last, max) = match names.last() {
        Some((name, max)) => (name.as_str(), max.clone()),
        // A period alone over a column: what it holds, the rows may say; see `Block::period_columns`.
        None => return Some(made(heading(written).0.as_str(), None, None)),
    };
    let joined: String = names.iter().map(|(name, _)| name.as_str()).collect();
    let parent = names.len().checked_sub(2).map(|at| names[at].0.as_str());
    let from_parent = parent.filter(|_| words.intake.is_value(last));
    // 事由 below 加分 is 加分事由, though 事由 alone is a heading too.
    let with_parent = parent.map(|parent| format!("{parent}{last}"));
    let known = words
        .known(&joined)
        .or_else(|| words.known(with_parent.as_deref()?))
        .or_else(|| words.known(last))
        .or_else(|| words.known(from_parent?));
    if let Some(known) = known {
        return Some(made(known, max, period));
    }
    if let Some((own, rest)) = split_period(&joined)
        && let Some(known) = words.known(&rest)
    {
        return Some(made(known, max, Some(own)));
    }
    Some(made(words.intake.column(last), max, period))
}

/// `一季度组织生活`, `组织生活-一季度`, `组织生活(1月)` → the period and the rest.
fn split_period(name: &str) -> Option<(Period, String)> {
    // 一季度 alone is no 季 with 度 behind it.
    if Period::parse(name).is_some() {
        return None;
    }
    let cuts = || name.char_indices().map(|(at, _)| at).filter(|at| *at > 0);
    let trimmed = |rest: &str| rest.trim_matches(|c| matches!(c, '-' | '(' | ')' | '·' | '/' | ':')).to_owned();
    // The longest beginning: 第一季度 before 第一季, 11月 before 1.
    let front = cuts().rev().find_map(|at| Some((spelt(&name[..at])?, trimmed(&name[at..]))));
    let back = || cuts().find_map(|at| Some((spelt(name[at..].trim_matches(|c| matches!(c, '-' | '(' | ')')))?, trimmed(&name[..at]))));
    front.or_else(back).filter(|(_, rest)| !rest.is_empty())
}

/// A period with its unit: a bare number is none within a longer heading.
fn spelt(text: &str) -> Option<Period> {
    Period::parse(text).filter(|_| text.ends_with(['月', '度', '季', '年', '份']))
}

/// The one quarter, half or month that a line speaks of: `2026年第一季度积分登记`.
fn period_within(line: &str) -> Option<Period> {
    let line = key(line);
    let letters: Vec<(usize, char)> = line.char_indices().collect();
    let mut found: Option<Period> = None;
    let mut at = 0;
    while at < letters.len() {
        let longest = (at + 1..=letters.len().min(at + 5)).rev().find_map(|end| {
            let stop = letters.get(end).map_or(line.len(), |(at, _)| *at);
            let next = letters.get(end).map(|(_, c)| *c);
            let before = at.checked_sub(1).map(|at| letters[at].1);
            let word = &line[letters[at].0..stop];
            // 12月15日 is a day, 2026年全年 says nothing of a part; digits around belong to another number.
            let apart = !next.is_some_and(|c| c.is_ascii_digit() || c == '日') && !before.is_some_and(|c| c.is_ascii_digit());
            spelt(word).filter(|period| *period != Period::YEAR && apart).map(|period| (period, end))
        });
        match longest {
            Some((period, _)) if found.is_some_and(|other| other != period) => return None,
            Some((period, end)) => {
                found = Some(period);
                at = end;
            }
            None => at += 1,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::Every;

    #[test]
    fn finds_the_period_of_a_line() {
        let quarter = |number| Period::new(Every::Quarter, number);
        for (line, period) in [
            ("第一东1支部2026年第一季度积分登记表", quarter(1)),
            ("积分登记-三季度", quarter(3)),
            ("2026年11月评分表", Period::new(Every::Month, 11)),
            ("上半年", Period::new(Every::Half, 1)),
            ("一季度和二季度", None),
            ("填报日期：2026年12月15日", None),
            ("积分登记（2026年）", None),
            ("第四南12支部积分登记（2026年）", None),
        ] {
            assert_eq!(period_within(line), period, "{line}");
        }
    }

    #[test]
    fn splits_a_period_off_a_heading() {
        let quarter = Period::new(Every::Quarter, 1).expect("quarter");
        for name in ["一季度组织生活", "组织生活-一季度", "组织生活(一季度)", "第一季度-组织生活"] {
            assert_eq!(split_period(name), Some((quarter, "组织生活".into())), "{name}");
        }
        for name in ["组织生活", "一季度", "组织生活1"] {
            assert_eq!(split_period(name), None, "{name}");
        }
    }
}
