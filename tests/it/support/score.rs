//! One branch's workbook from its cells to its outcomes, without a workspace.

use std::sync::Arc;

use scorebook::diag::{Finding, Severity};
use scorebook::period::RunPeriod;
use scorebook::rollup::{Outcome, branch_outcomes};
use scorebook::scheme::Scheme;
use scorebook::sheet;
use scorebook::submission::{Expected, Submission, read, read_cover};
use scorebook::table::Sheet;

use super::{CATEGORIES, intake, plain_sheet, value, workbook_of};

/// What became of it.
pub struct Scored {
    pub submission: Submission,
    pub outcomes: Vec<Outcome>,
    /// Errors and warnings, in their order.
    pub findings: Vec<Finding>,
}

/// Writes the sheets behind a cover of branch 0101, reads them again, checks and scores them.
pub fn score(scheme: &Scheme, period: &str, sheets: Vec<Sheet>) -> Scored {
    let cover = [["支部名称", "第一支部"], ["支部编码", "第0101号"], ["年度", "2026"]];
    let mut all = vec![plain_sheet("支部信息", cover.iter().map(|row| row.iter().map(|cell| value(cell)).collect()).collect())];
    all.extend(sheets);
    let book = sheet::read("t.xlsx", &workbook_of(all), &sheet::Limits::default()).unwrap();
    let file: Arc<str> = "t.xlsx".into();
    let intake = intake();
    let (cover, found) = read_cover(&book, &file, &intake);
    assert!(found.iter().all(|finding| finding.severity() == Severity::Note), "{found:?}");
    let schemes = std::slice::from_ref(scheme);
    let categories = CATEGORIES.map(String::from);
    let run = RunPeriod::parse(period).unwrap();
    let expected = Expected {
        run,
        schemes,
        scheme_of: &|_| 0,
        intake: &intake,
        categories: &categories,
        registered: None,
        tenure: scorebook::submission::Tenure::WHOLE_YEAR,
        share: scorebook::submission::Share::default(),
    };
    let (submission, mut findings) = read(&book, cover, &file, &expected);
    findings.extend(scorebook::check::submission(&submission, schemes, run));
    let (outcomes, found) = branch_outcomes(&submission, schemes, run);
    findings.extend(found);
    findings.retain(|finding| finding.severity() != Severity::Note);
    Scored { submission, outcomes, findings }
}
