//! Lists the inbox: folders walked, archives opened, names made unique, always in the same order.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;

use super::{InboxError, Incoming, Limits, OnDisk, Source, Unfetched, refused, zipped};
use crate::diag::{Finding, Place, Unreadable};

/// Every file in the inbox at any depth, archives opened, sorted by the bytes of the name; no two have one name.
///
/// What cannot be looked into is a finding; files that are no spreadsheets are listed like any other. `ignored` are patterns
/// of files that are known and not listed, archives and what is in them too.
///
/// # Errors
/// Only where there is no inbox to look into.
pub fn list(inbox: &Path, ignored: &[String], limits: &Limits) -> Result<(Vec<Incoming>, Vec<Finding>), InboxError> {
    let open = |source| InboxError::Open { path: inbox.to_owned(), source };
    std::fs::read_dir(inbox).map_err(open)?;
    let root = inbox.canonicalize().map_err(open)?;
    let mut found = Found { inbox, root, limits, files: Vec::new(), archives: Vec::new(), findings: Vec::new() };
    // The order of names makes the walk, and what a limit cuts off, the same on every disk.
    let walk = WalkDir::new(inbox).min_depth(1).max_depth(limits.max_depth).sort_by_file_name();
    let wanted = |entry: &walkdir::DirEntry| entry.depth() == 0 || !passed_over(&text(entry.file_name()));
    for entry in walk.into_iter().filter_entry(wanted) {
        if !found.look(entry) {
            break;
        }
    }
    found.open_archives();
    let Found { mut files, mut findings, .. } = found;
    if !ignored.is_empty() {
        let known = |name: &str| ignored.iter().any(|pattern| is_named(pattern, name));
        files.retain(|file| !known(&file.name));
        findings.retain(|finding| !finding.place.file.as_deref().is_some_and(known));
    }
    findings.sort_by(|a, b| a.place.cmp(&b.place));
    Ok((apart(files), findings))
}

/// True if a pattern names the file, whatever the case: `*` is any text, `?` any letter. With a `/` it is held against the
/// whole path in the inbox, else against the name and against that of an archive it lies in.
fn is_named(pattern: &str, path: &str) -> bool {
    let lower = |text: &str| text.trim().to_lowercase().chars().collect::<Vec<char>>();
    let pattern_letters = lower(&pattern.replace('\\', "/"));
    if pattern.contains(['/', '\\']) {
        return is_like(&pattern_letters, &lower(path));
    }
    path.split("!/").any(|part| is_like(&pattern_letters, &lower(part.rsplit('/').next().unwrap_or(part))))
}

