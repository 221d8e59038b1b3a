//! `scorebook rule`: the catalogue of findings.

use serde_json::json;

use crate::diag::{Code, Lang, about, title};
use crate::words::{ids_of, nearest};

use super::printer::{Printer, pad};

/// `scorebook rule`: the catalogue.
pub fn rule(printer: &Printer, code: Option<&str>) -> u8 {
    let lang = printer.lang();
    let Some(word) = code else {
        for code in Code::ALL {
            if printer.json() {
                printer.record(&json!({ "code": code.word(), "severity": code.severity().word(), "title": title(*code, lang) }));
            } else {
                printer.marked(code.severity(), &format!("{} {}", pad(code.word(), 26), title(*code, lang)));
            }
        }
        return 0;
    };
    let titles = [Lang::Zh, Lang::En].into_iter().flat_map(|lang| Code::ALL.iter().map(move |code| (code.word(), title(*code, lang))));
    let named = || ids_of(word, titles.clone()).first().copied().and_then(Code::from_word);
    let Some(code) = Code::from_word(word).or_else(named) else {
        let near = nearest(word, titles.clone().flat_map(|(word, title)| [word, title]))
            .map(|name| printer.text("usage-near", &[("name", name)]))
            .unwrap_or_default();
        printer.fault(printer.text("rule-unknown", &[("code", word), ("near", &near)]));
        return 2;
    };
    if printer.json() {
        printer.record(
            &json!({ "code": code.word(), "severity": code.severity().word(), "title": title(code, lang), "about": about(code, lang) }),
        );
        return 0;
    }
    printer.marked(code.severity(), &format!("{}  {}", code.word(), title(code, lang)));
    printer.line("");
    printer.hanging("", about(code, lang), "");
    0
}
