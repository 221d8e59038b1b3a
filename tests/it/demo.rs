//! Workspaces filled by another program, with results worked out independently in exact fractions.
//!
//! `expected*.jsonl`: for each subject of a branch that must be accepted, keys that `results.jsonl` must have with
//! those values (`figures` may hold more, `flags` at least what is listed). `expected-findings.jsonl`: findings that
//! must be among those reported by the year's run; their branches, and no others, must be returned.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use scorebook::diag::{Lang, Severity};
use scorebook::period::RunPeriod;
use scorebook::report::finding_row;
use scorebook::run::{Options, Summary, check};
use serde_json::Value;

use crate::support::{case, checked, done, results, silent};

const SCHEMES: [&str; 8] =
    ["ju-10star", "register-60", "community-4", "detail-cap", "two-way-rank", "enterprise-82", "fuxian-418", "hospital-dual"];
const PERIODS: [(&str, &str); 4] = [
    ("2026", "expected.jsonl"),
    ("2026M07", "expected-2026M07.jsonl"),
    ("2026Q3", "expected-2026Q3.jsonl"),
    ("2026H1", "expected-2026H1.jsonl"),
];

fn lines(name: &str, file: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(case(name).join(file)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn of(name: &str, period: &str) -> Arc<Summary> {
    checked(&format!("tests/cases/{name}"), period)
}

fn subject(row: &Value) -> String {
    format!("{} {} {} {}", row["branch_code"], row["seq"], row["name"], row["subject"])
}

/// What differs between an expectation and a result.
fn differences(expected: &Value, got: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (key, value) in expected.as_object().unwrap() {
        let same = match key.as_str() {
            "figures" => value.as_object().unwrap().iter().all(|(id, value)| got["figures"].get(id) == Some(value)),
            "flags" => value.as_array().unwrap().iter().all(|flag| got["flags"].as_array().unwrap().contains(flag)),
            _ => got.get(key) == Some(value),
        };
        if !same {
            found.push(format!("{key}: expected {value}, got {}", got[key]));
        }
    }
    found
}

fn results_equal_the_independent_ones(name: &str) {
    for (period, file) in PERIODS {
        let got: BTreeMap<String, Value> = results(&of(name, period)).into_iter().map(|row| (subject(&row), row)).collect();
        let expected = lines(name, file);
        assert!(!expected.is_empty());
        for row in expected {
            let key = subject(&row);
            let result = got.get(&key).unwrap_or_else(|| panic!("{name} {period}: no result for {key}"));
            let wrong = differences(&row, result);
            assert!(wrong.is_empty(), "{name} {period} {key}: {wrong:?}");
        }
    }
}

/// One test a scheme, so that they run side by side.
macro_rules! results {
    ($($test:ident $scheme:literal)*) => {$(
        #[test]
        fn $test() {
            results_equal_the_independent_ones(concat!("clean-", $scheme));
            results_equal_the_independent_ones(concat!("messy-", $scheme));
        }
    )*};
}

results! {
    results_ju_10star "ju-10star"
    results_register_60 "register-60"
    results_community_4 "community-4"
    results_detail_cap "detail-cap"
    results_two_way_rank "two-way-rank"
    results_enterprise_82 "enterprise-82"
    results_fuxian_418 "fuxian-418"
    results_hospital_dual "hospital-dual"
}

#[test]
fn planted_faults_are_found_at_their_cells_and_nothing_else_is_returned() {
    for name in SCHEMES.iter().flat_map(|scheme| ["clean", "messy"].map(|kind| format!("{kind}-{scheme}"))) {
        let name = name.as_str();
        let summary = of(name, "2026");
        let got: Vec<Value> =
            summary.resolved.findings.iter().map(|finding| serde_json::to_value(finding_row(finding, Lang::Zh)).unwrap()).collect();
        let mut planted = BTreeSet::new();
        for expected in lines(name, "expected-findings.jsonl") {
            planted.insert(expected["branch_code"].as_str().unwrap().to_owned());
            let found = got.iter().any(|finding| {
                // An expectation without a cell leaves the place within the sheet open.
                expected
                    .as_object()
                    .unwrap()
                    .iter()
                    .all(|(key, value)| (key == "cell" && value.is_null()) || finding.get(key) == Some(value))
            });
            assert!(found, "{name}: {expected} was not found");
        }
        let errors = summary.resolved.findings.iter().filter(|finding| finding.severity() == Severity::Error);
        let returned: BTreeSet<String> = errors.filter_map(|finding| finding.branch_code.as_deref().map(str::to_owned)).collect();
        assert_eq!(returned, planted, "{name}");
    }
}

#[test]
fn threads_do_not_change_a_result() {
    let all = |jobs| {
        let workspace = case("messy-register-60");
        let summary =
            done(check(&Options { workspace, period: RunPeriod::parse("2026"), jobs: Some(jobs), ..Options::default() }, &silent));
        (results(&summary), summary.resolved.findings)
    };
    assert_eq!(all(1), all(4));
}
