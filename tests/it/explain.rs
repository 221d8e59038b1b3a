//! What `explain` says is what the results say, and every leaf leads to the cell that holds its value.

use std::path::PathBuf;

use scorebook::diag::Lang;
use scorebook::exact::{Decimal, Exact};
use scorebook::period::RunPeriod;
use scorebook::report::result_row;
use scorebook::run::{BranchState, Explained, Options, Originals, Summary, Wanted, check, explain, statements, write_explanation};
use scorebook::score::{Label, Trace};
use serde_json::{Value, json};

fn options(case: &str, period: &str) -> Options {
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(case);
    Options { workspace, period: RunPeriod::parse(period), ..Options::default() }
}

fn checked(case: &str, period: &str) -> Summary {
    check(&options(case, period), &|_, _, _| {}).unwrap_or_else(|error| panic!("{case}: {}", error.message(Lang::En)))
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
    for period in ["2026", "2026H1", "2026Q3", "2026M07"] {
        let summary = checked(case, period);
        let mut originals = Originals::default();
        let (mut subjects, mut cells) = (0, 0);
        for (at, state) in summary.resolved.branches.iter().enumerate() {
            let BranchState::Accepted(card) = state else { continue };
            let branch = &summary.county.register.branches[at];
            for outcome in &card.outcomes {
                let row = serde_json::to_value(result_row(branch, &card.submission, &summary.county.schemes, outcome, summary.county.run))
                    .unwrap();
                let wanted = Wanted { name: row["name"].as_str().unwrap(), branch: Some(&branch.code), seq: row["seq"].as_i64() };
                let found = explain(&summary, wanted);
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
                cells += traces.iter().map(|trace| follow(&summary, trace, &mut originals)).sum::<usize>();
                let said = statements(&summary, one, Lang::Zh, &mut originals);
                assert_eq!(said.len(), statements(&summary, one, Lang::En, &mut originals).len());
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
