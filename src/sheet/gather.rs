//! Cells as they come → sparse rows, under the budget of the whole file.

use std::sync::Arc;

use super::book::{Cell, Content, Row, Sheet, Unseen};
use super::{Limits, Refusal};
use crate::diag::Unreadable;

/// Collects one sheet after the other; the counts go on over all of them.
pub(super) struct Gather<'a> {
    limits: &'a Limits,
    rows: Vec<Row>,
    rising: bool,
    cells: usize,
    texts: usize,
    control_characters: Vec<(u32, u16)>,
    pictures: Vec<(u32, u16)>,
    unseen: Vec<((u32, u16), Unseen)>,
    /// What the file says about the results of its formulas; set before the first sheet.
    pub(super) results: Results,
    /// Sheets that have ended.
    sheets: usize,
    /// Formulas whose stored result is what a writer puts there that cannot calculate.
    bare: Vec<Bare>,
    /// A formula has another result.
    calculated: bool,
}

/// A formula that a placeholder stands for, as far as its own result tells.
struct Bare {
    sheet: usize,
    row: u32,
    column: u32,
    formula: Box<str>,
}

/// What a file says about the results of its formulas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Results {
    /// A program that calculates wrote them.
    Calculated,
    /// No such program is named: zeros and empty texts are placeholders where no formula has another result.
    Doubtful,
    /// The file asks to be calculated when it is opened: zeros and empty texts are placeholders.
    Never,
}

impl<'a> Gather<'a> {
    /// As many cells that are not seen as are kept of a sheet.
    pub(super) const MOST_UNSEEN: usize = 50_000;

    pub(super) fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            rows: Vec::new(),
            rising: true,
            cells: 0,
            texts: 0,
            control_characters: Vec::new(),
            pictures: Vec::new(),
            unseen: Vec::new(),
            results: Results::Calculated,
            sheets: 0,
            bare: Vec::new(),
            calculated: false,
        }
    }

    /// A formula with its stored result, `None` where none is stored.
    pub(super) fn result(&mut self, row: u32, column: u32, formula: &str, result: Option<Content>) -> Result<(), Refusal> {
        if shows_picture(formula) {
            return self.push(row, column, Content::Picture);
        }
        let Some(content) = result else {
            return self.push(row, column, uncalculated(formula));
        };
        let bare = match &content {
            _ if self.results == Results::Calculated => false,
            Content::Number(number) => number.is_zero(),
            Content::Text(text) => text.is_empty(),
            _ => false,
        };
        if bare {
            self.texts += formula.len();
            self.bare.push(Bare { sheet: self.sheets, row, column, formula: formula.into() });
        } else {
            self.calculated = true;
        }
        self.push(row, column, content)
    }

    /// Puts formulas without a result in the place of placeholders, once all sheets have been read.
    pub(super) fn uncalculated(self, sheets: &mut [Sheet]) {
        if self.results == Results::Doubtful && self.calculated {
            return;
        }
        for one in self.bare {
            if let Some(sheet) = sheets.get_mut(one.sheet) {
                sheet.put(one.row, one.column as u16, uncalculated(&one.formula));
            }
        }
    }

    /// A cell of which not all is seen.
    pub(super) fn unseen(&mut self, row: u32, column: u32, why: Unseen) {
        if self.unseen.len() < Self::MOST_UNSEEN {
            self.unseen.push(((row, column as u16), why));
        }
    }

    /// One cell at a zero-based place.
    pub(super) fn push(&mut self, row: u32, column: u32, mut content: Content) -> Result<(), Refusal> {
        if let Content::Text(text) = &content
            && is_picture(text)
        {
            content = Content::Picture;
        }
        if let Content::Text(text) | Content::Uncalculated(text) = &mut content {
            self.texts += text.len();
            if text.len() > self.limits.max_text {
                return Err(Refusal::too_large("text", self.limits.max_text));
            }
            if self.texts > self.limits.max_texts {
                return Err(Refusal::too_large("texts", self.limits.max_texts));
            }
            if let Some(clean) = without_control_characters(text) {
                self.control_characters.push((row, column as u16));
                *text = clean.into();
            }
            if text.is_empty() {
                return Ok(());
            }
        }
        if row >= self.limits.max_rows {
            return Err(Refusal::too_large("rows", self.limits.max_rows));
        }
        if column >= self.limits.max_columns {
            return Err(Refusal::too_large("columns", self.limits.max_columns));
        }
        self.cells += 1;
        if self.cells > self.limits.max_cells {
            return Err(Refusal::too_large("cells", self.limits.max_cells));
        }
        if content == Content::Picture {
            self.pictures.push((row, column as u16));
        }
        let cell = Cell { column: column as u16, content };
        match self.rows.last_mut() {
            Some(last) if last.index == row => {
                self.rising &= last.cells.last().is_none_or(|before| before.column < cell.column);
                last.cells.push(cell);
            }
            last => {
                self.rising &= last.is_none_or(|last| last.index < row);
                self.rows.push(Row { index: row, cells: vec![cell] });
            }
        }
        Ok(())
    }

    /// Ends a sheet and begins the next.
    pub(super) fn sheet(&mut self, name: &str, hidden: bool) -> Result<Sheet, Refusal> {
        let mut rows = std::mem::take(&mut self.rows);
        if !std::mem::replace(&mut self.rising, true) {
            rows = in_order(rows).map_err(|cell| Refusal::unreadable(Unreadable::Twice, format!("{name}: {cell} is stored twice")))?;
        }
        self.sheets += 1;
        let mut unseen = std::mem::take(&mut self.unseen);
        unseen.sort_unstable();
        let clean = without_control_characters(name).unwrap_or_else(|| name.to_owned());
        let name: Arc<str> = clean.replace(['\t', '\n'], " ").into();
        Ok(Sheet {
            name,
            rows,
            hidden,
            hidden_rows: false,
            merged: Vec::new(),
            covered: Vec::new(),
            tallest: 0,
            control_characters: std::mem::take(&mut self.control_characters),
            pictures: std::mem::take(&mut self.pictures),
            unseen,
        })
    }
}

