//! What people had in a folder that is written into, said in the same words by every command that writes.

use serde_json::{Value, json};

use crate::publish::Kept;

use super::printer::Printer;

/// Most names on one line.
const NAMED: usize = 5;

/// Says what people had in a folder and what became of it; nothing where there was nothing.
pub fn print(printer: &Printer, kept: &Kept, renamed: &str) {
    if kept.foreign > 0 {
        printer.line(printer.text("kept-foreign", &[("count", &kept.foreign.to_string())]));
    }
    if !kept.renamed.is_empty() {
        let more = if kept.renamed.len() > NAMED { " …" } else { "" };
        let names = kept.renamed.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join("  ");
        printer.line(printer.text(renamed, &[("count", &kept.renamed.len().to_string()), ("names", &format!("{names}{more}"))]));
    }
    if let Some(folder) = &kept.left {
        printer.line(printer.text("kept-left", &[("folder", &folder.display().to_string())]));
    }
}

/// The same as values, beside others of the command.
pub fn add_to(mut values: Value, kept: &Kept) -> Value {
    values["foreign"] = json!(kept.foreign);
    values["renamed"] = json!(kept.renamed);
    values["left"] = json!(kept.left.as_ref().map(|folder| folder.display().to_string()));
    values
}
