//! The scheme language: one small example a rule, worked out by hand, from a workbook's cells to score and explanation.

use std::path::{Path, PathBuf};

use scorebook::diag::{Code, Finding, Lang, Severity};
use scorebook::period::RunPeriod;
use scorebook::rollup::{OutcomeKind, member_totals};
use scorebook::run::{BranchState, Options};
use scorebook::sample::{County, Size, write_county};
use scorebook::scheme::{Scheme, load_for};
use scorebook::score::{Trace, trace_branch, trace_member};
use scorebook::table::Sheet;
use serde::Deserialize;

use crate::support::{CATEGORIES, Scored, done, plain_sheet, score, silent, value};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    sheets: toml::Table,
    run: Vec<Run>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    period: String,
    /// Codes of errors and warnings, sorted.
    #[serde(default)]
    findings: Vec<String>,
    /// What some of their messages say.
    #[serde(default)]
    messages: Vec<String>,
    member: Vec<Member>,
    /// The branch itself.
    branch: Option<Branch>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Branch {
    total: String,
    #[serde(default)]
    figures: toml::Table,
    grade: Option<String>,
    explain: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Member {
    name: String,
    total: Option<String>,
    #[serde(default)]
    figures: toml::Table,
    grade: Option<String>,
    /// No grade, where that is the point.
    #[serde(default)]
    ungraded: bool,
    stars: Option<u8>,
    rank: Option<u32>,
    letter: Option<String>,
    #[serde(default)]
    honours: Vec<String>,
    #[serde(default)]
    flags: Vec<String>,
    /// Parts of lines of the explanation: `label value  rule`.
    #[serde(default)]
    explain: Vec<String>,
}

pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/schemes").join(name)
}

/// Names of the examples, each a folder.
fn examples() -> Vec<String> {
    let entries = std::fs::read_dir(folder("")).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<String> = entries
        .filter(|path| path.join("scheme.toml").exists())
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    assert!(names.len() >= 14, "{names:?}");
    names
}

pub fn scheme(name: &str) -> Scheme {
    let text = std::fs::read_to_string(folder(name).join("scheme.toml")).unwrap();
    let categories = CATEGORIES.map(String::from);
    load_for(&text, name, &categories).unwrap_or_else(|error| panic!("{}", error.message(name, Lang::En)))
}

/// A sheet from lines of cells with bars between them: numbers where they read as such.
pub fn table(name: &str, text: &str) -> Sheet {
    plain_sheet(name, text.trim().lines().map(|line| line.split('|').map(|part| value(part.trim())).collect()).collect())
}

fn lines(trace: &Trace, into: &mut Vec<String>) {
    let said: Vec<&str> = [trace.rule.as_deref(), trace.clause.as_deref()].into_iter().flatten().collect();
    into.push(format!("{} {}  {}", trace.label.text(Lang::Zh), trace.value, said.join(" ")));
    for part in &trace.parts {
        lines(part, into);
    }
}

#[test]
fn every_example_scores_as_worked_out_by_hand() {
    for name in examples() {
        prove(&name, &scheme(&name), &folder(&name).join("case.toml"));
    }
}

/// A county with rules of its own writes a file and nothing else.
fn ninth() -> Scheme {
    let text = std::fs::read_to_string(ninth_file()).unwrap();
    load_for(&text, "three-parts-70", &CATEGORIES.map(String::from)).unwrap_or_else(|error| panic!("{}", error.message("", Lang::En)))
}

fn ninth_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/schemes/three-parts-70.toml")
}

#[test]
fn the_ninth_county_scores_as_its_page_says() {
    prove("three-parts-70", &ninth(), &folder("three-parts-70").join("case.toml"));
}

