//! What `explain` says is what the results say, and every leaf leads to the cell that holds its value.

use std::path::PathBuf;
use std::sync::Arc;

use scorebook::diag::Lang;
use scorebook::exact::{Decimal, Exact};
use scorebook::explain::{Explained, Originals, Wanted, explain, statements, write_explanation};
use scorebook::period::RunPeriod;
use scorebook::report::result_row;
use scorebook::rollup::OutcomeKind;
use scorebook::run::{BranchState, Options, Summary, check};
use scorebook::score::{Flag, Label, Trace};
use serde_json::{Value, json};

fn options(case: &str, period: &str) -> Options {
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(case);
    Options { workspace, period: RunPeriod::parse(period), ..Options::default() }
}

fn checked(case: &str, period: &str) -> Arc<Summary> {
    crate::support::checked(&format!("tests/cases/{case}"), period)
}

/// A number as clerks write it, read on its own: full-width digits, 分, an apostrophe, `+3（…）+2（…）`; blank is zero.
fn meant(text: Option<&str>) -> Exact {
    let plain: String = text
        .unwrap_or_default()
        .chars()
        .map(|c| match c {
            '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10).unwrap(),
            '．' => '.',
            '－' | '−' | '–' => '-',
            '＋' => '+',
            '（' => '(',
            '）' => ')',
            other => other,
        })
        .filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '‘' | '’' | '分'))
        .collect();
    if plain.is_empty() || plain == "无" || plain.chars().all(|c| matches!(c, '/' | '—' | '-' | '\\' | '―' | '─')) {
        return Exact::zero();
    }
    let numbers = plain.split(')').map(|part| part.split('(').next().unwrap_or_default().trim_start_matches([';', '；', ',', '，', '、']));
    numbers
        .filter(|part| !part.is_empty())
        .map(|part| Exact::from(Decimal::parse(part.trim_start_matches('+')).unwrap_or_else(|| panic!("{text:?}"))))
        .sum()
}

fn sum(parts: &[Trace]) -> Exact {
    parts.iter().map(|part| part.value.clone()).sum()
}

/// Every step adds up and every leaf is what its cell says; gives how many cells were looked at.
fn follow(summary: &Summary, trace: &Trace, originals: &mut Originals) -> usize {
    let mut cells = 0;
    trace.each(&mut |step| {
        match &step.label {
            Label::Mean { sum: whole, periods } => {
                assert_eq!(sum(&step.parts), *whole);
                assert_eq!(step.value.clone() * Exact::from(*periods as i64), *whole);
            }
            Label::Poll { .. } => assert_eq!(sum(&step.parts), step.value),
            Label::PollColumn { ballots, sum: whole, .. } => {
                assert_eq!(sum(&step.parts), *whole);
                assert_eq!(step.value.clone() * Exact::from(*ballots), *whole);
            }
            _ => {}
        }
        let Some(place) = &step.place else {
            assert!(!matches!(step.label, Label::Period(_) | Label::Ballot(_) | Label::Fact { .. }) || step.value.is_zero(), "{step:?}");
            return;
        };
        assert!(place.file.is_some() && place.sheet.is_some() && place.cell.is_some(), "{place:?}");
        let text = originals.text(summary, place);
        cells += 1;
        if let Label::Fact { level, .. } = &step.label {
            let text = text.unwrap();
            assert!(text.trim() == level || text.contains('区'), "{text} is not {level}");
        } else {
            // Deductions are written with their sign or without.
            assert_eq!(meant(text.as_deref()).abs(), step.value.abs(), "{place:?}: {text:?}");
        }
    });
    cells
}

