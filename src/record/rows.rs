//! results.jsonl of a record: read through once for its digest and for where each branch's lines are; read again a branch
//! at a time, so that a county's records are never in memory together.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::model::Row;

/// Where the lines of each branch are.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    path: PathBuf,
    /// Beginning and length by branch code.
    ranges: BTreeMap<Box<str>, (u64, u64)>,
    /// SHA-256 of the whole file.
    pub digest: [u8; 32],
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
        let mut reader = BufReader::with_capacity(1 << 18, File::open(path)?);
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
        Ok(Self { path: path.to_owned(), ranges, digest: hash.finalize().into() })
    }

    /// True if the branch has lines.
    pub fn has(&self, code: &str) -> bool {
        self.ranges.contains_key(code)
    }

    /// The rows of a branch.
    pub fn of(&self, code: &str) -> io::Result<Vec<Row>> {
        let Some((from, length)) = self.ranges.get(code) else { return Ok(Vec::new()) };
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(*from))?;
        let mut bytes = vec![0; usize::try_from(*length).unwrap_or(0)];
        file.read_exact(&mut bytes)?;
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let rows = lines.map(|line| serde_json::from_slice(line).map_err(io::Error::from));
        // Another branch's lines between them would be a file that this program did not write.
        rows.filter(|row: &io::Result<Row>| row.as_ref().is_ok_and(|row| row.branch_code == code) || row.is_err()).collect()
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
        assert_eq!(lines.bearing(&["乙"].into()).expect("rows").len(), 1);
    }
}
