//! `scorebook scheme`: schemes listed, shown and proved.

use std::path::Path;

use serde_json::json;

use crate::builtin;
use crate::config::{ConfigError, decode};
use crate::scheme::{self, Scheme};

use super::printer::{Printer, pad};
use super::rule_sheet;

fn load_builtin(id: &str) -> Option<Result<Scheme, ConfigError>> {
    let bytes = builtin::scheme(id)?;
    Some(scheme::load(&decode(&bytes)))
}

/// `scorebook scheme list`.
pub fn list(printer: &Printer) -> u8 {
    for id in builtin::scheme_ids() {
        if let Some(Ok(scheme)) = load_builtin(&id) {
            if printer.json() {
                printer.record(
                    &json!({ "id": id, "name": scheme.name, "version": scheme.version, "rests_on_samples": scheme.rests_on_samples() }),
                );
            } else {
                let every = printer.text(&format!("show-every-{}", scheme.member.every.word()), &[]);
                printer.line(format!("{} {} {}", pad(&id, 16), pad(&scheme.name, 30), every));
            }
        }
    }
    0
}

/// A scheme file, proven; what is wrong with it is printed, each fault with its place.
fn open(printer: &Printer, file: &Path) -> Option<Scheme> {
    let name = file.display().to_string();
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) => {
            printer.fault(format!("{name}: {error}"));
            return None;
        }
    };
    match scheme::load(&decode(&bytes)) {
        Ok(scheme) => Some(scheme),
        Err(error) if printer.json() => {
            for fault in &error.faults {
                let (line, column, said) = (fault.spot.line, fault.spot.column, &fault.said);
                printer.record(&json!({ "file": name, "line": line, "column": column, "zh": said.zh, "en": said.en }));
            }
            None
        }
        Err(error) => {
            printer.fault(printer.text("scheme-bad", &[("file", &name), ("count", &error.faults.len().to_string())]));
            printer.fault_lines(error.message(&name, printer.lang()));
            None
        }
    }
}

/// `scorebook scheme check`: every fault at once.
pub fn check(printer: &Printer, file: &Path) -> u8 {
    let Some(scheme) = open(printer, file) else { return 2 };
    let (items, figures) = (scheme.member.items.len().to_string(), scheme.member.figures.len().to_string());
    let name = file.display().to_string();
    printer.line(printer.text("scheme-good", &[("file", &name), ("name", &scheme.name), ("items", &items), ("figures", &figures)]));
    0
}

/// `scorebook scheme show`: a built-in scheme by its id, or a file.
pub fn show(printer: &Printer, id: &str) -> u8 {
    let file = Path::new(id);
    let scheme = if file.extension().is_some_and(|extension| extension == "toml") {
        open(printer, file)
    } else if let Some(Ok(scheme)) = load_builtin(id) {
        Some(scheme)
    } else {
        printer.fault(printer.text("scheme-unknown", &[("id", id), ("all", &builtin::scheme_ids().join(" "))]));
        None
    };
    let Some(scheme) = scheme else { return 2 };
    let lines = rule_sheet::lines(&scheme, printer.lang());
    if printer.json() {
        let sheet = json!({ "id": scheme.id, "name": scheme.name, "version": scheme.version, "lines": lines, "samples": scheme.samples });
        printer.record(&sheet);
    } else {
        for line in lines {
            printer.line(line);
        }
    }
    0
}
