//! Blank workbooks to hand out: `blanks` says what is in them; [`issue()`] finds the last rosters and writes a workbook for every
//! branch, and ballots beside them if they are asked for.

mod ballots;
mod hand_out;
mod member_list;

pub use hand_out::{Ballots, Issued, RosterSource, issue, issue_folder};

pub use crate::blanks::{County, GUIDE, Listed, SCHEME_PROPERTY, SIGNATURES, TEMPLATE_PROPERTY, workbook};