/// Every subject of a workspace, every period, against the row of its results.
fn explanations_equal_results(case: &str) {
    // The files are the same ones for every period.
    let mut originals = Originals::default();
    for period in ["2026", "2026H1", "2026Q3", "2026M07"] {
        let summary = &*checked(case, period);
        let (mut subjects, mut cells) = (0, 0);
        for (at, state) in summary.resolved.states().enumerate() {
            let BranchState::Accepted(card) = state else { continue };
            let branch = &summary.county.register.branches[at];
            for outcome in &card.outcomes {
                let row = serde_json::to_value(result_row(branch, &card.submission, &summary.county.schemes, outcome, summary.county.run))
                    .unwrap();
                let wanted =
                    Wanted { name: row["name"].as_str().unwrap(), branch: Some(&branch.code), seq: row["seq"].as_i64(), lang: Lang::Zh };
                let found = explain(summary, wanted);
                let [one] = found.as_slice() else { panic!("{case} {}: {} found", row["name"], found.len()) };
                let Explained::Decided { outcome: explained, traces, .. } = &one.what else { panic!("{case} {}", row["name"]) };
                assert_eq!(explained.kind, outcome.kind);
                let digits = summary.county.schemes[outcome.scheme].digits;
                let published: serde_json::Map<String, Value> =
                    traces.iter().map(|trace| (trace.figure.clone().unwrap(), json!(trace.value.publish(digits)))).collect();
                let mut expected = row["figures"].as_object().unwrap().clone();
                for key in ["total", "board"] {
                    if !row[key].is_null() {
                        expected.insert(key.to_owned(), row[key].clone());
                    }
                }
                assert_eq!(published, expected, "{case} {period} {}", row["name"]);
                subjects += 1;
                cells += traces.iter().map(|trace| follow(summary, trace, &mut originals)).sum::<usize>();
                let said = statements(summary, one, Lang::Zh, &mut originals);
                assert_eq!(said.len(), statements(summary, one, Lang::En, &mut originals).len());
                for (about, key) in [("等次", "grade"), ("星级", "stars"), ("名次", "rank"), ("文书", "letter")] {
                    let told = said.iter().any(|(heading, text)| heading == about && !text.starts_with("等次、星级"));
                    let direct = row["flags"].as_array().unwrap().contains(&json!("exempt"));
                    assert_eq!(told, !row[key].is_null() && !direct, "{case} {period} {}: {about} {said:?}", row["name"]);
                }
            }
        }
        assert!(subjects > 0);
        let scored = summary.county.schemes.iter().any(|scheme| scheme.member.scores(summary.county.run.period.every()));
        assert_eq!(cells > 0, scored, "{case} {period}");
    }
}

macro_rules! explained {
    ($($test:ident $scheme:literal)*) => {$(
        #[test]
        fn $test() {
            explanations_equal_results(concat!("clean-", $scheme));
            explanations_equal_results(concat!("messy-", $scheme));
        }
    )*};
}

explained! {
    explains_ju_10star "ju-10star"
    explains_register_60 "register-60"
    explains_community_4 "community-4"
    explains_detail_cap "detail-cap"
    explains_two_way_rank "two-way-rank"
    explains_enterprise_82 "enterprise-82"
    explains_fuxian_418 "fuxian-418"
    explains_hospital_dual "hospital-dual"
}

fn said(summary: &Summary, wanted: Wanted<'_>) -> (usize, Vec<(String, String)>) {
    let found = explain(summary, wanted);
    let lines = found.first().map(|one| statements(summary, one, Lang::Zh, &mut Originals::default())).unwrap_or_default();
    (found.len(), lines)
}

fn anyone(name: &str) -> Wanted<'_> {
    Wanted { name, branch: None, seq: None, lang: Lang::Zh }
}

/// The first outcome with a flag: branch code, name and seq.
fn flagged(summary: &Summary, flag: Flag) -> (String, String, i64) {
    for (at, state) in summary.resolved.states().enumerate() {
        let BranchState::Accepted(card) = state else { continue };
        for outcome in &card.outcomes {
            if let (true, OutcomeKind::Member(member)) = (outcome.score.flags.contains(&flag), outcome.kind) {
                let member = &card.submission.members[member as usize];
                return (summary.county.register.branches[at].code.clone(), member.name.to_string(), member.seq);
            }
        }
    }
    panic!("nobody is {flag:?}")
}

fn told(summary: &Summary, flag: Flag, heading: &str) -> String {
    let (code, name, seq) = flagged(summary, flag);
    let (_, lines) = said(summary, Wanted { name: &name, branch: Some(&code), seq: Some(seq), lang: Lang::Zh });
    lines.into_iter().find(|(own, _)| own == heading).unwrap_or_else(|| panic!("{flag:?}: nothing about {heading}")).1
}

#[test]
fn absences_are_explained() {
    let year = checked("messy-ju-10star", "2026");
    let exempt = told(&year, Flag::Exempt, "免积分");
    assert!(exempt.contains("直评") && exempt.contains("党员名册：") && exempt.contains('“'), "{exempt}");
    assert!(told(&year, Flag::Probationary, "党员状态").contains("不评等次"));
    assert!(told(&year, Flag::PartYear, "在本支部").contains("应评的期数"));
    let half = checked("messy-community-4", "2026M07");
    assert!(told(&half, Flag::NotScored, "积分").contains("2026H1—2026H2、2026"));
    assert!(told(&checked("messy-ju-10star", "2026M07"), Flag::NotExpected, "在本支部").contains("没有应评的期间"));
    let part = checked("clean-ju-10star", "2026Q3");
    let (_, lines) = said(&part, anyone("董凯洁"));
    assert!(lines.iter().any(|(heading, text)| heading == "等次" && text.contains("全年计算时才评定")), "{lines:?}");
}

