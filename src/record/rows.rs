//! results.jsonl of a record: read through once for its digest and for where each branch's lines are; read again a branch
//! at a time, so that a county's records are never in memory together.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::model::{Row, Values};

/// Where the lines of each branch are.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// One open file for all threads; none if there was nothing to be read.
    file: Option<Arc<Mutex<File>>>,
    /// Beginning and length by branch code.
    ranges: BTreeMap<Box<str>, (u64, u64)>,
    /// SHA-256 of the whole file.
    pub digest: [u8; 32],
}

/// What a row would say of a subject.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// 姓名, or the branch's name.
    pub name: &'a str,
    /// 序号; none for a branch.
    pub seq: Option<i64>,
    /// The figures; none if any will do.
    pub values: Option<&'a Values>,
}

/// A row that needs nothing of its own: one with a quotation mark in a word is not read so, and never is equal.
#[derive(Deserialize)]
struct Plain<'a> {
    branch_code: &'a str,
    seq: Option<i64>,
    name: &'a str,
    subject: &'a str,
    total: Option<&'a str>,
    board: Option<&'a str>,
    grade: Option<&'a str>,
    stars: Option<u8>,
    #[serde(borrow, default)]
    honours: Vec<&'a str>,
}

impl Plain<'_> {
    fn says(&self, code: &str, said: &Said<'_>) -> bool {
        let who = self.branch_code == code && (self.subject == "branch") == said.seq.is_none() && self.seq == said.seq;
        who && (said.seq.is_none() || self.name == said.name) && said.values.is_none_or(|values| self.has(values))
    }

    fn has(&self, values: &Values) -> bool {
        let mut honours = self.honours.clone();
        honours.sort_unstable();
        self.total == values.total.as_deref()
            && self.board == values.board.as_deref()
            && self.grade == values.grade.as_deref()
            && self.stars == values.stars
            && honours == values.honours
    }
}

/// The one key by which lines are found.
#[derive(Deserialize)]
struct Keyed<'a> {
    #[serde(borrow)]
    branch_code: std::borrow::Cow<'a, str>,
}

const KEY: &[u8] = b"\"branch_code\":\"";

impl Lines {
    /// Reads the file through.
    pub fn index(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let mut reader = BufReader::with_capacity(1 << 18, &mut file);
        let mut hash = Sha256::new();
        let mut ranges: BTreeMap<Box<str>, (u64, u64)> = BTreeMap::new();
        let (mut line, mut at, mut current) = (Vec::new(), 0_u64, String::new());
        loop {
            line.clear();
            let read = reader.read_until(b'\n', &mut line)? as u64;
            if read == 0 {
                break;
            }
            hash.update(&line);
            if let Some(code) = code_of(&line) {
                if current != code {
                    current = code.into_owned();
                }
                // Lines are sorted by branch: each has one range.
                let range = ranges.entry(current.as_str().into()).or_insert((at, 0));
                range.1 = at + read - range.0;
            }
            at += read;
        }
        Ok(Self { file: Some(Arc::new(Mutex::new(file))), ranges, digest: hash.finalize().into() })
    }

    /// True if the branch has lines.
    pub fn has(&self, code: &str) -> bool {
        self.ranges.contains_key(code)
    }

    /// The lines of a branch; empty if it has none.
    fn text(&self, code: &str) -> io::Result<String> {
        let (Some((from, length)), Some(file)) = (self.ranges.get(code), &self.file) else { return Ok(String::new()) };
        let mut bytes = vec![0; usize::try_from(*length).unwrap_or(0)];
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(*from))?;
        file.read_exact(&mut bytes)?;
        drop(file);
        String::from_utf8(bytes).map_err(io::Error::other)
    }

    /// The rows of a branch.
    pub fn of(&self, code: &str) -> io::Result<Vec<Row>> {
        let text = self.text(code)?;
        let rows = text.lines().map(|line| serde_json::from_str(line).map_err(io::Error::from));
        // Another branch's lines between them would be a file that this program did not write.
        rows.filter(|row: &io::Result<Row>| row.as_ref().is_ok_and(|row| row.branch_code == code) || row.is_err()).collect()
    }

    /// True if the rows of a branch say this and nothing else, in this order.
    pub fn repeat(&self, code: &str, now: &[Said<'_>]) -> io::Result<bool> {
        let text = self.text(code)?;
        let mut lines = text.lines();
        let same = now
            .iter()
            .all(|said| lines.next().is_some_and(|line| serde_json::from_str(line).is_ok_and(|row: Plain<'_>| row.says(code, said))));
        Ok(same && lines.next().is_none())
    }

    /// Codes of the branches, and of each the names that stand in its lines among those wanted.
    pub fn bearing(&self, wanted: &std::collections::BTreeSet<&str>) -> io::Result<Vec<(Box<str>, Row)>> {
        let mut found = Vec::new();
        for code in self.ranges.keys() {
            let rows = self.of(code)?.into_iter().filter(|row| wanted.contains(row.name.as_str()));
            found.extend(rows.map(|row| (code.clone(), row)));
        }
        Ok(found)
    }
}

fn code_of(line: &[u8]) -> Option<std::borrow::Cow<'_, str>> {
    let from = memchr::memmem::find(line, KEY)? + KEY.len();
    let length = memchr::memchr2(b'"', b'\\', &line[from..])?;
    if line[from + length] == b'"' {
        return std::str::from_utf8(&line[from..from + length]).ok().map(Into::into);
    }
    serde_json::from_slice::<Keyed<'_>>(line).ok().map(|keyed| keyed.branch_code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_lines_of_a_branch() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("results.jsonl");
        let line = |code: &str, name: &str| {
            format!(
                "{{\"branch_code\":\"{code}\",\"seq\":1,\"name\":\"{name}\",\"scheme\":\"x\",\"subject\":\"member\",\"total\":\"1.00\",\"board\":null,\"grade\":null,\"stars\":null,\"honours\":[]}}\n"
            )
        };
        let text = [line("0101", "甲"), line("0101", "乙"), line("a\\\"b", "丙")].concat();
        std::fs::write(&path, &text).expect("file");
        let lines = Lines::index(&path).expect("index");
        let names = |code: &str| -> Vec<String> { lines.of(code).expect("rows").into_iter().map(|row| row.name).collect() };
        assert_eq!(names("0101"), ["甲", "乙"]);
        assert_eq!(names("a\"b"), ["丙"]);
        assert_eq!(names("0102"), Vec::<String>::new());
        assert_eq!(lines.digest, <[u8; 32]>::from(Sha256::digest(text.as_bytes())));
        let values = |total: &str| Values { total: Some(total.to_owned()), ..Values::default() };
        let (one, other) = (values("1.00"), values("2.00"));
        let said = |name: &'static str, values| Said { name, seq: Some(1), values };
        let repeat = |now: &[Said<'_>]| lines.repeat("0101", now).expect("rows");
        assert!(repeat(&[said("甲", Some(&one)), said("乙", None)]));
        assert!(!repeat(&[said("甲", Some(&one))]) && !repeat(&[said("乙", None), said("甲", Some(&one))]));
        assert!(!repeat(&[said("甲", Some(&one)), said("乙", Some(&other))]));
        assert!(!repeat(&[said("甲", None), said("乙", None), said("丙", None)]));
        assert_eq!(lines.bearing(&["乙"].into()).expect("rows").len(), 1);
    }
}
