//! `scorebook run`, and the summary that it prints.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::diag::{Code, Finding, Lang, Severity, title};
use crate::period::{Period, RunPeriod};
use crate::report::{not_scored, set_aside};
use crate::rollup::{Counts, UnusualKind, grades_of};
use crate::run::{self, BranchState, Chosen, Options, Summary};

use super::kept;
use super::printer::{Printer, place};
use super::progress::watched;

/// How many branches are named on the terminal; the rest is in the files.
const NAMED: usize = 12;

/// `scorebook run`.
pub fn run(printer: &Printer, options: &Options) -> u8 {
    match watched(printer, |progress| run::run(options, progress)) {
        Ok(summary) => {
            if printer.json() {
                print_json(printer, &summary);
            } else {
                print(printer, &summary);
            }
            summary.exit_code()
        }
        Err(error) => {
            printer.fault(error.message(printer.lang()));
            2
        }
    }
}

fn states(summary: &Summary) -> (Vec<usize>, Vec<usize>, Vec<usize>) {
    let (mut accepted, mut returned, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    for (at, state) in summary.resolved.states().enumerate() {
        match state {
            BranchState::Accepted(_) => accepted.push(at),
            BranchState::Returned => returned.push(at),
            BranchState::Missing => missing.push(at),
            BranchState::NotOwed | BranchState::LeftOut => {}
        }
    }
    (accepted, returned, missing)
}

fn counts(summary: &Summary) -> Counts {
    let mut counts = Counts::default();
    for state in summary.resolved.states() {
        if let BranchState::Accepted(card) = state {
            for outcome in &card.outcomes {
                counts.add(outcome);
            }
        }
    }
    counts
}

fn print(printer: &Printer, summary: &Summary) {
    let county = &summary.county;
    print_chosen(printer, summary);
    let (accepted, returned, missing) = states(summary);
    let number = |count: usize| count.to_string();
    printer.line(printer.text(
        "run-head",
        &[
            ("county", &county.workspace.county),
            ("period", &printer.period(county.run)),
            ("branches", &number(accepted.len() + returned.len() + missing.len())),
            ("files", &number(summary.resolved.inputs.len())),
            ("cells", &number(summary.resolved.cells)),
        ],
    ));
    printer.line(printer.text(
        "run-counts",
        &[
            ("accepted", &number(accepted.len())),
            ("returned", &number(returned.len())),
            ("missing", &number(missing.len())),
            ("warnings", &number(summary.count(Severity::Warning))),
            ("notes", &number(summary.count(Severity::Note))),
        ],
    ));
    let (date, from) = county.dates.stated();
    printer.line(printer.text("run-date", &[("date", &date.to_string()), ("from", from.word())]));
    let tally = counts(summary);
    let some = |count: u64| if count > 0 { count.to_string() } else { String::new() };
    let values = [
        ("members", tally.members.to_string()),
        ("scored", tally.scored.to_string()),
        ("sum", made_of(printer, &tally, &grades_of(&county.schemes))),
        ("left", some(tally.left)),
        ("lacking", some((returned.len() + missing.len()) as u64)),
    ];
    let key = if county.run.period == Period::YEAR && tally.members > 0 { "run-members" } else { "run-members-part" };
    printer.line(printer.text(key, &values.each_ref().map(|(name, value)| (*name, value.as_str()))));
    if !county.schemes.iter().any(|scheme| scheme.member.scores(county.run.period.every())) {
        printer.line(printer.text("run-not-scored", &[("period", &printer.period(county.run))]));
    }
    print_aside(printer, summary);
    let unscored = not_scored(&summary.resolved.findings);
    if unscored > 0 {
        printer.line(printer.text("run-not-owed", &[("count", &unscored.to_string())]));
    }
    print_comparison(printer, summary);
    let damaged = &summary.resolved.comparison.damaged;
    if !damaged.is_empty() {
        printer.line(printer.text("run-damaged", &[("records", &damaged.join(" "))]));
    }
    print_returned(printer, summary, &returned);
    if !missing.is_empty() {
        printer.line(printer.text("run-missing", &[]));
        for at in missing.iter().take(NAMED) {
            let branch = &county.register.branches[*at];
            let contact = [branch.contact.as_deref(), branch.phone.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
            printer.line(format!("  {} {}  {}  {contact}", branch.code, branch.name, branch.committee).trim_end());
        }
        more(printer, missing.len());
    }
    let stray: Vec<&Finding> =
        summary.resolved.findings.iter().filter(|f| f.branch_code.is_none() && f.severity() == Severity::Error).collect();
    if !stray.is_empty() {
        printer.line(printer.text("run-unknown", &[]));
        for finding in stray.iter().take(NAMED) {
            printer.line(format!("  {}  {}", place(&finding.place), finding.message(printer.lang())));
        }
        more(printer, stray.len());
    }
    if let Some(folder) = &summary.folder {
        printer.line(printer.text("run-result", &[("folder", &folder.display().to_string())]));
        printer.line(printer.text("run-look", &[]));
        print_next(printer, summary, returned.len(), missing.len(), accepted.len());
    }
    kept::print(printer, &summary.kept, "kept-changed");
}

/// What a person does now: send back, remind, print, post.
fn print_next(printer: &Printer, summary: &Summary, returned: usize, missing: usize, accepted: usize) {
    let county = &summary.county;
    // A run of single branches is looked at, not sent round.
    if !county.only.is_empty() {
        return;
    }
    let some = |count: usize| if count == 0 { String::new() } else { count.to_string() };
    let scored = county.schemes.iter().any(|scheme| scheme.member.scores(county.run.period.every()));
    // What lies elsewhere is nobody's draft.
    let drafted = summary.folder.as_ref().is_some_and(|folder| folder.starts_with(county.workspace.root.join("out")));
    let posts = scored && accepted > 0 && drafted;
    // Boards that print their day are recorded with it.
    let date = if county.issuer().posted.is_some() {
        ""
    } else if printer.lang() == Lang::Zh {
        "张贴的日期"
    } else {
        "DAY"
    };
    let (folder, period) = (county.workspace.root.display().to_string(), county.run.to_string());
    let values =
        [("returned", some(returned)), ("missing", some(missing)), ("folder", folder), ("period", period), ("date", date.to_owned())];
    if posts || returned + missing > 0 {
        let key = if posts { "run-next" } else { "run-next-back" };
        printer.line(printer.text(key, &values.each_ref().map(|(name, value)| (*name, value.as_str()))));
    }
}

/// `优秀12 合格30 预备不评1 免积分2`: what 在册 is made of, without what nobody is in. Grades bear the schemes' own names.
fn made_of(printer: &Printer, tally: &Counts, grades: &[&str]) -> String {
    let some = tally.parts(grades).into_iter().filter(|(_, count)| *count > 0);
    let named = |name: String| match Counts::WITHOUT_GRADE.iter().find(|(_, own)| *own == name) {
        Some((key, _)) => printer.text(key, &[]),
        None => name,
    };
    let gap = if printer.lang() == Lang::Zh { "" } else { " " };
    let parts: Vec<String> = some.map(|(name, count)| format!("{}{gap}{count}", named(name))).collect();
    parts.join(if printer.lang() == Lang::Zh { " " } else { ", " })
}

/// How many files do not count, and why.
fn print_aside(printer: &Printer, summary: &Summary) {
    let mut kinds: BTreeMap<Code, usize> = BTreeMap::new();
    for code in set_aside(&summary.resolved.findings).into_values().flat_map(BTreeMap::into_values) {
        *kinds.entry(code).or_default() += 1;
    }
    if kinds.is_empty() {
        return;
    }
    let told: Vec<String> = kinds.iter().map(|(code, count)| format!("{} {count}", title(*code, printer.lang()))).collect();
    let told = told.join(if printer.lang() == Lang::Zh { "、" } else { ", " });
    printer.line(printer.text("run-aside", &[("files", &kinds.values().sum::<usize>().to_string()), ("kinds", &told)]));
}

/// Which period, if nobody named one, and why.
fn print_chosen(printer: &Printer, summary: &Summary) {
    let run = summary.county.run;
    let period = printer.period(run);
    match summary.chosen {
        Chosen::Argument => {}
        Chosen::Settings => printer.line(printer.text("chosen-settings", &[("period", &period)])),
        Chosen::Nothing => printer.line(printer.text("chosen-nothing", &[("period", &period)])),
        Chosen::Entries { last, with, of } => {
            let values = [
                ("period", period),
                ("last", if printer.lang() == Lang::Zh { last.zh() } else { RunPeriod { period: last, ..run }.to_string() }),
                ("with", with.to_string()),
                ("of", of.to_string()),
            ];
            printer.line(printer.text("chosen-entries", &values.each_ref().map(|(key, value)| (*key, value.as_str()))));
        }
    }
}

/// What differs from what was published, and whom somebody should look at.
fn print_comparison(printer: &Printer, summary: &Summary) {
    let comparison = &summary.resolved.comparison;
    let changed = summary.resolved.findings.iter().filter(|finding| finding.code == Code::ChangedAfterPublication).count();
    if changed > 0 {
        let branches = comparison.changes.len().to_string();
        printer.line(printer.text("run-changed", &[("people", &changed.to_string()), ("branches", &branches)]));
    }
    for bag in &comparison.unusable {
        printer.line(printer.text("run-unusable-bag", &[("bag", &bag.display().to_string())]));
    }
    let mut kinds: BTreeMap<UnusualKind, usize> = BTreeMap::new();
    for one in &comparison.unusual {
        *kinds.entry(one.kind).or_default() += 1;
    }
    if !kinds.is_empty() {
        let branches: BTreeSet<usize> = comparison.unusual.iter().map(|one| one.branch).collect();
        let told: Vec<String> = kinds.iter().map(|(kind, count)| format!("{} {count}", kind.text(printer.lang()))).collect();
        printer.line(printer.text(
            "run-unusual",
            &[("branches", &branches.len().to_string()), ("kinds", &told.join(if printer.lang() == Lang::Zh { "、" } else { ", " }))],
        ));
    }
}

fn more(printer: &Printer, count: usize) {
    if count > NAMED {
        printer.line(format!("  {}", printer.text("run-more-branches", &[("count", &(count - NAMED).to_string())])));
    }
}

fn print_returned(printer: &Printer, summary: &Summary, returned: &[usize]) {
    if returned.is_empty() {
        return;
    }
    printer.line(printer.text("run-returned", &[]));
    for at in returned.iter().take(NAMED) {
        let branch = &summary.county.register.branches[*at];
        let mut all = summary.errors_of(*at);
        let Some(first) = all.next() else { continue };
        let errors = 1 + all.count();
        let count = if errors > 1 { printer.text("run-more-faults", &[("count", &errors.to_string())]) } else { String::new() };
        printer.line(format!("  {} {}  {}{count}", branch.code, branch.name, first.message(printer.lang())));
        printer.line(format!("      {}", place(&first.place)));
    }
    more(printer, returned.len());
}

fn print_json(printer: &Printer, summary: &Summary) {
    let (accepted, returned, missing) = states(summary);
    let codes = |list: &[usize]| list.iter().map(|at| summary.county.register.branches[*at].code.clone()).collect::<Vec<_>>();
    let counts = counts(summary);
    let (date, from) = summary.county.dates.stated();
    let chosen = match summary.chosen {
        Chosen::Argument => "argument",
        Chosen::Settings => "settings",
        Chosen::Nothing => "nothing",
        Chosen::Entries { .. } => "entries",
    };
    let values = json!({
        "period": summary.county.run.to_string(),
        "chosen_by": chosen,
        "date": date,
        "date_from": from.word(),
        "folder": summary.folder.as_ref().map(|folder| folder.display().to_string()),
        "files": summary.resolved.inputs.len(),
        "cells": summary.resolved.cells,
        "accepted": codes(&accepted),
        "returned": codes(&returned),
        "missing": codes(&missing),
        "set_aside": set_aside(&summary.resolved.findings).values().map(BTreeMap::len).sum::<usize>(),
        "errors": summary.count(Severity::Error),
        "warnings": summary.count(Severity::Warning),
        "notes": summary.count(Severity::Note),
        "members": counts.members,
        "members_left": counts.left,
        "parts": counts.parts(&grades_of(&summary.county.schemes)).into_iter().collect::<BTreeMap<_, _>>(),
        "scored": counts.scored,
        "not_scored": not_scored(&summary.resolved.findings),
        "changed": summary.resolved.findings.iter().filter(|finding| finding.code == Code::ChangedAfterPublication).count(),
        "unusual": summary.resolved.comparison.unusual.iter().map(|one| &summary.county.register.branches[one.branch].code).collect::<BTreeSet<_>>(),
        "unusable_bags": summary.resolved.comparison.unusable.iter().map(|bag| bag.display().to_string()).collect::<Vec<_>>(),
        "damaged_records": summary.resolved.comparison.damaged,
        "grades": counts.grades,
    });
    printer.record(&kept::add_to(values, &summary.kept));
}
