//! Text higher than the highest row goes on in further rows below it, so that the XLSX and the PDF have all of it.

use std::collections::BTreeMap;

use super::block::{Block, Measure, PADDING, Run, font_size};
use super::display::seen;
use super::grid::{Grid, TALLEST};
use super::laid::{Length, POINT};
use super::rows;
use super::shape::shown;
use crate::font::FontSet;
use crate::form::condition::{Part, Rule};
use crate::form::model::{Cell, FilledBook, FilledSheet, Range, Row, Style, StyleId, Value};
use crate::number_format::Format;

/// What goes below one row.
#[derive(Default)]
struct Further {
    /// So many rows.
    count: u32,
    /// By column: what stands in the row itself and in each row below it.
    texts: BTreeMap<u16, Vec<String>>,
}

/// The book with further rows below those that cannot be made high enough (409.5 pt). The text of a cell is parted
/// between lines, a merge over several rows gets more of them; borders, fill, merges, print titles, print area,
/// pictures and formulas go along.
pub fn with_further_rows(mut book: FilledBook, fonts: &FontSet) -> FilledBook {
    for index in 0..book.sheets.len() {
        if !book.sheets[index].rows.iter().flat_map(|row| &row.cells).any(|cell| letters(cell) > 25) {
            continue;
        }
        let further = find(&book, &book.sheets[index], fonts);
        if !further.is_empty() {
            insert(&mut book, index, &further);
        }
    }
    book
}

// Fewer letters than this fit one above the other into a high row.
fn letters(cell: &Cell) -> usize {
    match &cell.value {
        Value::Text(text) => text.len() / 3,
        _ => 0,
    }
}

fn find(book: &FilledBook, sheet: &FilledSheet, fonts: &FontSet) -> BTreeMap<u32, Further> {
    let grid = rows::grid(book, sheet, fonts);
    let mut measure = Measure::new(book, fonts);
    let mut found: BTreeMap<u32, Further> = BTreeMap::new();
    for (index, row) in (0u32..).zip(&sheet.rows) {
        for cell in row.cells.iter().filter(|cell| may_be_tall(&grid, index, cell)) {
            let Some(block) = measure.block(&grid, index, cell, |_| {}) else { continue };
            let area = block.area;
            let fixed = (area.first_row..=area.last_row).all(|row| grid.row(row).is_some_and(|row| row.height.is_some()));
            let have = grid.height(area.first_row, area.last_row);
            let most = TALLEST * Length::from(area.last_row - area.first_row + 1);
            let Some(lacking) = rows::wanted(&grid, fonts, &block, fixed, have).map(|wanted| wanted - most).filter(|lacking| *lacking > 0)
            else {
                continue;
            };
            if area.first_row < area.last_row {
                let more = (lacking + TALLEST - 1) / TALLEST;
                let further = found.entry(area.last_row).or_default();
                further.count = further.count.max(more as u32);
            } else if block.run == Run::Wrapped {
                let format = grid.styles.get(block.style).map_or("", |style| &style.number_format);
                let texts = part(&block, &seen(&Format::parse(format), &cell.value).text, fonts.line_height(block.choice));
                let further = found.entry(index).or_default();
                further.count = further.count.max(texts.len() as u32 - 1);
                further.texts.insert(cell.column, texts);
            }
        }
    }
    found
}

// A bound that costs nothing: every letter as wide as high, and lines half empty.
fn may_be_tall(grid: &Grid<'_>, row: u32, cell: &Cell) -> bool {
    let Value::Text(text) = &cell.value else { return false };
    let Some(style) = grid.styles.get(cell.style.0 as usize) else { return false };
    let area = grid.area(row, cell.column);
    let size = f64::from(font_size(&style.font));
    let width = (grid.width(area.first_column, area.last_column) - 2 * PADDING).max(POINT) as f64 / POINT as f64;
    let paragraphs = text.split('\n').count() as f64;
    let lines = 2.0 * text.chars().count() as f64 * size / width.max(size) + paragraphs + 1.0;
    lines * size * 1.3 * POINT as f64 > TALLEST as f64
}

// The text in parts of as many lines as the highest row holds.
fn part(block: &Block, text: &str, pitch: f32) -> Vec<String> {
    let most = ((TALLEST as f32 / POINT as f32 / (pitch * block.size)).floor() as usize).max(1);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    // Where each drawn character stands in the text, which may hold more than is drawn.
    let places: Vec<usize> = text.char_indices().filter(|(_, c)| shown(*c).is_some()).map(|(at, _)| at).collect();
    let starts: Vec<usize> =
        block.lines.chunks(most).map(|lines| places.get(lines[0].range.start).copied().unwrap_or(text.len())).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| {
            let part = &text[*start..end];
            // The line end between two parts is the edge of the row now.
            part.strip_suffix('\n').filter(|_| end < text.len()).unwrap_or(part).to_owned()
        })
        .collect()
}

