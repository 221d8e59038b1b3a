//! Which forms a run writes, and with which data: results become the fields of forms.
//!
//! Pure: it makes rows, records and texts; `run` has them written. What a form looks like is its template's affair.
//! May use every room above but `inbox` and `sheet`.

mod branch_forms;
mod county;
mod findings;
mod normalized;
mod results;
mod returns;
mod sample;
pub mod schema;
mod view;
mod yearly;

pub use branch_forms::{board, card, registry};
pub use county::{BranchLine, Overview, Standing, county_workbook, findings_workbook};
pub use findings::{FindingRow, finding_row};
pub use normalized::{NORMALIZED, NormalizedTable, scorer};
pub use results::{ResultRow, csv_headings, figure_ids, json_line, result_row};
pub use returns::{Deadline, Reminded, Returned, reminder, returned};
pub use sample::{sample, sample_over};
pub use view::{Issuer, View, publication};
pub use yearly::yearly;
