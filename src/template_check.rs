//! `template check`: a template proved and printed with invented data.

use std::path::{Path, PathBuf};

use crate::diag::{Lang, Said};
use crate::forms::{Form, sample};
use crate::layout::Note;
use crate::pdf::PdfFonts;
use crate::publish::{write_files, write_own};
use crate::run::print::{About, print};
use crate::run::{RunError, load_fonts};
use crate::template::{Template, TemplateError};

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
pub fn check_template(file: &Path, form: &Form, members: usize, out: Option<&Path>, force: bool) -> Result<CheckedTemplate, RunError> {
    let bytes = std::fs::read(file).map_err(|source| RunError::Io { path: file.to_owned(), source })?;
    let template = Template::load(&bytes, &form.schema()).map_err(|errors| RunError::Template {
        name: file.display().to_string(),
        errors: errors.iter().map(|error| Said::new(error.message(Lang::Zh), error.message(Lang::En))).collect(),
    })?;
    // A template in a workspace stands beside the county's fonts.
    let fonts = load_fonts(&file.with_file_name("fonts"))?;
    let pdf_fonts = PdfFonts::new(&fonts).map_err(RunError::Embedding)?;
    let date = chrono::NaiveDate::from_ymd_opt(2026, 12, 14).unwrap_or_default();
    let about = About { form: form.title, title: form.title.to_owned(), unit: "", author: "scorebook", date };
    let printed = print(vec![(&template, sample(form, members))], (&fonts, &pdf_fonts), &about)?;
    let pdf = out.map_or_else(
        || file.with_extension("sample.pdf"),
        |out| if out == file { out.with_extension("sample.pdf") } else { out.to_owned() },
    );
    // The template itself is never written over.
    let xlsx = Some(pdf.with_extension("xlsx")).filter(|xlsx| xlsx != file).unwrap_or_else(|| file.with_extension("sample.xlsx"));
    let files = [(pdf.as_path(), printed.pdf.as_slice()), (&xlsx, &printed.xlsx)];
    if out.is_some() {
        write_files(&files, force)?;
    } else {
        // Nobody gave these names; whoever changes a template again and again need not say each time that last time's
        // sample may go. One that somebody drew on stays.
        write_own(&files, force)?;
    }
    Ok(CheckedTemplate { warnings: template.warnings().to_vec(), notes: printed.notes, pdf, xlsx })
}