fn is_like(pattern: &[char], text: &[char]) -> bool {
    // Where to go on if what follows the last star does not fit: the star takes one letter more.
    let (mut at, mut read, mut star) = (0, 0, None);
    while read < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(c) if *c == '?' || *c == text[read] => (at, read) = (at + 1, read + 1),
            _ => match &mut star {
                Some((after, taken)) => {
                    *taken += 1;
                    (at, read) = (*after + 1, *taken);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

struct Found<'a> {
    inbox: &'a Path,
    /// The inbox without links on the way.
    root: PathBuf,
    limits: &'a Limits,
    files: Vec<Incoming>,
    /// What each archive will cost, and the archive.
    archives: Vec<(u64, Incoming)>,
    findings: Vec<Finding>,
}

impl Found<'_> {
    /// False where there are too many files to go on.
    fn look(&mut self, entry: walkdir::Result<walkdir::DirEntry>) -> bool {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let name = error.path().map(|path| relative(self.inbox, path)).unwrap_or_default();
                let why = error.io_error().map_or(Unreadable::Disk, refused);
                self.refuse(&name, &Unfetched::Unreadable { why });
                return true;
            }
        };
        let name = relative(self.inbox, entry.path());
        if entry.file_type().is_dir() {
            if entry.depth() == self.limits.max_depth {
                self.refuse(&name, &Unfetched::TooLarge { what: "depth", limit: self.limits.max_depth as u64 });
            }
            return true;
        }
        if entry.file_type().is_symlink() {
            if let Some(why) = self.astray(entry.path()) {
                self.refuse(&name, &Unfetched::Unreadable { why });
            }
            return true;
        }
        // FIFOs, sockets and devices block or never end: they are never opened.
        if !entry.file_type().is_file() {
            self.refuse(&name, &Unfetched::Unreadable { why: Unreadable::Irregular });
            return true;
        }
        if self.files.len() + self.archives.len() >= self.limits.max_files {
            let name = self.fullest();
            self.refuse(&name, &Unfetched::TooLarge { what: "files", limit: self.limits.max_files as u64 });
            return false;
        }
        let name: Arc<str> = name.into();
        let disk = Arc::new(OnDisk { name: Arc::clone(&name), path: entry.path().to_owned() });
        let size = entry.metadata().map_or(0, |metadata| metadata.len());
        let file = Incoming { name, source: Source::File, disk, size, twin: None };
        match zipped::cost(&file, self.limits) {
            None => self.files.push(file),
            Some(cost) => self.archives.push((cost, file)),
        }
        true
    }

    /// What is wrong with a link: one that leads to a file or folder of the inbox, or up to a folder that holds it, adds
    /// nothing to what is listed anyway; one that leads elsewhere would bring in, and archive, what nobody sent.
    fn astray(&self, link: &Path) -> Option<Unreadable> {
        let Ok(target) = link.canonicalize() else { return Some(Unreadable::Gone) };
        match target.metadata() {
            Err(error) => Some(refused(&error)),
            Ok(metadata) if !metadata.is_dir() && !metadata.is_file() => Some(Unreadable::Irregular),
            Ok(_) => (!target.starts_with(&self.root) && !self.root.starts_with(&target)).then_some(Unreadable::Outside),
        }
    }

    /// Opens the archives, those first that cost least: a sender who fills the inbox loses his own files and nobody else's.
    fn open_archives(&mut self) {
        self.archives.sort_by(|(one, a), (other, b)| one.cmp(other).then_with(|| a.name.as_bytes().cmp(b.name.as_bytes())));
        let mut held = self.limits.max_held;
        for (_, file) in std::mem::take(&mut self.archives) {
            let left = self.limits.max_files - self.files.len().min(self.limits.max_files);
            let before = held;
            match zipped::open_up(&file, self.limits, &mut held) {
                Some((inside, _)) if inside.len() > left => {
                    held = before;
                    self.refuse(&file.name, &Unfetched::TooLarge { what: "files", limit: self.limits.max_files as u64 });
                }
                Some((inside, unopened)) => {
                    self.files.extend(inside);
                    self.findings.extend(unopened);
                }
                // It changed while it was looked at.
                None => self.files.push(file),
            }
        }
    }

    /// What stands at the top of the inbox and holds the most files.
    fn fullest(&self) -> String {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for file in &self.files {
            *counts.entry(file.name.split('/').next().unwrap_or_default()).or_default() += 1;
        }
        counts.into_iter().max_by_key(|(_, count)| *count).map(|(name, _)| name.to_owned()).unwrap_or_default()
    }

    fn refuse(&mut self, name: &str, why: &Unfetched) {
        self.findings.push(why.finding(Place::file(&name.into())));
    }
}

/// The files by their names, each with one of its own: two names on the disk may be read alike, and an archive may hold a
/// name twice. Those get a number, and of an archive's each knows that it is not the only one.
fn apart(mut files: Vec<Incoming>) -> Vec<Incoming> {
    let key = |file: &Incoming| (Arc::clone(&file.name), file.disk.path.clone());
    files.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()).then_with(|| a.disk.path.cmp(&b.disk.path)));
    let mut taken: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    let mut numbered = false;
    for at in 0..files.len() {
        let (name, path) = key(&files[at]);
        let count = taken.entry(Arc::clone(&name)).and_modify(|count| *count += 1).or_insert(1);
        if *count == 1 {
            continue;
        }
        let first = at + 1 - *count;
        if matches!(files[at].source, Source::Entry(_)) && files[first].disk.path == path {
            files[first].twin = Some(Arc::clone(&name));
            files[at].twin = Some(Arc::clone(&name));
        }
        files[at].name = with_number(&name, *count);
        numbered = true;
    }
    if numbered {
        files.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
    }
    files
}

