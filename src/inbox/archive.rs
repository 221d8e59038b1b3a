//! Zip archives of workbooks, as mail programs and committees pack them.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError;

use super::list::{passed_over, regular};
use super::{Incoming, Limits, Source, Unfetched};
use crate::diag::{Finding, Place};

/// Archives inside archives are opened this often: a committee zips what its branches zipped.
const NESTING: usize = 2;

/// What an archive holds, or `None` where the file is no archive to open.
pub(super) fn open_up(file: &Incoming, path: &Path, limits: &Limits) -> Option<(Vec<Incoming>, Vec<Finding>)> {
    if !begins_like_zip(path) || file.size > limits.max_archive {
        return None;
    }
    // Only the directory is read: most zip files in an inbox are workbooks.
    let zip = ZipArchive::new(BufReader::new(File::open(path).ok()?)).ok()?;
    let mut found = Found { archive: path, files: Vec::new(), findings: Vec::new(), left: limits.max_archive, limits };
    found.look(&file.name, zip, &[]).then_some((found.files, found.findings))
}

struct Found<'a> {
    archive: &'a Path,
    files: Vec<Incoming>,
    findings: Vec<Finding>,
    left: u64,
    limits: &'a Limits,
}

impl Found<'_> {
    /// True where it was an archive, and its entries are now listed.
    fn look<R: Read + Seek>(&mut self, name: &str, mut zip: ZipArchive<R>, above: &[usize]) -> bool {
        if office(&zip) {
            return false;
        }
        if zip.len() > self.limits.max_entries {
            self.refuse(name, &Unfetched::TooLarge { limit: self.limits.max_entries as u64 });
            return true;
        }
        if zip.has_duplicate_names() {
            // Only one of them can be reached; the sender has to say which.
            self.refuse(name, &Unfetched::Unreadable { detail: "two files of one name in the archive".to_owned() });
        }
        for index in 0..zip.len() {
            let Ok(entry) = zip.by_index_raw(index) else { continue };
            let inner = entry_name(entry.name_raw());
            if entry.is_dir() || inner.is_empty() || inner.split('/').any(passed_over) {
                continue;
            }
            let size = entry.size();
            drop(entry);
            let name = format!("{name}!/{inner}");
            let entries = [above, &[index]].concat();
            if entries.len() < NESTING && inner.to_ascii_lowercase().ends_with(".zip") {
                // Counted before it is opened: a hundred small archives may each unpack to the limit.
                let opened = unpack(&mut zip, index, self.left.min(self.limits.max_bytes));
                self.left = self.left.saturating_sub(opened.as_ref().map_or(size, |bytes| bytes.len() as u64));
                let opened = opened.ok().and_then(|bytes| ZipArchive::new(Cursor::new(bytes)).ok());
                if opened.is_some_and(|inside| self.look(&name, inside, &entries)) {
                    continue;
                }
            }
            if self.files.len() >= self.limits.max_files {
                self.refuse(&name, &Unfetched::TooLarge { limit: self.limits.max_files as u64 });
                return true;
            }
            let source = Source::Entry { archive: self.archive.to_owned(), entries };
            self.files.push(Incoming { name: name.as_str().into(), source, size });
        }
        true
    }

    fn refuse(&mut self, name: &str, why: &Unfetched) {
        self.findings.push(why.finding(Place::file(&name.into())));
    }
}

/// An entry's bytes.
pub(super) fn entry(archive: &Path, entries: &[usize], limits: &Limits) -> Result<Vec<u8>, Unfetched> {
    let (outermost, inside) = entries.split_first().ok_or(Unfetched::Unreadable { detail: "no entry".to_owned() })?;
    let file = regular(archive, limits.max_archive)?;
    let mut zip = ZipArchive::new(BufReader::new(file)).map_err(unreadable)?;
    let mut bytes = unpack(&mut zip, *outermost, limits.max_bytes)?;
    for &index in inside {
        bytes = unpack(&mut ZipArchive::new(Cursor::new(&bytes)).map_err(unreadable)?, index, limits.max_bytes)?;
    }
    Ok(bytes)
}

fn unpack<R: Read + Seek>(zip: &mut ZipArchive<R>, index: usize, limit: u64) -> Result<Vec<u8>, Unfetched> {
    let entry = match zip.by_index(index) {
        Ok(entry) => entry,
        Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) => return Err(Unfetched::Encrypted),
        Err(error) => return Err(unreadable(error)),
    };
    let mut bytes = Vec::new();
    // The declared size is the sender's word; the limit is ours. Reading to the end checks the CRC.
    entry.take(limit + 1).read_to_end(&mut bytes).map_err(|error| Unfetched::Unreadable { detail: error.to_string() })?;
    if bytes.len() as u64 > limit { Err(Unfetched::TooLarge { limit }) } else { Ok(bytes) }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unreadable(error: ZipError) -> Unfetched {
    Unfetched::Unreadable { detail: error.to_string() }
}

fn begins_like_zip(path: &Path) -> bool {
    let mut head = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok() && (head == *b"PK\x03\x04" || head == *b"PK\x05\x06")
}

/// Workbooks and documents are zip files too; those are not opened here.
fn office<R: Read + Seek>(zip: &ZipArchive<R>) -> bool {
    let parts: [&[u8]; 5] = [b"[Content_Types].xml", b"mimetype", b"xl/workbook.xml", b"xl\\workbook.xml", b"xl/workbook.bin"];
    zip.file_names_raw().any(|name| parts.iter().any(|part| name.eq_ignore_ascii_case(part)))
}

/// UTF-8 where it is that, else GB18030: Windows archivers on Chinese systems set no flag. Parts that climb are
/// dropped, for the name is shown and sorted by, never opened.
fn entry_name(raw: &[u8]) -> String {
    let text = std::str::from_utf8(raw).map_or_else(|_| encoding_rs::GB18030.decode_without_bom_handling(raw).0, Into::into);
    let parts = text.split(['/', '\\']).filter(|part| !matches!(*part, "" | "." | ".."));
    parts.map(|part| part.chars().filter(|c| !c.is_control()).collect()).collect::<Vec<String>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::entry_name;

    #[test]
    fn names_are_utf8_or_gb18030() {
        assert_eq!(entry_name("北关/支部.xlsx".as_bytes()), "北关/支部.xlsx");
        // 誠 is D5 5C, and 5C is the backslash.
        assert_eq!(entry_name(b"\xd5\x5c\xd0\xc5.xlsx"), "誠信.xlsx");
        assert_eq!(entry_name(b"..\\..\\a\x1b\\b.xlsx"), "a/b.xlsx");
        assert_eq!(entry_name(b"/etc/./x"), "etc/x");
    }
}
