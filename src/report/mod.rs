//! Results as rows: for programs (`results.jsonl`, `results.csv`, `findings.jsonl`, the normalized tables) and as plain
//! tables for people (全县汇总, 问题清单).
//!
//! Pure: it makes rows; `run` has them written.

mod aside;
mod county;
mod findings;
mod normalized;
mod results;

pub use aside::set_aside;
pub use county::{BranchLine, Overview, county_workbook, in_terms, not_scored};
pub use findings::{FindingRow, finding_row, findings_workbook};
pub use normalized::{NORMALIZED, NormalizedTable, scorer};
pub use results::{FORMULA_BEGINS, ResultRow, csv_headings, figure_ids, json_line, result_row};
