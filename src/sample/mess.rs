//! What clerks do to a form, and what they do wrong.
//!
//! A habit changes how something is written and must still read clean. A fault is one thing for which the submission
//! is sent back.

use crate::exact::{Decimal, Exact};
use crate::scheme::Scheme;
use crate::workbook::column;
use crate::xlsx::tables::{Column, Sheet, Value};

use super::YEAR;
use super::draw::Draw;
use super::entries::Grid;

/// A fault planted on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing was sent.
    Missing,
    /// The year is last year's.
    WrongYear,
    /// An identity number typed as a number.
    IdAsNumber,
    /// An identity number with a slip.
    BadId,
    /// A category that there is none of.
    UnknownCategory,
    /// A member listed twice.
    DuplicateMember,
    /// A number beyond the item's maximum.
    OutOfRange,
    /// A word where a number belongs.
    NotANumber,
    /// A row left out.
    MissingEntry,
    /// A row twice.
    DuplicateEntry,
    /// A name that the roster lacks.
    UnknownMember,
    /// A period that there is none of.
    UnknownPeriod,
    /// The sheet of marks left out.
    MissingSheet,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Missing,
        Self::WrongYear,
        Self::IdAsNumber,
        Self::BadId,
        Self::UnknownCategory,
        Self::DuplicateMember,
        Self::OutOfRange,
        Self::NotANumber,
        Self::MissingEntry,
        Self::DuplicateEntry,
        Self::UnknownMember,
        Self::UnknownPeriod,
        Self::MissingSheet,
    ];

    /// The finding that must name it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing-submission",
            Self::WrongYear => "wrong-year",
            Self::IdAsNumber => "id-as-number",
            Self::BadId => "bad-id",
            Self::UnknownCategory => "unknown-category",
            Self::DuplicateMember => "duplicate-member",
            Self::OutOfRange => "out-of-range",
            Self::NotANumber => "not-a-number",
            Self::MissingEntry => "missing-entry",
            Self::DuplicateEntry => "duplicate-entry",
            Self::UnknownMember => "unknown-member",
            Self::UnknownPeriod => "unknown-period",
            Self::MissingSheet => "missing-sheet",
        }
    }
}

/// Puts a fault into the tables. Cover and roster are the first two, marks the third.
pub fn plant(fault: Fault, grids: &mut Vec<Grid>, draw: &mut Draw) {
    if grids.len() < 3 || grids[1].rows.is_empty() || grids[2].rows.is_empty() {
        return;
    }
    let (member, row) = (draw.below(grids[1].rows.len()), draw.below(grids[2].rows.len()));
    let cell = |grids: &mut Vec<Grid>, sheet: usize, row: usize, heading: &str, change: &mut dyn FnMut(&Value) -> Value| {
        if let Some(column) = grids[sheet].column(heading) {
            let old = &mut grids[sheet].rows[row][column];
            *old = change(old);
        }
    };
    let any_mark = |grids: &mut Vec<Grid>, value: Value| {
        let marks = grids[2].marks.clone();
        if !marks.is_empty() {
            grids[2].rows[row][marks.start] = value;
        }
    };
    match fault {
        Fault::Missing => {}
        Fault::WrongYear => grids[0].rows[3][1] = i64::from(YEAR - 1).into(),
        Fault::IdAsNumber => cell(grids, 1, member, column::ID, &mut |old| match old {
            Value::Text(id) => Decimal::parse(&id.replace('X', "0")).map_or(Value::Empty, Value::Number),
            other => other.clone(),
        }),
        Fault::BadId => cell(grids, 1, member, column::ID, &mut |old| match old {
            Value::Text(id) => {
                let (body, last) = id.split_at(id.len() - 1);
                format!("{body}{}", if last == "1" { "2" } else { "1" }).into()
            }
            other => other.clone(),
        }),
        Fault::UnknownCategory => cell(grids, 1, member, column::CATEGORY, &mut |_| "离退休干部党员".into()),
        Fault::DuplicateMember => {
            let again = grids[1].rows[member].clone();
            grids[1].rows.push(again);
        }
        // Beyond every maximum, so that it need not be known which item stands first.
        Fault::OutOfRange => any_mark(grids, 999.into()),
        Fault::NotANumber => any_mark(grids, "优秀".into()),
        Fault::MissingEntry => {
            // Where members assess themselves too, only the row that counts is an error to miss.
            let person = grids[2].rows[row][1].clone();
            let period = grids[2].rows[row][2].clone();
            grids[2].rows.retain(|row| row[1] != person || row[2] != period);
        }
        Fault::DuplicateEntry => {
            let again = grids[2].rows[row].clone();
            grids[2].rows.insert(row + 1, again);
        }
        Fault::UnknownMember => cell(grids, 2, row, column::NAME, &mut |_| "查无此".into()),
        Fault::UnknownPeriod => cell(grids, 2, row, column::PERIOD, &mut |_| "春季".into()),
        Fault::MissingSheet => {
            grids.remove(2);
        }
    }
}

