//! `scorebook fill`: any table into any form.
//!
//! ```text
//!   template without {.字段}   one document per row
//!   template with {.字段}      one for all rows, or one per value of --by
//! ```
//!
//! The template is proved against the table's fields before anything is written. A row that cannot be used makes no document, and
//! neither does the group it belongs to: what would stand on it would not be the whole. All others are made.

mod across;
mod documents;
mod list;

pub use documents::Told;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::NaiveDate;
use rayon::prelude::*;

use crate::diag::{Lang, Place, Said};
use crate::fence::Fence;
use crate::fill::fill_line;
use crate::form::data::{Datum, Direction, List, Record, Schema};
use crate::inside;
use crate::pdf::PdfFonts;
use crate::publish::{Kept, Names, PublishError, Staging, guard, is_result};
use crate::run::print::{About, Faces, Wanted, print_wanted};
use crate::run::{Progress, RunError, Stage, in_pool, load_fonts, refused};
use crate::sheet::{Book, Passwords};
use crate::tabular::{self, Table, lasting};
use crate::template::{Line, Template, TemplateError};
use across::Across;
use documents::{Document, documents};

/// What is to be filled with what.
#[derive(Clone, Debug, Default)]
pub struct FillOrder {
    /// The workbook with placeholders.
    pub template: PathBuf,
    /// The table: xlsx and the other formats of sheets, csv, json, jsonl, parquet.
    pub data: PathBuf,
    /// The folder that is made.
    pub out: PathBuf,
    /// A document per value of this field.
    pub by: Option<String>,
    /// Names of the files, with fields.
    pub name: Option<String>,
    /// Further tables whose rows belong to rows of the first, by name.
    pub lists: Vec<(String, PathBuf)>,
    /// Which files are written.
    pub kinds: Kinds,
    /// Threads; all cores if absent.
    pub jobs: Option<usize>,
    /// The date that the documents bear.
    pub date: Option<NaiveDate>,
    /// This program's own file, to be started as reading process.
    pub program: Option<PathBuf>,
}

/// Which files are written of each document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kinds {
    /// XLSX and PDF.
    #[default]
    Both,
    /// XLSX alone.
    Xlsx,
    /// PDF alone.
    Pdf,
}

impl Kinds {
    fn wanted(self) -> Wanted {
        Wanted { pdf: self != Self::Xlsx, xlsx: self != Self::Pdf, board: false }
    }
}

/// What was made.
#[derive(Debug)]
pub struct FilledAll {
    /// The folder.
    pub folder: PathBuf,
    /// What people had there.
    pub kept: Kept,
    /// Documents, with what stands against those that were not made.
    pub documents: Vec<Told>,
    /// Faults that belong to no document.
    pub faults: Vec<Said>,
    /// What was passed over in the data.
    pub notes: Vec<Said>,
    /// What the drawing has and the documents have not.
    pub warnings: Vec<TemplateError>,
}

impl FilledAll {
    /// Documents that were made.
    pub fn made(&self) -> usize {
        self.documents.iter().filter(|one| one.faults.is_empty()).count()
    }

    /// 0 if every row went into a document, else 1.
    pub fn exit_code(&self) -> u8 {
        u8::from(!self.faults.is_empty() || self.made() < self.documents.len())
    }
}

/// The day that a document bears in its properties if nobody says one: the first that the format of zip archives knows.
const NO_DATE: (i32, u32, u32) = (1980, 1, 1);

/// Fills the template with every row, or every group of rows.
///
/// # Errors
/// A file that cannot be read, a template with faults, a field that is not there, a folder that cannot be written.
pub fn fill_all(order: &FillOrder, progress: Progress<'_>) -> Result<FilledAll, RunError> {
    let table = read(order)?;
    let schema = schema(&order.template, &table);
    let (template, name) = proved(order, &schema)?;
    let by = order.by.as_deref().map(|by| field(&schema, by)).transpose()?;
    if template.prints_date() && order.date.is_none() {
        return Err(refused(
            "表样的页眉或页脚要印日期（&D）：请用 --date 说明是哪一天",
            "the template prints the date in its header or footer (&D): say which with --date",
        ));
    }
    if by.is_some() && !template.repeats("") {
        return Err(refused(
            "表样里没有 {.字段}，每行数据各写一份；--by 只用于有 {.字段} 的表样",
            "the template has no {.field} and gives one document per row; --by is for templates that have one",
        ));
    }
    belongings(order)?;
    // A county's fonts stand beside its templates.
    let fonts = load_fonts(&order.template.with_file_name("fonts"))?;
    let pdf_fonts = PdfFonts::new(&fonts).map_err(RunError::Embedding)?;
    let (out, folder) = target(&order.out)?;
    let staging = Staging::open(&out, &folder)?;
    let stem = stem(&order.template);
    let across = Across::of(&template)?;
    let documents = documents(&table, &template, by, name.as_ref(), &across);
    let named = named(&documents, name.as_ref(), &stem);
    let work = Work { order, template: &template, faces: (&fonts, &pdf_fonts), staging: &staging, across: &across };
    let (done, total) = (AtomicUsize::new(0), documents.len());
    progress(Stage::Write, 0, total);
    let made = in_pool(order.jobs, || {
        let make = |(document, name): (&Document<'_>, &String)| {
            let told = work.make(document, name);
            progress(Stage::Write, done.fetch_add(1, Ordering::Relaxed) + 1, total);
            told
        };
        documents.par_iter().zip(&named).map(make).collect::<Result<Vec<Told>, RunError>>()
    })??;
    staging.write(list::FILE, &list::list(&stem, order, &made, &table.faults)?)?;
    let published = staging.publish_handout()?;
    Ok(FilledAll {
        folder: published.folder,
        kept: published.kept,
        documents: made,
        faults: table.faults,
        notes: table.notes,
        warnings: template.warnings().to_vec(),
    })
}

