//! From a drawn sheet to a plan: placeholders are resolved against the form's schema, rows become blocks, columns groups.
//!
//! Reports every mistake of a sheet at once; filling relies on it and cannot fail.

use std::collections::BTreeMap;

use super::check;
use super::drawn::{Drawn, DrawnSheet};
use super::error::{Problem, TemplateError};
use super::names::{Standing, column_list, find_list, nearest, row_list, slot};
use super::placeholder::{Kind, Path, Scope, Token, tokens};
use super::plan::{CellPlan, ColumnPlan, Condition, Content, Fill, FormulaPlan, GroupPlan, NestedPlan, Piece, RowPlan, Segment, SheetPlan};
use super::settings::Settings;
use crate::diag::CellRef;
use crate::exact::Decimal;
use crate::form::data::{Direction, List, Schema};
use crate::form::model::{Image, Range, StyleId};

/// What repeats in one row of the template.
#[derive(Clone, Copy, Default)]
struct RowBears {
    list: Option<&'static str>,
    nested: Option<&'static str>,
}

/// One sheet on its way from drawing to plan.
struct Work<'a> {
    drawn: &'a DrawnSheet,
    /// Merged ranges by their first cell.
    corners: BTreeMap<(u32, u16), Range>,
    schema: &'a Schema,
    /// Per row and cell, for text cells.
    tokens: Vec<Vec<Option<Vec<Token>>>>,
    rows: Vec<RowBears>,
    columns: Vec<Option<&'static str>>,
    errors: Vec<(Option<CellRef>, Problem)>,
}

/// Checks one sheet and makes its plan. Mistakes go to `errors`; the plan is good only when there are none.
pub(super) fn sheet(drawn: &DrawnSheet, settings: Settings, schema: &Schema, errors: &mut Vec<TemplateError>) -> SheetPlan {
    let mut work = Work {
        drawn,
        corners: drawn.merges.iter().map(|range| ((range.first_row, range.first_column), *range)).collect(),
        schema,
        tokens: Vec::new(),
        rows: vec![RowBears::default(); drawn.rows.len()],
        columns: vec![None; drawn.columns.len()],
        errors: Vec::new(),
    };
    work.read_tokens();
    work.find_row_lists();
    work.find_column_lists();
    let mut plan = work.outline();
    work.settings(settings, &mut plan, errors);
    work.cells(&mut plan);
    work.edges_of_text(&mut plan);
    check::merges(drawn, &mut plan, &mut work.errors);
    check::names(drawn, &plan, &mut work.errors);
    check::paper(drawn, &plan, &mut work.errors);
    check::formulas(&mut plan, &mut work.errors);
    check::stretch_lone_cells(&mut plan);
    plan.mark_headings();
    work.errors.extend(drawn.problems.iter().cloned());
    work.errors.sort_by_key(|(cell, _)| *cell);
    errors.extend(work.errors.into_iter().map(|(cell, kind)| TemplateError { sheet: drawn.name.clone(), cell, kind }));
    plan
}

