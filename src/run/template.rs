//! `template check`: a template proved and printed with invented data, as PDF and as XLSX.

use std::path::Path;

use super::RunError;
use crate::builtin;
use crate::diag::Lang;
use crate::font::{FontData, FontSet};
use crate::form::data::Schema;
use crate::form::layout::layout;
use crate::form::{Template, TemplateError, fill};
use crate::pdf::{self, DocumentInfo, PdfFonts};
use crate::publish::write_file;
use crate::report::sample;
use crate::xlsx::pages::{self, Properties};

/// Checks the file and writes it filled with so many invented members to `out`, a PDF, and beside it as XLSX; gives
/// what the forms will not carry over.
pub fn check_template(file: &Path, schema: &Schema, members: usize, out: &Path) -> Result<Vec<TemplateError>, RunError> {
    let bytes = std::fs::read(file).map_err(|source| RunError::Io { path: file.to_owned(), source })?;
    let template = Template::load(&bytes, schema).map_err(|errors| RunError::Template {
        name: file.display().to_string(),
        errors: errors.iter().map(|error| (error.message(Lang::Zh), error.message(Lang::En))).collect(),
    })?;
    let faces = builtin::fonts().into_iter().map(|(name, bytes)| FontData::new(name, bytes.into_owned())).collect();
    let fonts = FontSet::new(faces).map_err(|error| RunError::Font(error.to_string()))?;
    let pdf_fonts = PdfFonts::new(&fonts).map_err(|error| RunError::Font(error.to_string()))?;
    let date = chrono::NaiveDate::from_ymd_opt(2026, 12, 14).unwrap_or_default();
    let book = fill(&template, &sample(schema, members));
    let laid = layout(&book, &fonts, date);
    let failed = |error: String| RunError::Document { what: schema.title.to_owned(), branch: String::new(), error };
    let info = DocumentInfo { title: schema.title.to_owned(), language: "zh-CN".into(), author: "scorebook".into(), date };
    let printed = pdf::write(&laid.book, &pdf_fonts, &info).map_err(|error| failed(error.to_string()))?;
    let properties = Properties { title: info.title, author: info.author, date, custom: Vec::new() };
    let workbook = pages::write(&book, &laid.book, &properties).map_err(|error| failed(error.to_string()))?;
    write_file(out, &printed)?;
    // Never over the template itself.
    let beside = out.with_extension("xlsx");
    write_file(&if beside == file { out.with_extension("sample.xlsx") } else { beside }, &workbook)?;
    Ok(template.warnings().to_vec())
}
