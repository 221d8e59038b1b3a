//! Forms of many branches as one document: what is printed at one go.
//!
//! ```text
//!   branches of a committee, or all ─▶ fill, layout (as in a run) ─▶ one PDF, each font once, an outline entry per branch
//! ```

use std::collections::VecDeque;

use rayon::prelude::*;

use super::print::filled;
use super::write::{FormJob, Writer, branch_jobs};
use super::{Resolved, RunError, Setup, Templates, book, dates};
use crate::forms::{BOARD, Data, Form, Kind, Unit};
use crate::layout::{layout, paper_name};
use crate::pdf::{self, DocumentInfo, PdfError, Section};
use crate::publish::{Names, Staging};

/// So many branches are laid out at a time, beside one another.
const AT_ONCE: usize = 32;

/// A document of many branches.
#[derive(Debug)]
pub struct Volume {
    /// Its name in the folder.
    pub file: String,
    /// The committee; none for the whole county.
    pub committee: Option<String>,
    /// The form's title.
    pub title: &'static str,
    /// Paper of its first page: `A3 横向`.
    pub paper: String,
    /// Where each branch begins, in the register's order.
    pub branches: Vec<Begins>,
}

/// Where a branch begins in a document.
#[derive(Debug)]
pub struct Begins {
    /// 支部编码.
    pub code: String,
    /// 支部名称.
    pub name: String,
    /// Its first page, from 1.
    pub page: usize,
    /// How many pages it has.
    pub pages: usize,
}

impl Volume {
    /// Pages of all branches.
    pub fn pages(&self) -> usize {
        self.branches.iter().map(|branch| branch.pages).sum()
    }
}

/// Draws the templates' forms of all accepted branches, one document per form and committee, or per form.
pub fn volumes(
    county: &Setup,
    resolved: &Resolved,
    templates: &Templates,
    by_committee: bool,
    staging: &Staging,
) -> Result<Vec<Volume>, RunError> {
    let issuer = county.issuer();
    let writer = Writer::new(county, resolved, templates, staging, &issuer);
    let jobs = branch_jobs(county, resolved, &[]);
    let groups: Vec<(Option<&str>, Vec<&FormJob<'_>>)> = if by_committee {
        let of =
            |committee: &str| jobs.iter().filter(|job| matches!(job.unit, Unit::Branch(branch) if branch.committee == committee)).collect();
        county.register.committees().into_iter().map(|committee| (Some(committee), of(committee))).collect()
    } else {
        vec![(None, jobs.iter().collect())]
    };
    let mut names = Names::default();
    let mut all = Vec::new();
    for (committee, jobs) in groups {
        for form in templates.forms.iter().filter(|form| form.is_for(Kind::Branch)) {
            let file = names.claim(&format!("{}-{}", committee.unwrap_or(&county.workspace.county), form.title), ".pdf");
            if let Some(volume) = volume(&writer, form, committee, &jobs, &file)? {
                all.push(volume);
            }
        }
    }
    Ok(all)
}

/// A branch's code, name and pages; nothing if the form has nothing to show for it.
type Laid = Result<Option<(String, String, Section)>, RunError>;

fn volume(
    writer: &Writer<'_>,
    form: &'static Form,
    committee: Option<&str>,
    jobs: &[&FormJob<'_>],
    file: &str,
) -> Result<Option<Volume>, RunError> {
    let kind = if form.id == BOARD.id { dates::Paper::Board } else { dates::Paper::Other };
    let date = writer.county.dates.in_properties(kind);
    let (fonts, pdf_fonts) = writer.templates.faces();
    let lay_out = |job: &&FormJob<'_>| -> Laid {
        if let (Data::Bound(_), Unit::Branch(branch)) = (form.data, job.unit) {
            let book = book::book(writer, form, job)?.map(book::Book::whole);
            return Ok(book.map(|book| (branch.code.clone(), branch.name.clone(), Section { title: branch.name.clone(), book })));
        }
        let (Some(filled_form), Unit::Branch(branch)) = (writer.fill(form, job)?, job.unit) else { return Ok(None) };
        let book = layout(&filled(filled_form.parts, fonts), fonts, date).book;
        Ok(Some((branch.code.clone(), branch.name.clone(), Section { title: branch.name.clone(), book })))
    };
    let mut waiting: VecDeque<Laid> = VecDeque::new();
    let mut rest = jobs.chunks(AT_ONCE);
    let (mut branches, mut paper, mut page) = (Vec::new(), None, 1);
    let mut sections = std::iter::from_fn(|| {
        loop {
            if waiting.is_empty() {
                waiting = rest.next()?.par_iter().map(lay_out).collect::<Vec<_>>().into();
            }
            match waiting.pop_front()? {
                Ok(None) => {}
                Ok(Some((code, name, section))) => {
                    let pages = section.book.pages.len();
                    paper = paper.take().or_else(|| section.book.pages.first().map(|page| paper_name(page.width, page.height)));
                    branches.push(Begins { code, name, page, pages });
                    page += pages;
                    return Some(Ok(section));
                }
                Err(error) => return Some(Err(Stopped(error))),
            }
        }
    })
    .peekable();
    if sections.peek().is_none() {
        return Ok(None);
    }
    let whose = committee.unwrap_or(&writer.county.workspace.county);
    let info = DocumentInfo {
        title: format!("{whose} {} {}", form.title, writer.county.run.zh()),
        language: "zh-CN".into(),
        author: writer.issuer.name.clone(),
        date,
    };
    let bytes = pdf::write_sections(sections, pdf_fonts, &info).map_err(|Stopped(error)| error)?;
    let Some(paper) = paper else { return Ok(None) };
    writer.staging.write(file, &bytes)?;
    let committee = committee.map(str::to_owned);
    Ok(Some(Volume { file: file.to_owned(), committee, title: form.title, paper, branches }))
}

/// Why a document of many branches could not be drawn.
struct Stopped(RunError);

impl From<PdfError> for Stopped {
    fn from(error: PdfError) -> Self {
        Self(RunError::Document { what: "PDF".into(), branch: String::new(), error: error.to_string() })
    }
}
