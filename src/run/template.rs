//! `template check`: a template proved and printed with invented data.

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

/// Checks the file and writes a sample page; gives what the forms will not carry over.
pub fn check_template(file: &Path, schema: &Schema, out: &Path) -> Result<Vec<TemplateError>, RunError> {
    let bytes = std::fs::read(file).map_err(|source| RunError::Io { path: file.to_owned(), source })?;
    let template = Template::load(&bytes, schema).map_err(|errors| RunError::Template {
        name: file.display().to_string(),
        errors: errors.iter().map(|error| (error.message(Lang::Zh), error.message(Lang::En))).collect(),
    })?;
    let faces = builtin::fonts().into_iter().map(|(name, bytes)| FontData::new(name, bytes.into_owned())).collect();
    let fonts = FontSet::new(faces).map_err(RunError::Font)?;
    let pdf_fonts = PdfFonts::new(&fonts).map_err(RunError::Embedding)?;
    let date = chrono::NaiveDate::from_ymd_opt(2026, 12, 14).unwrap_or_default();
    let laid = layout(&fill(&template, &sample(schema, 12)), &fonts, date);
    let info = DocumentInfo { title: schema.title.to_owned(), language: "zh-CN".into(), author: "scorebook".into(), date };
    let bytes = pdf::write(&laid.book, &pdf_fonts, &info).map_err(|error| RunError::Document {
        what: schema.title.to_owned(),
        branch: String::new(),
        error: error.to_string(),
    })?;
    write_file(out, &bytes)?;
    Ok(template.warnings().to_vec())
}