/// Writers that append (a formula after the values, rows out of order) are legal enough; two values for one cell
/// are not, for nobody could say which one the branch saw.
fn in_order(mut rows: Vec<Row>) -> Result<Vec<Row>, crate::diag::CellRef> {
    rows.sort_by_key(|row| row.index);
    let mut merged: Vec<Row> = Vec::with_capacity(rows.len());
    for row in rows {
        match merged.last_mut() {
            Some(last) if last.index == row.index => last.cells.extend(row.cells),
            _ => merged.push(row),
        }
    }
    for row in &mut merged {
        row.cells.sort_by_key(|cell| cell.column);
        if let Some(twice) = row.cells.windows(2).find(|pair| pair[0].column == pair[1].column) {
            return Err(crate::diag::CellRef { row: row.index, column: twice[0].column });
        }
    }
    Ok(merged)
}

fn uncalculated(formula: &str) -> Content {
    // LibreOffice says in which language it is written.
    Content::Uncalculated(format!("={}", formula.strip_prefix("of:").unwrap_or(formula).trim_start_matches('=')).into())
}

/// True for the text that WPS stores where a picture was put into a cell: `=DISPIMG("ID_343D",1)`.
fn is_picture(text: &str) -> bool {
    text.starts_with('=') && shows_picture(text) && text.contains("ID_")
}

/// True for the formula of such a cell, and for the function of Excel that shows a picture: `_xlfn.IMAGE(A1)`.
pub(super) fn shows_picture(formula: &str) -> bool {
    let bare = formula.strip_prefix("of:").unwrap_or(formula).trim_start_matches('=');
    let begins = |text: &str, wanted: &str| text.get(..wanted.len()).is_some_and(|start| start.eq_ignore_ascii_case(wanted));
    let name = if begins(bare, "_xlfn.") { &bare[6..] } else { bare };
    begins(name, "DISPIMG(") || begins(name, "IMAGE(")
}

/// `None` where there is nothing to take out. Besides C0 and C1 these are the bidirectional overrides, which make a
/// terminal or a list show another text than the one stored.
fn without_control_characters(text: &str) -> Option<String> {
    let unwanted = |c: char| {
        c.is_control() && !matches!(c, '\t' | '\n' | '\r') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    // A line break inside a cell is LF; CR LF comes from pasted text and is no fault of the sender's.
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) || !text.contains(|c| unwanted(c) || c == '\r') {
        return None;
    }
    Some(text.replace("\r\n", "\n").replace('\r', "\n").chars().filter(|&c| !unwanted(c)).collect())
}
