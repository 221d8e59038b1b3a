//! `scorebook issue`: blank workbooks to hand out.

use std::path::Path;

use crate::issue;
use crate::run::Options;

use super::kept;
use super::printer::Printer;
use super::progress::watched;

/// `scorebook issue`: blank workbooks to hand out.
pub fn issue(printer: &Printer, options: &Options, roster_from: Option<&Path>) -> u8 {
    match watched(printer, |progress| issue::issue(options, roster_from, progress)) {
        Ok(issued) => {
            let (folder, workbooks) = (issued.folder.display().to_string(), issued.workbooks.to_string());
            if printer.json() {
                let line = serde_json::json!({ "folder": folder, "workbooks": issued.workbooks, "rosters": issued.rosters });
                printer.record(&kept::add_to(line, &issued.kept));
            } else {
                printer.line(printer.text("issue-written", &[("dir", &folder), ("workbooks", &workbooks)]));
                if roster_from.is_some() {
                    printer.line(printer.text("issue-rosters", &[("rosters", &issued.rosters.to_string()), ("workbooks", &workbooks)]));
                }
                kept::print(printer, &issued.kept, "kept-handout");
            }
            0
        }
        Err(error) => {
            printer.fault(error.message(printer.lang()));
            2
        }
    }
}
