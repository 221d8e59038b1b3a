//! The records of an .xls workbook (MS-XLS), gone through before calamine does: it trusts their numbers.
//!
//! ```text
//! BOF … BOUNDSHEET(position, name)* … SST … EOF   BOF … ROW, NUMBER, LABELSST … EOF   BOF … EOF
//! └ globals ┘                                     └ first sheet, at its position ┘
//! ```

use std::collections::BTreeMap;

use super::biff_strings::{self, Rich};
use super::book::Unseen;
use super::colour::Colour;
use super::conditional::Rule;
use super::ink::Ink;
use super::ole::{u16_at, u32_at};
use super::strings::{self, Run};
use super::style::{Formats, Style};
use super::{Limits, Refusal, biff_rules};
use crate::diag::Unreadable;

/// What one substream says beside its values, zero-based.
#[derive(Default)]
pub(super) struct Hidden {
    pub(super) rows: Vec<u32>,
    pub(super) columns: Vec<(u32, u32)>,
    /// Columns that say how wide they are; the others have no width where this is so.
    wide: Vec<(u32, u32)>,
    others_narrow: bool,
    /// Rows that say how high they are; the others have no height where this is so.
    high: Vec<u32>,
    others_low: bool,
    /// Row, column and style of cells that are not shown as they are stored, or not black on white, rising.
    pub(super) styled: Vec<((u32, u32), u16)>,
    /// Row and column of texts of which not all letters are seen, why, and what is left, rising.
    pub(super) rich: Vec<((u32, u32), Unseen, Option<String>)>,
    /// Conditional formats.
    pub(super) rules: Vec<Rule>,
}

impl Hidden {
    /// True for a row that nobody sees.
    pub(super) fn hides_row(&self, row: u32) -> bool {
        self.rows.binary_search(&row).is_ok() || (self.others_low && self.high.binary_search(&row).is_err())
    }

    /// True for a column that nobody sees.
    pub(super) fn hides(&self, column: u32) -> bool {
        let among = |columns: &[(u32, u32)]| columns.iter().any(|&(first, last)| (first..=last).contains(&column));
        among(&self.columns) || (self.others_narrow && !among(&self.wide))
    }
}

/// What the sheets refer to.
struct Tables {
    formats: Formats,
    styles: Vec<Style>,
    fonts: Vec<Ink>,
    palette: Vec<[u8; 3]>,
    /// How many texts there are, and those whose letters do not all look alike.
    strings: u32,
    rich: BTreeMap<u32, (String, Vec<Run>)>,
}

impl Tables {
    fn colour(&self, index: u16) -> Colour {
        let own = usize::from(index).checked_sub(8).and_then(|at| self.palette.get(at));
        own.map_or_else(|| Colour::indexed(index.into()), |rgb| Colour::Is(*rgb))
    }

    /// What a font writes with. There is no font 4.
    fn font(&self, font: u16) -> Option<Ink> {
        self.fonts.get(usize::from(if font > 4 { font - 1 } else { font })).copied()
    }

    /// What a style's letters are written with.
    fn ink(&self, font: u16, ground: Option<u16>) -> Ink {
        let font = self.font(font);
        font.map_or_else(Ink::default, |ink| Ink { ground: ground.map_or(Colour::Unknown, |ground| self.colour(ground)), ..ink })
    }

    /// Texts with their runs, where some letters may not be seen.
    fn runs(&self, rich: BTreeMap<u32, Rich>) -> BTreeMap<u32, (String, Vec<Run>)> {
        let odd = |rich: &Rich| rich.runs.iter().any(|(_, font)| self.font(*font).is_some_and(|ink| !ink.is_usual()));
        rich.into_iter()
            .filter(|(_, rich)| odd(rich))
            .map(|(number, rich)| {
                (number, {
                    let runs = rich.ends(&|font| self.font(font));
                    (rich.text, runs)
                })
            })
            .collect()
    }
}

/// What the records say that calamine does not tell or needs to be told.
pub(super) struct Checked {
    /// By the number of the sheet.
    pub(super) hidden: Vec<Hidden>,
    /// The code page to read texts by, where the file should name one and does not, or not a likely one.
    pub(super) code_page: Option<u16>,
    /// By the number of the style.
    pub(super) styles: Vec<Style>,
    /// A program that calculates wrote the file: it says which, as those do.
    pub(super) calculated: bool,
}

/// Rules of conditional formats that are looked at in a sheet.
const MOST_RULES: usize = 500;

