//! `template check`: a template proved and printed with invented data.

use std::path::{Path, PathBuf};

use crate::diag::Lang;
use crate::fill::fill_pages;
use crate::form::data::Schema;
use crate::layout::{Note, layout};
use crate::pdf::{self, DocumentInfo, PdfFonts};
use crate::publish::write_file;
use crate::report::sample;
use crate::template::{Template, TemplateError};
use crate::xlsx::pages::{self, Properties};

use super::RunError;
use super::press::load_fonts;

/// A template without a fault, and its sample.
#[derive(Debug)]
pub struct CheckedTemplate {
    /// What the drawing has and the forms will not.
    pub warnings: Vec<TemplateError>,
    /// What the sample's layout had to tell.
    pub notes: Vec<Note>,
    /// The sample as it is printed.
    pub pdf: PathBuf,
    /// The same as a workbook.
    pub xlsx: PathBuf,
}

/// Checks the file and prints it with so many invented members: as a PDF to `out`, or beside the file, and as a workbook next to that.
pub fn check_template(file: &Path, schema: &Schema, members: usize, out: Option<&Path>) -> Result<CheckedTemplate, RunError> {
    let bytes = std::fs::read(file).map_err(|source| RunError::Io { path: file.to_owned(), source })?;
    let template = Template::load(&bytes, schema).map_err(|errors| RunError::Template {
        name: file.display().to_string(),
        errors: errors.iter().map(|error| (error.message(Lang::Zh), error.message(Lang::En))).collect(),
    })?;
    // A template in a workspace stands beside the county's fonts.
    let fonts = load_fonts(&file.with_file_name("fonts"))?;
    let pdf_fonts = PdfFonts::new(&fonts).map_err(RunError::Embedding)?;
    let date = chrono::NaiveDate::from_ymd_opt(2026, 12, 14).unwrap_or_default();
    let book = fill_pages(&template, &sample(schema, members), &fonts, date);
    let laid = layout(&book, &fonts, date);
    let (title, author) = (schema.title.to_owned(), "scorebook".to_owned());
    let failed = |error: String| RunError::Document { what: schema.title.to_owned(), branch: String::new(), error };
    let info = DocumentInfo { title: title.clone(), language: "zh-CN".into(), author: author.clone(), date };
    let printed = pdf::write(&laid.book, &pdf_fonts, &info).map_err(|error| failed(error.to_string()))?;
    let properties = Properties { title, author, date, custom: Vec::new() };
    let written = pages::write(&book, &laid.book, &properties).map_err(|error| failed(error.to_string()))?;
    let pdf = out.map_or_else(
        || file.with_extension("sample.pdf"),
        |out| if out == file { out.with_extension("sample.pdf") } else { out.to_owned() },
    );
    // The template itself is never written over.
    let xlsx = Some(pdf.with_extension("xlsx")).filter(|xlsx| xlsx != file).unwrap_or_else(|| file.with_extension("sample.xlsx"));
    write_file(&pdf, &printed)?;
    write_file(&xlsx, &written)?;
    Ok(CheckedTemplate { warnings: template.warnings().to_vec(), notes: laid.notes, pdf, xlsx })
}
