//! What was published before, and last year's results, beside a run of today.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use scorebook::diag::{Code, Lang};
use scorebook::digest;
use scorebook::period::{Period, RunPeriod};
use scorebook::post::PostOrder;
use scorebook::rollup::UnusualKind;
use scorebook::run::{self, Options, RunError, Summary};
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
    run::run(&options, &|_, _, _| {})
}

fn ran(root: &Path, period: &str, forms: &[&str]) -> Summary {
    attempt(root, period, forms, None).unwrap_or_else(|error| panic!("{}", error.message(Lang::En)))
}

fn changed(summary: &Summary) -> Vec<(String, String)> {
    let findings = summary.resolved.findings.iter().filter(|finding| finding.code == Code::ChangedAfterPublication);
    findings.map(|finding| (finding.value.clone().unwrap_or_default(), finding.message(Lang::Zh))).collect()
}

fn bytes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file());
    files.map(|entry| (entry.path().to_owned(), std::fs::read(entry.path()).unwrap())).collect()
}

/// Texts and numbers of a sheet, row by row.
pub fn table(file: &Path, name: &str) -> Vec<Vec<String>> {
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

/// Records a draft, after its rows were made to say what they might have said then.
fn posted_as(root: &Path, period: &str, then: impl Fn(&mut Vec<Value>)) -> scorebook::post::Posted {
    let draft = root.join("out").join(period);
    let mut said = rows(&draft.join("results.jsonl"));
    then(&mut said);
    write_rows(&draft.join("results.jsonl"), &said);
    let digest = digest::sha256_hex(&std::fs::read(draft.join("results.jsonl")).unwrap());
    let mut manifest: Value = serde_json::from_slice(&std::fs::read(draft.join("manifest.json")).unwrap()).unwrap();
    for output in manifest["outputs"].as_array_mut().unwrap() {
        if output["file"] == "results.jsonl" {
            output["sha256"] = digest.clone().into();
        }
    }
    std::fs::write(draft.join("manifest.json"), manifest.to_string()).unwrap();
    post(root, period).unwrap_or_else(|error| panic!("{}", error.message(Lang::En)))
}

fn post(root: &Path, period: &str) -> Result<scorebook::post::Posted, RunError> {
    let run = RunPeriod::parse(period);
    // The year's boards print their date; the others have blanks.
    let date = run.filter(|run| run.period != Period::YEAR).map(RunPeriod::last_day);
    scorebook::post::post(&Options { workspace: root.to_owned(), period: run, date, ..Options::default() }, &PostOrder::default())
}

fn board(root: &Path, period: &str) -> String {
    let boards = walkdir::WalkDir::new(root.join("out").join(period).join("支部")).into_iter().map(Result::unwrap);
    let first = boards.filter(|entry| entry.file_name() == "考核公示栏.xlsx").min_by_key(|entry| entry.path().to_owned()).unwrap();
    let book = sheet::read("x.xlsx", &std::fs::read(first.path()).unwrap(), &Limits::default()).unwrap();
    table(first.path(), &book.sheets[0].name).concat().concat()
}

#[test]
fn a_posted_result_stands_until_a_posted_correction() {
    let root = Workdir::copy_of("clean-community-4");
    let root = root.path();
    ran(root, "2026H1", &["board"]);
    assert!(changed(&ran(root, "2026", &["board"])).is_empty(), "drafts are compared with nothing");

    // As if the first member had been posted with one point less, another not at all, and one who has left since.
    let mut names = Vec::new();
    names.extend(rows(&root.join("out/2026H1/results.jsonl")).iter().take(2).map(|row| row["name"].as_str().unwrap().to_owned()));
    let now = rows(&root.join("out/2026H1/results.jsonl"))[0]["total"].as_str().unwrap().to_owned();
    let recorded = posted_as(root, "2026H1", |rows| {
        rows[0]["total"] = "1.00".into();
        rows[1]["name"] = "离去人".into();
        rows[1]["seq"] = 99.into();
    });
    assert_eq!((recorded.n, recorded.announced), (1, 0));
    assert!(recorded.folder.ends_with("公示存档/2026H1/1"));
    assert!(std::fs::metadata(recorded.folder.join("公示.json")).unwrap().permissions().readonly());
    let kept = bytes(&recorded.folder);

    let summary = ran(root, "2026", &["board"]);
    let mut told = changed(&summary);
    told.sort();
    let [(none, unposted), (old, less)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((none.as_str(), old.as_str()), ("", "1.00分"));
    assert_eq!(*less, format!("“{}”上半年公布后有变动：1.00分→{now}分", names[0]));
    assert!(unposted.starts_with(&format!("“{}”上半年公布后有变动：未公布→", names[1])), "{unposted}");
    let sheet = table(&root.join("out/2026/全县汇总.xlsx"), "变更");
    assert!(sheet.iter().any(|row| row.contains(&names[0]) && row.contains(&"更正".to_owned())), "{sheet:?}");
    let correction = format!("更正：{}上半年原公布1.00分，现为{now}分（该期于2026年6月30日公示）；", names[0]);
    assert!(board(root, "2026").contains(&correction), "{}", board(root, "2026"));
    assert_eq!(summary.resolved.comparison.inputs[0].0, "公示存档/2026H1/1/results.jsonl");
    let first = bytes(&root.join("out/2026"));
    ran(root, "2026", &["board"]);
    assert!(bytes(&root.join("out/2026")) == first, "a run is not compared with its own draft");

    // The year's board announces it: told no more, and still printed on that board.
    let announced = post(root, "2026").unwrap();
    assert_eq!((announced.n, announced.announced), (1, 2));
    assert!(changed(&ran(root, "2026", &["board"])).is_empty());
    assert!(board(root, "2026").contains(&correction));
    assert!(post(root, "2026").is_err(), "there is nothing new to record");
    assert!(bytes(&recorded.folder) == kept, "no record ever changes");

    // Withdrawn it announces nothing, and may be recorded again.
    let order = PostOrder { withdraw: Some((1, "贴错了".to_owned())), ..PostOrder::default() };
    let options = Options { workspace: root.to_owned(), period: RunPeriod::parse("2026"), ..Options::default() };
    scorebook::post::post(&options, &order).unwrap();
    assert_eq!(changed(&ran(root, "2026", &["board"])).len(), 2);
    assert_eq!(post(root, "2026").unwrap().n, 2);

    // Changed by hand it is named and not compared with.
    let path = recorded.folder.join("results.jsonl");
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, "{}\n").unwrap();
    let summary = ran(root, "2026", &["board"]);
    assert_eq!(summary.resolved.comparison.damaged, ["公示存档/2026H1/1"]);
}

#[test]
fn a_draft_that_was_changed_or_has_no_date_is_not_recorded() {
    let root = Workdir::copy_of("clean-community-4");
    let root = root.path();
    let told = |error: RunError| error.message(Lang::En);
    assert!(told(post(root, "2026H1").unwrap_err()).contains("first run"));
    ran(root, "2026H1", &["board"]);
    let run = |date: Option<&str>| {
        let date = date.map(|date| date.parse().unwrap());
        scorebook::post::post(
            &Options { workspace: root.to_owned(), period: RunPeriod::parse("2026H1"), date, ..Options::default() },
            &PostOrder::default(),
        )
    };
    assert!(told(run(None).unwrap_err()).contains("--date"));
    assert!(told(run(Some("2026-05-31")).unwrap_err()).contains("2026-06-01"));
    let findings = root.join("out/2026H1/findings.jsonl");
    std::fs::write(root.join("out/2026H1/扫描件.pdf"), "foreign").unwrap();
    let whole = std::fs::read(&findings).unwrap();
    std::fs::write(&findings, "changed").unwrap();
    assert!(told(run(Some("2026-07-10")).unwrap_err()).contains("findings.jsonl"));
    std::fs::write(&findings, whole).unwrap();
    assert_eq!(run(Some("2026-07-10")).unwrap().n, 1);
    assert!(!root.join("公示存档/2026H1/2").exists());
    let newer = root.join("公示存档/2026H1/2");
    std::fs::create_dir(&newer).unwrap();
    std::fs::write(newer.join("公示.json"), "{\"format\": 99}").unwrap();
    assert!(told(run(Some("2026-07-10")).unwrap_err()).contains("newer program"));
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