/// A record that no reader knows; what is renamed to it is passed over.
const UNKNOWN: [u8; 2] = [0xff, 0x0f];

/// Checks the stream and makes harmless what calamine would trust.
pub(super) fn check(stream: &mut [u8], limits: &Limits) -> Result<Checked, Refusal> {
    let (mut positions, mut texts) = (Vec::new(), Vec::new());
    let (mut narrow, mut named, mut calculated) = (false, false, false);
    let (mut formats, mut xfs, mut date_1904) = (Vec::new(), Vec::new(), false);
    let mut tables = Tables {
        formats: Formats::new(false),
        styles: Vec::new(),
        fonts: Vec::new(),
        palette: Vec::new(),
        strings: 0,
        rich: BTreeMap::new(),
    };
    let mut fonts = Vec::new();
    let (mut offset, mut in_texts) = (0, false);
    walk(stream, 0, |record, data| {
        let here = offset + 4;
        offset = here + data.len();
        in_texts = record == 0x00fc || (in_texts && record == 0x003c);
        if in_texts {
            // Two counts come first.
            texts.push(here + if record == 0x00fc { data.len().min(8) } else { 0 }..offset);
        }
        match record {
            // FILEPASS; `wEncryptionType` 0 is XOR obfuscation, which is a password too.
            0x002f => return Err(Refusal::ENCRYPTED),
            // BOF: before BIFF8 texts are bytes of the code page that CODEPAGE names.
            0x0809 => narrow |= u16_at(data, 0) == 0x0500,
            // Western is what a program writes that does not know its own.
            0x0042 => named = u16_at(data, 0) != 1252,
            0x0022 => date_1904 = u16_at(data, 0) == 1,
            // FORMAT, FONT with height, flags and colour, PALETTE, XF, RECALCID.
            0x041e => formats.push(format(data, narrow)),
            0x0031 => fonts.push((u16_at(data, 0), u16_at(data, 2), u16_at(data, 4))),
            0x0092 => {
                let colours = data.get(2..).unwrap_or_default().chunks_exact(4);
                tables.palette = colours.map(|colour| [colour[0], colour[1], colour[2]]).collect();
            }
            0x00e0 => xfs.push((u16_at(data, 2), u16_at(data, 0), ground(data))),
            0x01c1 => calculated = true,
            0x0085 => positions.push(u32_at(data, 0) as usize),
            0x00fc => tables.strings = u32_at(data, 4),
            _ => {}
        }
        Ok(())
    })?;
    if positions.len() > limits.max_sheets {
        return Err(Refusal::too_large("sheets", limits.max_sheets));
    }
    let mut apart = positions.clone();
    apart.sort_unstable();
    if apart.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Refusal::unreadable(Unreadable::Twice, "two sheets have one place"));
    }
    tables.formats = Formats::new(date_1904);
    for (id, code) in formats {
        tables.formats.define(id, code);
    }
    let font = |(height, flags, colour): (u16, u16, u16)| {
        let points = Some(f64::from(height) / 20.0);
        Ink { colour: tables.colour(colour), points, struck: flags & 8 != 0, ..Ink::default() }
    };
    tables.fonts = fonts.into_iter().map(font).collect();
    let styles = tables.formats.styles(xfs.iter().map(|(id, ..)| u32::from(*id))).into_iter();
    tables.styles = styles.zip(&xfs).map(|(style, (_, font, ground))| style.in_ink(tables.ink(*font, *ground))).collect();
    if tables.fonts.iter().any(|ink| !ink.is_usual()) {
        let parts: Vec<&[u8]> = texts.into_iter().map(|part| &stream[part]).collect();
        tables.rich = tables.runs(biff_strings::rich(&parts));
    }
    let mut budget = Budget { area: 0, cells: 0, limits };
    let hidden = positions.into_iter().map(|position| sheet(stream, position, &tables, &mut budget));
    let hidden = hidden.collect::<Result<_, _>>()?;
    // Chinese programs of that time wrote GBK and said nothing, or western.
    Ok(Checked { hidden, code_page: (narrow && !named).then_some(936), styles: tables.styles, calculated })
}

