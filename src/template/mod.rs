//! Templates: a workbook drawn by a clerk, read from its package's XML and proved against a form's schema.
//!
//! `bytes → DrawnBook (cells, looks, page, names) → placeholders parsed and looked up → Template`. Everything that
//! can be wrong with a template is found here, all of it at once, before any submission is read; filling cannot
//! fail. This is no reader of submissions: those come from strangers and are `sheet`'s. Only `fill` uses the inside.

mod chart;
mod check;
mod compile;
pub(crate) mod condition;
mod conditional;
mod drawing;
mod drawn;
mod error;
mod formula;
mod lost;
mod names;
mod package;
mod picture;
mod placeholder;
pub(crate) mod plan;
mod settings;
mod style;
mod upright;
mod uses;

pub use error::{Feature, Problem, TemplateError};
pub(crate) use formula::{number_in, result as formula_result};
pub(crate) use names::Slot;
pub use picture::{PictureFault, prove};
pub use settings::KEYS as SETTINGS;
pub use upright::{Upright, upright};
pub use uses::Line;

use crate::diag::Terms;
use crate::form::data::Schema;
use crate::form::model::{Font, Style, StyleId};
use plan::{Content, Fill, Piece, SheetPlan};

/// A template proved to fit its form. Read once a run, filled any number of times.
#[derive(Clone, Debug)]
pub struct Template {
    pub(crate) title: &'static str,
    pub(crate) normal_font: Font,
    pub(crate) styles: Vec<Style>,
    pub(crate) sheets: Vec<SheetPlan>,
    warnings: Vec<TemplateError>,
}

impl Template {
    /// Reads and checks the bytes of an `.xlsx` file.
    ///
    /// # Errors
    /// Every mistake of the template, in the order of its sheets and cells.
    pub fn load(bytes: &[u8], schema: &Schema) -> Result<Self, Vec<TemplateError>> {
        let whole = |kind| vec![TemplateError { sheet: String::new(), cell: None, kind }];
        let mut book = drawn::read(bytes).map_err(|refusal| match refusal {
            drawn::Refusal::Fault(fault) => whole(Problem::Fault(fault)),
            drawn::Refusal::TooLarge(sheet) => vec![TemplateError { sheet, cell: None, kind: Problem::TooLarge }],
        })?;
        let mut errors = Vec::new();
        let set = book.sheets.iter().find(|sheet| sheet.name.trim() == settings::SHEET);
        if let Some(set) = set {
            settings::sheets(set, &book.sheets, &mut errors);
        }
        let mut sheets = Vec::new();
        for sheet in book.sheets.iter().filter(|sheet| sheet.name.trim() != settings::SHEET) {
            let mut wrong = Vec::new();
            let settings = set.map(|set| settings::read(set, &sheet.name, &mut wrong)).unwrap_or_default();
            let mut plan = compile::sheet(sheet, settings, schema, &mut wrong);
            conditional::prove(sheet, &mut plan, &book.looks.cells, &mut book.lost);
            keep_charts(sheet, &mut plan, &mut book.lost);
            sheets.push(plan);
            for error in wrong {
                // The settings are read once a sheet; their mistakes are told once.
                if error.sheet != settings::SHEET || !errors.contains(&error) {
                    errors.push(error);
                }
            }
        }
        if sheets.is_empty() {
            return Err(whole(Problem::NoSheet));
        }
        if !errors.is_empty() {
            let more = errors.len().saturating_sub(MOST_ERRORS);
            errors.truncate(MOST_ERRORS);
            errors.extend((more > 0).then(|| TemplateError { sheet: String::new(), cell: None, kind: Problem::More(more) }));
            return Err(errors);
        }
        let styles = used_styles(&book.looks.cells, &mut sheets);
        let warnings = book
            .lost
            .into_iter()
            .filter(|(sheet, _, _)| sheet != settings::SHEET)
            .map(|(sheet, cell, what)| TemplateError { sheet, cell, kind: Problem::NotCarried(what) })
            .collect();
        Ok(Self { title: schema.title, normal_font: book.looks.normal, styles, sheets, warnings })
    }

    /// Whether a page's end, which only the layout knows, decides what stands on it.
    pub(crate) fn needs_pages(&self) -> bool {
        self.sheets.iter().any(SheetPlan::needs_pages)
    }

    /// True if a cell shows that field of the form.
    pub fn shows(&self, field: &str) -> bool {
        let own = |fill: &Fill| matches!(fill, Fill::Slot(Slot::Root(name)) if *name == field);
        let cells = self.sheets.iter().flat_map(|sheet| &sheet.rows).flat_map(|row| &row.cells);
        cells.map(|cell| &cell.content).any(|content| match content {
            Content::Alone(fill) => own(fill),
            Content::Pieces(pieces) => pieces.iter().any(|piece| matches!(piece, Piece::Fill(fill) if own(fill))),
            _ => false,
        })
    }

    /// The template in an organisation's own words: what is drawn, not what is filled in.
    #[must_use]
    pub fn in_terms(mut self, terms: &Terms) -> Self {
        if terms.are_usual() {
            return self;
        }
        let say = |text: &mut Box<str>| *text = terms.say(text).into_owned().into();
        for cell in self.sheets.iter_mut().flat_map(|sheet| &mut sheet.rows).flat_map(|row| &mut row.cells) {
            match &mut cell.content {
                Content::Text(text) => say(text),
                Content::Pieces(pieces) => {
                    for piece in pieces {
                        if let Piece::Text(text) = piece {
                            say(text);
                        }
                    }
                }
                _ => {}
            }
        }
        self
    }

    /// What the drawing has and the written forms will not.
    pub fn warnings(&self) -> &[TemplateError] {
        &self.warnings
    }
}

/// Takes out charts whose ranges would come apart where rows repeat, and notes them.
fn keep_charts(drawn: &drawn::DrawnSheet, plan: &mut SheetPlan, lost: &mut Vec<drawn::Lost>) {
    let images = std::mem::take(&mut plan.images);
    for image in images {
        match &image.chart {
            Some(chart) if !chart::grows(plan, chart, image.row) => {
                let at = crate::diag::CellRef { row: image.row, column: image.column };
                lost::note(lost, &drawn.name, Some(at), Feature::Chart);
            }
            _ => plan.images.push(image),
        }
    }
}

/// More would not be read.
const MOST_ERRORS: usize = 200;

/// The styles that some cell has, the first one always: old workbooks carry thousands that none has.
fn used_styles(styles: &[Style], sheets: &mut [SheetPlan]) -> Vec<Style> {
    let mut places: Vec<Option<StyleId>> = vec![None; styles.len()];
    let mut used: Vec<usize> = Vec::new();
    let mut place = |style: StyleId| {
        let Some(slot) = places.get_mut(style.0 as usize) else { return StyleId(0) };
        *slot.get_or_insert_with(|| {
            used.push(style.0 as usize);
            StyleId(used.len() as u32 - 1)
        })
    };
    place(StyleId(0));
    for cell in sheets.iter_mut().flat_map(|sheet| &mut sheet.rows).flat_map(|row| &mut row.cells) {
        cell.style = place(cell.style);
    }
    used.into_iter().map(|index| styles[index].clone()).collect()
}
