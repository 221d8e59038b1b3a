//! One branch's workbook in every form in which branches send them; made by tests/cases/formats/make.py.

use std::path::{Path, PathBuf};

use scorebook::diag::{Finding, Severity};
use scorebook::report::result_row;
use scorebook::run::{BranchState, Options, Summary, check};

/// The folders of the case: each holds the workbook in one form.
fn forms() -> Vec<String> {
    let folders = std::fs::read_dir(case()).unwrap().filter_map(Result::ok).filter(|entry| entry.path().is_dir());
    let mut forms: Vec<String> = folders.map(|folder| folder.file_name().into_string().unwrap()).collect();
    forms.sort();
    assert!(forms.len() >= 11, "{forms:?}");
    forms
}

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
    let accepted = summary.resolved.states().zip(&county.register.branches).filter_map(|(state, branch)| match state {
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
    for form in &forms() {
        for program in [None, Some(env!("CARGO_BIN_EXE_scorebook"))] {
            let summary = run_on(form, program);
            let told: Vec<String> =
                summary.resolved.findings.iter().map(|finding| format!("{} {:?}", finding.code, finding.place)).collect();
            assert!(results(&summary) == expected, "{form}: {told:#?}");
            assert_eq!(warnings(&summary), warnings(&first), "{form}");
        }
    }
}

/// The case's county with these files of one branch.
fn run_on_files(files: &[(String, Vec<u8>)]) -> Summary {
    let county = tempfile::tempdir().unwrap();
    for name in ["scorebook.toml", "机构名册.xlsx"] {
        std::fs::copy(case().join(name), county.path().join(name)).unwrap();
    }
    for (name, bytes) in files {
        let path = county.path().join("inbox").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    check(&Options { workspace: county.path().to_owned(), ..Options::default() }, &|_, _, _| {}).unwrap()
}

/// Each CSV file of the case under a name made of its own and its number.
fn renamed(name: &dyn Fn(&str, usize) -> String) -> Vec<(String, Vec<u8>)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(case().join("csv")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let numbered = paths.iter().enumerate();
    numbered.map(|(at, path)| (name(&path.file_stem().unwrap().to_string_lossy(), at + 1), std::fs::read(path).unwrap())).collect()
}

#[test]
fn text_files_under_any_name_are_one_workbook() {
    let expected = results(&run_on("xlsx", None));
    let alias = |name: &str, _| {
        let name = name.replace("党员名册", "花名册").replace("民主测评", "民主测评表").replace("支部信息", "封面");
        format!("东1/{name}.csv")
    };
    let zipped = {
        let files = renamed(&|_, at| format!("表{at}.txt"));
        let parts: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        vec![("东1.zip".to_owned(), crate::support::zip(&parts))]
    };
    // All tables below one another in one file, the cover on top.
    let mut whole: Vec<u8> = Vec::new();
    let mut tables = renamed(&|name, _| name.to_owned());
    tables.sort_by_key(|(name, _)| !name.contains("支部信息"));
    for (_, bytes) in tables {
        whole.extend(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes));
        whole.extend(b"\n\n");
    }
    for (way, files) in [
        ("other names", renamed(&alias)),
        ("numbers in a folder", renamed(&|_, at| format!("东1/{at}.csv"))),
        ("numbers behind, at the top", renamed(&|_, at| format!("东1支部({at}).csv"))),
        ("some named", renamed(&|name, at| if at % 2 == 0 { format!("东1/{name}.csv") } else { format!("东1/新建文本文档{at}.txt") })),
        ("an archive", zipped),
        ("one file", vec![("导出.csv".to_owned(), whole)]),
    ] {
        let summary = run_on_files(&files);
        let told: Vec<String> = summary.resolved.findings.iter().map(|finding| format!("{} {:?}", finding.code, finding.place)).collect();
        assert!(results(&summary) == expected, "{way}: {told:#?}");
    }
}

#[test]
fn text_files_of_two_branches_are_never_put_together() {
    let mut files = renamed(&|_, at| format!("党委/{at}.csv"));
    let cover = files.iter().find(|(_, bytes)| String::from_utf8_lossy(bytes).contains("支部编码")).unwrap().1.clone();
    files.push(("党委/另.csv".to_owned(), String::from_utf8(cover).unwrap().replace("0101", "0102").into_bytes()));
    let summary = run_on_files(&files);
    assert_eq!(results(&summary), Vec::<serde_json::Value>::new());
    // Prose beside them is no part of them.
    let mut files = renamed(&|_, at| format!("党委/{at}.csv"));
    files.push(("党委/说明.txt".to_owned(), "同志们：请查收。".as_bytes().to_vec()));
    let summary = run_on_files(&files);
    assert!(!results(&summary).is_empty());
    let prose = summary.resolved.findings.iter().find(|finding| finding.place.file.as_deref() == Some("党委/说明.txt")).unwrap();
    assert_eq!(prose.code, scorebook::diag::Code::NotASpreadsheet);
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