impl Work<'_> {
    fn read_tokens(&mut self) {
        for (row, drawn) in self.drawn.rows.iter().enumerate() {
            let mut cells = Vec::with_capacity(drawn.cells.len());
            for (column, cell) in drawn.cells.iter().enumerate() {
                cells.push(match &cell.content {
                    Drawn::Text(text) => match tokens(text) {
                        Ok(tokens) => Some(tokens),
                        Err(problem) => {
                            self.errors.push((Some(CellRef { row: row as u32, column: column as u16 }), problem));
                            None
                        }
                    },
                    _ => None,
                });
            }
            self.tokens.push(cells);
        }
    }

    /// Every placeholder with its cell, conditions opened.
    fn paths(&self) -> Vec<(CellRef, Kind)> {
        let mut out = Vec::new();
        for (row, cells) in self.tokens.iter().enumerate() {
            for (column, tokens) in cells.iter().enumerate() {
                for token in tokens.iter().flatten() {
                    if let Token::Placeholder(path) = token {
                        let kind = match &path.kind {
                            // That a column goes where no record has a value makes no block of its heading.
                            Kind::Condition { drops_column: true, .. } => continue,
                            Kind::Condition { of, .. } => &of.kind,
                            kind => kind,
                        };
                        out.push((CellRef { row: row as u32, column: column as u16 }, kind.clone()));
                    }
                }
            }
        }
        out
    }

    /// The last row and column of the merged range that begins at a cell, or its own.
    fn reach(&self, cell: CellRef) -> (usize, usize) {
        self.corners
            .get(&(cell.row, cell.column))
            .map_or((cell.row as usize, cell.column as usize), |merge| (merge.last_row as usize, merge.last_column as usize))
    }

    fn find_row_lists(&mut self) {
        for (cell, kind) in self.paths() {
            let Kind::Row { list, nested, .. } = kind else { continue };
            let Some(found) = row_list(&self.schema.lists, &list) else { continue };
            let nested = nested.and_then(|nested| row_list(&found.lists, &nested)).map(|nested| nested.name);
            for row in cell.row as usize..=self.reach(cell).0 {
                let Some(bears) = self.rows.get_mut(row) else { continue };
                let clash = |have: Option<&'static str>, new: &'static str| have.filter(|have| *have != new).map(|have| (have, new));
                let clash = clash(bears.list, found.name).or_else(|| nested.and_then(|nested| clash(bears.nested, nested)));
                if let Some((one, two)) = clash {
                    self.errors.push((Some(cell), Problem::TwoRowLists(one.into(), two.into())));
                    break;
                }
                bears.list = Some(found.name);
                // A record's own field may stand in a nested row: it is repeated there.
                bears.nested = bears.nested.or(nested);
            }
        }
    }

    fn find_column_lists(&mut self) {
        let paths = self.paths();
        for (cell, kind) in &paths {
            let Kind::Column { list, .. } = kind else { continue };
            let Some(found) = column_list(&self.schema.lists, list) else { continue };
            self.claim(*cell, found.name);
        }
        // Columns without a heading of their own: the field says whose they are, where only one list has it.
        for (cell, kind) in &paths {
            let (owner, field) = match kind {
                Kind::Row { list, nested, column: true, field } => {
                    let Some(main) = row_list(&self.schema.lists, list) else { continue };
                    match nested {
                        None => (main, field),
                        Some(nested) => match row_list(&main.lists, nested) {
                            Some(nested) => (nested, field),
                            None => continue,
                        },
                    }
                }
                Kind::Total { column: true, field, .. } => match row_list(&self.schema.lists, "") {
                    Some(main) => (main, field),
                    None => continue,
                },
                _ => continue,
            };
            if self.columns.get(cell.column as usize).is_some_and(Option::is_some) {
                continue;
            }
            let mut fitting = owner
                .lists
                .iter()
                .filter(|list| list.direction == Direction::Columns && list.fields.iter().any(|have| have.name == *field))
                .filter_map(|list| column_list(&self.schema.lists, list.name));
            if let (Some(only), None) = (fitting.next(), fitting.next()) {
                self.claim(*cell, only.name);
            }
        }
    }

    fn claim(&mut self, cell: CellRef, list: &'static str) {
        for column in cell.column as usize..=self.reach(cell).1 {
            let Some(bears) = self.columns.get_mut(column) else { continue };
            match *bears {
                Some(have) if have != list => {
                    self.errors.push((Some(cell), Problem::TwoColumnLists(have.into(), list.into())));
                    return;
                }
                _ => *bears = Some(list),
            }
        }
    }

    /// Rows cut into blocks, columns into groups.
    fn outline(&mut self) -> SheetPlan {
        let mut plan = SheetPlan {
            page: self.drawn.page.clone(),
            title_rows: self.drawn.title_rows,
            title_columns: self.drawn.title_columns,
            print_area: self.drawn.print_area,
            column_breaks: self.drawn.column_breaks.clone(),
            ..SheetPlan::default()
        };
        for (column, (drawn, list)) in self.drawn.columns.iter().zip(&self.columns).enumerate() {
            let group = list.map(|list| {
                match plan.groups.last_mut() {
                    Some(last) if last.list == list && usize::from(last.last) + 1 == column => last.last = column as u16,
                    _ => plan.groups.push(GroupPlan { first: column as u16, last: column as u16, list }),
                }
                plan.groups.len() - 1
            });
            plan.columns.push(ColumnPlan { width: drawn.width, hidden: drawn.hidden, group, conditions: Vec::new() });
        }
        self.blocks(&mut plan);
        for (row, drawn) in self.drawn.rows.iter().enumerate() {
            let row = row as u32;
            plan.rows.push(RowPlan {
                height: drawn.height,
                hidden: drawn.hidden,
                break_before: drawn.break_before && row > 0,
                heading: false,
                conditions: Vec::new(),
                segment: plan.segments.iter().position(|segment| (segment.first..=segment.last).contains(&row)).unwrap_or(0),
                nested: plan.nested.iter().position(|nested| (nested.first..=nested.last).contains(&row)),
                cells: Vec::new(),
            });
        }
        plan.images = self
            .drawn
            .images
            .iter()
            .map(|image| Image {
                bytes: std::sync::Arc::clone(&image.bytes),
                row: image.row,
                column: image.column,
                offset: image.offset,
                size: image.size,
                description: image.description.clone(),
                chart: image.chart.clone(),
            })
            .collect();
        plan
    }

    /// A block spans from the first to the last row that bears its list: rows without fields in between belong
    /// to the record too.
    fn blocks(&mut self, plan: &mut SheetPlan) {
        let mut spans: Vec<(u32, u32, &'static str)> = Vec::new();
        for (row, bears) in self.rows.iter().enumerate() {
            let Some(name) = bears.list else { continue };
            match spans.iter_mut().find(|span| span.2 == name) {
                Some(span) => span.1 = row as u32,
                None => spans.push((row as u32, row as u32, name)),
            }
        }
        spans.sort_unstable();
        self.apart(&spans);
        let mut next = 0;
        for index in 0..spans.len() {
            let (first, last, name) = spans[index];
            if let Some(before) = index.checked_sub(1).map(|before| spans[before]).filter(|before| before.1 >= first) {
                self.errors.push((Some(CellRef { row: first, column: 0 }), Problem::TwoRowLists(before.2.into(), name.into())));
                continue;
            }
            if next < first {
                plan.segments.push(Segment { first: next, last: first - 1, list: None, bookmark: None });
            }
            let bookmark = row_list(&self.schema.lists, name).and_then(|list| list.fields.iter().find(|field| field.name == "姓名"));
            plan.segments.push(Segment { first, last, list: Some(name), bookmark: bookmark.map(|field| field.name) });
            next = last + 1;
        }
        let height = self.drawn.rows.len() as u32;
        if next < height {
            plan.segments.push(Segment { first: next, last: height - 1, list: None, bookmark: None });
        }
        let block = |wanted: &dyn Fn(&str) -> bool| plan.segments.iter().position(|segment| segment.list.is_some_and(wanted));
        plan.main = block(&str::is_empty).or_else(|| block(&|_| true));
        for (row, bears) in self.rows.iter().enumerate() {
            let (row, Some(name)) = (row as u32, bears.nested) else { continue };
            match plan.nested.last_mut() {
                Some(above) if above.list == name && above.last + 1 == row => above.last = row,
                _ => plan.nested.push(NestedPlan { first: row, last: row, list: name }),
            }
        }
    }

    /// A total between two rows of a block is not the record's: what comes below it stands outside.
    fn apart(&mut self, spans: &[(u32, u32, &'static str)]) {
        for (first, last, name) in spans {
            let of_all = |row: &u32| {
                let bears = self.rows[*row as usize].list.is_some();
                let totals = |token: &Token| matches!(token, Token::Placeholder(path) if matches!(path.kind, Kind::Total { .. }));
                !bears && self.tokens[*row as usize].iter().flatten().flatten().any(totals)
            };
            let Some(total) = (*first..=*last).find(of_all) else { continue };
            let below = self.paths().into_iter().find_map(|(cell, kind)| match kind {
                Kind::Row { list, nested, column, field } if cell.row > total && list == *name => {
                    let sign = if column { ">" } else { "." };
                    let nested = nested.map_or_else(String::new, |nested| format!(".{nested}"));
                    Some((cell, format!("{list}{nested}{sign}{field}")))
                }
                _ => None,
            });
            if let Some((cell, written)) = below {
                self.errors.push((Some(cell), Problem::OutsideBlock(written)));
            }
        }
    }

    /// The list that pages and totals go by.
    fn main_list(&self, plan: &SheetPlan) -> Option<&List> {
        let name = plan.main.and_then(|main| plan.segments[main].list).unwrap_or("");
        row_list(&self.schema.lists, name)
    }

    fn settings(&mut self, settings: Settings, plan: &mut SheetPlan, errors: &mut Vec<TemplateError>) {
        plan.per_page = if settings.whole { Some(1) } else { settings.per_page };
        let across = settings.across.filter(|_| plan.main.is_some()).unwrap_or(1);
        let others = (0..).zip(&plan.segments).any(|(at, segment)| segment.list.is_some() && Some(at) != plan.main);
        if across > 1 && (others || settings.whole || !plan.groups.is_empty() || !plan.nested.is_empty()) {
            self.errors.push((None, Problem::Across));
        }
        plan.across = across;
        plan.whole = settings.whole;
        plan.stretch = settings.stretch;
        plan.pad = settings.pad;
        plan.footer_each_page = settings.footer_each_page;
        plan.widths = settings.widths;
        plan.join_headings = settings.join_headings;
        plan.align_places = settings.align_places;
        // A sheet without repeating rows has no use for the rest, and a setting may be meant for another sheet.
        let Some(list) = self.main_list(plan).filter(|_| plan.main.is_some()) else { return };
        let mut find = |name: &str, at: CellRef| {
            let found = list.fields.iter().find(|field| field.name == name).map(|field| field.name);
            if found.is_none() {
                let nearest = nearest(name, list.fields.iter().map(|field| field.name));
                let kind = Problem::UnknownField { name: name.to_owned(), nearest };
                errors.push(TemplateError { sheet: super::settings::SHEET.into(), cell: Some(at), kind });
            }
            found
        };
        plan.page_per = settings.page_per.and_then(|(name, at)| find(&name, at));
        plan.sheet_per = settings.sheet_per.and_then(|(name, at)| find(&name, at));
        plan.sort = settings.sort.iter().filter_map(|(name, down, at)| Some((find(name, *at)?, *down))).collect();
    }

    fn cells(&mut self, plan: &mut SheetPlan) {
        for row in 0..self.drawn.rows.len() {
            let mut cells = Vec::with_capacity(self.drawn.rows[row].cells.len());
            for column in 0..self.drawn.rows[row].cells.len() {
                let at = CellRef { row: row as u32, column: column as u16 };
                let cell = &self.drawn.rows[row].cells[column];
                let style: StyleId = cell.style;
                let content = match &cell.content {
                    Drawn::Empty => Content::Empty,
                    // More than fifteen digits are the noise of a binary number.
                    Drawn::Number(text) => match Decimal::parse(text).filter(|number| number.digits() <= 15).or_else(|| rounded(text)) {
                        Some(number) => Content::Number(number),
                        None => Content::Text(text.as_str().into()),
                    },
                    Drawn::Truth(truth) => Content::Truth(*truth),
                    Drawn::Formula(text) => {
                        if let Some(expression) = super::formula::parse(text) {
                            plan.formulas.push(FormulaPlan { expression, row: at.row, column: at.column, rank: 0 });
                            Content::Formula(plan.formulas.len() - 1)
                        } else {
                            self.errors.push((Some(at), Problem::Formula(text.chars().take(80).collect())));
                            Content::Empty
                        }
                    }
                    Drawn::Text(_) => match self.tokens[row][column].take() {
                        Some(tokens) => self.content(&tokens, at, plan),
                        None => Content::Empty,
                    },
                };
                cells.push(CellPlan { style, content });
            }
            plan.rows[row].cells = cells;
        }
    }

    fn content(&mut self, tokens: &[Token], at: CellRef, plan: &mut SheetPlan) -> Content {
        let bears = self.rows[at.row as usize];
        let standing =
            Standing { row_list: bears.list, nested: bears.nested, column_list: self.columns.get(at.column as usize).copied().flatten() };
        let mut pieces = Vec::new();
        for token in tokens {
            let path = match token {
                Token::Text(text) => {
                    pieces.push(Piece::Text(text.as_str().into()));
                    continue;
                }
                Token::Placeholder(path) => path,
            };
            let result = match &path.kind {
                Kind::Condition { drops_column, of } => self.condition(of, standing, *drops_column).map(|condition| {
                    let (last_row, last_column) = self.reach(at);
                    if *drops_column {
                        plan.columns
                            .iter_mut()
                            .take(last_column + 1)
                            .skip(at.column.into())
                            .for_each(|column| column.conditions.push(condition));
                    } else {
                        plan.rows.iter_mut().take(last_row + 1).skip(at.row as usize).for_each(|row| row.conditions.push(condition));
                    }
                    None
                }),
                Kind::Page | Kind::Pages => Err(Problem::PageNumberInCell),
                Kind::Total { scope, column, field } => self.total(path, *scope, *column, field, Some(at), plan).map(Some),
                _ => slot(self.schema, path, standing).map(|slot| Some(Fill::Slot(slot))),
            };
            match result {
                Ok(fill) => pieces.extend(fill.map(Piece::Fill)),
                Err(problem) => self.errors.push((Some(at), problem)),
            }
        }
        match pieces.as_slice() {
            [] => Content::Empty,
            [Piece::Fill(fill)] => Content::Alone(*fill),
            [Piece::Text(text)] => Content::Text(text.clone()),
            _ => Content::Pieces(pieces),
        }
    }

    /// A condition may ask for a field, or for a list of the form having any element.
    fn condition(&self, of: &Path, standing: Standing<'_>, drops_column: bool) -> Result<Condition, Problem> {
        if let Kind::Root(name) = &of.kind
            && let Some(list) = self.schema.lists.iter().find(|list| list.name == name)
        {
            return Ok(Condition::List(list.name));
        }
        if let Kind::Row { list, nested: None, .. } = &of.kind
            && drops_column
        {
            // Where the field stands in a record does not matter: all of them are asked.
            let super::Slot::Record(field) = slot(self.schema, of, Standing { row_list: Some(list), ..Standing::default() })? else {
                return Err(Problem::Malformed(of.written.clone()));
            };
            let list = row_list(&self.schema.lists, list).map_or("", |list| list.name);
            return Ok(Condition::Any { list, field });
        }
        slot(self.schema, of, standing).map(Condition::Field)
    }

    fn total(&self, path: &Path, scope: Scope, column: bool, field: &str, at: Option<CellRef>, plan: &SheetPlan) -> Result<Fill, Problem> {
        let written = || path.written.clone();
        let Some(list) = self.main_list(plan) else { return Err(Problem::TotalWithoutBlock(written())) };
        // A sheet without a block may still tell how many there are in all.
        if scope != Scope::All {
            let Some(main) = plan.main else { return Err(Problem::TotalWithoutBlock(written())) };
            let place = at.map(|at| plan.rows[at.row as usize].segment);
            if scope == Scope::Page && place.is_none_or(|place| place < main) {
                return Err(Problem::PageTotal(written()));
            }
            // Below the block a group is known only where the page is, or where the sheet is the group.
            let paged = plan.page_per.is_some() && place.is_some_and(|place| place == main || (place > main && plan.footer_each_page));
            if scope == Scope::Group && plan.sheet_per.is_none() && !paged {
                return Err(Problem::GroupTotal(written()));
            }
        }
        let fields = if column {
            let of = at.and_then(|at| self.columns.get(at.column as usize).copied().flatten());
            let Some(of) = of else { return Err(Problem::NoColumnList(written())) };
            column_list(&list.lists, of).map(|list| list.fields.as_slice()).unwrap_or_default()
        } else {
            list.fields.as_slice()
        };
        match fields.iter().find(|have| have.name == field) {
            Some(found) => Ok(Fill::Total { scope, field: Some(found.name), column }),
            None if field == "人数" && !column => Ok(Fill::Total { scope, field: None, column: false }),
            None => Err(Problem::UnknownField {
                name: field.to_owned(),
                nearest: nearest(field, fields.iter().map(|have| have.name).chain(["人数"])),
            }),
        }
    }

    /// Tab name, header and footer.
    fn edges_of_text(&mut self, plan: &mut SheetPlan) {
        let row_list = plan.sheet_per.and(plan.main).and_then(|main| plan.segments[main].list);
        plan.name = self.line(&self.drawn.name.clone(), Standing { row_list, ..Standing::default() }, false, plan);
        plan.header = self.line(&self.drawn.page.header.clone(), Standing { row_list, ..Standing::default() }, true, plan);
        plan.footer = self.line(&self.drawn.page.footer.clone(), Standing { row_list, ..Standing::default() }, true, plan);
    }

    fn line(&mut self, text: &str, standing: Standing<'_>, paged: bool, plan: &SheetPlan) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let tokens = tokens(text).unwrap_or_else(|problem| {
            self.errors.push((None, problem));
            Vec::new()
        });
        for token in tokens {
            let path = match token {
                Token::Text(text) => {
                    pieces.push(Piece::Text(text.into()));
                    continue;
                }
                Token::Placeholder(path) => path,
            };
            let result = match &path.kind {
                Kind::Page if paged => Ok(Piece::Text("&P".into())),
                Kind::Pages if paged => Ok(Piece::Text("&N".into())),
                Kind::Page | Kind::Pages => Err(Problem::PageNumberInCell),
                Kind::Condition { .. } => Err(Problem::Malformed(path.written.clone())),
                Kind::Row { list, .. } if standing.row_list.is_none() => {
                    find_list(self.schema, list, Direction::Rows).and(Err(Problem::OutsideBlock(path.written.clone())))
                }
                Kind::Total { scope, column, field } => self.total(&path, *scope, *column, field, None, plan).map(Piece::Fill),
                _ => slot(self.schema, &path, standing).map(|slot| Piece::Fill(Fill::Slot(slot))),
            };
            match result {
                Ok(piece) => pieces.push(piece),
                Err(problem) => self.errors.push((None, problem)),
            }
        }
        pieces
    }
}

/// A stored number with binary noise behind its 15 digits.
fn rounded(text: &str) -> Option<Decimal> {
    let value: f64 = text.parse().ok().filter(|value: &f64| value.is_finite())?;
    Decimal::parse(&format!("{value:.14e}"))
}
