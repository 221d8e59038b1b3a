//! 文号.jsonl: the numbers of letters, one line each, in the order in which they were given.
//!
//! A number is given once: a letter that is withdrawn or lapses makes its line void, and the next number is always new.
//! The file is written before the record that it belongs to: a process that ends between them has given numbers that the next
//! finds again.

use std::path::Path;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::store::{Record, RecordError, Records, unread};
use crate::digest::sha256_hex;
use crate::publish;

/// The file, in 公示存档.
pub const LETTERS: &str = "文号.jsonl";

/// A letter that has a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberedLetter {
    /// 年度.
    pub year: i32,
    /// The form's title; each form has its own series per year.
    pub form: String,
    /// The number.
    pub number: u32,
    /// The period whose record gave it.
    pub period: String,
    /// That record's place among those of the period.
    pub n: u32,
    /// 支部编码.
    pub branch_code: String,
    /// 支部名称.
    pub branch: String,
    /// 序号.
    pub seq: i64,
    /// 姓名.
    pub name: String,
    /// What the scheme calls the letter.
    pub letter: String,
    /// Term in months.
    pub months: u32,
    /// First day of the term; none if it is not known.
    pub date: Option<NaiveDate>,
    /// Last day of the term.
    pub until: Option<NaiveDate>,
    /// True if it was withdrawn with its record, or if a later record has no such letter.
    pub void: bool,
}

impl NumberedLetter {
    /// True if it was given with this record.
    fn is_of(&self, record: &Record) -> bool {
        self.n == record.n && self.period == record.run.to_string()
    }
}

/// The letters of 公示存档, and the digest of the file; nothing if there is none.
pub fn letters_in(root: &Path) -> Result<(Vec<NumberedLetter>, Option<String>), RecordError> {
    let path = root.join(LETTERS);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok((Vec::new(), None)),
        Err(error) => return Err(unread(&path)(error)),
    };
    let mut letters = Vec::new();
    for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty()) {
        // A line passed over would be a number given twice.
        letters.push(serde_json::from_slice(line).map_err(|_| RecordError::Letters { path: path.clone(), line: at + 1 })?);
    }
    Ok((letters, Some(sha256_hex(&bytes))))
}

impl Records {
    /// Makes void what was given with a record that is withdrawn by now.
    pub(super) fn void_withdrawn(&mut self) {
        for record in self.all.iter().filter(|record| record.withdrawn.is_some()) {
            self.letters.iter_mut().filter(|letter| letter.is_of(record)).for_each(|letter| letter.void = true);
        }
    }

    /// The next number of a form's letters: one above all that were ever given.
    pub fn next_number(&self, year: i32, form: &str) -> u32 {
        let given = self.letters.iter().filter(|letter| letter.year == year && letter.form == form);
        given.map(|letter| letter.number).max().unwrap_or(0) + 1
    }

    /// Writes the list of letters, if it says something else; none is written where no letter has a number.
    pub fn write_letters(&self) -> Result<(), RecordError> {
        let path = self.root().join(LETTERS);
        let line = |letter| serde_json::to_string(letter).map(|line| line + "\n").map_err(std::io::Error::from);
        let lines: String = self.letters.iter().map(line).collect::<Result<_, _>>().map_err(unread(&path))?;
        let held = std::fs::read(&path).unwrap_or_default();
        if held == lines.as_bytes() {
            return Ok(());
        }
        Ok(publish::put(self.root(), &path, lines.as_bytes(), true)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(form: &str, number: u32, n: u32) -> NumberedLetter {
        NumberedLetter {
            year: 2026,
            form: form.into(),
            number,
            period: "2026".into(),
            n,
            branch_code: "0101".into(),
            branch: "东一支部".into(),
            seq: 3,
            name: "张甲".into(),
            letter: form.into(),
            months: 6,
            date: NaiveDate::from_ymd_opt(2026, 12, 24),
            until: NaiveDate::from_ymd_opt(2027, 6, 24),
            void: false,
        }
    }

    #[test]
    fn numbers_go_on_above_all_that_were_given() {
        let workspace = tempfile::tempdir().expect("folder");
        let mut records = Records::read(workspace.path()).expect("no records");
        records.write_letters().expect("nothing written");
        assert!(!records.root().exists(), "no letters, no file");
        records.letters = vec![letter("告诫通知书", 1, 1), NumberedLetter { void: true, ..letter("告诫通知书", 2, 1) }];
        records.write_letters().expect("written");
        let again = Records::read(workspace.path()).expect("records");
        assert_eq!(again.letters, records.letters);
        assert_eq!((again.next_number(2026, "告诫通知书"), again.next_number(2026, "限期整改通知书")), (3, 1));
        assert_eq!(again.next_number(2027, "告诫通知书"), 1, "every year begins anew");
    }

    #[test]
    fn a_line_that_is_none_is_never_passed_over() {
        let workspace = tempfile::tempdir().expect("folder");
        let mut records = Records::read(workspace.path()).expect("no records");
        records.letters = vec![letter("告诫通知书", 1, 1)];
        records.write_letters().expect("written");
        let path = records.root().join(LETTERS);
        let text = std::fs::read_to_string(&path).expect("file");
        std::fs::write(&path, format!("{text}{}", &text[..20])).expect("written");
        assert!(matches!(Records::read(workspace.path()), Err(RecordError::Letters { line: 2, .. })));
    }
}
