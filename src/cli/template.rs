//! `scorebook template`: forms listed, exported, checked, and the fields they may name.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::builtin;
use crate::diag::{CellRef, Lang, Severity};
use crate::form::data::{Datum, Direction, Field, List};
use crate::forms::{FORMS, Form};
use crate::layout::Note;
use crate::run;
use crate::template_check;

use super::printer::{Printer, pad};

fn form(printer: &Printer, name: &str) -> Option<&'static Form> {
    let found = Form::named(name);
    if found.is_none() {
        let all: Vec<&str> = FORMS.iter().map(|form| form.id).collect();
        printer.fault(printer.text("template-unknown", &[("form", name), ("all", &all.join(" "))]));
    }
    found
}

/// `scorebook template list`.
pub fn list(printer: &Printer) -> u8 {
    for form in FORMS {
        if printer.json() {
            printer.record(&json!({ "form": form.id, "title": form.title }));
        } else {
            printer.line(format!("{} {}", pad(form.id, 14), form.title));
        }
    }
    0
}

/// `scorebook template fields`.
pub fn fields(printer: &Printer, name: &str) -> u8 {
    let Some(form) = form(printer, name) else { return 2 };
    let schema = form.schema();
    for field in &schema.fields {
        field_line(printer, &format!("{{{}}}", field.name), field);
    }
    let columns: Vec<&str> = schema.lists.iter().filter(|list| list.direction == Direction::Columns).map(|list| list.name).collect();
    for list in &schema.lists {
        list_lines(printer, list, &columns);
    }
    0
}

fn list_lines(printer: &Printer, list: &List, columns: &[&str]) {
    for field in &list.fields {
        let placeholder = match list.direction {
            Direction::Columns => format!("{{>{}.{}}}", list.name, field.name),
            Direction::Rows => format!("{{{}.{}}}", list.name, field.name),
        };
        field_line(printer, &placeholder, field);
    }
    // A field of a named list stands behind that list's name.
    let own = if list.name.is_empty() { "." } else { list.name };
    let nested = |inner: &List| if list.name.is_empty() { format!(".{}", inner.name) } else { format!("{}.{}", list.name, inner.name) };
    for inner in &list.lists {
        for field in &inner.fields {
            let placeholder = if columns.contains(&inner.name) {
                format!("{{{own}>{}}}", field.name)
            } else {
                format!("{{{}.{}}}", nested(inner), field.name)
            };
            field_line(printer, &placeholder, field);
        }
        for field in inner.lists.iter().flat_map(|innermost| &innermost.fields) {
            field_line(printer, &format!("{{{}>{}}}", nested(inner), field.name), field);
        }
    }
}

fn field_line(printer: &Printer, placeholder: &str, field: &Field) {
    let meaning = if printer.lang() == Lang::Zh { field.zh } else { field.en };
    let example = match &field.example {
        Datum::Empty | Datum::Picture(_) => String::new(),
        Datum::Text(text) | Datum::Class { name: text, .. } => text.clone(),
        Datum::Number { value, .. } => value.to_string(),
        Datum::Date(date) => date.to_string(),
    };
    if printer.json() {
        printer.record(&json!({ "field": placeholder, "meaning": meaning, "example": example }));
    } else {
        printer.hanging(&format!("{} ", pad(placeholder, 24)), &format!("{} {example}", pad(meaning, 40)), &" ".repeat(25));
    }
}

/// `scorebook template check`: the form goes by `--form`, else by the file's name.
pub fn check(printer: &Printer, file: &Path, name: Option<&str>, members: usize, out: Option<&Path>, force: bool) -> u8 {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let Some(form) = form(printer, name.unwrap_or_else(|| form_in(&stem))) else { return 2 };
    match template_check::check_template(file, form, members, out, force) {
        Ok(checked) if printer.json() => {
            let lang = printer.lang();
            let warning = |sheet: &str, cell: Option<CellRef>, message: String| json!({ "sheet": sheet, "cell": cell.map(|cell| cell.to_string()), "message": message });
            let warnings = checked.warnings.iter().map(|one| warning(&one.sheet, one.cell, one.kind.text(lang)));
            let warnings: Vec<_> = warnings.collect();
            let notes: Vec<String> = checked.notes.iter().map(|note| told(printer, note)).collect();
            printer.record(&json!({ "file": file.display().to_string(), "form": form.id, "pdf": checked.pdf.display().to_string(),
                "xlsx": checked.xlsx.display().to_string(), "warnings": warnings, "notes": notes }));
            0
        }
        Ok(checked) => {
            for warning in &checked.warnings {
                printer.marked(Severity::Warning, &warning.message(printer.lang()));
            }
            for note in &checked.notes {
                printer.marked(Severity::Note, &told(printer, note));
            }
            let (file, pdf, xlsx) = (file.display().to_string(), checked.pdf.display().to_string(), checked.xlsx.display().to_string());
            printer.line(printer.text("template-good", &[("file", &file), ("pdf", &pdf), ("xlsx", &xlsx)]));
            0
        }
        Err(error) => {
            printer.fault(error.message(printer.lang()));
            2
        }
    }
}

/// `board` of `board-A4-register-60`: the longest beginning that names a form, else the first word.
fn form_in(stem: &str) -> &str {
    let beginnings = std::iter::successors(Some(stem), |name| Some(name.rsplit_once('-')?.0));
    let mut last = stem;
    for name in beginnings {
        if Form::named(name).is_some() {
            return name;
        }
        last = name;
    }
    last
}

/// What the layout of the sample has to tell.
pub(super) fn told(printer: &Printer, note: &Note) -> String {
    let place = |sheet: &str, cell: Option<(u32, u16)>| {
        cell.map_or_else(|| sheet.to_owned(), |(row, column)| format!("{sheet}!{}", CellRef { row, column }))
    };
    let code = |character: char| format!("U+{:04X}", u32::from(character));
    match note {
        Note::MissingCharacter { character, sheet, cell } => printer.text(
            "template-missing-character",
            &[("place", &place(sheet, *cell)), ("character", &character.to_string()), ("code", &code(*character))],
        ),
        Note::ReplacedCharacter { character, replacement, sheet, cell } => printer.text(
            "template-replaced-character",
            &[("place", &place(sheet, Some(*cell))), ("code", &code(*character)), ("replacement", &replacement.to_string())],
        ),
        Note::DoesNotFit { sheet, cell } => printer.text("template-does-not-fit", &[("place", &place(sheet, Some(*cell)))]),
    }
}

/// `scorebook template export`.
pub fn export(printer: &Printer, name: &str, out: Option<&Path>, force: bool) -> u8 {
    let Some(form) = form(printer, name) else { return 2 };
    let out: PathBuf = out.map_or_else(|| PathBuf::from(format!("{}.xlsx", form.id)), Path::to_owned);
    let Some(bytes) = builtin::form(form.id) else { return 2 };
    match crate::publish::write_file(&out, &bytes, force) {
        Ok(()) if printer.json() => {
            printer.record(&json!({ "form": form.id, "file": out.display().to_string() }));
            0
        }
        Ok(()) => {
            printer.line(printer.text("template-written", &[("file", &out.display().to_string())]));
            0
        }
        Err(error) => {
            printer.fault(run::RunError::from(error).message(printer.lang()));
            2
        }
    }
}