fn prove(name: &str, scheme: &Scheme, case: &Path) {
    let case: Case = toml::from_str(&std::fs::read_to_string(case).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
    for run in &case.run {
        let sheets = case.sheets.iter().map(|(name, text)| table(name, text.as_str().unwrap())).collect();
        let Scored { submission, outcomes, findings } = score(scheme, &run.period, sheets);
        let period = RunPeriod::parse(&run.period).unwrap();
        let mut codes: Vec<&str> = findings.iter().map(|finding| finding.code.word()).collect();
        codes.sort_unstable();
        assert_eq!(codes, run.findings, "{name} {}", run.period);
        let messages: Vec<String> = findings.iter().map(|finding| finding.message(Lang::Zh)).collect();
        for part in &run.messages {
            assert!(messages.iter().any(|message| message.contains(part)), "{name} {}: {part}: {messages:?}", run.period);
        }
        let itself = outcomes.iter().find(|outcome| outcome.kind == OutcomeKind::Branch);
        assert_eq!(itself.is_some(), run.branch.is_some(), "{name} {}", run.period);
        if let (Some(branch), Some(outcome)) = (&run.branch, itself) {
            let score = &outcome.score;
            assert_eq!(score.total.as_ref().map(ToString::to_string).as_ref(), Some(&branch.total), "{name} {}", run.period);
            assert_eq!(score.grade, branch.grade, "{name} {}", run.period);
            for (id, value) in &branch.figures {
                assert_eq!(score.figure(id).map(ToString::to_string).as_deref(), value.as_str(), "{name} {} {id}", run.period);
            }
            let traces = trace_branch(scheme, &submission, &member_totals(&outcomes, outcome.scheme), period, Lang::Zh);
            let mut explained = Vec::new();
            for trace in &traces {
                lines(trace, &mut explained);
            }
            for part in &branch.explain {
                assert!(explained.iter().any(|line| line.contains(part)), "{name}: {part}:\n{}", explained.join("\n"));
            }
            assert_eq!(traces.last().map(|trace| trace.value.to_string()).as_ref(), Some(&branch.total), "{name} {}", run.period);
        }
        for member in &run.member {
            let place = format!("{name} {} {}", run.period, member.name);
            let at = submission.members.iter().position(|own| *own.name == *member.name).unwrap() as u32;
            let outcome = outcomes.iter().find(|outcome| outcome.kind == OutcomeKind::Member(at)).unwrap();
            let score = &outcome.score;
            assert_eq!(score.total.as_ref().map(ToString::to_string), member.total, "{place}");
            assert_eq!(score.grade.as_deref().filter(|_| member.grade.is_some()), member.grade.as_deref(), "{place}");
            assert!(!member.ungraded || score.grade.is_none(), "{place}: {:?}", score.grade);
            assert_eq!(score.stars.filter(|_| member.stars.is_some()), member.stars, "{place}");
            assert_eq!(outcome.rank.filter(|_| member.rank.is_some()), member.rank, "{place}");
            assert_eq!(outcome.honours, member.honours, "{place}");
            assert_eq!(outcome.letter.as_deref().filter(|_| member.letter.is_some()), member.letter.as_deref(), "{place}");
            let flags: Vec<&str> = score.flags.iter().map(|flag| flag.word()).filter(|_| !member.flags.is_empty()).collect();
            assert_eq!(flags, member.flags, "{place}");
            for (id, value) in &member.figures {
                assert_eq!(score.figure(id).map(ToString::to_string).as_deref(), value.as_str(), "{place} {id}");
            }
            let traces = trace_member(scheme, &submission, at, period, Lang::Zh);
            let mut explained = Vec::new();
            for trace in &traces {
                lines(trace, &mut explained);
            }
            for part in &member.explain {
                assert!(explained.iter().any(|line| line.contains(part)), "{place}: {part}:\n{}", explained.join("\n"));
            }
            assert_eq!(traces.is_empty(), member.total.is_none(), "{place}");
            // What is explained is what was scored.
            for (id, value) in &score.figures {
                let figure = scheme.member.figures.iter().find(|figure| figure.id == *id && figure.over.is_none());
                if figure.is_some() {
                    assert!(traces.iter().any(|trace| trace.figure.as_ref() == Some(id) && trace.value == *value), "{place} {id}");
                }
            }
            if let Some(total) = &score.total {
                assert!(traces.iter().any(|trace| trace.value == *total), "{place}: the explanation ends elsewhere");
            }
        }
    }
}

/// What a file of the gallery expects: `#zh 14:5 text` and `#en 14:5 text`, one pair a fault, behind the scheme.
fn expected_faults(text: &str, mark: &str) -> Vec<String> {
    text.lines().filter_map(|line| line.strip_prefix(mark)).map(|rest| rest.trim().to_owned()).collect()
}

#[test]
fn every_fault_of_a_file_is_said_with_its_place_in_both_languages() {
    let categories = CATEGORIES.map(String::from);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder("errors")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 20, "{files:?}");
    for path in files {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let Err(error) = load_for(&text, &name, &categories) else { panic!("{name} loads") };
        let said = |lang: Lang| -> Vec<String> {
            error.faults.iter().map(|f| format!("{}:{} {}", f.spot.line, f.spot.column, f.said.get(lang))).collect()
        };
        let (zh, en) = (said(Lang::Zh), said(Lang::En));
        if std::env::var_os("BLESS").is_some() {
            let both: Vec<String> = zh.iter().zip(&en).map(|(zh, en)| format!("#zh {zh}\n#en {en}")).collect();
            std::fs::write(&path, format!("{}\n\n{}\n", text.split("\n#zh ").next().unwrap().trim_end(), both.join("\n"))).unwrap();
            continue;
        }
        assert_eq!(zh, expected_faults(&text, "#zh "), "{name}:\n{}", error.message(&name, Lang::Zh));
        assert_eq!(en, expected_faults(&text, "#en "), "{name}:\n{}", error.message(&name, Lang::En));
        // Neither language leaks into the other; only names and words of the file stand in both.
        for (zh, en) in zh.iter().zip(&en) {
            assert!(zh.contains(|c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c)), "{name}: {zh}");
            assert_ne!(zh, en, "{name}");
        }
    }
}