fn insert(book: &mut FilledBook, index: usize, further: &BTreeMap<u32, Further>) {
    let mut looks = Looks { known: BTreeMap::new() };
    let old = std::mem::take(&mut book.sheets[index].rows);
    let mut place = Vec::with_capacity(old.len());
    let mut rows: Vec<Row> = Vec::with_capacity(old.len() + further.len());
    for (at, mut row) in (0u32..).zip(old) {
        place.push(rows.len() as u32);
        let Some(more) = further.get(&at) else {
            rows.push(row);
            continue;
        };
        let below: Vec<Row> = (1..=more.count)
            .map(|step| {
                let cells = row.cells.iter().map(|cell| {
                    let text = more.texts.get(&cell.column).and_then(|texts| texts.get(step as usize));
                    Cell {
                        column: cell.column,
                        style: looks.without(&mut book.styles, cell.style, true, step < more.count),
                        value: text.map_or(Value::Empty, |text| Value::Text(text.clone())),
                    }
                });
                Row { cells: cells.collect(), ..Row::default() }
            })
            .collect();
        for cell in &mut row.cells {
            cell.style = looks.without(&mut book.styles, cell.style, false, true);
            if let Some(text) = more.texts.get(&cell.column).and_then(|texts| texts.first()) {
                cell.value = Value::Text(text.clone());
            }
        }
        rows.push(row);
        rows.extend(below);
    }
    let added = |row: u32| further.get(&row).map_or(0, |more| more.count);
    let grown = (rows.len() - place.len()) as u32;
    let place = |row: u32| place.get(row as usize).copied().unwrap_or(row.saturating_add(grown));
    for value in rows.iter_mut().flat_map(|row| &mut row.cells).map(|cell| &mut cell.value) {
        if let Value::Formula { text, .. } = value {
            *text = with_rows(text, place);
        }
    }
    let sheet = &mut book.sheets[index];
    let stretched =
        |range: Range| Range { first_row: place(range.first_row), last_row: place(range.last_row) + added(range.last_row), ..range };
    let (single, tall): (Vec<Range>, Vec<Range>) = sheet.merges.iter().partition(|merge| merge.first_row == merge.last_row);
    sheet.merges = tall.into_iter().map(stretched).collect();
    for merge in single {
        let first = place(merge.first_row);
        sheet.merges.extend((first..=first + added(merge.first_row)).map(|row| Range { first_row: row, last_row: row, ..merge }));
    }
    sheet.title_rows = sheet.title_rows.map(|(first, last)| (place(first), place(last) + added(last)));
    sheet.print_area = sheet.print_area.map(stretched);
    for image in &mut sheet.images {
        image.row = place(image.row);
        for range in image.chart.iter_mut().flat_map(|chart| chart.ranges_mut()) {
            *range = stretched(*range);
        }
    }
    for area in sheet.conditions.iter_mut().flat_map(|rule| &mut rule.areas) {
        *area = stretched(*area);
    }
    for part in sheet.conditions.iter_mut().flat_map(Rule::formulas_mut).flat_map(|formula| &mut formula.0) {
        if let Part::Cell(cell) = part {
            cell.row = place(cell.row);
        }
    }
    for mark in &mut sheet.marks {
        mark.row = place(mark.row);
    }
    sheet.rows = rows;
}

/// Styles less their upper or lower edge, each made once.
struct Looks {
    known: BTreeMap<(StyleId, bool, bool), StyleId>,
}

impl Looks {
    fn without(&mut self, styles: &mut Vec<Style>, of: StyleId, top: bool, bottom: bool) -> StyleId {
        *self.known.entry((of, top, bottom)).or_insert_with(|| {
            let Some(style) = styles.get(of.0 as usize) else { return of };
            let cut = style.changed(|style| {
                style.borders.top = style.borders.top.filter(|_| !top);
                style.borders.bottom = style.borders.bottom.filter(|_| !bottom);
            });
            if cut == *style {
                return of;
            }
            styles.push(cut);
            StyleId(styles.len() as u32 - 1)
        })
    }
}

