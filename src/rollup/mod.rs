//! From scores to outcomes: ranks, honours within their quotas, grades by rank, letters; and the county's counts.
//!
//! Nothing here depends on the order in which branches were read.

mod branch;
mod changes;
mod counts;
mod published;
mod unusual;

pub use branch::{Field, Nominees, Outcome, OutcomeKind, branch_outcomes, grade_among, member_totals, nominees};
pub use changes::{Change, change_findings, values};
pub use counts::{Counted, Counts, grades_of};
pub use published::PublishedRow;
pub use unusual::{LastYear, Tally, Unusual, UnusualKind, add_row, unusual};