/// How a branch writes.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "habits come in any combination")]
pub struct Habits {
    titles: bool,
    shuffled: bool,
    padded: bool,
    texts: bool,
    tails: bool,
    periods: bool,
    dates: bool,
    headings: bool,
    maxima: bool,
    leftovers: bool,
}

impl Habits {
    /// None of an orderly branch, some of a messy one.
    pub fn of(messy: bool, draw: &mut Draw) -> Self {
        let mut has = || messy && draw.percent(55);
        Self {
            titles: has(),
            shuffled: has(),
            padded: has(),
            texts: has(),
            tails: has(),
            periods: has(),
            dates: has(),
            headings: has(),
            maxima: has(),
            leftovers: has(),
        }
    }
}

/// The tables as the branch would have written them.
pub fn finish(grids: &[Grid], habits: &Habits, schemes: &[Scheme], branch: &str, draw: &mut Draw) -> Vec<Sheet> {
    let mut sheets: Vec<Sheet> = grids.iter().map(|grid| sheet(grid, habits, schemes, branch, draw)).collect();
    if habits.leftovers {
        let note = "请于12月20日前报送，纸质版盖章后一并上报。";
        sheets.push(Sheet { name: "Sheet1".into(), plain: true, ..Sheet::default() });
        sheets.push(Sheet { name: "填表说明".into(), rows: vec![vec![note.into()]], plain: true, ..Sheet::default() });
    }
    sheets
}

fn sheet(grid: &Grid, habits: &Habits, schemes: &[Scheme], branch: &str, draw: &mut Draw) -> Sheet {
    let mut order: Vec<usize> = (0..grid.headings.len()).collect();
    // 序号 and 姓名 stay in front, where everybody wants them.
    if habits.shuffled && order.len() > 3 {
        draw.shuffle(&mut order[2..]);
    }
    let scheme = grid.scheme.map(|at| &schemes[at]);
    let mut rows: Vec<Vec<Value>> = Vec::with_capacity(grid.rows.len() + 3);
    for row in &grid.rows {
        if grid.headings.is_empty() {
            rows.push(field(row, habits, draw));
            continue;
        }
        rows.push(order.iter().map(|at| written(&row[*at], &grid.headings[*at], grid.marks.contains(at), habits, draw)).collect());
    }
    if habits.tails && !grid.headings.is_empty() && grid.headings[0] == column::SEQ && grid.headings[1] == column::NAME {
        rows.push(vec!["合计".into(), Value::Empty, (grid.rows.len() as i64).into()]);
        rows.push(Vec::new());
        rows.push(vec!["备注：以上情况已经支部委员会研究，并在支部公示。".into()]);
    }
    let columns = order.iter().map(|at| Column::new(heading(&grid.headings[*at], scheme, habits), 0.0)).collect();
    let titled = habits.titles && !grid.headings.is_empty();
    Sheet {
        name: grid.name.clone(),
        title: titled.then(|| format!("{branch}{YEAR}年{}表", grid.name)),
        note: titled.then(|| format!("填报单位：{branch}")),
        columns,
        rows,
        plain: true,
        ..Sheet::default()
    }
}

