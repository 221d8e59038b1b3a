//! The checked template as the filler walks it: every name found, every repeat known. Coordinates are the
//! template's, zero-based.

use super::condition::Test;
use super::formula::Expression;
use super::names::Slot;
pub(crate) use super::placeholder::Scope;
pub(crate) use super::settings::Widths;
use crate::diag::CellRef;
use crate::exact::Decimal;
use crate::form::condition::Rule;
use crate::form::model::{Image, PageSetup, Range, StyleId};

/// A sheet of the form.
#[expect(clippy::struct_excessive_bools, reason = "switches of the sheet 设置, each by itself")]
#[derive(Clone, Debug, Default)]
pub(crate) struct SheetPlan {
    pub name: Vec<Piece>,
    pub columns: Vec<ColumnPlan>,
    /// Neighbouring columns that repeat together.
    pub groups: Vec<GroupPlan>,
    pub rows: Vec<RowPlan>,
    /// All rows, cut where a block begins or ends.
    pub segments: Vec<Segment>,
    /// Place among `segments` of the block that pages and totals go by.
    pub main: Option<usize>,
    /// Runs of rows that repeat inside a record.
    pub nested: Vec<NestedPlan>,
    pub merges: Vec<MergePlan>,
    pub formulas: Vec<FormulaPlan>,
    pub page: PageSetup,
    pub header: Vec<Piece>,
    pub footer: Vec<Piece>,
    pub title_rows: Option<(u32, u32)>,
    pub title_columns: Option<(u16, u16)>,
    pub print_area: Option<Range>,
    /// Columns before which a page begins.
    pub column_breaks: Vec<u16>,
    pub images: Vec<Image>,
    /// Conditional formats, the first before the others.
    pub conditions: Vec<ConditionPlan>,
    /// Records a page at most.
    pub per_page: Option<usize>,
    /// Records beside each other: all columns repeat as often. At least 1.
    pub across: usize,
    /// A record's rows become lower so that it stands on one page; one that does not may be parted between nested rows.
    pub whole: bool,
    /// Rows grow into the free height.
    pub stretch: bool,
    pub pad: bool,
    pub footer_each_page: bool,
    pub page_per: Option<&'static str>,
    pub sheet_per: Option<&'static str>,
    /// Field, larger first.
    pub sort: Vec<(&'static str, bool)>,
    pub widths: Widths,
    /// Neighbouring headings of repeated columns that say the same become one.
    pub join_headings: bool,
    /// Numbers in General take as many places as the column's longest.
    pub align_places: bool,
}

impl SheetPlan {
    /// Whether a row of the template belongs to the block that pages go by.
    pub fn in_main(&self, row: u32) -> bool {
        self.main.is_some_and(|main| self.rows.get(row as usize).is_some_and(|row| row.segment == main))
    }

    /// Tells rows that head the columns below them: they name a repeated column, or stand with several plain texts right above
    /// rows that repeat.
    pub fn mark_headings(&mut self) {
        let names_column = |cell: &CellPlan| match &cell.content {
            Content::Alone(fill) => fill.heads_column(),
            Content::Pieces(pieces) => pieces.iter().any(|piece| matches!(piece, Piece::Fill(fill) if fill.heads_column())),
            _ => false,
        };
        let repeats = |row: u32| {
            self.segments.iter().any(|segment| segment.list.is_some() && segment.first == row)
                || self.nested.iter().any(|nested| nested.first == row)
        };
        let plain = |row: &RowPlan| {
            let texts = row.cells.iter().filter(|cell| matches!(cell.content, Content::Text(_))).count();
            texts > 1 && row.cells.iter().all(|cell| matches!(cell.content, Content::Empty | Content::Text(_)))
        };
        let heads = |(at, row): (usize, &RowPlan)| row.cells.iter().any(names_column) || plain(row) && repeats(at as u32 + 1);
        let headings: Vec<bool> = self.rows.iter().enumerate().map(heads).collect();
        for (row, heading) in self.rows.iter_mut().zip(headings) {
            row.heading = heading;
        }
    }

    /// Whether what stands on a page, or how high it is, depends on where the page ends.
    pub fn needs_pages(&self) -> bool {
        let of_page = |fill: &Fill| matches!(fill, Fill::Total { scope: Scope::Page, .. });
        let totals = |cell: &CellPlan| match &cell.content {
            Content::Alone(fill) => of_page(fill),
            Content::Pieces(pieces) => pieces.iter().any(|piece| matches!(piece, Piece::Fill(fill) if of_page(fill))),
            _ => false,
        };
        self.main.is_some()
            && (self.per_page.is_some()
                || self.stretch
                || self.pad
                || self.footer_each_page
                || self.rows.iter().flat_map(|row| &row.cells).any(totals))
    }
}

#[derive(Clone, Debug)]
pub(crate) struct ColumnPlan {
    pub width: f64,
    pub hidden: bool,
    pub group: Option<usize>,
    /// Goes when one of these is empty.
    pub conditions: Vec<Condition>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct GroupPlan {
    pub first: u16,
    pub last: u16,
    pub list: &'static str,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct RowPlan {
    pub height: Option<f64>,
    pub hidden: bool,
    pub break_before: bool,
    /// Heads the columns below it.
    pub heading: bool,
    pub conditions: Vec<Condition>,
    pub segment: usize,
    pub nested: Option<usize>,
    /// Dense from column A.
    pub cells: Vec<CellPlan>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Condition {
    Field(Slot),
    /// A list of the form.
    List(&'static str),
    /// A field that some record of the list has.
    Any {
        list: &'static str,
        field: &'static str,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct Segment {
    pub first: u32,
    pub last: u32,
    /// The list whose records repeat it.
    pub list: Option<&'static str>,
    /// The field that the bookmark of a record is taken from.
    pub bookmark: Option<&'static str>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct NestedPlan {
    pub first: u32,
    pub last: u32,
    pub list: &'static str,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct MergePlan {
    pub range: Range,
    pub rows: RowHome,
    /// The group each element of which has its own copy; else it stretches.
    pub group: Option<usize>,
}

/// What a merged range repeats with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowHome {
    /// Each time its segment is written.
    Segment(usize),
    /// Each nested row.
    Nested(usize),
    /// Covers whole segments and stretches with them.
    Across,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct CellPlan {
    pub style: StyleId,
    pub content: Content,
}

#[derive(Clone, Debug, Default)]
pub(crate) enum Content {
    #[default]
    Empty,
    Text(Box<str>),
    Number(Decimal),
    Truth(bool),
    /// Place in `formulas`.
    Formula(usize),
    /// One placeholder alone: keeps its kind.
    Alone(Fill),
    Pieces(Vec<Piece>),
}

#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Text(Box<str>),
    Fill(Fill),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Fill {
    Slot(Slot),
    Total {
        scope: Scope,
        /// Counts the records where absent.
        field: Option<&'static str>,
        /// Sums the record's value for the column's element.
        column: bool,
    },
}

impl Fill {
    /// True for what an element of a column list says in the column's heading.
    pub fn heads_column(&self) -> bool {
        matches!(self, Self::Slot(Slot::Heading(_)))
    }
}

/// A conditional format over cells of the template.
#[derive(Clone, Debug)]
pub(crate) struct ConditionPlan {
    /// The cell that its formulas are written for.
    pub origin: CellRef,
    pub rule: Rule<Test>,
}

#[derive(Clone, Debug)]
pub(crate) struct FormulaPlan {
    pub expression: Expression,
    pub row: u32,
    pub column: u16,
    /// Formulas of lower rank are worked out first.
    pub rank: usize,
}
