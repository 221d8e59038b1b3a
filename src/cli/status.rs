//! `scorebook status`: who has sent what, and how far each period is.

use serde_json::json;

use crate::diag::Lang;
use crate::post::{self, PeriodLine};
use crate::run::{self, BranchState, Options};

use super::printer::{Printer, pad};
use super::progress::watched;
use crate::words::width;

/// `scorebook status`: progress by committee.
pub fn status(printer: &Printer, options: &Options) -> u8 {
    let summary = match watched(printer, |progress| run::check(options, progress)) {
        Ok(summary) => summary,
        Err(error) => {
            printer.fault(error.message(printer.lang()));
            return 2;
        }
    };
    let register = &summary.county.register;
    let mut rows: Vec<(String, [usize; 4])> = register.committees().into_iter().map(|name| (name.to_owned(), [0; 4])).collect();
    for (branch, state) in register.branches.iter().zip(summary.resolved.states()) {
        let column = match state {
            BranchState::Accepted(_) => 0,
            BranchState::Returned => 1,
            BranchState::Missing => 2,
            BranchState::NotOwed => 3,
            BranchState::LeftOut => continue,
        };
        if let Some((_, counts)) = rows.iter_mut().find(|(name, _)| *name == branch.committee) {
            counts[column] += 1;
        }
    }
    let (periods, damaged) = match post::periods(&summary.county, options, &summary.resolved.inputs) {
        Ok(told) => told,
        Err(error) => {
            printer.fault(error.message(printer.lang()));
            return 2;
        }
    };
    if printer.json() {
        for line in &periods {
            printer.record(&json!({
                "period": line.run.to_string(), "state": line.state.key().trim_start_matches("state-"),
                "state_text": printer.text(line.state.key(), &[]), "n": line.n,
                "date": line.date, "last_day": line.last_day, "due": line.due,
            }));
        }
        for record in &damaged {
            printer.record(&json!({ "damaged": record }));
        }
        for (name, [accepted, returned, missing, idle]) in &rows {
            let branches = accepted + returned + missing + idle;
            printer.record(
                &json!({ "committee": name, "branches": branches, "accepted": accepted, "returned": returned, "missing": missing, "not_owed": idle }),
            );
        }
        return summary.exit_code();
    }
    print_periods(printer, &periods);
    if !damaged.is_empty() {
        printer.line(printer.text("run-damaged", &[("records", &damaged.join(" "))]));
    }
    printer.line("");
    let total = rows.iter().fold([0; 4], |sum, (_, counts)| std::array::from_fn(|at| sum[at] + counts[at]));
    rows.push((printer.text("status-all", &[]), total));
    let headings = ["status-committee", "status-branches", "status-accepted", "status-returned", "status-missing", "status-not-owed"]
        .map(|key| printer.text(key, &[]));
    let first = rows.iter().map(|(name, _)| width(name)).chain([width(&headings[0])]).max().unwrap_or(0) + 2;
    let line = |cells: &[String]| {
        let right = |cell: &String| " ".repeat(10usize.saturating_sub(width(cell))) + cell;
        pad(&cells[0], first) + &cells[1..].iter().map(right).collect::<String>()
    };
    printer.line(line(&headings));
    for (name, [accepted, returned, missing, idle]) in rows {
        let counts = [accepted + returned + missing + idle, accepted, returned, missing, idle].map(|count| count.to_string());
        let cells: Vec<String> = std::iter::once(name).chain(counts).collect();
        printer.line(line(&cells));
    }
    summary.exit_code()
}

/// 期间, 状态, 次数, 张贴, 公示至, 报送截止.
fn print_periods(printer: &Printer, periods: &[PeriodLine]) {
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let row = |cells: [String; 6]| {
        let widths = [10, 22, 6, 12, 12, 0];
        cells.iter().zip(widths).map(|(cell, width)| pad(cell, width)).collect::<String>().trim_end().to_owned()
    };
    let headings = ["status-period", "status-state", "status-n", "status-date", "status-last-day", "status-due"];
    printer.line(row(headings.map(|key| printer.text(key, &[]))));
    for line in periods {
        let n = line.n.map(|n| n.to_string()).unwrap_or_default();
        let period = if printer.lang() == Lang::Zh { line.run.period.zh() } else { line.run.to_string() };
        printer.line(row([period, printer.text(line.state.key(), &[]), n, day(line.date), day(line.last_day), day(line.due)]));
    }
}
