//! Named checks: on one submission, and across the county.
//!
//! `submission` decides what a cell says; this room checks whether the rows together are complete and consistent.
//! Every check is a function named after what it finds and returns findings only.

mod across;
mod completeness;
mod identity;
mod roster;

pub use across::{Person, roll_mismatch, same_person_in_branches};
pub use completeness::{MissingRow, Told, due_periods, lacking_in, missing_rows};
pub use identity::{Identity, identify};

use crate::diag::Finding;
use crate::period::RunPeriod;
use crate::scheme::Scheme;
use crate::submission::Submission;

/// All checks on one submission.
pub fn submission(submission: &Submission, schemes: &[Scheme], run: RunPeriod) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(roster::duplicate_member(submission));
    findings.extend(roster::duplicate_seq(submission));
    findings.extend(roster::id_birthdate_mismatch(submission));
    findings.extend(completeness::duplicate_entry(submission));
    findings.extend(completeness::missing_entry(submission, schemes, run));
    findings.extend(completeness::self_assessment(submission, schemes, run));
    findings.extend(completeness::too_few_ballots(submission, schemes, run));
    findings.extend(completeness::branch_entries(submission, schemes, run));
    findings.extend(completeness::uniform_marks(submission, schemes, run));
    findings
}
