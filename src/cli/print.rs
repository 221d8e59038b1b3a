//! `scorebook print`: forms of many branches as few documents.

use serde_json::json;

use crate::diag::{Lang, Severity};
use crate::print::{self, PrintOrder};
use crate::run::Options;

use super::printer::Printer;
use super::progress::watched;

/// `scorebook print`.
pub fn print(printer: &Printer, options: &Options, order: &PrintOrder) -> u8 {
    let made = match watched(printer, |progress| print::print(options, order, progress)) {
        Ok(made) => made,
        Err(error) => {
            printer.fault(error.message(printer.lang()));
            return 2;
        }
    };
    if printer.json() {
        let volumes: Vec<_> = made
            .volumes
            .iter()
            .map(|volume| {
                let branches: Vec<_> = volume
                    .branches
                    .iter()
                    .map(|one| json!({ "code": one.code, "name": one.name, "page": one.page, "pages": one.pages }))
                    .collect();
                json!({ "file": volume.file, "committee": volume.committee, "form": volume.title, "paper": volume.paper,
                    "pages": volume.pages(), "branches": branches })
            })
            .collect();
        printer.record(&json!({
            "period": made.run.to_string(),
            "folder": made.folder.display().to_string(),
            "posted": made.posted,
            "withdrawn": made.withdrawn,
            "copies": order.copies,
            "volumes": volumes,
        }));
        return 0;
    }
    let pages: usize = made.volumes.iter().map(print::Volume::pages).sum();
    let period = printer.period(made.run);
    let (count, pages) = (made.volumes.len().to_string(), pages.to_string());
    let key = if made.posted { "print-posted" } else { "print-draft" };
    printer.line(printer.text(key, &[("period", &period)]));
    if let Some(reason) = &made.withdrawn {
        printer.marked(Severity::Warning, &printer.text("print-withdrawn", &[("reason", reason)]));
    }
    printer.line(printer.text("print-done", &[("count", &count), ("pages", &pages), ("copies", &order.copies.to_string())]));
    let mut papers: Vec<(String, usize)> = Vec::new();
    for volume in &made.volumes {
        match papers.iter_mut().find(|(known, _)| *known == volume.paper) {
            Some((_, sheets)) => *sheets += volume.pages(),
            None => papers.push((volume.paper.clone(), volume.pages())),
        }
    }
    for (paper, sheets) in papers {
        // 打印清单 is Chinese; what is said here is in the reader's language.
        let paper = if printer.lang() == Lang::Zh { paper } else { paper.replace("纵向", "portrait").replace("横向", "landscape") };
        let sheets = sheets * order.copies as usize;
        printer.line(printer.text("print-paper", &[("paper", &paper), ("sheets", &sheets.to_string())]));
    }
    printer.line(printer.text("print-folder", &[("folder", &made.folder.display().to_string())]));
    0
}
