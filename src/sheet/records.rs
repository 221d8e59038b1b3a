//! The records of xlsb (MS-XLSB), written anew before calamine reads them: it trusts every length, and passes over cells
//! with rich text, formulas whose result is an error, and the short cells that some programs write.
//!
//! ```text
//! BeginSheet … ColInfo* … BeginSheetData  RowHdr CellIsst ShortReal FmlaError …  EndSheetData … EndSheet
//! BeginSheet WsDim BeginSheetData         RowHdr CellIsst CellReal  CellError …  EndSheetData        what calamine gets
//! ```

use std::collections::BTreeMap;

use super::Refusal;
use super::biff_strings::Rich;
use super::book::Area;
use super::colour::{Colour, Colours};
use super::conditional::Look;
use super::ink::Ink;
use super::ole::{u16_at, u32_at};
use super::records_rules::{self, Rules};
use super::style::{Formats, Style};
use crate::diag::Unreadable;

const BEGIN_SHEET: u16 = 0x81;
const BEGIN_STRINGS: u16 = 0x9f;
const STRING: u16 = 0x13;
const LISTED_SHEET: u16 = 0x9c;
const COLUMNS: u16 = 0x3c;
const BEGIN_DATA: u16 = 0x91;
const END_DATA: u16 = 0x92;
const DIMENSIONS: u16 = 0x94;
const MERGED: u16 = 0xb0;
const WORKBOOK: u16 = 0x99;
const CALCULATION: u16 = 0x9d;
const FORMAT_INFO: u16 = 0x1e5;
const INDEXED_COLOUR: u16 = 0x1db;
const FONT: u16 = 0x2b;
const FORMAT: u16 = 0x2c;
const FILL: u16 = 0x2d;
const STYLE: u16 = 0x2f;
const BEGIN_STYLES: u16 = 0x269;
const END_STYLES: u16 = 0x26a;
/// `#VALUE!`
const VALUE: u8 = 0x0f;
const KNOWN_ERRORS: [u8; 8] = [0x00, 0x07, VALUE, 0x17, 0x1d, 0x24, 0x2a, 0x2b];

/// Rules of conditional formats that are looked at in a sheet.
pub(super) const MOST_RULES: usize = 500;

/// What a part is, by its first record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Sheet,
    Strings,
    Other,
}

pub(super) fn part(bytes: &[u8]) -> Part {
    match next(bytes) {
        Some((BEGIN_SHEET, ..)) => Part::Sheet,
        Some((BEGIN_STRINGS, ..)) => Part::Strings,
        _ => Part::Other,
    }
}

/// The string table.
#[derive(Default)]
pub(super) struct Strings {
    /// Written anew.
    pub(super) bytes: Vec<u8>,
    pub(super) count: u32,
    /// Those of which the letters do not all look alike, by number.
    pub(super) rich: BTreeMap<u32, Rich>,
}

pub(super) fn strings(bytes: &[u8]) -> Result<Strings, Refusal> {
    let (mut items, mut count, mut all) = (Vec::new(), 0u32, BTreeMap::new());
    walk(bytes, |record, data| {
        if record == STRING {
            // A byte of flags, the text, then what makes it rich.
            let text = data.get(1..).and_then(text).ok_or_else(torn)?;
            write(&mut items, STRING, &[&[0], text]);
            all.extend(rich(data).map(|rich| (count, rich)));
            count += 1;
        }
        Ok(())
    })?;
    let mut written = Vec::with_capacity(items.len() + 16);
    write(&mut written, BEGIN_STRINGS, &[&count.to_le_bytes(), &count.to_le_bytes()]);
    written.extend(items);
    Ok(Strings { bytes: written, count, rich: all })
}

/// A text with the fonts of its letters: flags, the text, how many runs, and of each where it begins and its font.
fn rich(data: &[u8]) -> Option<Rich> {
    let own = data.get(1..).and_then(text).filter(|_| data[0] & 1 != 0)?;
    let runs = data.get(1 + own.len()..)?;
    let count = u32_at(runs, 0) as usize;
    let runs = runs.get(4..)?.chunks_exact(4).take(count).map(|run| (u16_at(run, 0), u16_at(run, 2))).collect();
    Some(Rich { text: letters(own), runs })
}

