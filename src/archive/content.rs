//! What is read from the originals and worked out of them, as tables: the normalized data and the Parquet tables. Made once
//! for the bag, and again where a bag is proven.

use std::path::Path;

use crate::bag::Payload;
use crate::report::{FORMULA_BEGINS, NORMALIZED};
use crate::run::{BranchState, Resolved, RunError, Setup};

/// What the tables are made from.
pub(super) struct Content<'a> {
    pub(super) county: &'a Setup,
    pub(super) resolved: &'a Resolved,
    /// The run's folder.
    pub(super) folder: &'a Path,
}

impl Content<'_> {
    /// The normalized data, one CSV per table over all accepted branches, with their paths in the bag; UTF-8 with BOM, so that
    /// any spreadsheet program opens them.
    pub(super) fn normalized(&self) -> Result<Vec<(String, Vec<u8>)>, RunError> {
        let mut all = Vec::new();
        for table in NORMALIZED {
            let failed = |error: String| RunError::Document { what: format!("{}.csv", table.name), branch: String::new(), error };
            let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(b"\xEF\xBB\xBF".to_vec());
            csv.write_record(table.headings()).map_err(|error| failed(error.to_string()))?;
            for (branch, state) in self.county.register.branches.iter().zip(self.resolved.states()) {
                let BranchState::Accepted(card) = state else { continue };
                for row in table.rows(branch, &card.submission, &self.county.schemes) {
                    csv.write_record(row.iter().map(|cell| plain(cell))).map_err(|error| failed(error.to_string()))?;
                }
            }
            let bytes = csv.into_inner().map_err(|error| failed(error.to_string()))?;
            all.push((format!("{}/{}.csv", Payload::NORMALIZED, table.name), bytes));
        }
        Ok(all)
    }
}

/// A text that a spreadsheet program would take for a formula gets an apostrophe; a negative number is none.
fn plain(cell: &str) -> String {
    let number = || cell.parse::<i64>().is_ok() || crate::exact::Decimal::parse(cell).is_some();
    let formula = cell.starts_with(FORMULA_BEGINS) && !(cell.starts_with('-') && number());
    if formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, written) in [
            ("=1+1", "'=1+1"),
            ("-2.5", "-2.5"),
            ("-rm", "'-rm"),
            ("@x", "'@x"),
            ("＝1+1", "'＝1+1"),
            ("－1", "'－1"),
            ("＋1", "'＋1"),
            ("＠x", "'＠x"),
            ("张三", "张三"),
        ] {
            assert_eq!(plain(cell), written);
        }
    }
}
