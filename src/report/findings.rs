//! What was found: `findings.jsonl`, one object a finding, and 问题清单.

use std::collections::BTreeMap;

use serde::Serialize;

use super::county::{Overview, column, place, place_columns, sheet, text};
use crate::county::Branch;
use crate::diag::{Finding, Lang, Severity, severity_word};
use crate::table::{Column, Sheet, Value, Workbook};

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
    let said = |zh: &'static str, en: &'static str| if lang == Lang::Zh { zh } else { en };
    let columns = || {
        let mut columns = vec![
            column(said("级别", "Severity"), 8.0),
            column(said("上级党组织", "Committee"), 18.0),
            column(said("支部编码", "Code"), 12.0),
            column(said("支部名称", "Branch"), 22.0),
        ];
        let places = ["File", "Sheet", "Cell", "Written"];
        columns.extend(
            place_columns().into_iter().zip(places).map(|(zh, en)| if lang == Lang::Zh { zh } else { Column { heading: en.into(), ..zh } }),
        );
        columns.extend([
            column(said("问题", "Finding"), 46.0),
            column(said("修改意见", "What to do"), 46.0),
            column(said("代码", "Word"), 22.0),
        ]);
        columns
    };
    let one = |(name, title): (&str, &str), rows: Vec<Vec<Value>>| {
        let made = sheet(overview, name, title, columns(), if rows.is_empty() { vec![vec![said("无", "none").into()]] } else { rows });
        let title = format!("{} {}: {title}", overview.issuer.county, overview.issuer.run);
        if lang == Lang::Zh { made } else { Sheet { title: Some(title), ..made } }
    };
    let (listed, notes) = match lang {
        Lang::Zh => (("问题清单", "问题清单"), ("提示", "提示（不影响通过）")),
        Lang::En => (("Findings", "findings"), ("Notes", "notes, which return nothing")),
    };
    let sheets = vec![one(listed, rows(&|severity| severity != Severity::Note)), one(notes, rows(&|severity| severity == Severity::Note))];
    Workbook {
        title: match lang {
            Lang::Zh => format!("{} {} 问题清单", overview.issuer.county, overview.issuer.run.zh()),
            Lang::En => format!("{} {}: findings", overview.issuer.county, overview.issuer.run),
        },
        author: overview.issuer.name.clone(),
        date: overview.issuer.date,
        sheets,
    }
}
