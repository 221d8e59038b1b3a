//! Second pass: everything that is written.

use std::path::PathBuf;

use super::{BranchState, County, Options, Progress, Resolved, RunError, folder_name, out_folder};
use crate::publish::Staging;
use crate::report::{csv_headings, figure_ids, finding_row, json_line, result_row};

/// Writes the result to a staging folder and publishes it; gives the folder.
pub fn write(county: &County, resolved: &Resolved, options: &Options, progress: Progress<'_>) -> Result<PathBuf, RunError> {
    let _ = progress;
    let staging = Staging::open(&out_folder(options), &folder_name(county.run, &county.only))?;
    write_data(county, resolved, &staging)?;
    Ok(staging.publish()?)
}

/// `results.jsonl`, `results.csv`, `findings.jsonl`.
fn write_data(county: &County, resolved: &Resolved, staging: &Staging) -> Result<(), RunError> {
    let mut rows = Vec::new();
    for (branch, state) in county.register.branches.iter().zip(&resolved.branches) {
        if let BranchState::Accepted(card) = state {
            rows.extend(card.outcomes.iter().map(|outcome| result_row(branch, &card.submission, &county.schemes, outcome, county.run)));
        }
    }
    let lines: String = rows.iter().map(json_line).collect();
    staging.write("results.jsonl", lines.as_bytes())?;
    let figures = figure_ids(&rows);
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(b"\xEF\xBB\xBF".to_vec());
    let table = std::iter::once(csv_headings(&figures)).chain(rows.iter().map(|row| row.csv_fields(&figures)));
    let failed = |error: String| RunError::Document { what: "results.csv".into(), branch: String::new(), error };
    for record in table {
        csv.write_record(record).map_err(|error| failed(error.to_string()))?;
    }
    let csv = csv.into_inner().map_err(|error| failed(error.to_string()))?;
    staging.write("results.csv", &csv)?;
    let lines: String = resolved.findings.iter().map(|finding| json_line(&finding_row(finding, county.workspace.language))).collect();
    staging.write("findings.jsonl", lines.as_bytes())?;
    Ok(())
}