#[test]
fn a_returned_or_missing_branch_is_explained() {
    let summary = checked("messy-register-60", "2026");
    let at = summary.resolved.states().position(|state| matches!(state, BranchState::Returned)).unwrap();
    let branch = &summary.county.register.branches[at];
    let name = summary.resolved.branches[at].roster.first().unwrap().to_string();
    let (_, lines) = said(&summary, Wanted { name: &name, branch: Some(&branch.code), seq: None, lang: Lang::Zh });
    assert_eq!(lines[0].0, "退回");
    assert!(lines[1].0 == "问题" && lines[1].1.contains(" › "), "{lines:?}");
    let (count, lines) = said(&summary, anyone(&branch.name));
    assert!(count == 1 && lines[0].0 == "退回", "a branch may be asked for by its name");
    assert_eq!(said(&summary, anyone("查无此人")).0, 0);

    let workspace = tempfile::tempdir().unwrap();
    let from = options("clean-register-60", "2026").workspace;
    for file in ["scorebook.toml", "机构名册.xlsx"] {
        std::fs::copy(from.join(file), workspace.path().join(file)).unwrap();
    }
    std::fs::create_dir(workspace.path().join("inbox")).unwrap();
    let options = Options { workspace: workspace.path().to_owned(), ..Options::default() };
    let empty = check(&options, &|_, _, _| {}).unwrap_or_else(|error| panic!("{}", error.message(Lang::En)));
    let code = empty.county.register.branches[0].code.as_str();
    let (_, lines) = said(&empty, Wanted { name: "史泰庆", branch: Some(code), seq: None, lang: Lang::Zh });
    assert!(lines.len() == 1 && lines[0].0 == "未报", "{lines:?}");
}

#[test]
fn a_branch_without_a_score_of_its_own_is_told_so() {
    let summary = checked("clean-register-60", "2026");
    let (count, lines) = said(&summary, anyone(&summary.county.register.branches[0].name));
    assert!(count == 1 && lines[0].1.contains("只给党员计分"), "{lines:?}");
    let hospital = checked("clean-hospital-dual", "2026");
    let (count, lines) = said(&hospital, anyone(&hospital.county.register.branches[0].code));
    assert!(count == 1 && lines.iter().any(|(heading, _)| heading == "星级"), "{lines:?}");
}

/// The form stands on A4: one page for entries by quarters, two for those of months, however many ballots there are.
#[test]
fn the_form_is_a_page_or_two() {
    for (case, pages) in [("clean-ju-10star", 2), ("messy-register-60", 1), ("clean-hospital-dual", 1)] {
        let summary = checked(case, "2026");
        let state = summary.resolved.states().position(|state| matches!(state, BranchState::Accepted(_))).unwrap();
        let BranchState::Accepted(card) = &summary.resolved.branches[state].state else { panic!("accepted") };
        let member = &card.submission.members[0];
        let wanted = Wanted {
            name: &member.name,
            branch: Some(&summary.county.register.branches[state].code),
            seq: Some(member.seq),
            lang: Lang::Zh,
        };
        let found = explain(&summary, wanted);
        let out = tempfile::tempdir().unwrap();
        let files = write_explanation(&summary, &options(case, "2026"), &found[0], &mut Originals::default(), out.path())
            .unwrap_or_else(|error| panic!("{case}: {}", error.message(Lang::En)));
        let pdf = lopdf::Document::load_mem(&std::fs::read(&files[0]).unwrap()).unwrap();
        let found = pdf.get_pages();
        assert_eq!(found.len(), pages, "{case}");
        for page in found.values() {
            let sides = pdf.get_dictionary(*page).and_then(|page| page.get(b"MediaBox")).and_then(lopdf::Object::as_array).unwrap();
            assert!(format!("{sides:?}").contains("595.2"), "{case}: {sides:?} is not A4");
        }
        assert_eq!(files[0].file_name().unwrap().to_string_lossy(), format!("积分说明-{}.pdf", member.name));
        let sheet = scorebook::sheet::read("x.xlsx", &std::fs::read(&files[1]).unwrap(), &scorebook::sheet::Limits::default()).unwrap();
        assert!(sheet.sheets[0].rows.len() > 12, "{case}");
    }
}
