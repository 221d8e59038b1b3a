//! Which forms a run writes, and with which data: results become the fields of forms.
//!
//! Pure: it makes rows, records and texts; `run` has them written. May use every room above but `inbox` and `sheet`.

mod findings;
mod results;

pub use findings::{FindingRow, finding_row};
pub use results::{ResultRow, csv_headings, figure_ids, json_line, result_row};
