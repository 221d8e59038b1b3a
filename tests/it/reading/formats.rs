//! One branch's workbook in every form in which branches send them; made by tests/cases/formats/make.py.

use std::path::{Path, PathBuf};

use scorebook::diag::{Finding, Severity};
use scorebook::report::result_row;
use scorebook::run::{BranchState, Options, Summary, check};

const FORMS: [&str; 11] = ["xlsx", "xls", "et", "ods", "xlsb", "zip", "gbk-zip", "html", "csv", "csv-gbk", "xml2003"];

fn case() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/formats")
}

/// The case's county with one folder of it as its inbox.
fn run_on(form: &str, program: Option<&str>) -> Summary {
    let county = tempfile::tempdir().unwrap();
    let configuration = std::fs::read_to_string(case().join("scorebook.toml")).unwrap();
    let inbox = case().join(form).display().to_string();
    let configuration = configuration.replace("\"inbox\"", &format!("{inbox:?}"));
    std::fs::write(county.path().join("scorebook.toml"), configuration).unwrap();
    std::fs::copy(case().join("机构名册.xlsx"), county.path().join("机构名册.xlsx")).unwrap();
    let options = Options { workspace: county.path().to_owned(), program: program.map(PathBuf::from), ..Options::default() };
    check(&options, &|_, _, _| {}).unwrap()
}

fn results(summary: &Summary) -> Vec<serde_json::Value> {
    let county = &summary.county;
    let accepted = summary.resolved.branches.iter().zip(&county.register.branches).filter_map(|(state, branch)| match state {
        BranchState::Accepted(card) => Some((card, branch)),
        _ => None,
    });
    accepted
        .flat_map(|(card, branch)| {
            let row = |outcome| serde_json::to_value(result_row(branch, &card.submission, &county.schemes, outcome, county.run)).unwrap();
            card.outcomes.iter().map(row).collect::<Vec<_>>()
        })
        .collect()
}

/// What a clerk is to see to, apart from the file's name.
fn warnings(summary: &Summary) -> Vec<String> {
    let told = |finding: &Finding| format!("{} {:?} {:?} {:?}", finding.code, finding.place.sheet, finding.place.cell, finding.value);
    summary.resolved.findings.iter().filter(|finding| finding.severity() != Severity::Note).map(told).collect()
}

#[test]
fn every_form_of_a_workbook_gives_the_same_results() {
    let first = run_on("xlsx", None);
    let expected = results(&first);
    assert!(expected.len() > 5, "{:?}", first.resolved.findings);
    for form in FORMS {
        for program in [None, Some(env!("CARGO_BIN_EXE_scorebook"))] {
            let summary = run_on(form, program);
            let told: Vec<String> =
                summary.resolved.findings.iter().map(|finding| format!("{} {:?}", finding.code, finding.place)).collect();
            assert!(results(&summary) == expected, "{form}: {told:#?}");
            assert_eq!(warnings(&summary), warnings(&first), "{form}");
        }
    }
}

#[test]
fn findings_in_a_set_of_files_name_the_file() {
    let county = tempfile::tempdir().unwrap();
    let inbox = county.path().join("inbox/一支部");
    std::fs::create_dir_all(&inbox).unwrap();
    for entry in std::fs::read_dir(case().join("csv")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let text = if path.to_string_lossy().contains("党员名册") { text.replacen("1946-05-27", "1946-15-27", 1) } else { text };
        std::fs::write(inbox.join(path.file_name().unwrap()), text).unwrap();
    }
    for name in ["scorebook.toml", "机构名册.xlsx"] {
        std::fs::copy(case().join(name), county.path().join(name)).unwrap();
    }
    let summary = check(&Options { workspace: county.path().to_owned(), ..Options::default() }, &|_, _, _| {}).unwrap();
    let finding =
        summary.resolved.findings.iter().find(|finding| finding.severity() == Severity::Error && finding.place.cell.is_some()).unwrap();
    assert_eq!(finding.place.file.as_deref(), Some("一支部/第一东1支部-党员名册.csv"));
    assert_eq!(finding.place.cell.map(|cell| cell.to_string()).as_deref(), Some("F2"));
    assert_eq!(summary.resolved.inputs.len(), 6);
}
