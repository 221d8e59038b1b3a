//! How high the rows of a page become where the template says so: a record is made lower so that it stands on one
//! page, rows grow into the height that is free, and the letters of a table with them. Repeated columns that have room get the
//! letters of the columns beside them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Made, Part};
use crate::font::FontSet;
use crate::form::model::{Cell, FilledBook, FilledSheet, StyleId, Value};
use crate::layout::{LaidSheet, Length, PIXEL, POINT, measure, room, whole_pixels};

/// Rows grow to so much of their drawn height at most.
const MOST: f64 = 1.6;

/// Letters grow to so much of their drawn size at most, and the steps on the way.
const LETTERS: [f64; 4] = [1.3, 1.2, 1.1, 1.0];

/// A record loses so much of its page's height at most.
const LOST: f64 = 0.15;

/// Rows of one page: those that repeat, and all.
struct Page {
    body: Vec<usize>,
    first: usize,
    last: usize,
}

/// Sets heights of rows where a sheet's template asks for it.
pub(super) fn fit(book: &mut FilledBook, made: &[Made<'_>], laid: &[LaidSheet], fonts: &FontSet) {
    for (index, (made, measured)) in made.iter().zip(laid).enumerate() {
        let pages = pages(&book.sheets[index], made);
        if made.plan.whole {
            for page in &pages {
                lower(&mut book.sheets[index], page, measured);
            }
        }
        if made.plan.stretch {
            let rows: Vec<usize> = pages.iter().flat_map(|page| page.body.iter().copied()).collect();
            restyled(book, index, &rows, measured, fonts, |book| even(book, index, &rows, &made.repeated));
            let factors = pages.iter().map(|page| growth(&book.sheets[index], page, measured));
            let factor = factors.fold(MOST, f64::min);
            grow(book, index, &rows, measured, factor, fonts);
        }
    }
}

fn pages(sheet: &FilledSheet, made: &Made<'_>) -> Vec<Page> {
    let mut pages: Vec<Page> = Vec::new();
    for (index, part) in made.parts.iter().enumerate() {
        let repeats = matches!(part, Part::Record(_) | Part::Ruled(_));
        let begins = sheet.rows.get(index).is_some_and(|row| row.break_before);
        match pages.last_mut() {
            Some(page) if !begins => {
                page.last = index;
                page.body.extend(repeats.then_some(index));
            }
            _ => pages.push(Page { body: repeats.then_some(index).into_iter().collect(), first: index, last: index }),
        }
    }
    pages
}

/// Height of a page's rows and of the titles that stand above them again.
fn height(sheet: &FilledSheet, page: &Page, measured: &LaidSheet) -> Length {
    let of = |row: usize| if sheet.rows[row].hidden { 0 } else { measured.heights.get(row).copied().unwrap_or(0) };
    let titles = sheet.title_rows.filter(|(_, last)| page.first > *last as usize);
    let titles: Length = titles.map_or(0, |(first, last)| (first as usize..=last as usize).map(of).sum());
    titles + (page.first..=page.last.min(sheet.rows.len() - 1)).map(of).sum::<Length>()
}

/// Takes what a page is too high from its rows, each as far as its text leaves room.
fn lower(sheet: &mut FilledSheet, page: &Page, measured: &LaidSheet) {
    let have = height(sheet, page, measured);
    let lacking = have - room(&sheet.page, measured.scale);
    if lacking <= 0 || lacking as f64 > have as f64 * LOST {
        return;
    }
    let slack = |row: usize| match measured.heights.get(row).zip(measured.needed.get(row)) {
        Some((have, needed)) if !sheet.rows[row].hidden => (have - needed.max(&(have * 6 / 10))).max(0),
        _ => 0,
    };
    let slacks: Vec<(usize, Length)> = (page.first..=page.last).map(|row| (row, slack(row))).collect();
    let spare: Length = slacks.iter().map(|(_, slack)| slack).sum();
    // Rows are whole pixels high: each loses a pixel more than its share.
    let wanted = lacking + slacks.iter().filter(|(_, slack)| *slack > 0).count() as Length * PIXEL;
    if spare < wanted {
        return;
    }
    for (row, slack) in slacks {
        let height = measured.heights[row] - slack * wanted / spare;
        sheet.rows[row].height = Some(height as f64 / POINT as f64);
    }
}

/// How many times its height a page's body may have.
fn growth(sheet: &FilledSheet, page: &Page, measured: &LaidSheet) -> f64 {
    let body: Length = page.body.iter().map(|row| measured.heights.get(*row).copied().unwrap_or(0)).sum();
    let free = room(&sheet.page, measured.scale) - height(sheet, page, measured);
    if body <= 0 { MOST } else { 1.0 + (free.max(0) as f64 / body as f64) }
}

/// Makes the body's rows higher by the factor, and its letters as large as stand in them without a change of lines.
fn grow(book: &mut FilledBook, index: usize, rows: &[usize], measured: &LaidSheet, factor: f64, fonts: &FontSet) {
    if factor < 1.02 {
        return;
    }
    let mut plain = measured.clone();
    for row in rows {
        // A pixel less than its share, for heights are whole pixels.
        let height = (measured.heights[*row] as f64 * factor) as Length - PIXEL;
        let height = height.max(measured.heights[*row]) as f64 / POINT as f64;
        book.sheets[index].rows[*row].height = Some(height);
        // No text needs more: it stood in less.
        plain.heights[*row] = whole_pixels(height);
    }
    for letters in LETTERS.into_iter().filter(|letters| *letters > 1.0 && *letters <= factor) {
        if restyled(book, index, rows, &plain, fonts, |book| enlarge(book, index, rows, letters)) {
            return;
        }
    }
}

/// Gives cells of these rows other styles, and takes them back if lines, heights or the scale were others than measured.
fn restyled(
    book: &mut FilledBook,
    index: usize,
    rows: &[usize],
    measured: &LaidSheet,
    fonts: &FontSet,
    restyle: impl FnOnce(&mut FilledBook),
) -> bool {
    let count = book.styles.len();
    let drawn: Vec<StyleId> = rows.iter().flat_map(|row| &book.sheets[index].rows[*row].cells).map(|cell| cell.style).collect();
    restyle(book);
    if book.styles.len() == count {
        return false;
    }
    let now = measure(book, &book.sheets[index], fonts);
    let same = |row: &usize| {
        let of = |laid: &LaidSheet| laid.adjusted.range((*row as u32, 0)..(*row as u32 + 1, 0)).count();
        now.lines.get(*row) == measured.lines.get(*row) && of(&now) == of(measured)
    };
    if now.scale == measured.scale && rows.iter().all(same) && now.heights == measured.heights {
        return true;
    }
    let mut styles = drawn.iter();
    for row in rows {
        book.sheets[index].rows[*row].cells.iter_mut().zip(&mut styles).for_each(|(cell, style)| cell.style = *style);
    }
    book.styles.truncate(count);
    false
}

/// Gives numbers and headings of repeated columns the size of the cells beside them: they are drawn small for as many columns
/// as there may be.
fn even(book: &mut FilledBook, index: usize, rows: &[usize], repeated: &[bool]) {
    let sheet = &book.sheets[index];
    let merged: BTreeSet<(u32, u16)> = sheet.merges.iter().map(|merge| (merge.first_row, merge.first_column)).collect();
    let mut larger: BTreeMap<(StyleId, u64), StyleId> = BTreeMap::new();
    for row in rows {
        let alone = |cell: &Cell| cell.value != Value::Empty && !merged.contains(&(*row as u32, cell.column));
        let repeats = |cell: &Cell| repeated.get(usize::from(cell.column)).copied().unwrap_or_default();
        let size = |style: StyleId| book.styles.get(style.0 as usize).map_or(0.0, |style| style.font.size);
        let cells = &book.sheets[index].rows[*row].cells;
        let beside =
            cells.iter().filter(|cell| cell.value != Value::Empty && !repeats(cell)).map(|cell| size(cell.style)).fold(0.0, f64::max);
        let small: Vec<usize> = (0..cells.len())
            .filter(|at| alone(&cells[*at]) && repeats(&cells[*at]) && (0.1..beside).contains(&size(cells[*at].style)))
            .collect();
        for at in small {
            let drawn = book.sheets[index].rows[*row].cells[at].style;
            let style = *larger.entry((drawn, beside.to_bits())).or_insert_with(|| {
                let style = book.styles[drawn.0 as usize].changed(|style| style.font.size = beside);
                book.styles.push(style);
                StyleId(book.styles.len() as u32 - 1)
            });
            book.sheets[index].rows[*row].cells[at].style = style;
        }
    }
}

/// Makes the letters of these rows so many times as large, in half points.
fn enlarge(book: &mut FilledBook, index: usize, rows: &[usize], factor: f64) {
    let mut larger: Vec<Option<StyleId>> = vec![None; book.styles.len()];
    for row in rows {
        for cell in &mut book.sheets[index].rows[*row].cells {
            let Some(known) = larger.get_mut(cell.style.0 as usize) else { continue };
            cell.style = *known.get_or_insert_with(|| {
                let style =
                    book.styles[cell.style.0 as usize].changed(|style| style.font.size = (style.font.size * factor * 2.0).floor() / 2.0);
                book.styles.push(style);
                StyleId(book.styles.len() as u32 - 1)
            });
        }
    }
}
