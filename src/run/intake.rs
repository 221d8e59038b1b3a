//! From files to workbooks: most are one file; a workbook saved as CSV is one file a sheet.
//!
//! ```text
//! 一支部/0101-支部信息.csv   ┐ one folder (or archive), one beginning, the rest a sheet's name:
//! 一支部/0101-党员名册.csv   ┘ one workbook, called by the file of 支部信息
//! 二支部/支部.xlsx             one workbook
//! 三支部/1.csv                 ┐ named after nothing: one workbook where one of the folder's holds 支部信息
//! 三支部/2.csv                 ┘
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Setup, budget};
use crate::diag::{Finding, Place};
use crate::digest;
use crate::fence::FenceError;
use crate::inbox::{self, Incoming, Limits};
use crate::sheet::{Book, Format, Refusal};
use crate::submission::{Intake, read_cover};
use crate::words::key;
use crate::workbook;

/// Files that together are one workbook.
#[derive(Debug)]
pub struct Submitted {
    /// What findings call it: the file's name, of several that of the cover's.
    pub name: Arc<str>,
    pub(crate) files: Vec<Part>,
}

impl Submitted {
    /// One of which only the name is known.
    pub(crate) fn named(name: &str) -> Arc<Self> {
        Arc::new(Self { name: name.into(), files: Vec::new() })
    }

    /// One file.
    pub(super) fn of(file: Incoming) -> Self {
        Self { name: Arc::clone(&file.name), files: vec![Part { file, sheet: None, beyond: None }] }
    }

    /// The name that one of its files shares with another of the same archive.
    pub(crate) fn twin(&self) -> Option<Arc<str>> {
        self.files.iter().find_map(|part| part.file.twin.clone())
    }

    /// Names of all its files.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|part| &*part.file.name)
    }
}

/// A file, and for one of a set the sheet that it is named after.
#[derive(Debug)]
pub struct Part {
    pub(crate) file: Incoming,
    sheet: Option<String>,
    /// Why it is not read, if the archive that it came in costs too much without it.
    pub(super) beyond: Option<Refusal>,
}

/// One file's fingerprint: name, SHA-256, bytes.
pub type Print = (Arc<str>, [u8; 32], u64);

/// What a workbook came to.
pub(crate) struct Opened {
    /// The book, or why there is none.
    pub(crate) book: Result<Book, Finding>,
    /// Every file that could be fetched.
    pub(crate) prints: Vec<Print>,
    /// Which file holds a sheet, where not all are in the first.
    pub(crate) holders: BTreeMap<Arc<str>, Arc<str>>,
}

/// Puts the files of sets together; the order is that of the first file of each.
pub(crate) fn group(county: &Setup, files: Vec<Incoming>, limits: &Limits) -> Vec<Submitted> {
    let mut all: Vec<Submitted> = Vec::new();
    let mut sets: BTreeMap<(String, String), usize> = BTreeMap::new();
    for file in files {
        let Some((set, sheet)) = of_a_set(&file.name, &county.intake) else {
            all.push(Submitted::of(file));
            continue;
        };
        let at = *sets.entry(set).or_insert_with(|| {
            all.push(Submitted { name: Arc::clone(&file.name), files: Vec::new() });
            all.len() - 1
        });
        if county.intake.sheet(&sheet) == Some(workbook::COVER.name) {
            all[at].name = Arc::clone(&file.name);
        }
        all[at].files.push(Part { file, sheet: Some(sheet), beyond: None });
    }
    let mut all = join_by_content(county, all, limits);
    budget::hold(&mut all, county.fence.tries(), limits);
    all
}

/// Text files that are named after nothing, `1.csv` and `2.csv`: where one folder or archive holds one 支部信息 in such a
/// file or in a set, its others are the rest of it. At the top of the inbox lie files of many senders; there they must
/// begin alike.
fn join_by_content(county: &Setup, all: Vec<Submitted>, limits: &Limits) -> Vec<Submitted> {
    let mut folders: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, sent) in all.iter().enumerate() {
        if sent.files.iter().all(|part| is_text(&part.file.name)) {
            folders.entry(folder(&sent.name)).or_default().push(at);
        }
    }
    // Which file each one goes to.
    let mut into: BTreeMap<usize, usize> = BTreeMap::new();
    let unnamed = |at: &usize| all[*at].files.iter().all(|part| part.sheet.is_none());
    for (folder, members) in folders.into_iter().filter(|(_, members)| members.len() > 1 && members.iter().any(unnamed)) {
        let of: Vec<(usize, Bears)> = members.into_iter().map(|at| (at, bears(county, &all[at], limits))).collect();
        let covers: Vec<usize> = of.iter().filter(|(_, bears)| *bears == Bears::Cover).map(|(at, _)| *at).collect();
        let [cover] = covers.as_slice() else { continue };
        let alike = |at: &usize| !folder.is_empty() || beginning(&all[*at].name) == beginning(&all[*cover].name);
        into.extend(of.iter().filter(|(at, bears)| *bears == Bears::Table && alike(at)).map(|(at, _)| (*at, *cover)));
    }
    let mut joined: Vec<Option<Submitted>> = all.into_iter().map(Some).collect();
    for (from, to) in into {
        if let Some(part) = joined[from].take()
            && let Some(whole) = &mut joined[to]
        {
            whole.files.extend(part.files);
        }
    }
    joined.into_iter().flatten().collect()
}