// A formula whose cells have moved: `SUM(C3:C9)`. Names of functions have no digits, so a run of letters and digits is a cell.
fn with_rows(formula: &str, place: impl Fn(u32) -> u32) -> String {
    let mut out = String::with_capacity(formula.len() + 8);
    let mut rest = formula;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(from.len());
        let (word, after) = from.split_at(end);
        out.push_str(before);
        let letters = word.find(|c: char| c.is_ascii_digit()).unwrap_or(word.len());
        match word[letters..].parse::<u32>() {
            Ok(row) if letters > 0 && row > 0 => {
                out.push_str(&word[..letters]);
                out.push_str(&(place(row - 1) + 1).to_string());
            }
            _ => out.push_str(word),
        }
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::super::sample::{date, lay};
    use super::*;
    use crate::font::tests::bundled;
    use crate::form::model::{Align, Borders, Color, Column, Edge, Font, Horizontal, Line};
    use crate::layout::layout;

    fn tall() -> (FilledBook, String) {
        let edge = Some(Edge { line: Line::Thin, color: None });
        let boxed = Style {
            font: Font { size: 11.0, ..Font::default() },
            fill: Some(Color(1, 2, 3)),
            borders: Borders { left: edge, right: edge, top: edge, bottom: edge },
            align: Align { wrap: true, horizontal: Horizontal::Left, ..Align::default() },
            ..Style::default()
        };
        let text = "这一行的文字，写满一行以后再往下写，一直写到很多行。\n".repeat(120);
        let cell = |column, value| Cell { column, style: StyleId(0), value };
        let row = |cells| Row { cells, height: Some(20.0), ..Row::default() };
        let one = crate::exact::Decimal::from(1);
        let sheet = FilledSheet {
            name: "表".into(),
            columns: vec![
                Column { width: 10.0, hidden: false },
                Column { width: 60.0, hidden: false },
                Column { width: 9.0, hidden: false },
            ],
            rows: vec![
                row(vec![cell(0, Value::Text("题".into()))]),
                row(vec![cell(0, Value::Number(one)), cell(1, Value::Text(text.clone())), cell(2, Value::Empty)]),
                row(vec![cell(0, Value::Number(one))]),
                row(vec![cell(0, Value::Formula { text: "ROUND(SUM(A2:A3),10)".into(), result: crate::exact::Decimal::from(2) })]),
            ],
            merges: vec![
                Range { first_row: 1, last_row: 1, first_column: 1, last_column: 2 },
                Range { first_row: 0, last_row: 1, first_column: 0, last_column: 0 },
            ],
            print_area: Some(Range { first_row: 0, last_row: 3, first_column: 0, last_column: 2 }),
            ..FilledSheet::default()
        };
        (FilledBook { styles: vec![boxed], sheets: vec![sheet], ..FilledBook::default() }, text)
    }

    #[test]
    fn text_goes_on_below_the_highest_row() {
        let (book, text) = tall();
        let book = with_further_rows(book, bundled());
        let sheet = &book.sheets[0];
        let more = sheet.rows.len() - 4;
        assert!(more >= 3, "{more}");
        let parts: Vec<&str> = (1..=1 + more)
            .map(|row| match &sheet.rows[row].cells[1].value {
                Value::Text(text) => text.as_str(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(parts.concat().replace('\n', ""), text.replace('\n', ""));
        // No line between the parts, the frame around all of them, the fill throughout.
        let look = |row: usize| &book.styles[sheet.rows[row].cells[1].style.0 as usize];
        assert!(look(1).borders.top.is_some() && look(1).borders.bottom.is_none());
        assert!(look(1 + more).borders.top.is_none() && look(1 + more).borders.bottom.is_some());
        assert!((1..=1 + more).all(|row| look(row).fill.is_some() && look(row).borders.left.is_some()));
        let last = 1 + more as u32;
        assert!(sheet.merges.contains(&Range { first_row: 0, last_row: last, first_column: 0, last_column: 0 }));
        assert!(sheet.merges.contains(&Range { first_row: last, last_row: last, first_column: 1, last_column: 2 }));
        assert_eq!(sheet.print_area.unwrap().last_row, last + 2);
        assert!(
            matches!(&sheet.rows[last as usize + 2].cells[0].value, Value::Formula { text, .. } if *text == format!("ROUND(SUM(A2:A{}),10)", last + 2))
        );
        let laid = layout(&book, bundled(), date());
        assert_eq!(laid.notes, []);
        assert!(laid.book.sheets[0].heights.iter().all(|height| *height <= TALLEST));
        let sizes: Vec<f32> = laid
            .book
            .pages
            .iter()
            .flat_map(|page| &page.rows)
            .flat_map(|row| &row.cells)
            .flat_map(|cell| &cell.texts)
            .map(|text| text.size)
            .collect();
        assert!(sizes.iter().all(|size| *size > 10.9), "nothing was made smaller");
    }

    #[test]
    fn a_tall_merge_gets_more_rows() {
        let (mut book, _) = tall();
        book.sheets[0].merges = vec![Range { first_row: 1, last_row: 2, first_column: 1, last_column: 1 }];
        let book = with_further_rows(book, bundled());
        let sheet = &book.sheets[0];
        assert!(sheet.rows.len() > 4);
        assert_eq!(sheet.merges[0].last_row as usize, sheet.rows.len() - 2);
        assert_eq!(layout(&book, bundled(), date()).notes, []);
    }

    #[test]
    fn what_fits_stays_as_it_is() {
        for book in [super::super::sample::board(40), super::super::sample::mixed()] {
            assert_eq!(with_further_rows(book.clone(), bundled()), book);
            assert!(!lay(&book).book.pages.is_empty());
        }
    }
}