/// Makes documents and writes them.
struct Work<'a> {
    order: &'a FillOrder,
    template: &'a Template,
    faces: Faces<'a>,
    staging: &'a Staging,
    across: &'a Across,
}

impl Work<'_> {
    fn make(&self, document: &Document<'_>, name: &str) -> Result<Told, RunError> {
        let mut told = Told { name: name.to_owned(), rows: document.rows(), faults: document.faults.clone(), ..Told::default() };
        if !told.faults.is_empty() {
            return Ok(told);
        }
        let date = self.order.date.or_else(|| NaiveDate::from_ymd_opt(NO_DATE.0, NO_DATE.1, NO_DATE.2)).unwrap_or_default();
        let about = About { form: name, title: name.to_owned(), unit: "", author: "", date };
        let parts = vec![(self.template, document.record(self.across))];
        // Whatever one row does to the engine, the others are made.
        let printed = std::panic::AssertUnwindSafe(|| print_wanted(parts, self.faces, &about, self.order.kinds.wanted()));
        let Ok(Ok(printed)) = std::panic::catch_unwind(printed) else {
            told.faults.push(Said::new("程序没能写出这一份", "the program failed on this document"));
            return Ok(told);
        };
        told.pages = printed.pages;
        told.notes = printed.notes;
        let wanted = self.order.kinds.wanted();
        if wanted.xlsx {
            self.staging.write(&format!("{name}.xlsx"), &printed.xlsx)?;
        }
        if wanted.pdf {
            self.staging.write(&format!("{name}.pdf"), &printed.pdf)?;
        }
        Ok(told)
    }
}

/// The table with all its lists.
fn read(order: &FillOrder) -> Result<Table, RunError> {
    let fence = Fence::new(order.program.clone(), Passwords::default());
    let bytes = bytes(&order.data)?;
    let mut table = match tabular::read_plain(&order.data.to_string_lossy(), &bytes) {
        Some(table) => table.map_err(|fault| said_of(&order.data, &fault))?,
        None => tabular::of_book(&book(&fence, &order.data, &bytes)?).map_err(|fault| said_of(&order.data, &fault))?,
    };
    for (name, path) in &order.lists {
        let list = book(&fence, path, &bytes_of_list(path)?)?;
        tabular::join(&mut table, name, &list).map_err(|fault| said_of(path, &fault))?;
    }
    if table.rows.is_empty() {
        return Err(said_of(&order.data, &Said::new("里面没有数据行", "it holds no rows")));
    }
    Ok(table)
}

fn bytes(path: &Path) -> Result<Vec<u8>, RunError> {
    inside::own(path).map_err(|source| RunError::Io { path: path.to_owned(), source })
}

/// A further table is a sheet or a CSV file.
fn bytes_of_list(path: &Path) -> Result<Vec<u8>, RunError> {
    let bytes = bytes(path)?;
    if tabular::read_plain(&path.to_string_lossy(), &bytes).is_some() {
        let fault = Said::new(
            "--list 的文件要是工作簿或 CSV；JSON 和 Parquet 可以直接含有列表",
            "a file of --list is a workbook or CSV; JSON and Parquet hold lists themselves",
        );
        return Err(said_of(path, &fault));
    }
    Ok(bytes)
}

fn book(fence: &Fence, path: &Path, bytes: &[u8]) -> Result<Book, RunError> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    fence.read(&name, bytes)?.map_err(|refusal| {
        let finding = refusal.finding(Place::default());
        said_of(path, &Said::new(finding.message(Lang::Zh), finding.message(Lang::En)))
    })
}