/// What a workbook part says.
#[derive(Default)]
pub(super) struct List {
    /// Names of the sheets, each with the id of its relation.
    pub(super) sheets: Vec<(String, String)>,
    /// All formulas are to be calculated when the file is opened: what is stored is not their result.
    pub(super) asks: bool,
    pub(super) date_1904: bool,
}

pub(super) fn list(bytes: &[u8]) -> Result<List, Refusal> {
    let mut list = List::default();
    walk(bytes, |record, data| {
        match record {
            LISTED_SHEET => {
                let id = data.get(8..).and_then(text).ok_or_else(torn)?;
                let name = data.get(8 + id.len()..).and_then(text).ok_or_else(torn)?;
                list.sheets.push((letters(name), letters(id)));
            }
            WORKBOOK => list.date_1904 |= u32_at(data, 0) & 1 != 0,
            // fFullCalcOnLoad
            CALCULATION => list.asks |= data.get(24).is_some_and(|flags| flags & 1 != 0),
            _ => {}
        }
        Ok(())
    })?;
    Ok(list)
}

/// A colour of eight bytes (MS-XLSB, BrtColor).
pub(super) fn colour(data: &[u8], at: usize, colours: &Colours) -> Colour {
    let Some([kind, index, tint, more, red, green, blue, _]) = data.get(at..at + 8) else { return Colour::Unknown };
    match kind >> 1 {
        0 => Colour::Automatic,
        1 => colours.indexed((*index).into()),
        2 => Colour::Is([*red, *green, *blue]),
        3 => colours.of_theme((*index).into(), f64::from(i16::from_le_bytes([*tint, *more])) / f64::from(i16::MAX)),
        _ => Colour::Unknown,
    }
}

/// What the styles of a workbook say.
#[derive(Default)]
pub(super) struct Styles {
    /// Every cell style, by its number format, and what its letters are written with.
    pub(super) cells: Vec<Style>,
    pub(super) fonts: Vec<Ink>,
    /// What conditional formats make of cells, by number.
    pub(super) looks: Vec<Look>,
}

pub(super) fn styles(bytes: &[u8], date_1904: bool, colours: &mut Colours) -> Result<Styles, Refusal> {
    // The palette stands behind the styles that name its numbers.
    walk(bytes, |record, data| {
        if let (INDEXED_COLOUR, [red, green, blue, ..]) = (record, data) {
            colours.palette.push([*red, *green, *blue]);
        }
        Ok(())
    })?;
    let colours = &*colours;
    let mut looks = Vec::new();
    let (mut formats, mut ids, mut inside) = (Formats::new(date_1904), Vec::new(), false);
    let (mut inks, mut grounds, mut xfs) = (Vec::new(), Vec::new(), Vec::new());
    walk(bytes, |record, data| {
        match record {
            FORMAT => formats.define(u16_at(data, 0).into(), data.get(2..).and_then(text).map(letters).unwrap_or_default()),
            BEGIN_STYLES => inside = true,
            END_STYLES => inside = false,
            // The height in twentieths of a point, flags; a fill of nothing, of one colour, or a pattern.
            FONT => {
                let (points, struck) = (Some(f64::from(u16_at(data, 0)) / 20.0), u16_at(data, 2) & 8 != 0);
                inks.push(Ink { colour: colour(data, 12, colours), points, struck, ..Ink::default() });
            }
            records_rules::LOOK => looks.push(records_rules::look(data, colours)),
            FILL => grounds.push(match u32_at(data, 0) {
                0 => Colour::WHITE,
                1 => colour(data, 4, colours),
                _ => Colour::Unknown,
            }),
            STYLE if inside => {
                ids.push(u16_at(data, 2));
                xfs.push((usize::from(u16_at(data, 4)), usize::from(u16_at(data, 6))));
            }
            _ => {}
        }
        Ok(())
    })?;
    let ink = |(font, fill): (usize, usize)| {
        let ink: Ink = inks.get(font).copied().unwrap_or_default();
        Ink { ground: grounds.get(fill).copied().unwrap_or(Colour::WHITE), ..ink }
    };
    let styles = formats.styles(ids.into_iter().map(u32::from)).into_iter();
    Ok(Styles { cells: styles.zip(xfs).map(|(style, xf)| style.in_ink(ink(xf))).collect(), fonts: inks, looks })
}