/// What text files hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bears {
    Cover,
    Table,
    Nothing,
}

fn bears(county: &Setup, sent: &Submitted, limits: &Limits) -> Bears {
    let mut found = Bears::Nothing;
    for part in &sent.files {
        let Ok(bytes) = inbox::fetch(&part.file, limits) else { continue };
        let Ok(book) = crate::sheet::read(&part.file.name, &bytes, &crate::sheet::Limits::default()) else { continue };
        if book.format != Format::Text {
            continue;
        }
        found = Bears::Table;
        if read_cover(&book, &part.file.name, &county.intake).0.branch_code.is_some() {
            return Bears::Cover;
        }
    }
    found
}

fn folder(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn is_text(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    ["csv", "tsv", "txt"].iter().any(|own| extension.eq_ignore_ascii_case(own))
}

/// A file's name without its folder, its extension and the number at its end.
fn beginning(name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    let stem = key(file.rsplit_once('.').map_or(file, |(stem, _)| stem));
    stem.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '_' | '(' | ')')).to_owned()
}

/// Folder and beginning of the name, and the sheet it ends with, of a text file named after a sheet.
fn of_a_set(name: &str, intake: &Intake) -> Option<((String, String), String)> {
    if !is_text(name) {
        return None;
    }
    let file = name.rsplit('/').next().unwrap_or(name);
    let stem = key(file.rsplit_once('.')?.0);
    let at = intake.sheet_within(&stem)?;
    Some(((folder(name).to_owned(), stem[..at].trim_end_matches('-').to_owned()), stem[at..].to_owned()))
}

/// Fetches and decodes every file of a workbook.
///
/// # Errors
/// Only the machine failing.
pub(crate) fn open(county: &Setup, sent: &Submitted, limits: &Limits) -> Result<Opened, FenceError> {
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
        let digest = county.first.digest(&part.file.name).unwrap_or_else(|| digest::sha256(&bytes));
        opened.prints.push((Arc::clone(&part.file.name), digest, bytes.len() as u64));
        let read = match &part.beyond {
            Some(refusal) => Err(refusal.clone()),
            None => county.fence.read(&part.file.name, &bytes)?,
        };
        // A sheet of few headings below a title and notes looks like prose; its name says that it is a table.
        let read = match (read, &part.sheet) {
            (Err(Refusal::NotASpreadsheet { kind: Format::Text }), Some(_)) => county.fence.read(&part.file.name, &separated(&bytes))?,
            (read, _) => read,
        };
        let mut book = match read {
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

/// A text that says of itself that it is a table, as offices write it. In two bytes a letter it stays as it is.
fn separated(bytes: &[u8]) -> Vec<u8> {
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => bytes.to_vec(),
        [mark @ 0xef, 0xbb, 0xbf, rest @ ..] => [&[*mark, 0xbb, 0xbf], &b"sep=,\n"[..], rest].concat(),
        _ => [b"sep=,\n", bytes].concat(),
    }
}

/// The file of each sheet of a workbook that came in several; nothing for one file.
pub(super) fn files_of(sheets: &[Arc<str>], holders: &BTreeMap<Arc<str>, Arc<str>>, name: &Arc<str>) -> Vec<Arc<str>> {
    if holders.is_empty() {
        return Vec::new();
    }
    sheets.iter().map(|sheet| Arc::clone(holders.get(sheet).unwrap_or(name))).collect()
}

/// Gives a finding the file that holds its sheet.
pub(super) fn place_in_holder(finding: &mut Finding, holders: &BTreeMap<Arc<str>, Arc<str>>) {
    if let Some(holder) = finding.place.sheet.as_ref().and_then(|sheet| holders.get(sheet)) {
        finding.place.file = Some(Arc::clone(holder));
    }
}

/// Of one file its own, of several that of theirs.
pub(crate) fn digest(files: &[Print]) -> [u8; 32] {
    match files {
        [(_, digest, _)] => *digest,
        files => digest::sha256(&files.iter().flat_map(|(_, digest, _)| *digest).collect::<Vec<u8>>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_sets() {
        let mut intake = Intake::default();
        intake.add("[sheets]\n'党员名册'=['花名册','党员花名册']\n").expect("loads");
        let set = |name: &str| of_a_set(name, &intake).map(|((folder, begins), sheet)| format!("{folder}|{begins}|{sheet}"));
        for (name, told) in [
            ("a/0101-党员名册.csv", Some("a|0101|党员名册")),
            ("a/0101_积分登记－农村党员.TXT", Some("a|0101|积分登记-农村党员")),
            ("0101党员花名册.tsv", Some("|0101|党员花名册")),
            ("c.zip!/奖惩.csv", Some("c.zip!||奖惩")),
            ("b/说明.csv", None),
            ("b/支部信息.xlsx", None),
        ] {
            assert_eq!(set(name).as_deref(), told, "{name}");
        }
        assert_eq!(beginning("a/第一支部 (2).csv"), beginning("第一支部1.csv"));
    }
}