#[test]
fn what_nothing_can_reach_or_uses_is_said_with_its_place() {
    let categories = CATEGORIES.map(String::from);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder("warnings")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for path in files {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let scheme = load_for(&text, &name, &categories).unwrap_or_else(|error| panic!("{}", error.message(&name, Lang::En)));
        let said = |lang: Lang| -> Vec<String> {
            scheme.warnings.iter().map(|f| format!("{}:{} {}", f.spot.line, f.spot.column, f.said.get(lang))).collect()
        };
        assert_eq!(said(Lang::Zh), expected_faults(&text, "#zh "), "{name}");
        assert_eq!(said(Lang::En), expected_faults(&text, "#en "), "{name}");
    }
}

/// What a warning says of a file that people use must be worth reading.
#[test]
fn built_in_schemes_and_examples_have_nothing_out_of_reach() {
    let mut all: Vec<Scheme> = examples().iter().map(|name| scheme(name)).collect();
    all.push(ninth());
    all.extend(scorebook::builtin::scheme_ids().into_iter().map(|id| {
        let text = String::from_utf8(scorebook::builtin::scheme(&id).unwrap().to_vec()).unwrap();
        load_for(&text, &id, &CATEGORIES.map(String::from)).unwrap()
    }));
    let told: Vec<String> = all
        .iter()
        .flat_map(|scheme| scheme.warnings.iter().map(move |f| format!("{}:{}:{} {}", scheme.id, f.spot.line, f.spot.column, f.said.en)))
        .collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

/// A generated county of any scheme is clean, whatever rules it has, and in every length of run.
#[test]
fn a_generated_county_of_every_example_is_clean() {
    let mut all: Vec<(Scheme, PathBuf)> = examples().iter().map(|name| (scheme(name), folder(name).join("scheme.toml"))).collect();
    all.push((ninth(), ninth_file()));
    for (scheme, file) in all {
        let id = scheme.id.clone();
        let county = County::new(Size { branches: 3, members: 7, mess: 0, seed: 11 }, vec![scheme]).unwrap();
        let root = tempfile::tempdir().unwrap();
        write_county(root.path(), &county, &|_, _| {}).unwrap();
        std::fs::create_dir(root.path().join("schemes")).unwrap();
        std::fs::copy(file, root.path().join(format!("schemes/{id}.toml"))).unwrap();
        for period in ["2026", "2026H2", "2026Q3", "2026M07"] {
            let options = Options { workspace: root.path().to_owned(), period: RunPeriod::parse(period), ..Options::default() };
            let summary = done(scorebook::run::check(&options, &silent));
            // How many are good is for chance to say; a grade's quota is not.
            let about_grade = |finding: &Finding| finding.code == Code::QuotaExceeded && finding.place.sheet.is_none();
            // Its boards go up in December, which a year's run says.
            let about_notice = |finding: &Finding| finding.code == Code::EarlyPosting;
            let told = summary.resolved.findings.iter().filter(|f| f.severity() != Severity::Note);
            let found: Vec<_> = told.filter(|f| !about_grade(f) && !about_notice(f)).collect();
            assert!(found.is_empty(), "{id} {period}: {found:#?}");
            assert!(summary.resolved.states().all(|branch| matches!(branch, BranchState::Accepted(_))), "{id} {period}");
        }
    }
}

/// The ninth county's forms are written like anybody's.
#[test]
fn the_ninth_county_gets_its_forms() {
    let county = County::new(Size { branches: 1, members: 6, mess: 0, seed: 2 }, vec![ninth()]).unwrap();
    let root = tempfile::tempdir().unwrap();
    write_county(root.path(), &county, &|_, _| {}).unwrap();
    std::fs::create_dir(root.path().join("schemes")).unwrap();
    std::fs::copy(ninth_file(), root.path().join("schemes/three-parts-70.toml")).unwrap();
    let options = Options { workspace: root.path().to_owned(), ..Options::default() };
    let summary = done(scorebook::run::run(&options, &silent));
    assert_eq!(summary.count(Severity::Error), 0);
    let results = std::fs::read_to_string(root.path().join("out/2026/results.jsonl")).unwrap();
    assert!(results.lines().count() >= 3 && results.contains("\"scheme\":\"three-parts-70\"") && results.contains("\"contribution\""));
    let forms = |kind: &str| {
        let all = walkdir::WalkDir::new(root.path().join("out")).into_iter().flatten();
        all.filter(|entry| entry.path().extension().is_some_and(|extension| extension == kind)).count()
    };
    assert!(forms("pdf") >= 2 && forms("xlsx") >= 2);
}