/// A text without its length.
pub(super) fn letters(text: &[u8]) -> String {
    let units: Vec<u16> = text[4..].chunks_exact(2).map(|unit| u16_at(unit, 0)).collect();
    String::from_utf16_lossy(&units)
}

/// A sheet written anew.
#[derive(Default)]
pub(super) struct Sheet {
    pub(super) bytes: Vec<u8>,
    /// Zero-based.
    pub(super) hidden_rows: Vec<u32>,
    /// First and last, zero-based.
    pub(super) hidden_columns: Vec<(u32, u32)>,
    pub(super) merged: Vec<Area>,
    /// Columns that say how wide they are; the others have no width where this is so.
    wide: Vec<(u32, u32)>,
    others_narrow: bool,
    /// Conditional formats.
    pub(super) rules: Rules,
    /// Row, column, style and whether it is a formula's, of each cell.
    cells: Vec<(u32, u32, Own)>,
    /// Texts of cells whose letters do not all look alike.
    pub(super) rich: Vec<Rich>,
}

/// What calamine does not tell of a cell.
#[derive(Clone, Copy, Default)]
pub(super) struct Own {
    pub(super) style: u32,
    pub(super) formula: bool,
    /// The text's number in the table, or behind that table's those of the sheet's own.
    pub(super) text: Option<u32>,
}

impl Sheet {
    /// Of the cell in this place.
    pub(super) fn cell(&self, row: u32, column: u32) -> Own {
        let at = self.cells.binary_search_by_key(&(row, column), |(row, column, _)| (*row, *column));
        at.map(|at| self.cells[at].2).unwrap_or_default()
    }

    /// True for a column that nobody sees.
    pub(super) fn hides(&self, column: u32) -> bool {
        let among = |columns: &[(u32, u32)]| columns.iter().any(|&(first, last)| (first..=last).contains(&column));
        among(&self.hidden_columns) || (self.others_narrow && !among(&self.wide))
    }
}