/// The colour's number of a style's ground (MS-XLS, XF): 65, the paper, where nothing is filled; none where a pattern is.
fn ground(data: &[u8]) -> Option<u16> {
    // Before BIFF8 the record is shorter.
    let (pattern, colour) = match data.len() {
        20.. => (u32_at(data, 14) >> 26, u16_at(data, 18) & 0x7f),
        _ => (u32_at(data, 8) >> 16 & 0x3f, u16_at(data, 8) & 0x7f),
    };
    match pattern {
        0 => Some(65),
        1 => Some(colour),
        _ => None,
    }
}

/// Id and code of a number format. Before BIFF8 its letters are bytes; those of Chinese programs are GBK.
fn format(data: &[u8], narrow: bool) -> (u32, String) {
    let id = u16_at(data, 0).into();
    let code = if narrow {
        let length = data.get(2).copied().unwrap_or(0).into();
        let bytes: &[u8] = data.get(3..).unwrap_or_default();
        encoding_rs::GBK.decode_without_bom_handling(&bytes[..bytes.len().min(length)]).0.into_owned()
    } else {
        let (length, letters) = (usize::from(u16_at(data, 2)), data.get(5..).unwrap_or_default());
        if data.get(4).is_some_and(|flags| flags & 1 != 0) {
            let units: Vec<u16> = letters.chunks_exact(2).take(length).map(|unit| u16_at(unit, 0)).collect();
            String::from_utf16_lossy(&units)
        } else {
            letters.iter().take(length).map(|byte| char::from(*byte)).collect()
        }
    };
    (id, code)
}

struct Budget<'a> {
    area: u64,
    cells: usize,
    limits: &'a Limits,
}

fn sheet(stream: &mut [u8], position: usize, tables: &Tables, budget: &mut Budget) -> Result<Hidden, Refusal> {
    let mut hidden = Hidden::default();
    let own = |style: u16| tables.styles.get(usize::from(style));
    let odd = |style: u16| own(style).is_some_and(|style| !style.is_plain() || !style.ink.is_usual());
    let mut areas = Vec::new();
    let mut corners: Option<(u16, u16, u16, u16)> = None;
    let (mut dimensions, mut formulas) = (Vec::new(), Vec::new());
    let mut depth = 0usize;
    let mut offset = position;
    walk(stream, position, |record, data| {
        let here = offset;
        offset += 4 + data.len();
        match record {
            0x0809 => depth += 1,
            // An embedded chart ends; the sheet goes on.
            0x000a => depth = depth.saturating_sub(1),
            _ if depth > 1 => {}
            // DIMENSIONS: calamine reserves the rectangle unseen.
            0x0200 => dimensions.push(here),
            // ROW with fDyZero or a height of nothing; COLINFO with fHidden or no width.
            0x0208 => {
                let unseen = u16_at(data, 12) & 0x20 != 0 || u16_at(data, 6) == 0;
                let rows = if unseen { &mut hidden.rows } else { &mut hidden.high };
                rows.push(u16_at(data, 0).into());
            }
            // DEFAULTROWHEIGHT with fDyZero or a height of nothing.
            0x0225 => hidden.others_low = u16_at(data, 0) & 2 != 0 || u16_at(data, 2) == 0,
            0x007d => {
                let unseen = u16_at(data, 8) & 1 != 0 || u16_at(data, 4) == 0;
                let columns = if unseen { &mut hidden.columns } else { &mut hidden.wide };
                columns.push((u16_at(data, 0).into(), u16_at(data, 2).into()));
            }
            // DEFCOLWIDTH, and STANDARDWIDTH, which goes before it.
            0x0055 | 0x0099 => hidden.others_narrow = u16_at(data, 0) == 0,
            // CONDFMT, and the rules that belong to it.
            0x01b0 => areas = biff_rules::areas(data),
            0x01b1 if hidden.rules.len() < MOST_RULES => {
                let code = |id| tables.formats.code(id).to_owned();
                let (test, look) = biff_rules::rule(data, &code, &|index| tables.colour(index));
                hidden.rules.push(Rule { areas: areas.clone(), test, look });
            }
            // INTEGER, NUMBER, LABEL and BOOLERR of Excel 2 have no business here; offices show them, calamine passes over them.
            0x0002..=0x0005 => return Err(cell_refused(data, "a cell in a form of Excel 2")),
            // FORMULA, that of Excel 3 and of Excel 4, NUMBER, LABEL, RSTRING, BOOLERR, RK, LABELSST, MULRK
            0x0006 | 0x0206 | 0x0406 | 0x0203 | 0x0204 | 0x00d6 | 0x0205 | 0x027e | 0x00fd | 0x00bd => {
                let (row, column) = (u16_at(data, 0), u16_at(data, 2));
                let last = if record == 0x00bd { u16_at(data, data.len().saturating_sub(2)).max(column) } else { column };
                // calamine drops such a cell without a word.
                if record == 0x00fd && u32_at(data, 6) >= tables.strings {
                    return Err(cell_refused(data, "refers to a text that is not there"));
                }
                if let Some((text, runs)) = tables.rich.get(&u32_at(data, 6)).filter(|_| record == 0x00fd) {
                    let ink = own(u16_at(data, 4)).map(|style| style.ink).unwrap_or_default();
                    let unseen = strings::lost(text, runs, &ink).of(text);
                    hidden.rich.extend(unseen.map(|(why, left)| ((row.into(), column.into()), why, left)));
                }
                // What stands behind the result is as in 0x0006; calamine knows this number only.
                if matches!(record, 0x0206 | 0x0406) {
                    if data.len() < 22 {
                        return Err(cell_refused(data, "a formula is cut short"));
                    }
                    formulas.push((here, 22 + usize::from(u16_at(data, 20)) <= data.len()));
                }
                if record == 0x00bd {
                    // First row, first column, then a style and a number for each.
                    let cells =
                        (column..=last).zip(data.get(4..).unwrap_or_default().chunks_exact(6)).map(|(at, cell)| (at, u16_at(cell, 0)));
                    hidden.styled.extend(cells.filter(|(_, style)| odd(*style)).map(|(at, style)| ((row.into(), at.into()), style)));
                } else if odd(u16_at(data, 4)) {
                    hidden.styled.push(((row.into(), column.into()), u16_at(data, 4)));
                }
                budget.cells += usize::from(last - column) + 1;
                corners = Some(corners.map_or((row, row, column, last), |(top, bottom, left, right)| {
                    (top.min(row), bottom.max(row), left.min(column), right.max(last))
                }));
            }
            _ => {}
        }
        Ok(())
    })?;
    hidden.rows.sort_unstable();
    hidden.high.sort_unstable();
    hidden.styled.sort_unstable();
    hidden.rich.sort_unstable();
    for at in dimensions {
        stream[at..at + 2].copy_from_slice(&UNKNOWN);
    }
    for (at, whole) in formulas {
        stream[at..at + 2].copy_from_slice(&[0x06, 0x00]);
        // A length that leads out of the record: the result is there all the same.
        if !whole {
            stream[at + 24..at + 26].fill(0);
        }
    }
    let limits = budget.limits;
    if budget.cells > limits.max_cells {
        return Err(Refusal::too_large("cells", limits.max_cells));
    }
    if let Some((top, bottom, left, right)) = corners {
        budget.area += (u64::from(bottom - top) + 1) * (u64::from(right - left) + 1);
        if budget.area > limits.max_area {
            return Err(Refusal::too_large("area", limits.max_area));
        }
    }
    Ok(hidden)
}

