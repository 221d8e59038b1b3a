//! Cells as they come → sparse rows, under the budget of the whole file.

use std::sync::Arc;

use super::book::{Cell, Content, Row, Sheet};
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
}

impl<'a> Gather<'a> {
    pub(super) fn new(limits: &'a Limits) -> Self {
        Self { limits, rows: Vec::new(), rising: true, cells: 0, texts: 0, control_characters: Vec::new() }
    }

    /// One cell at a zero-based place.
    pub(super) fn push(&mut self, row: u32, column: u32, mut content: Content) -> Result<(), Refusal> {
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
        let clean = without_control_characters(name).unwrap_or_else(|| name.to_owned());
        let name: Arc<str> = clean.replace(['\t', '\n'], " ").into();
        Ok(Sheet {
            name,
            rows,
            hidden,
            hidden_rows: false,
            merged: Vec::new(),
            control_characters: std::mem::take(&mut self.control_characters),
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