/// Cells only, each whole; `strings` is the size of the string table, `odd` are the numbers of its rich texts.
pub(super) fn sheet(bytes: &[u8], strings: u32, odd: &BTreeMap<u32, Rich>, looks: &[Look]) -> Result<Sheet, Refusal> {
    let mut sheet = Sheet { bytes: Vec::with_capacity(bytes.len()), ..Sheet::default() };
    write(&mut sheet.bytes, BEGIN_SHEET, &[]);
    write(&mut sheet.bytes, DIMENSIONS, &[&[0; 16]]);
    write(&mut sheet.bytes, BEGIN_DATA, &[]);
    let (mut inside, mut row, mut column) = (false, 0, 0u32);
    walk(bytes, |record, data| {
        match record {
            BEGIN_DATA => inside = true,
            END_DATA => inside = false,
            MERGED if sheet.merged.len() < Area::MOST => {
                let corner = |row: usize, column: usize| (u32_at(data, row), u32_at(data, column).min(u32::from(u16::MAX)) as u16);
                sheet.merged.extend(Area::of(corner(0, 8), corner(4, 12)));
            }
            // fHidden, or no width.
            COLUMNS => {
                let unseen = u16_at(data, 16) & 1 != 0 || u32_at(data, 8) == 0;
                let columns = if unseen { &mut sheet.hidden_columns } else { &mut sheet.wide };
                columns.push((u32_at(data, 0), u32_at(data, 4)));
            }
            // In 256ths of a letter, or in letters.
            FORMAT_INFO => sheet.others_narrow = u32_at(data, 0) == 0 || (u32_at(data, 0) == u32::MAX && u16_at(data, 4) == 0),
            0x00 if inside => {
                row = data.first_chunk().map(|row| u32::from_le_bytes(*row)).ok_or_else(torn)?;
                column = 0;
                // fDyZero, or a height of nothing that is the row's own (fUnsynced).
                if data.get(11).is_some_and(|flags| flags & 0x10 != 0 || (flags & 0x20 != 0 && u16_at(data, 8) == 0)) {
                    sheet.hidden_rows.push(row);
                }
                write(&mut sheet.bytes, 0x00, &[&row.to_le_bytes()]);
            }
            // The head of a short cell has no column: it is the one behind the last.
            0x01..=0x12 | 0x3e if inside => {
                let short = (0x0c..=0x12).contains(&record);
                let head = if short { 4 } else { 8 };
                if !short {
                    column = data.first_chunk().map(|column| u32::from_le_bytes(*column)).ok_or_else(torn)?;
                }
                let (style, value) = (data.get(head - 4..head).ok_or_else(torn)?, &data[head..]);
                if let Some((written, value)) = cell(record, value, strings).ok_or_else(|| broken(row))? {
                    // The lowest three bytes; the fourth holds flags.
                    let mut own = Own { style: u32_at(style, 0) & 0x00ff_ffff, formula: (0x08..=0x0b).contains(&record), text: None };
                    if written == 0x07 {
                        own.text = Some(u32_at(&value, 0)).filter(|number| odd.contains_key(number));
                    } else if let Some(rich) = rich(&data[head..]).filter(|_| record == 0x3e) {
                        own.text = Some(strings + sheet.rich.len() as u32);
                        sheet.rich.push(rich);
                    }
                    if own.style != 0 || own.formula || own.text.is_some() {
                        sheet.cells.push((row, column, own));
                    }
                    let record = written;
                    write(&mut sheet.bytes, record, &[&column.to_le_bytes(), style, &value]);
                }
                column = column.saturating_add(1);
            }
            _ if !inside => sheet.rules.take(record, data, looks),
            _ => {}
        }
        Ok(())
    })?;
    write(&mut sheet.bytes, END_DATA, &[]);
    sheet.hidden_rows.sort_unstable();
    sheet.cells.sort_unstable_by_key(|(row, column, _)| (*row, *column));
    Ok(sheet)
}

/// A cell as one of the records that calamine reads: RK, error, truth, real, text, string of the table. A formula's result
/// counts as its value. Outside `None` for a broken one, inside for a blank one.
#[expect(clippy::option_option, reason = "broken and blank are different things")]
fn cell(record: u16, value: &[u8], strings: u32) -> Option<Option<(u16, Vec<u8>)>> {
    let taken = |length: usize| value.get(..length).map(<[u8]>::to_vec);
    Some(Some(match record {
        0x01 | 0x0c => return Some(None),
        0x02 | 0x0d => (0x02, taken(4)?),
        0x03 | 0x0b | 0x0e => {
            let error = *value.first()?;
            (0x03, vec![if KNOWN_ERRORS.contains(&error) { error } else { VALUE }])
        }
        0x04 | 0x0a | 0x0f => (0x04, taken(1)?),
        0x05 | 0x09 | 0x10 => (0x05, taken(8)?),
        0x06 | 0x08 | 0x11 => (0x06, text(value)?.to_vec()),
        0x07 | 0x12 => (0x07, taken(4).filter(|index| u32_at(index, 0) < strings)?),
        // Rich text: a byte of flags before.
        _ => (0x06, text(value.get(1..)?)?.to_vec()),
    }))
}

/// A text with its length before it; what follows is left out.
pub(super) fn text(data: &[u8]) -> Option<&[u8]> {
    let length = usize::try_from(u32::from_le_bytes(*data.first_chunk()?)).ok()?.checked_mul(2)?;
    data.get(..length.checked_add(4)?)
}

fn walk(bytes: &[u8], mut visit: impl FnMut(u16, &[u8]) -> Result<(), Refusal>) -> Result<(), Refusal> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let (record, data, after) = next(rest).ok_or_else(torn)?;
        visit(record, data)?;
        rest = after;
    }
    Ok(())
}

