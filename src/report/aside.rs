//! Files that were set aside, by branch, for the county's overview.

use std::collections::BTreeMap;

use crate::diag::{Code, Fact, Finding, Lang, title};

/// So many files are named in one cell; the rest is counted.
const NAMED: usize = 5;

/// Files of a branch that do not count, with what was found about each: by branch code and name.
pub fn set_aside(findings: &[Finding]) -> BTreeMap<&str, BTreeMap<&str, Code>> {
    let mut all: BTreeMap<&str, BTreeMap<&str, Code>> = BTreeMap::new();
    for finding in findings {
        let code = match (finding.code, &finding.branch_code) {
            (Code::SupersededSubmission | Code::IdenticalSubmission, Some(code)) => Some(code.as_ref()),
            // One of another committee's folder belongs to nobody; its value is the code that it bears.
            (Code::DuplicateSubmission, None) => finding.value.as_deref(),
            _ => None,
        };
        if let (Some(code), Some(file)) = (code, &finding.place.file) {
            all.entry(code).or_default().insert(file, finding.code);
        }
    }
    all
}

/// What is taken from each file of branches that sent several, in words: by branch code.
pub(super) fn joined(findings: &[Finding]) -> BTreeMap<&str, Vec<String>> {
    let mut all: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.code == Code::JoinedSubmission) {
        if let (Some(code), Some(file), Some(Fact::Units(units))) = (&finding.branch_code, &finding.place.file, &finding.fact) {
            all.entry(code).or_default().push(format!("{file}（{units}）"));
        }
    }
    all
}

/// A branch's files that do not count, as one cell.
pub(super) fn told(files: &BTreeMap<&str, Code>) -> String {
    let named: Vec<String> = files.iter().take(NAMED).map(|(file, code)| format!("{file}（{}）", title(*code, Lang::Zh))).collect();
    let more = if files.len() > NAMED { format!("；等 {} 个", files.len()) } else { String::new() };
    named.join("；") + &more
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Place;

    #[test]
    fn tells_which_files_do_not_count_and_why() {
        let finding = |code, branch: Option<&str>, file: &str| {
            let mut finding = Finding::new(code, Place::file(&file.into())).value("0101");
            finding.branch_code = branch.map(Into::into);
            finding
        };
        let findings = [
            finding(Code::SupersededSubmission, Some("0101"), "a.xlsx"),
            finding(Code::DuplicateSubmission, None, "b.xlsx"),
            finding(Code::DuplicateSubmission, Some("0102"), "c.xlsx"),
            finding(Code::NotANumber, Some("0101"), "d.xlsx"),
        ];
        let all = set_aside(&findings);
        assert_eq!(all.len(), 1);
        assert_eq!(told(&all["0101"]), "a.xlsx（没有采用，以另一份为准）；b.xlsx（同一支部多份报送表）");
    }
}
