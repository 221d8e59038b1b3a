//! What each cell of the filled sheet holds, and the borders it gets where repeats meet or neighbours are left out.

use std::collections::HashMap;

use super::columns::OutColumn;
use super::rows::{Mode, OutRow};
use super::{Sheet, values};
use crate::form::data::{Datum, Photo, Record};
use crate::form::model::{Borders, Cell, Edge, Line, Row, Style, StyleId, Value};
use crate::number_format::Format;
use crate::template::Slot;
use crate::template::plan::{CellPlan, Content, Fill, Piece, Scope};

/// Looks made while filling: a drawn one with other borders, or with a number of decimal places.
#[derive(Default)]
pub(super) struct Looks {
    borders: HashMap<(StyleId, Borders), StyleId>,
    places: HashMap<(StyleId, u16), StyleId>,
}

impl Looks {
    fn with_borders(&mut self, style: StyleId, borders: Borders, styles: &mut Vec<Style>) -> StyleId {
        *self.borders.entry((style, borders)).or_insert_with(|| {
            let base = styles.get(style.0 as usize).cloned().unwrap_or_default();
            styles.push(Style { borders, ..base });
            StyleId(styles.len() as u32 - 1)
        })
    }

    /// The style with numbers of so many places, and a minus sign before those below zero.
    pub(super) fn with_places(&mut self, style: StyleId, places: u16, styles: &mut Vec<Style>) -> StyleId {
        *self.places.entry((style, places)).or_insert_with(|| {
            let base = styles.get(style.0 as usize).cloned().unwrap_or_default();
            let digits = if places == 0 { "0".to_owned() } else { format!("0.{}", "0".repeat(usize::from(places))) };
            styles.push(Style { number_format: format!("{digits};−{digits}"), ..base });
            StyleId(styles.len() as u32 - 1)
        })
    }
}

/// A formula to work out: row and cell of the filled sheet, place in the plan.
pub(super) struct Pending {
    pub row: usize,
    pub column: u16,
    pub formula: usize,
}

static EMPTY: Datum = Datum::Empty;

/// Writes every cell; merged ranges and formulas come after.
pub(super) fn write(work: &Sheet<'_>, styles: &mut Vec<Style>, looks: &mut Looks) -> (Vec<Row>, Vec<Pending>) {
    let mut out = Vec::with_capacity(work.rows.len());
    let mut pending = Vec::new();
    for (index, row) in work.rows.iter().enumerate() {
        let plan = &work.plan.rows[row.template as usize];
        let mut cells = Vec::with_capacity(work.columns.len());
        // 无 stands once, in the first field.
        let mut said_none = row.mode != Mode::None || index.checked_sub(1).is_some_and(|before| same_none(&work.rows[before], row));
        for (place, column) in work.columns.iter().enumerate() {
            let Some(cell) = plan.cells.get(usize::from(column.template)) else { continue };
            let style = edged(work, row, place, cell, styles, looks);
            let value = if !work.holds(row, column) {
                Value::Empty
            } else if let (Content::Formula(formula), Mode::Full) = (&cell.content, row.mode) {
                pending.push(Pending { row: index, column: place as u16, formula: *formula });
                Value::Empty
            } else {
                value(work, row, place, cell, styles, &mut said_none)
            };
            if value == Value::Empty && style == StyleId(0) {
                continue;
            }
            cells.push(Cell { column: place as u16, style, value });
        }
        out.push(Row {
            height: plan.height,
            hidden: plan.hidden,
            heading: plan.heading,
            break_before: row.break_before,
            keep_with_previous: row.keep,
            bookmark: row.bookmark.map(|datum| {
                let mut text = String::new();
                values::print(datum, &mut text);
                text
            }),
            cells,
        });
    }
    (out, pending)
}

/// Photos of the data, with the row and column of the filled sheet in which each stands alone.
pub(super) fn photos<'a>(work: &Sheet<'a>) -> Vec<(usize, usize, &'a Photo)> {
    let mut photos = Vec::new();
    for (index, row) in work.rows.iter().enumerate() {
        let plan = &work.plan.rows[row.template as usize];
        for (place, column) in work.columns.iter().enumerate() {
            let Some(Content::Alone(fill)) = plan.cells.get(usize::from(column.template)).map(|cell| &cell.content) else { continue };
            if let Found::Data(Datum::Picture(photo)) = found(work, row, column, *fill) {
                photos.push((index, place, photo));
            }
        }
    }
    photos
}