/// `a.xlsx` → `a(2).xlsx`.
fn with_number(name: &str, number: usize) -> Arc<str> {
    let (folder, file) = name.rsplit_once('/').map_or(("", name), |(folder, _)| name.split_at(folder.len() + 1));
    match file.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) {
        Some((stem, extension)) => format!("{folder}{stem}({number}).{extension}").into(),
        None => format!("{name}({number})").into(),
    }
}

/// The bytes of an incoming file.
///
/// # Errors
/// [`Unfetched`] is a finding, not the end of a run.
pub fn fetch(file: &Incoming, limits: &Limits) -> Result<Vec<u8>, Unfetched> {
    match &file.source {
        Source::File => bounded(&file.disk.path, limits.max_bytes),
        Source::Entry(entry) => zipped::bytes_of(entry, &file.disk.path, limits),
    }
}

/// A file opened for reading, if it is one and no larger than a limit.
pub(super) fn regular(path: &Path, limit: u64) -> Result<File, Unfetched> {
    let failed = |error: std::io::Error| Unfetched::Unreadable { why: refused(&error) };
    // Between the listing and now it may have become something that blocks when it is opened.
    let metadata = std::fs::symlink_metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        return Err(Unfetched::Unreadable { why: Unreadable::Irregular });
    }
    if metadata.len() > limit { Err(Unfetched::TooLarge { what: "bytes", limit }) } else { File::open(path).map_err(failed) }
}

fn bounded(path: &Path, limit: u64) -> Result<Vec<u8>, Unfetched> {
    let mut bytes = Vec::new();
    let read = regular(path, limit)?.take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|error| Unfetched::Unreadable { why: refused(&error) })?;
    if bytes.len() as u64 > limit { Err(Unfetched::TooLarge { what: "bytes", limit }) } else { Ok(bytes) }
}

/// What programs leave behind and nobody sent: lock files, Finder's and Explorer's, hidden ones.
pub(super) fn passed_over(name: &str) -> bool {
    name.starts_with("~$")
        || name.starts_with('.')
        || ["Thumbs.db", "desktop.ini", "__MACOSX", "$RECYCLE.BIN", "System Volume Information"]
            .iter()
            .any(|n| n.eq_ignore_ascii_case(name))
}

fn relative(inbox: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(inbox).unwrap_or(path);
    inside.components().map(|part| text(part.as_os_str())).collect::<Vec<_>>().join("/")
}

/// A name on the disk. Older Chinese systems wrote GBK, and a stick or an unpacked archive carries it over.
#[cfg(unix)]
fn text(name: &OsStr) -> String {
    use std::os::unix::ffi::OsStrExt;
    zipped::name_text(name.as_bytes())
}

#[cfg(not(unix))]
fn text(name: &OsStr) -> String {
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::is_named;

    #[test]
    fn patterns_name_files_and_archives() {
        for (pattern, path) in [
            ("*.jpg", "照片/IMG_01.JPG"),
            ("*.jpg", "第一党委.zip!/支部/a.jpg"),
            ("照片*.zip", "照片1.zip!/支部/a.jpg"),
            ("第?支部*", "x/第一支部说明.docx"),
            ("照片/*", "照片/一/a.png"),
            ("通知.docx", "通知.docx"),
            ("*a*b*c", "xxaxxbxbxxc"),
        ] {
            assert!(is_named(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [("*.jpg", "a.jpg.xlsx"), ("a?", "a"), ("照片", "照片/a.png"), ("*a*b*c", "xxaxxbxbxx")] {
            assert!(!is_named(pattern, path), "{pattern} {path}");
        }
    }
}
