use serde_json::json;

use crate::diag::width;
use crate::run::{self, BranchState, Options};

use super::printer::{Printer, pad};
use super::progress::watched;

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
    let mut rows: Vec<(String, [usize; 3])> = register.committees().into_iter().map(|name| (name.to_owned(), [0; 3])).collect();
    for (branch, state) in register.branches.iter().zip(&summary.resolved.branches) {
        let column = match state {
            BranchState::Accepted(_) => 0,
            BranchState::Returned => 1,
            BranchState::Missing => 2,
            BranchState::LeftOut => continue,
        };
        if let Some((_, counts)) = rows.iter_mut().find(|(name, _)| *name == branch.committee) {
            counts[column] += 1;
        }
    }
    if printer.json() {
        for (name, [accepted, returned, missing]) in &rows {
            let branches = accepted + returned + missing;
            printer.record(
                &json!({ "committee": name, "branches": branches, "accepted": accepted, "returned": returned, "missing": missing }),
            );
        }
        return summary.exit_code();
    }
    let total = rows.iter().fold([0; 3], |sum, (_, counts)| [sum[0] + counts[0], sum[1] + counts[1], sum[2] + counts[2]]);
    rows.push((printer.text("status-all", &[]), total));
    let headings =
        ["status-committee", "status-branches", "status-accepted", "status-returned", "status-missing"].map(|key| printer.text(key, &[]));
    let first = rows.iter().map(|(name, _)| width(name)).chain([width(&headings[0])]).max().unwrap_or(0) + 2;
    let line = |cells: &[String]| {
        let right = |cell: &String| " ".repeat(10usize.saturating_sub(width(cell))) + cell;
        pad(&cells[0], first) + &cells[1..].iter().map(right).collect::<String>()
    };
    printer.line(line(&headings));
    for (name, [accepted, returned, missing]) in rows {
        let counts = [accepted + returned + missing, accepted, returned, missing].map(|count| count.to_string());
        let cells: Vec<String> = std::iter::once(name).chain(counts).collect();
        printer.line(line(&cells));
    }
    summary.exit_code()
}