fn same_none(above: &OutRow<'_>, row: &OutRow<'_>) -> bool {
    above.mode == Mode::None && above.run == row.run
}

/// What a cell of the plan holds at a place of the filled sheet.
pub(super) fn value(work: &Sheet<'_>, row: &OutRow<'_>, place: usize, cell: &CellPlan, styles: &[Style], said_none: &mut bool) -> Value {
    let column = &work.columns[place];
    if !work.holds(row, column) {
        return Value::Empty;
    }
    let of_form = |fill: &Fill| matches!(fill, Fill::Slot(Slot::Root(_) | Slot::Heading(_)));
    match &cell.content {
        Content::Empty | Content::Formula(_) => Value::Empty,
        Content::Text(text) => match row.mode {
            Mode::Ruled { labels: false } => Value::Empty,
            _ => Value::Text(text.to_string()),
        },
        Content::Number(number) => match row.mode {
            Mode::Ruled { labels: false } => Value::Empty,
            _ => Value::Number(*number),
        },
        Content::Truth(truth) => match row.mode {
            Mode::Ruled { labels: false } => Value::Empty,
            _ => Value::Truth(*truth),
        },
        Content::Alone(fill) => {
            if row.mode != Mode::Full && !of_form(fill) && row.missing(fill) {
                return none(row, said_none);
            }
            let shows_day = || styles.get(cell.style.0 as usize).is_some_and(|style| Format::parse(&style.number_format).shows_day());
            match found(work, row, column, *fill) {
                Found::Data(datum) => values::alone(datum, shows_day),
                Found::Made(datum) => values::alone(&datum, shows_day),
            }
        }
        Content::Pieces(pieces) => {
            let misses = |piece: &Piece| matches!(piece, Piece::Fill(fill) if !of_form(fill) && row.missing(fill));
            if row.mode != Mode::Full && pieces.iter().any(misses) {
                return none(row, said_none);
            }
            let mut text = String::new();
            for piece in pieces {
                match piece {
                    Piece::Text(part) => text.push_str(part),
                    Piece::Fill(fill) => match found(work, row, column, *fill) {
                        Found::Data(datum) => values::print(datum, &mut text),
                        Found::Made(datum) => values::print(&datum, &mut text),
                    },
                }
            }
            if text.is_empty() { Value::Empty } else { Value::Text(text) }
        }
    }
}

fn none(row: &OutRow<'_>, said: &mut bool) -> Value {
    if row.mode == Mode::None && !*said {
        *said = true;
        return Value::Text("无".into());
    }
    Value::Empty
}

impl OutRow<'_> {
    /// Whether a fill asks for what this row does not have.
    fn missing(&self, fill: &Fill) -> bool {
        match fill {
            Fill::Slot(Slot::Record(_) | Slot::RecordColumn(_)) => self.record.is_none(),
            Fill::Slot(Slot::Nested(_) | Slot::NestedColumn(_)) => self.nested.is_none(),
            Fill::Slot(Slot::Root(_) | Slot::Heading(_)) | Fill::Total { .. } => false,
        }
    }
}

enum Found<'a> {
    Data(&'a Datum),
    Made(Datum),
}

fn found<'a>(work: &Sheet<'a>, row: &OutRow<'a>, column: &OutColumn<'a>, fill: Fill) -> Found<'a> {
    let field = |record: Option<&'a Record>, name: &str| Found::Data(record.and_then(|record| record.fields.get(name)).unwrap_or(&EMPTY));
    match fill {
        Fill::Slot(Slot::Root(name)) => field(Some(work.data), name),
        Fill::Slot(Slot::Record(name)) => field(work.record_at(row, column), name),
        Fill::Slot(Slot::Nested(name)) => field(row.nested, name),
        Fill::Slot(Slot::Heading(name)) => field(column.element.map(|(record, _)| record), name),
        Fill::Slot(Slot::RecordColumn(name)) => Found::Data(in_column(row.record, column, name).unwrap_or(&EMPTY)),
        Fill::Slot(Slot::NestedColumn(name)) => Found::Data(in_column(row.nested, column, name).unwrap_or(&EMPTY)),
        Fill::Total { scope, field, column: in_columns } => {
            let page = work.pages.get(row.page as usize);
            let records: Vec<&Record> = match scope {
                Scope::All => work.all.to_vec(),
                Scope::Page => page.map_or_else(Vec::new, |page| page.records.clone()),
                // The sheet is the group where no pages are grouped.
                Scope::Group => work
                    .pages
                    .iter()
                    .filter(|other| work.plan.page_per.is_none() || page.is_none_or(|page| page.group == other.group))
                    .flat_map(|page| page.records.iter().copied())
                    .collect(),
            };
            Found::Made(match field {
                None => Datum::Number { value: crate::exact::Decimal::from(records.len() as i64), digits: 0 },
                Some(name) if in_columns => values::sum(records.iter().map(|record| in_column(Some(record), column, name))),
                Some(name) => values::sum(records.iter().map(|record| record.fields.get(name))),
            })
        }
    }
}

