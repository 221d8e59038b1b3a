//! What was found: `findings.jsonl`, one object a finding, and 问题清单.

use std::collections::BTreeMap;

use serde::Serialize;

use super::county::{Overview, column, place, place_columns, sheet, text};
use crate::county::Branch;
use crate::diag::{Finding, Lang, Severity, severity_word};
use crate::table::{Value, Workbook};

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

/// 问题清单: errors and warnings on the first sheet, notes on the second.
pub fn findings_workbook(overview: &Overview<'_>, lang: Lang) -> Workbook {
    let names: BTreeMap<&str, &Branch> = overview.branches.iter().map(|line| (line.branch.code.as_str(), line.branch)).collect();
    let rows = |wanted: &dyn Fn(Severity) -> bool| -> Vec<Vec<Value>> {
        overview
            .findings
            .iter()
            .filter(|finding| wanted(finding.severity()))
            .map(|finding| {
                let code = finding.branch_code.as_deref().unwrap_or_default();
                let branch = names.get(code);
                let mut row = vec![
                    text(severity_word(finding.severity(), lang)),
                    branch.map_or(Value::Empty, |branch| text(&branch.committee)),
                    text(code),
                ];
                row.push(branch.map_or(Value::Empty, |branch| text(&branch.name)));
                row.extend(place(finding));
                row.extend([text(finding.message(lang)), text(finding.hint(lang)), text(finding.code.word())]);
                row
            })
            .collect()
    };
    let columns = || {
        let mut columns = vec![column("级别", 8.0), column("上级党组织", 18.0), column("支部编码", 12.0), column("支部名称", 22.0)];
        columns.extend(place_columns());
        columns.extend([column("问题", 46.0), column("修改意见", 46.0), column("代码", 22.0)]);
        columns
    };
    let mut sheets = vec![sheet(overview, "问题清单", "问题清单", columns(), rows(&|severity| severity != Severity::Note))];
    sheets.push(sheet(overview, "提示", "提示（不影响通过）", columns(), rows(&|severity| severity == Severity::Note)));
    Workbook {
        title: format!("{} {} 问题清单", overview.issuer.county, overview.issuer.run.zh()),
        author: overview.issuer.name.clone(),
        date: overview.issuer.date,
        sheets,
    }
}
