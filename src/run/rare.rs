//! Characters of a submission that print differently from how they were sent, found before anything is drawn.

use std::collections::BTreeSet;

use crate::diag::{CellRef, Code, Fact, Finding, Place};
use crate::font::{FontSet, Print};
use crate::sheet::{Book, Content};
use crate::submission::Submission;

/// One finding a name and kind, at the roster's cell; other texts have one a character, at its first cell. `known` are those
/// that were told of another file of the branch.
pub(super) fn rare_characters(submission: &Submission, book: &Book, fonts: &FontSet, known: &mut BTreeSet<char>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in submission.members.iter().filter(|member| member.repeats.is_none()) {
        let mut own: Vec<Rare> = Vec::new();
        for character in member.name.chars() {
            let Some(rare) = Rare::of(character, fonts) else { continue };
            known.insert(character);
            // A name in another script is one matter, not one a letter.
            match own.iter_mut().find(|other| other.why == rare.why && other.now == rare.now) {
                Some(other) if other.characters.contains(character) => {}
                Some(other) => other.characters.push(character),
                None => own.push(rare),
            }
        }
        findings.extend(own.into_iter().map(|rare| rare.finding(submission.place(member.at)).value(member.name.as_ref())));
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

/// Characters of one text that print differently for one reason.
struct Rare {
    characters: String,
    why: &'static str,
    /// What they become.
    now: Option<char>,
}

impl Rare {
    /// None if the character prints as it is.
    fn of(character: char, fonts: &FontSet) -> Option<Self> {
        let (why, now) = match fonts.print(character) {
            Print::Drawn => return None,
            Print::As(now) => ("moved", Some(now)),
            Print::Ordinary => ("variant", None),
            Print::Boxed => ("", None),
            Print::Unshaped => ("shaped", None),
        };
        Some(Self { characters: character.into(), why, now })
    }

    fn finding(self, place: Place) -> Finding {
        let points: Vec<String> = self.characters.chars().map(code_point).collect();
        let finding = Finding::new(Code::RareCharacter, place).arg("character", &self.characters);
        let mut finding = finding.arg("code_point", points.join(" ")).arg("why", self.why);
        if let Some(now) = self.now {
            finding = finding.arg("now", now).arg("now_code", code_point(now));
        }
        finding.fact(Fact::Characters(self.characters))
    }
}

/// The finding for a character, without a place; none if it prints as it is.
pub(super) fn rare_character(character: char, fonts: &FontSet) -> Option<Finding> {
    Rare::of(character, fonts).map(|rare| rare.finding(Place::default()))
}

/// The rare characters that a finding is about.
pub(super) fn characters(finding: &Finding) -> &str {
    if let Some(Fact::Characters(characters)) = &finding.fact { characters } else { "" }
}

/// `U+31350`.
fn code_point(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}
