//! `scorebook fill`: any table into any form.

use serde_json::json;

use crate::diag::Severity;
use crate::mail_merge::{FillOrder, FilledAll, fill_all};

use super::kept;
use super::printer::Printer;
use super::progress::watched;
use super::template::told;

/// So many faults are shown; the list of the documents has them all.
const SHOWN: usize = 20;

/// `scorebook fill`.
pub fn fill(printer: &Printer, order: &FillOrder) -> u8 {
    let made = match watched(printer, |progress| fill_all(order, progress)) {
        Ok(made) => made,
        Err(error) => {
            printer.fault(error.message(printer.lang()));
            return 2;
        }
    };
    if printer.json() {
        as_json(printer, &made);
    } else {
        as_text(printer, &made);
    }
    made.exit_code()
}

fn as_json(printer: &Printer, made: &FilledAll) {
    let lang = printer.lang();
    for one in &made.documents {
        let faults: Vec<&str> = one.faults.iter().map(|fault| fault.get(lang)).collect();
        let notes: Vec<String> = one.notes.iter().map(|note| told(printer, note)).collect();
        printer.record(&json!({ "document": one.name, "rows": one.rows.get(lang), "pages": one.pages, "made": faults.is_empty(),
            "faults": faults, "notes": notes }));
    }
    let all = |said: &[crate::diag::Said]| said.iter().map(|one| one.get(lang).to_owned()).collect::<Vec<_>>();
    let pages: usize = made.documents.iter().map(|one| one.pages).sum();
    let warnings: Vec<String> = made.warnings.iter().map(|warning| warning.message(lang)).collect();
    let line = json!({ "folder": made.folder.display().to_string(), "documents": made.made(), "not_made": made.documents.len() - made.made(),
        "pages": pages, "faults": all(&made.faults), "notes": all(&made.notes), "warnings": warnings });
    printer.record(&kept::add_to(line, &made.kept));
}

fn as_text(printer: &Printer, made: &FilledAll) {
    let lang = printer.lang();
    for warning in &made.warnings {
        printer.marked(Severity::Warning, &warning.message(lang));
    }
    for note in &made.notes {
        printer.marked(Severity::Note, note.get(lang));
    }
    let of_documents = made.documents.iter().flat_map(|one| {
        one.faults
            .iter()
            .map(|fault| printer.text("fill-not-made", &[("name", &one.name), ("rows", one.rows.get(lang)), ("why", fault.get(lang))]))
    });
    let faults: Vec<String> = made.faults.iter().map(|fault| fault.get(lang).to_owned()).chain(of_documents).collect();
    for fault in faults.iter().take(SHOWN) {
        printer.marked(Severity::Error, fault);
    }
    if faults.len() > SHOWN {
        printer.line(printer.text("fill-more", &[("count", &(faults.len() - SHOWN).to_string())]));
    }
    let noted: Vec<String> =
        made.documents.iter().flat_map(|one| one.notes.iter().map(|note| format!("{}: {}", one.name, told(printer, note)))).collect();
    for note in noted.iter().take(SHOWN) {
        printer.marked(Severity::Note, note);
    }
    if noted.len() > SHOWN {
        printer.line(printer.text("fill-more-notes", &[("count", &(noted.len() - SHOWN).to_string())]));
    }
    let pages: usize = made.documents.iter().map(|one| one.pages).sum();
    let missing = made.documents.len() - made.made();
    let missing = if missing == 0 { String::new() } else { missing.to_string() };
    let values = [("count", made.made().to_string()), ("pages", pages.to_string()), ("missing", missing)];
    printer.line(printer.text("fill-done", &values.each_ref().map(|(key, value)| (*key, value.as_str()))));
    printer.line(printer.text("fill-folder", &[("folder", &made.folder.display().to_string())]));
    kept::print(printer, &made.kept, "kept-handout");
}