/// A record's value for the element of a repeated column.
fn in_column<'a>(record: Option<&'a Record>, column: &OutColumn<'a>, name: &str) -> Option<&'a Datum> {
    let (_, index) = column.element?;
    record?.lists.get(column.list)?.get(index)?.fields.get(name)
}

/// The style of a cell with the edges that repeats and left-out neighbours give it.
fn edged(work: &Sheet<'_>, row: &OutRow<'_>, place: usize, cell: &CellPlan, styles: &mut Vec<Style>, looks: &mut Looks) -> StyleId {
    let column = work.columns[place];
    let borders_at = |row: u32, column: u16, styles: &[Style]| -> Borders {
        let cell = work.plan.rows.get(row as usize).and_then(|row| row.cells.get(usize::from(column)));
        cell.and_then(|cell| styles.get(cell.style.0 as usize)).map_or_else(Borders::default, |style| style.borders)
    };
    let drawn = borders_at(row.template, column.template, styles);
    let mut borders = drawn;
    if let Some(group) = work.plan.columns[usize::from(column.template)].group.map(|group| work.plan.groups[group]) {
        let element = |place: usize| {
            work.columns
                .get(place)
                .filter(|other| (group.first..=group.last).contains(&other.template))
                .and_then(|other| other.element.map(|(_, index)| index))
        };
        let own = element(place);
        if element(place + 1).is_some() && element(place + 1) != own {
            borders.right = lighter(borders.right, borders_at(row.template, group.first, styles).left);
        }
        if place > 0 && element(place - 1).is_some() && element(place - 1) != own {
            borders.left = lighter(borders.left, borders_at(row.template, group.last, styles).right);
        }
    }
    let next = work.columns.get(place + 1).map_or(work.plan.columns.len() as u16, |next| next.template);
    if next > column.template + 1 {
        borders.right = heavier(borders.right, borders_at(row.template, next - 1, styles).right);
    }
    if let Some((first, _)) = row.copy_below {
        borders.bottom = lighter(borders.bottom, borders_at(first, column.template, styles).top);
    }
    if let Some((_, last)) = row.copy_above {
        borders.top = lighter(borders.top, borders_at(last, column.template, styles).bottom);
    }
    if let Some(lost) = row.lost_below {
        borders.bottom = heavier(borders.bottom, borders_at(lost, column.template, styles).bottom);
    }
    if borders == drawn { cell.style } else { looks.with_borders(cell.style, borders, styles) }
}

fn weight(edge: Option<Edge>) -> u8 {
    match edge.map(|edge| edge.line) {
        None => 0,
        Some(Line::Hair) => 1,
        Some(Line::Dotted | Line::Dashed | Line::DashDot | Line::DashDotDot) => 2,
        Some(Line::Thin) => 3,
        Some(Line::MediumDashed | Line::MediumDashDot | Line::MediumDashDotDot | Line::SlantDashDot) => 4,
        Some(Line::Medium) => 5,
        Some(Line::Double) => 6,
        Some(Line::Thick) => 7,
    }
}

/// The lighter of two drawn lines; a side that has none leaves the other's.
fn lighter(one: Option<Edge>, two: Option<Edge>) -> Option<Edge> {
    match (weight(one), weight(two)) {
        (0, _) => two,
        (_, 0) => one,
        (one_weight, two_weight) => {
            if two_weight < one_weight {
                two
            } else {
                one
            }
        }
    }
}

fn heavier(one: Option<Edge>, two: Option<Edge>) -> Option<Edge> {
    if weight(two) > weight(one) { two } else { one }
}
