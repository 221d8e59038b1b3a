//! `scorebook verify`: a bag proved, and run again if asked.

use std::path::Path;

use serde_json::json;

use crate::archive::{self, Rerun};
use crate::bag::{self, Verdict};

use super::archive::paper_line;
use super::printer::Printer;
use super::progress::watched;

/// `scorebook verify`: 0 whole, 1 damaged or scored otherwise, 2 not to be read.
pub fn verify(printer: &Printer, dir: &Path, rerun: bool, jobs: Option<usize>) -> u8 {
    // The folder that bags stand in is no damaged bag.
    let below =
        if dir.join("bagit.txt").exists() || dir.join("data").exists() { Vec::new() } else { bag::bags_below(dir).unwrap_or_default() };
    if !below.is_empty() {
        let bags = below.iter().map(|bag| bag.display().to_string()).collect::<Vec<_>>().join(" ");
        printer.fault(printer.text("verify-above", &[("folder", &dir.display().to_string()), ("bags", &bags)]));
        return 2;
    }
    let verdict = match bag::verify(dir) {
        Ok(verdict) => verdict,
        Err(error) => {
            printer.fault(error.message(printer.lang()));
            return 2;
        }
    };
    print(printer, &verdict);
    if !rerun {
        return u8::from(!verdict.damages.is_empty());
    }
    if !verdict.damages.is_empty() {
        // What a damaged bag scores would prove nothing.
        if printer.json() {
            printer.record(&json!({ "rerun": false }));
        } else {
            printer.line(printer.text("rerun-damaged", &[]));
        }
        return 1;
    }
    match watched(printer, |progress| archive::rerun(dir, std::env::current_exe().ok(), jobs, progress)) {
        Ok(rerun) => {
            print_rerun(printer, &rerun);
            u8::from(!rerun.differences.is_empty())
        }
        Err(error) => {
            printer.fault(error.message(printer.lang()));
            2
        }
    }
}

fn print(printer: &Printer, verdict: &Verdict) {
    let identifier = |label: &str| verdict.info.get(label).map_or("", String::as_str);
    if printer.json() {
        for damage in &verdict.damages {
            printer.record(&json!({ "damage": damage.kind.word(), "path": damage.path, "detail": damage.detail }));
        }
        printer.record(&json!({
            "whole": verdict.damages.is_empty(),
            "damages": verdict.damages.len(),
            "sha256": verdict.digest,
            "files": verdict.files,
            "bytes": verdict.bytes,
            "signed": verdict.signed,
            "info": verdict.info,
        }));
        return;
    }
    for damage in &verdict.damages {
        let what = printer.text(&format!("damage-{}", damage.kind.word()), &[("detail", &damage.detail)]);
        printer.line(format!("{}  {what}", damage.path));
    }
    let (files, bytes, count) = (verdict.files.to_string(), verdict.bytes.to_string(), verdict.damages.len().to_string());
    printer.line(if verdict.damages.is_empty() {
        printer.text("verify-whole", &[("files", &files), ("bytes", &bytes)])
    } else {
        printer.text("verify-damaged", &[("count", &count)])
    });
    if let Some(reason) = verdict.info.get("Scorebook-Incomplete") {
        printer.line(printer.text("verify-incomplete", &[("reason", reason)]));
    }
    if verdict.signed {
        printer.line(printer.text("verify-signed", &[]));
    }
    if let Some(digest) = &verdict.digest {
        let county = Some(identifier("Scorebook-County-Code")).filter(|code| !code.is_empty()).unwrap_or(identifier("Scorebook-County"));
        printer.line(printer.text("verify-digest", &[]));
        printer.line(paper_line(county, identifier("Scorebook-Year"), digest));
    }
}

fn print_rerun(printer: &Printer, rerun: &Rerun) {
    for one in &rerun.differences {
        if printer.json() {
            printer.record(&json!({ "differs": one.of, "subject": one.subject, "archived": one.archived, "now": one.now }));
            continue;
        }
        let (then, now) = (one.archived.as_deref().unwrap_or_default(), one.now.as_deref().unwrap_or_default());
        printer.line(printer.text("rerun-one", &[("of", one.of), ("subject", &one.subject), ("then", then), ("now", now)]));
    }
    let (results, findings, count) = (rerun.results.to_string(), rerun.findings.to_string(), rerun.differences.len().to_string());
    let files = rerun.files.to_string();
    if printer.json() {
        printer.record(
            &json!({ "results": rerun.results, "findings": rerun.findings, "files": rerun.files, "differences": rerun.differences.len() }),
        );
    } else if rerun.differences.is_empty() {
        printer.line(printer.text("rerun-same", &[("results", &results), ("findings", &findings), ("files", &files)]));
    } else {
        printer.line(printer.text("rerun-differs", &[("count", &count)]));
    }
}

#[cfg(test)]
mod tests {
    use crate::bag::DamageKind;
    use crate::diag::{Lang, text};

    #[test]
    fn every_damage_has_its_text() {
        for kind in DamageKind::ALL {
            for lang in [Lang::Zh, Lang::En] {
                assert!(!text(&format!("damage-{}", kind.word()), lang).is_empty());
            }
        }
    }
}
