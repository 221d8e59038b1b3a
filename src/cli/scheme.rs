//! `scorebook scheme`: schemes listed, shown and proved.

use std::path::Path;

use serde_json::json;

use crate::builtin;
use crate::config::{ConfigError, decode};
use crate::period::Every;
use crate::run::scheme_names;
use crate::scheme::{self, Rules, Scheme, total_range};
use crate::words::{ids_of, nearest};

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
    let of_all = |size: fn(&Rules) -> usize| std::iter::once(&scheme.member).chain(&scheme.branch).map(size).sum::<usize>().to_string();
    let (items, figures) = (of_all(|rules| rules.items.len()), of_all(|rules| rules.figures.len()));
    let name = file.display().to_string();
    let ranges = ranges(&scheme);
    if printer.json() {
        for fault in &scheme.warnings {
            let (line, column, said) = (fault.spot.line, fault.spot.column, &fault.said);
            let warning = json!({ "file": name, "line": line, "column": column, "severity": "warning", "zh": said.zh, "en": said.en });
            printer.record(&warning);
        }
        let counted = |count: &str| count.parse::<usize>().unwrap_or_default();
        let ranges: Vec<_> = ranges.iter().map(|(whose, run, range)| json!({ "whose": whose, "run": run, "range": range })).collect();
        printer.record(&json!({ "file": name, "id": scheme.id, "name": scheme.name, "version": scheme.version, "items": counted(&items),
            "figures": counted(&figures), "ranges": ranges }));
        return 0;
    }
    printer.line(printer.text("scheme-good", &[("file", &name), ("name", &scheme.name), ("items", &items), ("figures", &figures)]));
    for (whose, run, range) in ranges {
        let run = printer.text(&format!("show-run-{run}"), &[]);
        printer.line(printer.text("scheme-range", &[("whose", whose), ("run", &run), ("range", &range)]));
    }
    if !scheme.warnings.is_empty() {
        printer.line(printer.text("scheme-warnings", &[("count", &scheme.warnings.len().to_string())]));
        let told = ConfigError { faults: scheme.warnings.clone() };
        for line in told.message(&name, printer.lang()).lines() {
            printer.line(line);
        }
    }
    0
}

/// From where to where totals may come, so that whoever writes a file sees a slip at once: whose, in which run, the range.
fn ranges(scheme: &Scheme) -> Vec<(&'static str, &'static str, String)> {
    let parts = scheme.scores_members().then_some((&scheme.member, "")).into_iter();
    let mut all = Vec::new();
    for (rules, whose) in parts.chain(scheme.branch.iter().map(|rules| (rules, "branch"))) {
        for every in Every::ALL {
            let range = total_range(scheme, rules, every).map(|range| range.text()).filter(|range| !range.is_empty());
            all.extend(range.map(|range| (whose, every.word(), range)));
        }
    }
    all
}

/// A scheme by id or name: one of the workspace that the command is run in, else a built-in one.
fn named(printer: &Printer, wanted: &str) -> Option<Scheme> {
    let known = scheme_names(Path::new(".")).unwrap_or_default();
    let pairs = || known.iter().map(|(id, name)| (id.as_str(), name.as_str()));
    let found = ids_of(wanted, pairs());
    if let [id] = found.as_slice() {
        let own = Path::new("schemes").join(format!("{id}.toml"));
        return if own.is_file() { open(printer, &own) } else { load_builtin(id).and_then(Result::ok) };
    }
    let all: Vec<String> =
        pairs().filter(|(id, _)| found.is_empty() || found.contains(id)).map(|(id, name)| format!("{id}（{name}）")).collect();
    let near = nearest(wanted, pairs().flat_map(|(id, name)| [id, name]));
    let near = near.map(|name| printer.text("usage-near", &[("name", name)])).unwrap_or_default();
    printer.fault(printer.text("scheme-unknown", &[("id", wanted), ("all", &all.join(" ")), ("near", &near)]));
    None
}

/// `scorebook scheme show`: a built-in scheme by its id, or a file.
pub fn show(printer: &Printer, id: &str) -> u8 {
    let file = Path::new(id);
    let scheme = if file.extension().is_some_and(|extension| extension == "toml") { open(printer, file) } else { named(printer, id) };
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
