//! `scorebook doctor`: what a workspace lacks and how each thing is mended.

use serde_json::json;

use crate::doctor;
use crate::run::Options;

use super::printer::{Printer, pad};

/// `scorebook doctor`: 0 all well, 1 something to mend, 2 no workspace.
pub fn doctor(printer: &Printer, options: &Options) -> u8 {
    let lines = match doctor::doctor(options) {
        Ok(lines) => lines,
        Err(error) => {
            printer.fault(error.message(printer.lang()));
            return 2;
        }
    };
    let lang = printer.lang();
    for line in &lines {
        let (found, mend) = (line.found.get(lang), line.mend.as_ref().map(|mend| mend.get(lang)));
        if printer.json() {
            printer.record(&json!({ "about": line.about, "well": line.well, "message": found, "mend": mend }));
            continue;
        }
        let mark = pad(&printer.text(if line.well { "doctor-well" } else { "doctor-mend" }, &[]), 6);
        let about = printer.text(&format!("about-{}", line.about), &[]);
        for (at, text) in found.lines().enumerate() {
            printer.line(if at == 0 { format!("{mark}{about}  {text}") } else { format!("    {text}") });
        }
        if let Some(mend) = mend {
            printer.line(format!("    → {mend}"));
        }
    }
    let faults = lines.iter().filter(|line| !line.well).count();
    if !printer.json() {
        let key = if faults == 0 { "doctor-all-well" } else { "doctor-count" };
        printer.line(printer.text(key, &[("count", &faults.to_string())]));
    }
    u8::from(faults > 0)
}
