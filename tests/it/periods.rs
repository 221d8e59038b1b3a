//! A period scored within a longer run is the period of its own run.

use std::collections::BTreeMap;
use std::path::PathBuf;

use scorebook::diag::Lang;
use scorebook::period::{Every, Period, RunPeriod};
use scorebook::rollup::branch_outcomes;
use scorebook::run::{BranchState, Options, Summary, check};

fn checked(root: &std::path::Path, run: RunPeriod) -> Summary {
    let options = Options { workspace: root.to_owned(), period: Some(run), ..Options::default() };
    check(&options, &|_, _, _| {}).unwrap_or_else(|error| panic!("{}", error.message(Lang::En)))
}

/// What every accepted branch of a run gives for a period, in words.
fn results(summary: &Summary, of: RunPeriod) -> BTreeMap<String, String> {
    let branches = summary.county.register.branches.iter().zip(summary.resolved.states());
    let scored = branches.filter_map(|(branch, state)| match state {
        BranchState::Accepted(card) => {
            let outcomes = branch_outcomes(&card.submission, &summary.county.schemes, of).0;
            Some((branch.code.clone(), format!("{outcomes:#?}")))
        }
        _ => None,
    });
    scored.collect()
}

/// Periods out of the year's gather, and out of every longer run's for some, beside its own run.
#[test]
fn a_period_within_a_longer_run_is_that_of_its_own_run() {
    let cases = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut demos: Vec<PathBuf> = std::fs::read_dir(cases).unwrap().map(|entry| entry.unwrap().path()).collect();
    demos.retain(|path| path.join("inbox").exists());
    demos.sort();
    let mut compared = 0;
    for (turn, demo) in demos.into_iter().enumerate() {
        let year = RunPeriod { year: 2026, period: Period::YEAR };
        let whole = checked(&demo, year);
        // A sheet that bears no name of a submission's, and a scheme without figures for the length of the longer run.
        let half = checked(&demo, RunPeriod { year: 2026, period: Period::new(Every::Half, 1).unwrap() });
        for period in [Every::Month, Every::Quarter, Every::Half].into_iter().flat_map(Every::all) {
            // One of each length is enough, and a quarter in each half; all would take minutes.
            let quarter = if turn % 2 == 0 { 1 } else { 3 };
            if ![(Every::Month, 5), (Every::Quarter, quarter), (Every::Half, 1)].contains(&(period.every(), period.number())) {
                continue;
            }
            let run = RunPeriod { year: 2026, period };
            let own = results(&checked(&demo, run), run);
            for longer in [&whole, &half] {
                if period.last_month() > longer.county.run.period.last_month() {
                    continue;
                }
                for (code, within) in results(longer, run) {
                    let Some(alone) = own.get(&code) else { continue };
                    assert_eq!(*alone, within, "{} {run} of {code} within {}", demo.display(), longer.county.run);
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 200, "{compared}");
}