/// What cannot be read, with the row that the record begins with.
fn cell_refused(data: &[u8], what: &str) -> Refusal {
    Refusal::unreadable(Unreadable::Content, format!("row {}: {what}", u32::from(u16_at(data, 0)) + 1))
}

/// Records from a BOF to its EOF. A stream that ends before is torn: cells would be missing without a word.
fn walk(stream: &[u8], position: usize, mut visit: impl FnMut(u16, &[u8]) -> Result<(), Refusal>) -> Result<(), Refusal> {
    let torn = || Refusal::unreadable(Unreadable::Package, "the workbook stream ends too early");
    let mut rest = stream.get(position..).ok_or_else(torn)?;
    let mut depth = 0;
    loop {
        let (record, length) = (u16_at(rest, 0), usize::from(u16_at(rest, 2)));
        let data = rest.get(4..4 + length).ok_or_else(torn)?;
        match record {
            0x0809 => depth += 1,
            // BOF of BIFF2, 3 and 4: Excel before 5.0.
            0x0009 | 0x0209 | 0x0409 if depth == 0 => return Err(Refusal::unreadable(Unreadable::Old, "a workbook of Excel 4.0 or older")),
            _ if depth == 0 => return Err(Refusal::unreadable(Unreadable::Package, "the workbook stream does not begin")),
            0x000a => depth -= 1,
            _ => {}
        }
        visit(record, data)?;
        if depth == 0 {
            return Ok(());
        }
        rest = &rest[4 + length..];
    }
}
