//! Where words go: results to stdout, talk to stderr, both free of what would confuse a terminal.

use std::io::{IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use crate::diag::{self, Lang, Place, Severity};
use crate::period::RunPeriod;
use crate::words::width;

use super::args::{Color, Format, Globals};
use super::terminal::{columns, rows, visible, visible_json};
use super::usage::system_lang;

/// Prints in one language and format.
///
/// A line is one line, whatever stands in the values it holds; on a terminal it goes on in further rows, set in.
pub struct Printer {
    globals: Globals,
    lang: Lang,
    /// Columns of stdout and stderr; none if lines are left whole.
    out: Option<usize>,
    err: Option<usize>,
}

/// Columns of stdout and stderr; none if lines are left whole.
pub fn widths() -> (Option<usize>, Option<usize>) {
    let size = |size: Option<(terminal_size::Width, terminal_size::Height)>| size.map(|(width, _)| usize::from(width.0));
    let (out, err) = (std::io::stdout(), std::io::stderr());
    (columns(size(terminal_size::terminal_size_of(out))), columns(size(terminal_size::terminal_size_of(err))))
}

impl Printer {
    pub fn new(globals: Globals) -> Self {
        let (out, err) = widths();
        Self { globals, lang: globals.lang.unwrap_or_else(system_lang), out, err }
    }

    pub fn lang(&self) -> Lang {
        self.lang
    }

    pub fn json(&self) -> bool {
        self.globals.format == Format::Json
    }

    /// True if a person watches and wants to see how far it is.
    pub fn shows_progress(&self) -> bool {
        !self.globals.quiet && std::io::stderr().is_terminal()
    }

    /// A text of the catalogue with its values.
    pub fn text(&self, key: &str, args: &[(&str, &str)]) -> String {
        diag::fill(key, self.lang(), args)
    }

    /// A period as people name it: `2026年一季度`, `2026Q1`.
    pub fn period(&self, run: RunPeriod) -> String {
        if self.lang == Lang::Zh { run.zh() } else { run.to_string() }
    }

    /// A line of the result; its further rows are set in behind its own indent.
    pub fn line(&self, text: impl AsRef<str>) {
        let text = text.as_ref();
        let indent = text.len() - text.trim_start_matches(' ').len();
        self.hanging(&text[..indent], &text[indent..], &" ".repeat(indent + 4));
    }

    /// A line of the result whose further rows begin with `hang` in the place of `lead`.
    pub fn hanging(&self, lead: &str, text: &str, hang: &str) {
        let text = rows(&visible(text), self.out, lead, hang).join("\n");
        self.write(&mut AutoStream::new(std::io::stdout().lock(), self.choice()), &text);
    }

    /// A line that begins with a severity's word in its colour.
    pub fn marked(&self, severity: Severity, text: &str) {
        let word = diag::severity_word(severity, self.lang());
        let text = rows(&visible(text), self.out, &format!("{word} "), "    ").join("\n");
        self.write(&mut AutoStream::new(std::io::stdout().lock(), self.choice()), &painted(severity, word, &text));
    }

    /// An object of the result, one line of JSON.
    pub fn record(&self, json: &impl ToString) {
        self.write(&mut AutoStream::new(std::io::stdout().lock(), ColorChoice::Never), &visible_json(&json.to_string()));
    }

    /// Why the command cannot be done; what belongs to it is set in below.
    ///
    /// For programs it is an object of JSON as well, with the key `message`.
    pub fn fault(&self, text: impl AsRef<str>) {
        if self.json() {
            self.told_apart(text.as_ref());
            return;
        }
        let word = self.text("failed", &[]);
        let colon = if self.lang() == Lang::Zh { "：" } else { ": " };
        let mut lead = format!("{word}{colon}");
        let mut whole = Vec::new();
        for line in text.as_ref().split('\n') {
            whole.extend(rows(&visible(line), self.err, &lead, "    "));
            "  ".clone_into(&mut lead);
        }
        let mut stderr = AutoStream::new(std::io::stderr().lock(), self.choice());
        self.write(&mut stderr, &painted(Severity::Error, &word, &whole.join("\n")));
    }

    /// What belongs to a fault and shows a place by its columns: lines of a file with marks below.
    pub fn fault_lines(&self, text: impl AsRef<str>) {
        if self.json() {
            self.told_apart(text.as_ref());
            return;
        }
        let text: Vec<String> = text.as_ref().split('\n').map(visible).collect();
        self.write(&mut AutoStream::new(std::io::stderr().lock(), self.choice()), &text.join("\n"));
    }

    fn told_apart(&self, text: &str) {
        let line = visible_json(&serde_json::json!({ "message": text }).to_string());
        self.write(&mut AutoStream::new(std::io::stderr().lock(), ColorChoice::Never), &line);
    }

    fn choice(&self) -> ColorChoice {
        match self.globals.color {
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
            // NO_COLOR, CLICOLOR and what the stream leads to decide.
            Color::Auto => ColorChoice::Auto,
        }
    }

    /// A closed pipe ends quietly: whoever reads has seen enough.
    #[expect(clippy::unused_self, reason = "printing goes through the printer, whatever it needs today")]
    fn write(&self, stream: &mut impl Write, text: &str) {
        let _ = writeln!(stream, "{text}");
    }
}

/// A text that begins with a word, and the word in its severity's colour.
fn painted(severity: Severity, word: &str, text: &str) -> String {
    let color = match severity {
        Severity::Error => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Note => AnsiColor::Cyan,
    };
    let style = Style::new().bold().fg_color(Some(color.into()));
    text.strip_prefix(word).map_or_else(|| text.to_owned(), |rest| format!("{style}{word}{style:#}{rest}"))
}

/// A place for people: `第二党委/x.xlsx › 积分登记 › D66`.
pub fn place(place: &Place) -> String {
    let parts =
        [place.file.as_deref().map(str::to_owned), place.sheet.as_deref().map(str::to_owned), place.cell.map(|cell| cell.to_string())];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" › ")
}

/// Pads to a number of terminal columns.
pub fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}
