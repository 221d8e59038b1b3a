//! What was published before, and last year's results, beside a run of today.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use scorebook::diag::{Code, Lang};
use scorebook::period::RunPeriod;
use scorebook::rollup::UnusualKind;
use scorebook::run::{Options, RunError, Summary, run};
use scorebook::sheet::{self, Content, Limits};
use serde_json::Value;

use crate::support::Workdir;

fn attempt(root: &Path, period: &str, forms: &[&str], last_year: Option<PathBuf>) -> Result<Summary, RunError> {
    let options = Options {
        workspace: root.to_owned(),
        period: RunPeriod::parse(period),
        forms: Some(forms.iter().map(|form| (*form).to_owned()).collect()),
        last_year,
        ..Options::default()
    };
    run(&options, &|_, _, _| {})
}

fn ran(root: &Path, period: &str, forms: &[&str]) -> Summary {
    attempt(root, period, forms, None).unwrap_or_else(|error| panic!("{}", error.message(Lang::En)))
}

fn changed(summary: &Summary) -> Vec<(String, String)> {
    let findings = summary.resolved.findings.iter().filter(|finding| finding.code == Code::ChangedAfterPublication);
    findings.map(|finding| (finding.value.clone().unwrap(), finding.message(Lang::Zh))).collect()
}

fn bytes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file());
    files.map(|entry| (entry.path().to_owned(), std::fs::read(entry.path()).unwrap())).collect()
}

/// Texts and numbers of a sheet, row by row.
fn table(file: &Path, name: &str) -> Vec<Vec<String>> {
    let book = sheet::read("x.xlsx", &std::fs::read(file).unwrap(), &Limits::default()).unwrap();
    let sheet = book.sheets.iter().find(|sheet| &*sheet.name == name).unwrap_or_else(|| panic!("no sheet {name}"));
    let cell = |content: &Content| match content {
        Content::Text(text) => text.to_string(),
        Content::Number(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    sheet.rows.iter().map(|row| row.cells.iter().map(|one| cell(&one.content)).collect()).collect()
}

fn rows(file: &Path) -> Vec<Value> {
    std::fs::read_to_string(file).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn write_rows(file: &Path, rows: &[Value]) {
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let mut text = String::new();
    for row in rows {
        text.push_str(&row.to_string());
        text.push('\n');
    }
    std::fs::write(file, text).unwrap();
}

#[test]
fn a_published_score_that_changed_is_told_with_old_and_new() {
    let root = Workdir::copy_of("clean-community-4");
    let out = root.path().join("out");
    ran(root.path(), "2026H1", &[]);
    let untouched = ran(root.path(), "2026", &[]);
    assert_eq!(changed(&untouched), [], "nothing changed");
    assert_eq!(untouched.resolved.comparison.inputs.len(), 1);

    // As if the first member had been published with one point less, another not at all, and one had left the roster.
    let published = out.join("2026H1/results.jsonl");
    let mut then = rows(&published);
    let members: Vec<String> = then.iter().take(2).map(|row| row["name"].as_str().unwrap().to_owned()).collect();
    let now = then[0]["total"].as_str().unwrap().to_owned();
    then[0]["total"] = "1.00".into();
    let mut gone = then[1].clone();
    gone["name"] = "离去人".into();
    gone["seq"] = 99.into();
    then[1] = gone;
    write_rows(&published, &then);

    let summary = ran(root.path(), "2026", &["board"]);
    let first = bytes(&out.join("2026"));
    let told = changed(&summary);
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told.contains(&(members[0].clone(), format!("“{}”公布后的积分有变动：上半年 1.00→{now}", members[0]))), "{told:?}");
    assert!(told.iter().any(|(name, text)| *name == members[1] && text.contains("上半年 —→")), "{told:?}");
    assert!(told.iter().any(|(name, text)| name == "离去人" && text.contains("→—")), "{told:?}");

    let sheet = table(&out.join("2026/全县汇总.xlsx"), "变更");
    let row = sheet.iter().find(|row| row.contains(&members[0])).unwrap();
    assert!(row.contains(&"上半年".to_owned()) && row.contains(&"1".to_owned()) && row.contains(&"更正".to_owned()), "{row:?}");

    let board = walkdir::WalkDir::new(out.join("2026/支部")).into_iter().map(Result::unwrap);
    let board = board.filter(|entry| entry.file_name() == "考核公示栏.xlsx").min_by_key(|entry| entry.path().to_owned()).unwrap();
    let book = sheet::read("x.xlsx", &std::fs::read(board.path()).unwrap(), &Limits::default()).unwrap();
    let texts: String = table(board.path(), &book.sheets[0].name).concat().concat();
    assert!(texts.contains(&format!("更正：上半年 1.00→{now}")), "{texts}");
    assert!(texts.contains("更正：离去人 上半年"), "{texts}");

    let manifest: Value = serde_json::from_slice(&std::fs::read(out.join("2026/manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["compared"][0]["file"], "2026H1/results.jsonl");
    assert_eq!(manifest["compared"][0]["sha256"].as_str().unwrap().len(), 64);

    ran(root.path(), "2026", &["board"]);
    assert!(bytes(&out.join("2026")) == first, "a run is not compared with its own result");

    // Running the earlier period again publishes the correction.
    assert_eq!(changed(&ran(root.path(), "2026H1", &[])), []);
    assert_eq!(changed(&ran(root.path(), "2026", &[])), []);

    std::fs::write(&published, "no result\n").unwrap();
    let error = attempt(root.path(), "2026", &[], None).unwrap_err();
    assert!(error.message(Lang::En).contains("line 1"), "{}", error.message(Lang::En));
}

#[test]
fn last_year_may_be_a_result_or_a_folder_of_results() {
    let root = Workdir::copy_of("clean-register-60");
    ran(root.path(), "2026", &[]);
    let mut then = rows(&root.path().join("out/2026/results.jsonl"));
    let branch = then[0]["branch_code"].as_str().unwrap().to_owned();
    for row in &mut then {
        row["year"] = 2025.into();
        row["period"] = "2025".into();
        if row["branch_code"] == branch.as_str() && !row["total"].is_null() {
            row["total"] = "20.00".into();
        }
    }
    let elsewhere = tempfile::tempdir().unwrap();
    for (place, given) in [("a/results.jsonl", "a"), ("b/2025/results.jsonl", "b")] {
        write_rows(&elsewhere.path().join(place), &then);
        let summary = attempt(root.path(), "2026", &[], Some(elsewhere.path().join(given)))
            .unwrap_or_else(|error| panic!("{}", error.message(Lang::En)));
        let unusual: Vec<(usize, UnusualKind)> = summary.resolved.comparison.unusual.iter().map(|one| (one.branch, one.kind)).collect();
        assert_eq!(unusual, [(0, UnusualKind::Mean)], "{given}");
        let sheet = table(&root.path().join("out/2026/全县汇总.xlsx"), "异常");
        let row = sheet.iter().find(|row| row.contains(&branch)).unwrap();
        assert!(row.contains(&"平均分与上年相差大".to_owned()) && row.contains(&"20.00".to_owned()), "{row:?}");
    }
    let error = attempt(root.path(), "2026Q3", &[], Some(elsewhere.path().join("b"))).unwrap_err();
    assert!(error.message(Lang::En).contains("2025Q3"), "{}", error.message(Lang::En));
    assert!(attempt(root.path(), "2026", &[], Some(elsewhere.path().join("nothing"))).is_err());
}
