//! 记录本: cover, contents and every part of a branch's year as one document, pages numbered through.
//!
//! ```text
//!   parts filled ─▶ laid out to count pages ─▶ contents ─▶ laid out again with their numbers ─▶ one PDF, an entry per part
//! ```

use chrono::NaiveDate;
use serde_json::Value;

use super::print::filled;
use super::write::{FormJob, Noticed, Writer, short_digest};
use super::{BranchScores, RunError, dates};
use crate::form::model::FilledBook;
use crate::forms::{BOARD, BOOK_PARTS, Binding, Data, Form, Issued, Unit};
use crate::layout::{LaidOut, Note, Numbering, layout, layout_within};
use crate::pdf::{self, DocumentInfo, PdfError, Section};
use crate::period::{Every, RunPeriod};

/// A branch's book, ready to be drawn.
pub(super) struct Book {
    pub(super) sections: Vec<Section>,
    pub(super) made_from: Vec<Value>,
    pub(super) notes: Vec<Note>,
}

impl Book {
    /// The whole as one, its parts as entries of the outline.
    pub(super) fn whole(self) -> LaidOut {
        let mut whole = LaidOut::default();
        for Section { title, book } in self.sections {
            whole.append(title, book);
        }
        whole
    }
}

/// Periods that a board was posted for by the run's end, the run's own last.
fn periods(writer: &Writer<'_>) -> Vec<RunPeriod> {
    let run = writer.county.run;
    let posted = |every: Every| match writer.county.workspace.forms.get(&every) {
        Some(asked) => asked.iter().any(|form| form == BOARD.id),
        None => BOARD.runs.contains(&every),
    };
    let all = Every::ALL.into_iter().filter(|every| posted(*every)).flat_map(Every::all);
    let mut periods: Vec<_> = all.filter(|period| period.last_month() <= run.period.last_month() && *period != run.period).collect();
    periods.sort_by_key(|period| (period.last_month(), period.every()));
    periods.push(run.period);
    periods.into_iter().map(|period| RunPeriod { period, ..run }).collect()
}

/// A branch's book; none if there is nothing in it.
pub(super) fn book(writer: &Writer<'_>, form: &Form, job: &FormJob<'_>) -> Result<Option<Book>, RunError> {
    let (Data::Bound(make), Unit::Branch(branch), [(at, card)]) = (form.data, job.unit, job.branches.as_slice()) else { return Ok(None) };
    let (fonts, _) = writer.templates.faces();
    let mut parts: Vec<(String, FilledBook)> = Vec::new();
    let mut made_from = Vec::new();
    let mut add = |title: String, part: Option<super::write::Filled<'_>>| {
        if let Some(part) = part {
            parts.push((title, filled(part.parts, fonts)));
            made_from.extend(part.made_from);
        }
    };
    for part in &BOOK_PARTS {
        if part.id != BOARD.id {
            add(part.title.to_owned(), writer.fill(part, job)?);
            continue;
        }
        for run in periods(writer) {
            let title = format!("{}（{}）", part.title, run.period.zh());
            if run == writer.county.run {
                add(title, writer.fill(part, job)?);
                continue;
            }
            let outcomes = writer.fields.outcomes(writer.county, *at, &card.submission, run);
            let then = BranchScores { outcomes, ..(*card).clone() };
            let job = FormJob::of(job.unit, *at, &then);
            add(title, writer.fill_of(part, &job, &writer.county.issuer_of(run))?);
        }
    }
    if parts.is_empty() {
        return Ok(None);
    }
    let date = writer.county.dates.in_properties(dates::Paper::Other);
    let loaded = writer.templates.template(form, None)?;
    let codes: Vec<&str> = made_from.iter().filter_map(|one| one["code"].as_str()).collect();
    let digest = short_digest(&[&[env!("CARGO_PKG_VERSION"), &loaded.digest][..], &codes].concat());
    let cover = |starts: &[(String, usize)]| {
        let binding = Binding { issuer: writer.issuer, branch, cover: &card.submission.cover, parts: starts, digest: &digest };
        filled(vec![(&loaded.template, make(&binding))], fonts)
    };
    let count = |book: &FilledBook| layout(book, fonts, date).book.pages.len();
    let pages: Vec<usize> = parts.iter().map(|(_, book)| count(book)).collect();
    let starts = |first: usize| -> Vec<(String, usize)> {
        let mut next = first;
        let start = |((title, _), pages): (&(String, FilledBook), &usize)| {
            next += pages;
            (title.clone(), next - pages)
        };
        parts.iter().zip(&pages).map(start).collect()
    };
    let before = count(&cover(&starts(1)));
    let all = std::iter::once(("封面、目录".to_owned(), cover(&starts(before + 1)))).chain(parts.clone());
    let (sections, notes) = numbered(all, before + pages.iter().sum::<usize>(), |book, numbering| {
        let laid = layout_within(book, fonts, date, Some(numbering));
        (laid.book, laid.notes)
    });
    Ok(Some(Book { sections, made_from, notes }))
}

