//! A period scored within a longer run is the period of its own run.

use std::collections::BTreeMap;

use scorebook::period::{Every, RunPeriod};
use scorebook::rollup::branch_outcomes;
use scorebook::run::{BranchState, Summary};

use crate::support::{case, checked};

/// What every accepted branch of a run gives for a period, in words.
fn results(summary: &Summary, of: RunPeriod) -> BTreeMap<String, String> {
    let branches = summary.county.register.branches.iter().zip(summary.resolved.states());
    let scored = branches.filter_map(|(branch, state)| match state {
        BranchState::Accepted(card) => {
            let outcomes = branch_outcomes(&card.submission, &summary.county.schemes, of).0;
            Some((branch.code.clone(), format!("{outcomes:?}")))
        }
        _ => None,
    });
    scored.collect()
}

/// Periods out of the year's gather, and out of every longer run's for some, beside its own run.
#[test]
fn a_period_within_a_longer_run_is_that_of_its_own_run() {
    let mut demos: Vec<String> = std::fs::read_dir(case(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| case(name).join("inbox").exists())
        .collect();
    demos.sort();
    let mut compared = 0;
    for (turn, demo) in demos.into_iter().enumerate() {
        let run = |period: &str| checked(&format!("tests/cases/{demo}"), period);
        // A sheet that bears no name of a submission's, and a scheme without figures for the length of the longer run.
        let (whole, half) = (run("2026"), run("2026H1"));
        // One of each length is enough, and a quarter in each half; all would take minutes.
        let shorter = ["2026M05", if turn % 2 == 0 { "2026Q1" } else { "2026Q3" }, "2026H1"];
        for (summary, of) in shorter.map(|period| (run(period), RunPeriod::parse(period).unwrap())) {
            let own = results(&summary, of);
            for longer in [&whole, &half] {
                let last = longer.county.run.period.last_month();
                // The half-year within itself says nothing.
                if of.period.last_month() > last || (of.period.every() == Every::Half && longer.county.run == of) {
                    continue;
                }
                for (code, within) in results(longer, of) {
                    let Some(alone) = own.get(&code) else { continue };
                    assert_eq!(*alone, within, "{demo} {of} of {code} within {}", longer.county.run);
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 200, "{compared}");
}
