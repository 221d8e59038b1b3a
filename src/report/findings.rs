//! `findings.jsonl`: one object a finding.

use serde::Serialize;

use crate::diag::{Finding, Lang};

/// One line of `findings.jsonl`.
#[derive(Clone, Debug, Serialize)]
pub struct FindingRow {
    code: &'static str,
    severity: &'static str,
    branch_code: Option<String>,
    file: Option<String>,
    sheet: Option<String>,
    cell: Option<String>,
    value: Option<String>,
    message: String,
    hint: String,
}

/// A finding as it is written, in the language of the files.
pub fn finding_row(finding: &Finding, lang: Lang) -> FindingRow {
    FindingRow {
        code: finding.code.word(),
        severity: finding.severity().word(),
        branch_code: finding.branch_code.as_deref().map(str::to_owned),
        file: finding.place.file.as_deref().map(str::to_owned),
        sheet: finding.place.sheet.as_deref().map(str::to_owned),
        cell: finding.place.cell.map(|cell| cell.to_string()),
        value: finding.value.clone(),
        message: finding.message(lang),
        hint: finding.hint(lang),
    }
}
