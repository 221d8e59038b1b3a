//! Filling in rounds, for templates that ask what stands on a page.
//!
//! Only the layout knows where a page ends. So the form is filled, measured, parted by the measured heights and filled
//! again until the pages no longer change.

use super::rows::{Cut, changes};
use super::{Made, Part, heights, with_cuts};
use crate::font::FontSet;
use crate::form::data::Record;
use crate::form::model::{FilledBook, FilledSheet};
use crate::layout::{LaidSheet, Length, measures, room, with_further_rows};
use crate::template::Template;

/// Totals may make a row higher than the measured one; after so many rounds the pages are left as they are.
const ROUNDS: usize = 4;

/// Fills a form whose pages end where the paper does. Templates that do not ask for what stands on a page are
/// filled once and cost nothing more. Text higher than a row can be goes on in
/// further rows.
pub fn fill_pages(template: &Template, data: &Record, fonts: &FontSet) -> FilledBook {
    with_further_rows(parted(template, data, fonts), fonts)
}

fn parted(template: &Template, data: &Record, fonts: &FontSet) -> FilledBook {
    let (mut book, mut made) = with_cuts(template, data, &[]);
    if !template.needs_pages() {
        return book;
    }
    for round in 0..=ROUNDS {
        let measures = measures(&book, fonts);
        let sheets = book.sheets.iter().zip(&measures).zip(&made);
        let found: Vec<Option<Vec<Cut>>> =
            sheets.map(|((sheet, measures), made)| made.plan.needs_pages().then(|| part(sheet, measures, made))).collect();
        if round == ROUNDS || found.iter().zip(&made).all(|(cuts, made)| cuts.as_ref().is_none_or(|cuts| *cuts == made.cuts)) {
            heights::fit(&mut book, &made, &measures, fonts);
            break;
        }
        drop((book, made));
        (book, made) = with_cuts(template, data, &found);
    }
    book
}

/// Parts the records into pages by the measured heights: as many as fit, the foot counted in where it stands.
fn part(sheet: &FilledSheet, measures: &LaidSheet, made: &Made<'_>) -> Vec<Cut> {
    let room = room(&sheet.page, measures.scale);
    let height = |row: usize| match sheet.rows.get(row) {
        Some(drawn) if !drawn.hidden => measures.heights.get(row).copied().unwrap_or(0),
        _ => 0,
    };
    let titles: Length = sheet.title_rows.map_or(0, |(first, last)| (first as usize..=last as usize).map(height).sum());
    let titles = if titles * 2 < room { titles } else { 0 };
    let count = made.records.len();
    let mut records: Vec<Length> = vec![0; count];
    // By the number of their writing or page.
    let mut ruled: Vec<(u32, Length)> = Vec::new();
    let mut feet: Vec<(u32, Length)> = Vec::new();
    let mut used: Length = 0;
    for (row, part) in made.parts.iter().enumerate() {
        let (list, key) = match part {
            // A drawn page break within the head begins the page that the records follow on.
            Part::Head => {
                let begins = sheet.rows.get(row).is_some_and(|row| row.break_before) || used + height(row) > room;
                let above = sheet.title_rows.is_some_and(|(_, last)| row > last as usize);
                used = height(row)
                    + if !begins {
                        used
                    } else if above {
                        titles
                    } else {
                        0
                    };
                continue;
            }
            Part::Record(index) => {
                if let Some(high) = records.get_mut(*index as usize) {
                    *high += height(row);
                }
                continue;
            }
            Part::Ruled(run) => (&mut ruled, *run),
            Part::Foot(page) => (&mut feet, *page),
        };
        match list.last_mut() {
            Some((known, sum)) if *known == key => *sum += height(row),
            _ => list.push((key, height(row))),
        }
    }
    let foot = feet.iter().map(|(_, height)| *height).max().unwrap_or(0);
    let each = made.plan.footer_each_page;
    let ruled = ruled.first().map(|(_, height)| *height).filter(|height| *height > 0);
    let mut out: Vec<Cut> = Vec::new();
    let mut page = Cut { records: 0, ruled: 0 };
    let across = made.plan.across.max(1);
    let close = |page: &mut Cut, used: Length, end: bool| {
        if let Some(high) = ruled.filter(|_| made.plan.pad) {
            let behind = if each || end { foot } else { 0 };
            page.ruled = usize::try_from((room - used - behind).max(0) / high).unwrap_or(0);
            let left = |most: usize| most.saturating_sub(page.records).div_ceil(across);
            page.ruled = made.plan.per_page.map_or(page.ruled, |most| page.ruled.min(left(most)));
        }
        std::mem::replace(page, Cut { records: 0, ruled: 0 })
    };
    for (index, high) in records.into_iter().enumerate() {
        let behind = if each || index + across >= count { foot } else { 0 };
        // What stands beside another is as high as that.
        let beside = !page.records.is_multiple_of(across);
        let group = index > 0 && changes(made.plan, made.records[index - 1], made.records[index]);
        let full = made.plan.per_page.is_some_and(|most| page.records >= most);
        if page.records > 0 && (group || !beside && (full || used + high + behind > room)) {
            out.push(close(&mut page, used, false));
            used = titles;
        }
        page.records += 1;
        used += high;
    }
    out.push(close(&mut page, used, true));
    out
}
