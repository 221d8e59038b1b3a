//! Where words go: results to stdout, talk to stderr, both free of what would confuse a terminal.

use std::io::{IsTerminal, Write};

use crate::diag::{self, Lang, Place, Severity};

use super::args::{Color, Format, Globals};

/// Prints in one language and format.
pub struct Printer {
    globals: Globals,
}

impl Printer {
    pub fn new(globals: Globals) -> Self {
        Self { globals }
    }

    pub fn lang(&self) -> Lang {
        self.globals.lang
    }

    pub fn json(&self) -> bool {
        self.globals.format == Format::Json
    }

    /// True where a person watches and wants to be told how far it is.
    pub fn shows_progress(&self) -> bool {
        !self.globals.quiet && std::io::stderr().is_terminal()
    }

    /// A text of the catalogue with its values.
    pub fn text(&self, key: &str, args: &[(&str, &str)]) -> String {
        diag::fill(key, self.lang(), args)
    }

    /// A line of the result. A closed pipe ends quietly: whoever reads has seen enough.
    #[expect(clippy::unused_self, reason = "printing goes through the printer, whatever it needs today")]
    pub fn line(&self, text: impl AsRef<str>) {
        let _ = writeln!(std::io::stdout(), "{}", clean(text.as_ref()));
    }

    /// Why the command cannot be done.
    pub fn fault(&self, text: impl AsRef<str>) {
        let head = self.paint(Severity::Error, &self.text("failed", &[]), std::io::stderr().is_terminal());
        let colon = if self.lang() == Lang::Zh { "：" } else { ": " };
        let _ = writeln!(std::io::stderr(), "{head}{colon}{}", clean(text.as_ref()));
    }

    /// What belongs to a fault and speaks for itself: places, lines of a file.
    #[expect(clippy::unused_self, reason = "printing goes through the printer, whatever it needs today")]
    pub fn fault_lines(&self, text: impl AsRef<str>) {
        let _ = writeln!(std::io::stderr(), "{}", clean(text.as_ref()));
    }

    /// A severity's word in its colour.
    pub fn severity(&self, severity: Severity) -> String {
        self.paint(severity, diag::severity_word(severity, self.lang()), std::io::stdout().is_terminal())
    }

    fn paint(&self, severity: Severity, text: &str, terminal: bool) -> String {
        let colored = match self.globals.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal,
        };
        let code = match severity {
            Severity::Error => "31",
            Severity::Warning => "33",
            Severity::Note => "36",
        };
        if colored { format!("\u{1b}[1;{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// A place for people: `第二党委/x.xlsx › 积分登记 › D66`.
pub fn place(place: &Place) -> String {
    let parts =
        [place.file.as_deref().map(str::to_owned), place.sheet.as_deref().map(str::to_owned), place.cell.map(|cell| cell.to_string())];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" › ")
}

/// Senders' text may hold anything; a terminal must not act on it. Our own colour codes are the exception.
fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let colour = ["\u{1b}[1;31m", "\u{1b}[1;33m", "\u{1b}[1;36m", "\u{1b}[0m"].into_iter().find(|code| rest.starts_with(code));
        if let Some(code) = colour {
            out.push_str(code);
            rest = &rest[code.len()..];
            continue;
        }
        let harmless = !c.is_control() || c == '\n';
        let bidi = matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
        out.push(if harmless && !bidi { c } else { '\u{FFFD}' });
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// Columns a text takes on a terminal: East Asian wide characters take two.
pub fn width(text: &str) -> usize {
    text.chars().map(|c| if matches!(c as u32, 0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE4F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x20000..=0x3FFFD) { 2 } else { 1 }).sum()
}

/// Pads to a number of terminal columns.
pub fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}
