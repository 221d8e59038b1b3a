//! `scorebook merge`: results of several runs become one.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::merge;

use super::kept;
use super::printer::Printer;

/// `scorebook merge`: runs over disjoint branches become one result. 1 where branches are returned or missing.
pub fn merge(printer: &Printer, outs: &[PathBuf], out: &Path) -> u8 {
    let merged = match merge::merge(outs, out) {
        Ok(merged) => merged,
        Err(error) => {
            printer.fault(error.message(printer.lang()));
            return 2;
        }
    };
    let [accepted, returned, missing] = merged.branches;
    let folder = merged.folder.display().to_string();
    if printer.json() {
        let told = json!({ "folder": folder, "runs": merged.runs, "accepted": accepted, "returned": returned, "missing": missing, "absent": merged.absent });
        printer.record(&kept::add_to(told, &merged.kept));
    } else {
        let [accepted, returned, missing] = merged.branches.map(|count| count.to_string());
        let runs = merged.runs.to_string();
        printer
            .line(printer.text("merge-done", &[("runs", &runs), ("accepted", &accepted), ("returned", &returned), ("missing", &missing)]));
        if !merged.absent.is_empty() {
            printer.line(printer.text("merge-absent", &[("forms", &merged.absent.join("、"))]));
        }
        printer.line(printer.text("run-result", &[("folder", &folder)]));
        kept::print(printer, &merged.kept, "kept-changed");
    }
    u8::from(returned + missing > 0)
}
