//! What of a form's data a template uses: for whoever has to know before anything is filled.

use std::collections::{BTreeMap, BTreeSet};

use super::names::Slot;
use super::placeholder::{Kind, Token, tokens};
use super::plan::{CellPlan, Condition, Content, Fill, Piece, SheetPlan};
use super::{Problem, Template};
use crate::form::data::Schema;

/// A line of text with fields of the form in it, as a file's name: `{姓名}-{月份}`.
#[derive(Clone, Debug)]
pub struct Line(pub(crate) Vec<Piece>);

impl Line {
    /// Reads it against the form's fields.
    ///
    /// # Errors
    /// A brace left open, a field that is not there, anything that is no field of the form itself.
    pub fn parse(text: &str, schema: &Schema) -> Result<Self, Problem> {
        let piece = |token| match token {
            Token::Text(text) => Ok(Piece::Text(text.into())),
            Token::Placeholder(path) => match &path.kind {
                Kind::Root(_) => {
                    super::names::slot(schema, &path, super::names::Standing::default()).map(|slot| Piece::Fill(Fill::Slot(slot)))
                }
                _ => Err(Problem::Malformed(path.written.clone())),
            },
        };
        tokens(text)?.into_iter().map(piece).collect::<Result<_, _>>().map(Self)
    }

    /// The fields in it.
    pub fn fields(&self) -> BTreeSet<&'static str> {
        self.0.iter().filter_map(own_field).collect()
    }
}

fn own_field(piece: &Piece) -> Option<&'static str> {
    match piece {
        Piece::Fill(Fill::Slot(Slot::Root(name))) => Some(name),
        _ => None,
    }
}

impl Template {
    /// True if rows repeat for the records of that list; the main list has the empty name.
    pub fn repeats(&self, list: &str) -> bool {
        self.sheets.iter().flat_map(|sheet| &sheet.segments).any(|segment| segment.list == Some(list))
    }

    /// Fields of the form itself, wherever they stand: in cells, conditions, names of sheets, headers, footers.
    pub fn own_fields(&self) -> BTreeSet<&'static str> {
        let of_cells = self.pieces().filter_map(|fill| match fill {
            Fill::Slot(Slot::Root(name)) => Some(name),
            _ => None,
        });
        let rows = self.sheets.iter().flat_map(|sheet| &sheet.rows).flat_map(|row| &row.conditions);
        let columns = self.sheets.iter().flat_map(|sheet| &sheet.columns).flat_map(|column| &column.conditions);
        let of_conditions = rows.chain(columns).filter_map(|condition| match condition {
            Condition::Field(Slot::Root(name)) => Some(*name),
            _ => None,
        });
        of_cells.chain(of_conditions).collect()
    }

    /// Lists that columns repeat for, with the fields that head them.
    pub fn column_lists(&self) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
        let mut lists: BTreeMap<&'static str, BTreeSet<&'static str>> = BTreeMap::new();
        for sheet in &self.sheets {
            for group in &sheet.groups {
                let headings = lists.entry(group.list).or_default();
                let columns = usize::from(group.first)..usize::from(group.last) + 1;
                let cells =
                    sheet.rows.iter().flat_map(|row| row.cells.get(columns.start..columns.end.min(row.cells.len())).unwrap_or_default());
                headings.extend(cells.flat_map(fills).filter_map(|fill| match fill {
                    Fill::Slot(Slot::Heading(name)) => Some(name),
                    _ => None,
                }));
            }
        }
        lists
    }

    /// True if rows repeat for that list, by themselves or within a record.
    pub fn has_rows_of(&self, list: &str) -> bool {
        let nested = |sheet: &SheetPlan| sheet.nested.iter().any(|nested| nested.list == list);
        self.repeats(list) || self.sheets.iter().any(nested)
    }

    /// Fields of the records that are added up somewhere.
    pub fn summed(&self) -> BTreeSet<&'static str> {
        let total = |fill| if let Fill::Total { field: Some(field), .. } = fill { Some(field) } else { None };
        self.pieces().filter_map(total).collect()
    }

    /// True if a header or footer prints the date.
    pub fn prints_date(&self) -> bool {
        let dated = |piece: &Piece| matches!(piece, Piece::Text(text) if text.replace("&&", "").contains("&D"));
        self.sheets.iter().any(|sheet| sheet.header.iter().chain(&sheet.footer).any(dated))
    }

    /// Every placeholder of the cells and of the texts around the sheets.
    fn pieces(&self) -> impl Iterator<Item = Fill> {
        self.sheets.iter().flat_map(placeholders)
    }
}

fn placeholders(sheet: &SheetPlan) -> impl Iterator<Item = Fill> {
    let cells = sheet.rows.iter().flat_map(|row| &row.cells).flat_map(fills);
    cells.chain(sheet.name.iter().chain(&sheet.header).chain(&sheet.footer).filter_map(filled))
}

fn fills(cell: &CellPlan) -> Vec<Fill> {
    match &cell.content {
        Content::Alone(fill) => vec![*fill],
        Content::Pieces(pieces) => pieces.iter().filter_map(filled).collect(),
        _ => Vec::new(),
    }
}

fn filled(piece: &Piece) -> Option<Fill> {
    if let Piece::Fill(fill) = piece { Some(*fill) } else { None }
}