fn field(row: &[Value], habits: &Habits, draw: &mut Draw) -> Vec<Value> {
    let mut row = row.to_vec();
    if let (true, Value::Text(field)) = (habits.headings, &row[0]) {
        row[0] = format!("{field}：").into();
    }
    row[1] = if habits.dates { date(&row[1], draw) } else { row[1].clone() };
    row
}

fn heading(plain: &str, scheme: Option<&Scheme>, habits: &Habits) -> String {
    let item = scheme.and_then(|scheme| scheme.member.items.iter().find(|item| item.name == plain));
    if let (true, Some(item)) = (habits.maxima, item) {
        // Only a maximum that can be written in digits is worth writing behind a name.
        return item.max.floor().filter(|max| Exact::from(*max) == item.max).map_or(plain.to_owned(), |max| format!("{plain}({max}分)"));
    }
    match plain {
        column::NAME if habits.headings => "姓  名".into(),
        column::ID if habits.headings => "公民身份号码".into(),
        column::PERIOD if habits.headings => "时期".into(),
        other => other.to_owned(),
    }
}

/// A cell as a clerk of these habits writes it.
fn written(value: &Value, heading: &str, is_mark: bool, habits: &Habits, draw: &mut Draw) -> Value {
    match (heading, value) {
        (column::NAME, Value::Text(name)) if habits.padded => padded(name, draw).into(),
        (column::PERIOD, Value::Text(period)) if habits.periods => period_alias(period, draw).into(),
        (column::ID, Value::Text(id)) if habits.texts && draw.percent(30) => id.replace('X', "x").into(),
        (column::BORN | column::JOINED | column::DATE, _) if habits.dates => date(value, draw),
        (_, Value::Number(number)) if is_mark && habits.texts && draw.percent(5) => text_number(*number, draw).into(),
        _ => value.clone(),
    }
}

fn padded(name: &str, draw: &mut Draw) -> String {
    let characters: Vec<char> = name.chars().collect();
    match characters.as_slice() {
        [first, last] => draw.pick(&[format!("{first}\u{3000}{last}"), format!("{first}  {last}")]).clone(),
        _ if name.contains('·') => name.replace('·', "•"),
        _ if draw.percent(10) => format!("{name} "),
        _ => name.to_owned(),
    }
}

fn period_alias(period: &str, draw: &mut Draw) -> String {
    const QUARTERS: [&str; 4] = ["一", "二", "三", "四"];
    if let Some(number) = period.strip_suffix("季度").and_then(|quarter| QUARTERS.iter().position(|one| *one == quarter)) {
        return draw.pick(&[format!("第{period}"), format!("{}季度", number + 1), format!("Q{}", number + 1), period.to_owned()]).clone();
    }
    match period.strip_suffix('月') {
        Some(month) => draw.pick(&[format!("{month:0>2}月"), month.to_owned(), format!("{month}月份"), period.to_owned()]).clone(),
        None => period.to_owned(),
    }
}

fn date(value: &Value, draw: &mut Draw) -> Value {
    use chrono::Datelike;
    let Value::Date(day) = value else { return value.clone() };
    let (y, m, d) = (day.year(), day.month(), day.day());
    match draw.below(5) {
        0 => format!("{y}.{m}.{d}").into(),
        1 => format!("{y}年{m}月{d}日").into(),
        2 => format!("{y}-{m:02}-{d:02}").into(),
        3 => format!("{y}{m:02}{d:02}").into(),
        _ => Value::Date(*day),
    }
}

fn text_number(number: Decimal, draw: &mut Draw) -> String {
    let plain = number.to_string();
    match draw.below(4) {
        0 => plain.chars().map(|c| if c.is_ascii_graphic() { char::from_u32(c as u32 + 0xFEE0).unwrap_or(c) } else { c }).collect(),
        1 => format!("{plain}分"),
        2 => format!(" {plain} "),
        _ => plain,
    }
}
