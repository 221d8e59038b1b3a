//! The normalized data: one CSV a table over all accepted branches.

use super::Desk;
use crate::archive::Payload;
use crate::report::NORMALIZED;
use crate::run::{BranchState, RunError};

impl Desk<'_> {
    /// Adds the tables; UTF-8 with BOM, so that any spreadsheet program opens them.
    pub(super) fn normalized(&self) -> Result<(), RunError> {
        for table in NORMALIZED {
            let failed = |error: String| RunError::Document { what: format!("{}.csv", table.name), branch: String::new(), error };
            let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(b"\xEF\xBB\xBF".to_vec());
            csv.write_record(table.headings()).map_err(|error| failed(error.to_string()))?;
            for (branch, state) in self.county.register.branches.iter().zip(&self.resolved.branches) {
                let BranchState::Accepted(card) = state else { continue };
                for row in table.rows(branch, &card.submission, &self.county.schemes) {
                    csv.write_record(row.iter().map(|cell| plain(cell))).map_err(|error| failed(error.to_string()))?;
                }
            }
            let bytes = csv.into_inner().map_err(|error| failed(error.to_string()))?;
            self.bag.add(&format!("{}/{}.csv", Payload::NORMALIZED, table.name), &bytes)?;
        }
        Ok(())
    }
}

/// A text that a spreadsheet program would take for a formula gets an apostrophe; a negative number is none.
fn plain(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '@'])
        || (cell.starts_with('-') && cell.parse::<i64>().is_err() && crate::exact::Decimal::parse(cell).is_none());
    if formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, written) in [("=1+1", "'=1+1"), ("-2.5", "-2.5"), ("-rm", "'-rm"), ("@x", "'@x"), ("张三", "张三")] {
            assert_eq!(plain(cell), written);
        }
    }
}
