//! `scorebook post`: what was put up is recorded, or a record withdrawn.

use serde_json::json;

use crate::post::{self, PostOrder};
use crate::run::Options;

use super::printer::Printer;

/// `scorebook post`: what has been put up on the walls is recorded, or a record withdrawn.
pub fn post(printer: &Printer, options: &Options, order: &PostOrder) -> u8 {
    let posted = match post::post(options, order) {
        Ok(posted) => posted,
        Err(error) => {
            printer.fault(error.message(printer.lang()));
            return 2;
        }
    };
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    if printer.json() {
        printer.record(&json!({
            "period": posted.run.to_string(),
            "n": posted.n,
            "folder": posted.folder.display().to_string(),
            "withdrawn": order.withdraw.is_some(),
            "date": posted.date,
            "last_day": posted.last_day,
            "branches": posted.branches,
            "announced": posted.announced,
            "numbered": posted.numbered,
            "not_counted": posted.newer,
            "not_kept": posted.gone,
            "read_only": posted.read_only,
        }));
        return 0;
    }
    let (n, branches) = (posted.n.to_string(), posted.branches.to_string());
    let (period, folder) = (printer.period(posted.run), posted.folder.display().to_string());
    if order.withdraw.is_some() {
        printer.line(printer.text("post-withdrawn", &[("period", &period), ("n", &n), ("folder", &folder)]));
        return 0;
    }
    let dates = [("date", day(posted.date)), ("end", day(posted.last_day))];
    let dates: Vec<(&str, &str)> = dates.iter().map(|(key, value)| (*key, value.as_str())).collect();
    printer
        .line(printer.text("post-done", &[&[("period", period.as_str()), ("n", &n), ("branches", &branches)], dates.as_slice()].concat()));
    if posted.numbered > 0 {
        printer.line(printer.text("post-numbered", &[("count", &posted.numbered.to_string())]));
    }
    if posted.announced > 0 {
        printer.line(printer.text("post-announced", &[("count", &posted.announced.to_string())]));
    }
    if posted.newer > 0 {
        printer.line(printer.text("post-newer", &[("count", &posted.newer.to_string())]));
    }
    if posted.gone > 0 {
        printer.line(printer.text("post-gone", &[("count", &posted.gone.to_string())]));
    }
    if !posted.read_only {
        printer.line(printer.text("post-writable", &[]));
    }
    printer.line(printer.text("post-folder", &[("folder", &folder)]));
    0
}
