//! From files to workbooks: most are one file; a workbook saved as CSV is one file a sheet.
//!
//! ```text
//! 一支部/0101-支部信息.csv   ┐ one folder (or archive), one beginning, the rest a sheet's name:
//! 一支部/0101-党员名册.csv   ┘ one workbook, called by the file of 支部信息
//! 二支部/支部.xlsx             one workbook
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use super::County;
use crate::diag::{Finding, Place};
use crate::fence::FenceError;
use crate::inbox::{self, Incoming, Limits};
use crate::sheet::words::key;
use crate::sheet::{Book, Format};
use crate::submission::{COVER, SHEETS};

/// Files that together are one workbook.
#[derive(Debug)]
pub struct Sent {
    /// What findings call it: the file's name, of several that of the cover's.
    pub name: Arc<str>,
    pub(super) files: Vec<Part>,
}

/// A file, and for one of a set the sheet that it is named after.
#[derive(Debug)]
pub struct Part {
    pub(super) file: Incoming,
    sheet: Option<String>,
}

/// One file's fingerprint: name, SHA-256, bytes.
pub type Print = (Arc<str>, [u8; 32], u64);

/// What a workbook came to.
pub(super) struct Opened {
    /// The book, or why there is none.
    pub(super) book: Result<Book, Finding>,
    /// Every file that could be fetched.
    pub(super) prints: Vec<Print>,
    /// Which file holds a sheet, where not all are in the first.
    pub(super) holders: BTreeMap<Arc<str>, Arc<str>>,
}

/// Puts the files of sets together; the order is that of the first file of each.
pub(super) fn group(files: Vec<Incoming>) -> Vec<Sent> {
    let mut all: Vec<Sent> = Vec::new();
    let mut sets: BTreeMap<(String, String), usize> = BTreeMap::new();
    for file in files {
        let Some((set, sheet)) = of_a_set(&file.name) else {
            all.push(Sent { name: Arc::clone(&file.name), files: vec![Part { file, sheet: None }] });
            continue;
        };
        let at = *sets.entry(set).or_insert_with(|| {
            all.push(Sent { name: Arc::clone(&file.name), files: Vec::new() });
            all.len() - 1
        });
        if sheet == COVER {
            all[at].name = Arc::clone(&file.name);
        }
        all[at].files.push(Part { file, sheet: Some(sheet) });
    }
    all
}

/// Folder and beginning of the name, and the sheet it ends with, of a text file named after a sheet.
fn of_a_set(name: &str) -> Option<((String, String), String)> {
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let (stem, extension) = file.rsplit_once('.')?;
    if !["csv", "tsv", "txt"].iter().any(|own| extension.eq_ignore_ascii_case(own)) {
        return None;
    }
    let stem = key(stem);
    let (at, sheet) = SHEETS.iter().find_map(|sheet| {
        let at = stem.rfind(sheet)?;
        // A category may follow: 积分登记-农村党员.
        let after = &stem[at + sheet.len()..];
        (after.is_empty() || after.starts_with('-')).then(|| (at, stem[at..].to_owned()))
    })?;
    Some(((folder.to_owned(), stem[..at].trim_end_matches('-').to_owned()), sheet))
}

/// Fetches and decodes every file of a workbook.
///
/// # Errors
/// Only the machine failing.
pub(super) fn open(county: &County, sent: &Sent, limits: &Limits) -> Result<Opened, FenceError> {
    let mut opened = Opened {
        book: Err(Finding::new(crate::diag::Code::UnreadableFile, Place::file(&sent.name))),
        prints: Vec::new(),
        holders: BTreeMap::new(),
    };
    let mut whole: Option<Book> = None;
    for part in &sent.files {
        let place = Place::file(&part.file.name);
        let bytes = match inbox::fetch(&part.file, limits) {
            Ok(bytes) => bytes,
            Err(unfetched) => {
                opened.book = Err(unfetched.finding(place));
                return Ok(opened);
            }
        };
        let digest = county.first.digest(&part.file.name).unwrap_or_else(|| inbox::digest(&bytes));
        opened.prints.push((Arc::clone(&part.file.name), digest, bytes.len() as u64));
        let mut book = match county.fence.read(&part.file.name, &bytes)? {
            Ok(book) => book,
            Err(refusal) => {
                opened.book = Err(refusal.finding(place));
                return Ok(opened);
            }
        };
        if let (Some(sheet), Format::Text, [only]) = (&part.sheet, book.format, book.sheets.as_mut_slice()) {
            only.name = sheet.as_str().into();
        }
        if part.file.name != sent.name {
            opened.holders.extend(book.sheets.iter().map(|sheet| (Arc::clone(&sheet.name), Arc::clone(&part.file.name))));
        }
        match &mut whole {
            None => whole = Some(book),
            Some(whole) => whole.sheets.extend(book.sheets),
        }
    }
    if let Some(book) = whole {
        opened.book = Ok(book);
    }
    Ok(opened)
}

/// Of one file its own, of several that of theirs.
pub(super) fn digest(files: &[Print]) -> [u8; 32] {
    match files {
        [(_, digest, _)] => *digest,
        files => inbox::digest(&files.iter().flat_map(|(_, digest, _)| *digest).collect::<Vec<u8>>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grouped(names: &[&str]) -> Vec<(String, usize)> {
        let file = |name: &&str| Incoming { name: (*name).into(), source: inbox::Source::File((*name).into()), size: 1 };
        group(names.iter().map(file).collect()).iter().map(|sent| (sent.name.to_string(), sent.files.len())).collect()
    }

    #[test]
    fn files_named_after_sheets_of_one_folder_are_one_workbook() {
        let names = [
            "a/0101-党员名册.csv",
            "a/0101-支部信息.CSV",
            "a/0101_积分登记－农村党员.txt",
            "a/0102-支部信息.csv",
            "b/党员名册.csv",
            "b/说明.csv",
            "b/支部信息.xlsx",
            "c.zip!/支部信息.csv",
            "c.zip!/奖惩.csv",
        ];
        let expected = [
            ("a/0101-支部信息.CSV", 3),
            ("a/0102-支部信息.csv", 1),
            ("b/党员名册.csv", 1),
            ("b/说明.csv", 1),
            ("b/支部信息.xlsx", 1),
            ("c.zip!/支部信息.csv", 2),
        ];
        assert_eq!(grouped(&names), expected.map(|(name, files)| (name.to_owned(), files)));
    }
}