/// A record's kind in one or two bytes and its length in one to four, seven bits each; its data; what follows.
fn next(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let (&first, mut rest) = bytes.split_first()?;
    let mut record = u16::from(first);
    if first & 0x80 != 0 {
        let (&second, after) = rest.split_first()?;
        record = u16::from(first & 0x7f) | u16::from(second & 0x7f) << 7;
        rest = after;
    }
    let mut length = 0;
    for step in 0..4 {
        let (&byte, after) = rest.split_first()?;
        rest = after;
        length |= usize::from(byte & 0x7f) << (7 * step);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some((record, rest.get(..length)?, &rest[length..]))
}

fn write(to: &mut Vec<u8>, record: u16, data: &[&[u8]]) {
    if record < 0x80 {
        to.push(record as u8);
    } else {
        to.extend([record as u8 & 0x7f | 0x80, (record >> 7) as u8]);
    }
    let mut length: usize = data.iter().map(|part| part.len()).sum();
    while length >= 0x80 {
        to.push(length as u8 & 0x7f | 0x80);
        length >>= 7;
    }
    to.push(length as u8);
    for part in data {
        to.extend(*part);
    }
}

fn torn() -> Refusal {
    Refusal::unreadable(Unreadable::Content, "a record is cut short")
}

fn broken(row: u32) -> Refusal {
    Refusal::unreadable(Unreadable::Content, format!("row {}: a cell is broken", row.saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, data: &[&[u8]]) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&mut bytes, kind, data);
        bytes
    }

    fn wide(text: &str) -> Vec<u8> {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [&(units.len() as u32 / 2).to_le_bytes()[..], &units].concat()
    }

    /// Kinds and columns of the cells that calamine gets.
    fn cells(bytes: &[u8]) -> Vec<(u16, u32)> {
        let mut cells = Vec::new();
        walk(&sheet(bytes, 1, &BTreeMap::new(), &[]).expect("whole").bytes, |record, data| {
            cells.extend((1..=7).contains(&record).then(|| (record, u32_at(data, 0))));
            Ok(())
        })
        .expect("whole");
        cells
    }

    #[test]
    fn every_kind_of_cell_becomes_one_that_is_read() {
        let head = [2, 0, 0, 0, 0, 0, 0, 0];
        let data = [
            record(BEGIN_SHEET, &[]),
            record(COLUMNS, &[&[1, 0, 0, 0, 2, 0, 0, 0], &[0; 8], &[1, 0]]),
            record(BEGIN_DATA, &[]),
            record(0x00, &[&[4, 0, 0, 0], &[0; 7], &[0x10, 0]]),
            record(0x0b, &[&head, &[0x17, 0, 0]]),
            record(0x11, &[&[0; 4], &wide("短")]),
            record(0x0c, &[&[0; 4]]),
            record(0x12, &[&[0; 4], &[0; 4]]),
            record(0x3e, &[&[9, 0, 0, 0, 0, 0, 0, 0], &[1], &wide("富"), &[7; 30]]),
            record(0x08, &[&[10, 0, 0, 0, 0, 0, 0, 0], &wide("x"), &[7; 9]]),
            record(END_DATA, &[]),
            record(0x01, &[&head]),
        ]
        .concat();
        assert_eq!(cells(&data), [(3, 2), (6, 3), (7, 5), (6, 9), (6, 10)]);
        let none = BTreeMap::new();
        let written = sheet(&data, 1, &none, &[]).expect("whole");
        assert_eq!((written.hidden_rows, written.hidden_columns), (vec![4], vec![(1, 2)]));
        // A text that the table lacks, and every cut.
        assert!(sheet(&data, 0, &none, &[]).is_err());
        (1..data.len()).for_each(|length| drop(sheet(&data[..length], 1, &none, &[])));
    }

    #[test]
    fn strings_lose_what_makes_them_rich() {
        let data = [record(BEGIN_STRINGS, &[&[255; 8]]), record(STRING, &[&[1], &wide("富"), &[9; 8]])].concat();
        let plain = [record(BEGIN_STRINGS, &[&[1, 0, 0, 0, 1, 0, 0, 0]]), record(STRING, &[&[0], &wide("富")])].concat();
        let written = strings(&data).expect("whole");
        assert_eq!((written.bytes, written.count), (plain, 1));
    }
}
