//! `scorebook init`: a new workspace.

use std::path::Path;

use serde_json::json;

use crate::setup;

use super::printer::Printer;

/// `scorebook init`: a new workspace.
pub fn init(printer: &Printer, dir: &Path, from: Option<&Path>) -> u8 {
    let made = match setup::init(dir, from, printer.lang()) {
        Ok(made) => made,
        Err(error) => {
            printer.fault(error.message(printer.lang()));
            return 2;
        }
    };
    let folder = made.folder.display().to_string();
    if printer.json() {
        let files = [crate::county::WORKBOOK, setup::REGISTER, setup::INBOX, setup::GUIDE];
        printer.record(&json!({
            "folder": folder, "year": made.year, "files": files, "branches": made.branches, "own_files": made.files, "lost": made.lost,
        }));
        return 0;
    }
    printer.line(printer.text("init-made", &[("folder", &folder)]));
    for key in ["init-settings", "init-register", "init-inbox", "init-note"] {
        printer.line(format!("  {}", printer.text(key, &[])));
    }
    if from.is_some() {
        let (branches, files) = (made.branches.to_string(), made.files.to_string());
        let year = made.year.map(|year| year.to_string()).unwrap_or_default();
        printer.line(printer.text("init-from", &[("branches", &branches), ("files", &files), ("year", &year)]));
    }
    if !made.lost.is_empty() {
        printer.line(printer.text("init-lost", &[("keys", &made.lost.join(" "))]));
    }
    printer.line(printer.text("init-next", &[("folder", &folder)]));
    0
}
