//! Characters of a submission that print differently from how they were sent, found before anything is drawn.

use std::collections::BTreeSet;

use crate::diag::{CellRef, Code, Finding, Place};
use crate::font::{FontSet, Print};
use crate::sheet::{Book, Content};
use crate::submission::Submission;

/// One finding a name and kind, at the roster's cell; other texts have one a character, at its first cell.
pub(super) fn rare_characters(submission: &Submission, book: &Book, fonts: &FontSet) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut known = BTreeSet::new();
    for member in submission.members.iter().filter(|member| member.repeats.is_none()) {
        let mut own: Vec<Finding> = Vec::new();
        for character in member.name.chars() {
            let Some(finding) = rare_character(character, fonts) else { continue };
            known.insert(character);
            // A name in another script is one matter, not one a letter.
            match own.iter_mut().find(|other| of(other, "why") == of(&finding, "why") && of(other, "now") == of(&finding, "now")) {
                Some(other) if of(other, "character").contains(character) => {}
                Some(other) => join(other, &finding),
                None => own.push(Finding { place: submission.place(member.at), ..finding }.value(member.name.as_ref())),
            }
        }
        findings.extend(own);
    }
    for (_, sheet) in book.sheets.iter().enumerate().filter(|(at, _)| !submission.ignored.contains(at)) {
        for (row, cell) in sheet.rows.iter().flat_map(|row| row.cells.iter().map(move |cell| (row.index, cell))) {
            let Content::Text(text) = &cell.content else { continue };
            for character in text.chars() {
                if let Some(finding) = rare_character(character, fonts)
                    && known.insert(character)
                {
                    let place = Place::file(&submission.file).on_sheet(&sheet.name).at(CellRef { row, column: cell.column });
                    findings.push(Finding { place, ..finding }.value(text.as_ref()));
                }
            }
        }
    }
    findings
}

/// The finding for a character, without a place; none where it prints as it is.
pub(super) fn rare_character(character: char, fonts: &FontSet) -> Option<Finding> {
    let (why, now) = match fonts.print(character) {
        Print::Drawn => return None,
        Print::As(now) => ("moved", Some(now)),
        Print::Ordinary => ("variant", None),
        Print::Boxed => ("", None),
        Print::Unshaped => ("shaped", None),
    };
    let mut finding = Finding::new(Code::RareCharacter, Place::default());
    finding = finding.arg("character", character).arg("code_point", code_point(character)).arg("why", why);
    if let Some(now) = now {
        finding = finding.arg("now", now).arg("now_code", code_point(now));
    }
    Some(finding)
}

/// The rare characters that a finding names.
pub(super) fn characters(finding: &Finding) -> &str {
    of(finding, "character")
}

fn of<'a>(finding: &'a Finding, name: &str) -> &'a str {
    finding.args.iter().find(|(own, _)| *own == name).map_or("", |(_, text)| text)
}

fn join(finding: &mut Finding, more: &Finding) {
    for (name, between) in [("character", ""), ("code_point", " ")] {
        if let Some((_, text)) = finding.args.iter_mut().find(|(own, _)| *own == name) {
            text.push_str(between);
            text.push_str(of(more, name));
        }
    }
}

/// `U+31350`.
fn code_point(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}
