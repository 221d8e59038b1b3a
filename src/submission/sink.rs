use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::{CellRef, Code, Finding, Place, Severity};

/// Notes of one code on one sheet beyond this many are counted, not listed: a file typed as text throughout has
/// thousands of them, and a clerk needs one.
const NOTES_PER_SHEET: u32 = 20;

/// Code and sheet of a note.
type Kind = (Code, Option<Arc<str>>);

/// Collects the findings of one file.
pub struct Sink {
    file: Place,
    findings: Vec<Finding>,
    /// By code and sheet: how many there were, and where the last listed one is.
    notes: BTreeMap<Kind, (u32, usize)>,
}

impl Sink {
    pub fn new(file: &Arc<str>) -> Self {
        Self { file: Place::file(file), findings: Vec::new(), notes: BTreeMap::new() }
    }

    pub fn sheet(&self, sheet: &Arc<str>) -> Place {
        self.file.on_sheet(sheet)
    }

    pub fn cell(&self, sheet: &Arc<str>, row: u32, column: u16) -> Place {
        self.sheet(sheet).at(CellRef { row, column })
    }

    pub fn push(&mut self, finding: Finding) {
        if finding.severity() == Severity::Note {
            let seen = self.notes.entry((finding.code, finding.place.sheet.clone())).or_insert((0, 0));
            seen.0 += 1;
            if seen.0 > NOTES_PER_SHEET {
                return;
            }
            seen.1 = self.findings.len();
        }
        self.findings.push(finding);
    }

    /// How many findings there are.
    pub fn count(&self) -> usize {
        self.findings.len()
    }

    /// The findings; the last listed note of a kind says how many more there are.
    pub fn finish(mut self) -> Vec<Finding> {
        for (count, at) in self.notes.values() {
            if *count > NOTES_PER_SHEET {
                self.findings[*at].args.push(("more", (count - NOTES_PER_SHEET).to_string()));
            }
        }
        self.findings
    }
}