/// Lays the parts out with their pages numbered through.
fn numbered(
    parts: impl Iterator<Item = (String, FilledBook)>,
    pages: usize,
    lay_out: impl Fn(&FilledBook, Numbering) -> (LaidOut, Vec<Note>),
) -> (Vec<Section>, Vec<Note>) {
    let (mut sections, mut notes, mut before) = (Vec::new(), Vec::new(), 0);
    for (title, book) in parts {
        let (book, found) = lay_out(&book, Numbering { before, pages });
        before += book.pages.len();
        notes.extend(found);
        sections.push(Section { title, book });
    }
    (sections, notes)
}

impl Writer<'_> {
    /// Writes a branch's book, or those of a committee's branches bound together.
    pub(super) fn write_book(&self, form: &Form, job: &FormJob<'_>, noticed: &mut Noticed<'_>) -> Result<(), RunError> {
        let date: NaiveDate = self.county.dates.in_properties(dates::Paper::Other);
        let info = DocumentInfo {
            title: format!("{} {} {}", job.unit.name(), form.title, self.county.run.zh()),
            language: "zh-CN".into(),
            author: self.issuer.name.clone(),
            date,
        };
        let (mut pages, mut made_from) = (0, Vec::new());
        let bytes = if let Unit::Branch(_) = job.unit {
            let Some(book) = book(self, form, job)? else { return Ok(()) };
            pages = book.sections.iter().map(|section| section.book.pages.len()).sum();
            made_from = book.made_from;
            // Everything else that layout notices is noticed where the parts are printed by themselves.
            noticed.notice(form, book.notes);
            pdf::write_sections(book.sections.into_iter().map(Ok), self.templates.faces().1, &info)
        } else {
            let each = job.branches.iter().map(|(at, card)| -> Result<Option<Section>, BookError> {
                let branch = &self.county.register.branches[*at];
                let own = FormJob::of(Unit::Branch(branch), *at, card);
                let Some(book) = book(self, form, &own)? else { return Ok(None) };
                made_from.extend(book.made_from.iter().cloned());
                let book = book.whole();
                pages += book.pages.len();
                Ok(Some(Section { title: branch.name.clone(), book }))
            });
            pdf::write_sections(each.filter_map(Result::transpose), self.templates.faces().1, &info)
        };
        let bytes = bytes.map_err(|BookError(error)| error)?;
        self.keep_paper(&job.stem(form), "pdf", &bytes, pages, made_from, Vec::<Issued>::new())
    }
}

/// Why a book could not be drawn.
struct BookError(RunError);

impl From<RunError> for BookError {
    fn from(error: RunError) -> Self {
        Self(error)
    }
}

impl From<PdfError> for BookError {
    fn from(error: PdfError) -> Self {
        Self(RunError::Document { what: "记录本（PDF）".into(), branch: String::new(), error: error.to_string() })
    }
}