/// What is wrong with a file, behind its path.
fn said_of(path: &Path, fault: &Said) -> RunError {
    let shown = path.display();
    refused(format!("{shown}：{}", fault.zh), format!("{shown}: {}", fault.en))
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// What the table offers to a template. Its rows are the main list, and each row's fields are also the form's own; lists hang on the
/// form and on the rows.
fn schema(template: &Path, table: &Table) -> Schema {
    // A list goes down or across, as the template says.
    let across = table.lists.iter().map(|list| List { direction: Direction::Columns, ..list.clone() });
    let both: Vec<List> = table.lists.iter().cloned().chain(across).collect();
    let main = List { name: "", direction: Direction::Rows, fields: table.fields.clone(), lists: both.clone() };
    let mut lists = vec![main];
    lists.extend(both);
    Schema { form: "fill", title: lasting(&stem(template)), fields: table.fields.clone(), lists }
}

/// The template and the pattern of names, both proved.
fn proved(order: &FillOrder, schema: &Schema) -> Result<(Template, Option<Line>), RunError> {
    let said = |error: &TemplateError| Said::new(error.message(Lang::Zh), error.message(Lang::En));
    let faults = |name: String, errors: &[TemplateError]| {
        let all =
            schema.fields.iter().map(|field| field.name).chain(schema.lists.iter().map(|list| list.name).filter(|name| !name.is_empty()));
        let all = all.collect::<Vec<_>>().join(" ");
        let known = Said::new(format!("数据里有：{all}"), format!("the data have: {all}"));
        RunError::Template { name, errors: errors.iter().map(said).chain([known]).collect() }
    };
    let template =
        Template::load(&bytes(&order.template)?, schema).map_err(|errors| faults(order.template.display().to_string(), &errors))?;
    let line = |text: &String| {
        Line::parse(text, schema)
            .map_err(|kind| faults(format!("--name {text}"), &[TemplateError { sheet: String::new(), cell: None, kind }]))
    };
    Ok((template, order.name.as_ref().map(line).transpose()?))
}

/// A field that is named on the command line.
fn field(schema: &Schema, wanted: &str) -> Result<&'static str, RunError> {
    let wanted = tabular::nameable(wanted);
    let names = || schema.fields.iter().map(|field| field.name);
    names().find(|name| *name == wanted).ok_or_else(|| {
        let all = names().collect::<Vec<_>>().join(" ");
        let said = Said::new(format!("数据里没有“{wanted}”这一列"), format!("the data have no column `{wanted}`"));
        let listed = Said::new(format!("；有：{all}"), format!("; there are: {all}"));
        RunError::Refused(said.near(crate::words::nearest(&wanted, names())).joined(&listed))
    })
}

/// The template and the data must not lie in the folder that is made.
fn belongings(order: &FillOrder) -> Result<(), RunError> {
    let mut own: Vec<&Path> = vec![&order.template, &order.data];
    own.extend(order.lists.iter().map(|(_, path)| path.as_path()));
    Ok(guard(&order.out, &own, None)?)
}

/// The folder above what is made, and its name.
fn target(out: &Path) -> Result<(PathBuf, String), RunError> {
    let none = || {
        refused(
            format!("--out {} 不是一个可以新建的文件夹", out.display()),
            format!("--out {} is no folder that can be made", out.display()),
        )
    };
    // A folder of somebody's own is not made part of a result, however well its files would be kept.
    if std::fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some()) && !is_result(out) {
        return Err(PublishError::NotEmpty { path: out.to_owned() }.into());
    }
    let absolute = std::path::absolute(out).map_err(|source| RunError::Io { path: out.to_owned(), source })?;
    let name = absolute.file_name().and_then(|name| name.to_str()).ok_or_else(none)?.to_owned();
    Ok((absolute.parent().ok_or_else(none)?.to_owned(), name))
}

/// A name per document, each once.
fn named(documents: &[Document<'_>], pattern: Option<&Line>, stem: &str) -> Vec<String> {
    let width = documents.len().to_string().len();
    let mut names = Names::default();
    // The list of the documents has its own.
    names.claim(list::STEM, "");
    names.claim("manifest", "");
    let wanted = |(at, document): (usize, &Document<'_>)| {
        let filled = pattern.map(|line| fill_line(line, &document.own)).filter(|name| !name.trim().is_empty());
        filled.or_else(|| document.group.clone()).unwrap_or_else(|| match documents.len() {
            1 => stem.to_owned(),
            _ => format!("{stem}-{:0width$}", at + 1),
        })
    };
    documents.iter().enumerate().map(wanted).map(|name| names.claim(&name, "")).collect()
}

/// Texts of a record's values, for messages.
fn shown(value: Option<&Datum>) -> String {
    match value {
        Some(Datum::Text(text)) => text.clone(),
        Some(Datum::Number { value, digits }) => crate::exact::Exact::from(*value).publish(u32::from(*digits)),
        Some(Datum::Date(day)) => day.to_string(),
        _ => String::new(),
    }
}

/// Lists of several rows, one behind the other.
fn gathered<'a>(records: impl Iterator<Item = &'a Record>) -> BTreeMap<&'static str, Vec<Record>> {
    let mut all: BTreeMap<&'static str, Vec<Record>> = BTreeMap::new();
    for (name, list) in records.flat_map(|record| &record.lists) {
        all.entry(name).or_default().extend(list.iter().cloned());
    }
    all
}
