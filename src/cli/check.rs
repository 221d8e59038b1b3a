//! `scorebook check`: findings without forms.

use crate::diag::Severity;
use crate::report::{finding_row, json_line};
use crate::run::{self, Options};

use super::printer::{Printer, place};
use super::progress::watched;

/// `scorebook check`: findings only.
pub fn check(printer: &Printer, options: &Options) -> u8 {
    let summary = match watched(printer, |progress| run::check(options, progress)) {
        Ok(summary) => summary,
        Err(error) => {
            printer.fault(error.message(printer.lang()));
            return 2;
        }
    };
    let lang = printer.lang();
    if printer.json() {
        for finding in &summary.resolved.findings {
            printer.record(&json_line(&finding_row(finding, lang)).trim_end());
        }
        return summary.exit_code();
    }
    for finding in summary.resolved.findings.iter().filter(|finding| finding.severity() != Severity::Note) {
        let branch = finding.branch_code.as_deref().unwrap_or("----");
        printer.marked(finding.severity(), &format!("{branch} {} [{}]", finding.message(lang), finding.code));
        let at = place(&finding.place);
        if !at.is_empty() {
            printer.line(format!("    {at}"));
        }
        printer.line(format!("    {}", finding.hint(lang)));
    }
    let number = |severity| summary.count(severity).to_string();
    if summary.resolved.findings.is_empty() {
        printer.line(printer.text("check-clean", &[]));
    } else {
        let totals = [("errors", number(Severity::Error)), ("warnings", number(Severity::Warning)), ("notes", number(Severity::Note))];
        let totals: Vec<(&str, &str)> = totals.iter().map(|(key, value)| (*key, value.as_str())).collect();
        printer.line(printer.text("check-totals", &totals));
        if summary.count(Severity::Note) > 0 {
            printer.line(printer.text("check-notes", &[]));
        }
    }
    summary.exit_code()
}
