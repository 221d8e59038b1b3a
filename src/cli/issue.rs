//! `scorebook issue`: blank workbooks to hand out.

use std::path::Path;

use crate::diag::Severity;
use crate::issue::{self, Ballots};
use crate::run::Options;

use super::kept;
use super::printer::Printer;
use super::progress::watched;

/// `scorebook issue`: blank workbooks to hand out.
pub fn issue(printer: &Printer, options: &Options, roster_from: Option<&Path>, ballots: Option<Ballots>) -> u8 {
    match watched(printer, |progress| issue::issue(options, roster_from, ballots, progress)) {
        Ok(issued) => {
            let (folder, workbooks) = (issued.folder.display().to_string(), issued.workbooks.to_string());
            if printer.json() {
                let line = serde_json::json!({ "folder": folder, "workbooks": issued.workbooks, "ballots": issued.ballots, "rosters": issued.rosters,
                    "rows": issued.source.rows, "with_ids": issued.source.with_ids, "no_category": issued.source.no_category,
                    "why": issued.source.why.as_ref().map(|why| why.get(printer.lang())) });
                printer.record(&kept::add_to(line, &issued.kept));
            } else {
                printer.line(printer.text("issue-written", &[("dir", &folder), ("workbooks", &workbooks)]));
                if ballots.is_some() {
                    printer.line(printer.text("issue-ballots", &[("count", &issued.ballots.to_string())]));
                }
                if roster_from.is_some() {
                    let source = &issued.source;
                    let values =
                        [("rosters", issued.rosters), ("workbooks", issued.workbooks), ("rows", source.rows), ("ids", source.with_ids)];
                    let values = values.map(|(key, count)| (key, count.to_string()));
                    printer.line(printer.text("issue-rosters", &values.each_ref().map(|(key, count)| (*key, count.as_str()))));
                    if source.with_ids == 0 {
                        printer.marked(Severity::Warning, &printer.text("issue-no-ids", &[]));
                    }
                    if source.no_category > 0 {
                        let count = source.no_category.to_string();
                        printer.marked(Severity::Warning, &printer.text("issue-no-categories", &[("count", &count)]));
                    }
                    if let Some(why) = &source.why {
                        printer.marked(Severity::Warning, why.get(printer.lang()));
                    }
                } else if issued.rosters == 0 {
                    printer.marked(Severity::Note, &printer.text("issue-blank", &[]));
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
