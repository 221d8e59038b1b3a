//! Collects the findings of one file: gives them their place and counts repeated ones instead of listing all.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diag::{CellRef, Code, Finding, Place, Severity};

/// Notes of one code on one sheet beyond this many are counted, not listed: a file typed as text throughout has
/// thousands of them, and a clerk needs one.
const NOTES_PER_SHEET: u32 = 20;

/// Errors and warnings are to be put right one by one; but a sheet with more of one code than this is not what it
/// should be, and a file of a hundred thousand wrong cells must not fill the memory with words.
const FAULTS_PER_SHEET: u32 = 500;

/// Code and sheet of a finding.
type Kind = (Code, Option<Arc<str>>);

/// Collects the findings of one file.
pub struct Sink {
    file: Place,
    findings: Vec<Finding>,
    /// By code and sheet: how many there were, and where the last listed one is.
    seen: BTreeMap<Kind, (u32, usize)>,
    /// Of what is told only once: code and place.
    once: BTreeSet<(Code, Place)>,
}

impl Sink {
    pub fn new(file: &Arc<str>) -> Self {
        Self { file: Place::file(file), findings: Vec::new(), seen: BTreeMap::new(), once: BTreeSet::new() }
    }

    pub fn sheet(&self, sheet: &Arc<str>) -> Place {
        self.file.on_sheet(sheet)
    }

    pub fn cell(&self, sheet: &Arc<str>, row: u32, column: u16) -> Place {
        self.sheet(sheet).at(CellRef { row, column })
    }

    pub fn push(&mut self, finding: Finding) {
        let seen = self.seen.entry((finding.code, finding.place.sheet.clone())).or_insert((0, 0));
        seen.0 += 1;
        if seen.0 > most(finding.code) {
            return;
        }
        seen.1 = self.findings.len();
        self.findings.push(finding);
    }

    /// The same, unless it was told of this place.
    pub fn push_once(&mut self, finding: Finding) {
        if self.once.insert((finding.code, finding.place.clone())) {
            self.push(finding);
        }
    }

    /// True where something of this code is told of the place.
    pub fn told(&self, code: Code, place: &Place) -> bool {
        self.findings.iter().any(|finding| finding.code == code && finding.place == *place)
    }

    /// How many findings there are.
    pub fn count(&self) -> usize {
        self.findings.len()
    }

    /// The findings; the last listed of a kind says how many more there are.
    pub fn finish(mut self) -> Vec<Finding> {
        for ((code, _), (count, at)) in &self.seen {
            if *count > most(*code) {
                self.findings[*at].args.push(("more", (count - most(*code)).to_string()));
            }
        }
        self.findings
    }
}

fn most(code: Code) -> u32 {
    if code.severity() == Severity::Note { NOTES_PER_SHEET } else { FAULTS_PER_SHEET }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Lang;

    #[test]
    fn too_many_of_a_kind_are_counted() {
        let mut sink = Sink::new(&"a.xlsx".into());
        for row in 0..2500 {
            sink.push(Finding::new(Code::NotANumber, sink.cell(&"积分登记".into(), row, 3)).value("x"));
            sink.push(Finding::new(Code::TextNumber, sink.cell(&"积分登记".into(), row, 4)));
        }
        let findings = sink.finish();
        assert_eq!(findings.len(), 520);
        let last = findings.last().expect("some");
        assert!(last.message(Lang::Zh).contains("2000") && last.message(Lang::En).contains("2000"), "{}", last.message(Lang::Zh));
    }
}
