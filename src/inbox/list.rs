use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::{InboxError, Incoming, Limits, Source, Unfetched, archive, refused};
use crate::diag::{Finding, Place, Unreadable};

/// Every file in the inbox at any depth, archives opened, sorted by the bytes of the name.
///
/// What cannot be looked into is a finding; files that are no spreadsheets are listed like any other.
///
/// # Errors
/// Only where there is no inbox to look into.
pub fn list(inbox: &Path, limits: &Limits) -> Result<(Vec<Incoming>, Vec<Finding>), InboxError> {
    let open = |source| InboxError::Open { path: inbox.to_owned(), source };
    std::fs::read_dir(inbox).map_err(open)?;
    let mut found = Found { inbox, limits, files: Vec::new(), findings: Vec::new(), held: limits.max_held };
    let mut linked: BTreeSet<PathBuf> = inbox.canonicalize().into_iter().collect();
    // Links are followed, for county offices keep inboxes on shares; walkdir reports a loop as an error. The order of
    // names makes the walk, and what a limit cuts off, the same on every disk.
    let walk = WalkDir::new(inbox).follow_links(true).min_depth(1).max_depth(limits.max_depth).sort_by_file_name();
    let wanted = |entry: &walkdir::DirEntry| {
        let mut again = || entry.path_is_symlink() && entry.file_type().is_dir() && reached(inbox, &mut linked, entry.path());
        entry.depth() == 0 || !(passed_over(&text(entry.file_name())) || again())
    };
    for entry in walk.into_iter().filter_entry(wanted) {
        if !found.look(entry) {
            break;
        }
    }
    let Found { mut files, mut findings, .. } = found;
    files.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
    findings.sort_by(|a, b| a.place.cmp(&b.place));
    Ok((files, findings))
}

struct Found<'a> {
    inbox: &'a Path,
    limits: &'a Limits,
    files: Vec<Incoming>,
    findings: Vec<Finding>,
    /// Bytes that archives inside archives may still take.
    held: u64,
}

impl Found<'_> {
    /// False where there are too many files to go on.
    fn look(&mut self, entry: walkdir::Result<walkdir::DirEntry>) -> bool {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                // A link to a folder above it holds nothing that is not already listed.
                if error.loop_ancestor().is_none() {
                    let name = error.path().map(|path| relative(self.inbox, path)).unwrap_or_default();
                    // A link to nothing, or to itself.
                    let astray = error.path().is_some_and(Path::is_symlink);
                    let why = if astray { Unreadable::Gone } else { error.io_error().map_or(Unreadable::Disk, refused) };
                    self.refuse(&name, &Unfetched::Unreadable { why });
                }
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
        // FIFOs, sockets and devices block or never end: they are never opened.
        if !entry.file_type().is_file() {
            self.refuse(&name, &Unfetched::Unreadable { why: Unreadable::Irregular });
            return true;
        }
        if self.files.len() >= self.limits.max_files {
            self.refuse(&name, &Unfetched::TooLarge { what: "files", limit: self.limits.max_files as u64 });
            return false;
        }
        let size = entry.metadata().map_or(0, |metadata| metadata.len());
        let file = Incoming { name: name.as_str().into(), source: Source::File(entry.path().to_owned()), size };
        match archive::open_up(&file, entry.path(), self.limits, &mut self.held) {
            None => self.files.push(file),
            Some((inside, unopened)) => {
                self.files.extend(inside);
                self.findings.extend(unopened);
            }
        }
        true
    }

    fn refuse(&mut self, name: &str, why: &Unfetched) {
        self.findings.push(why.finding(Place::file(&name.into())));
    }
}

/// True for a linked folder that is reached another way; remembers it otherwise. Each is entered once: two links in
/// every folder of a chain would make more ways through it than a run has time for.
fn reached(inbox: &Path, known: &mut BTreeSet<PathBuf>, link: &Path) -> bool {
    let Ok(folder) = link.canonicalize() else { return false };
    // A folder above the inbox holds the inbox again, and what is none of it: the results, other years.
    if inbox.canonicalize().is_ok_and(|inbox| inbox.starts_with(&folder)) {
        return true;
    }
    folder.ancestors().any(|above| known.contains(above)) || !known.insert(folder)
}

/// The bytes of an incoming file.
///
/// # Errors
/// [`Unfetched`] is a finding, not the end of a run.
pub fn fetch(file: &Incoming, limits: &Limits) -> Result<Vec<u8>, Unfetched> {
    match &file.source {
        Source::File(path) => bounded(path, limits.max_bytes),
        Source::Entry(entry) => archive::bytes_of(entry, limits),
    }
}

/// A file opened for reading, if it is one and no larger than a limit.
pub(super) fn regular(path: &Path, limit: u64) -> Result<File, Unfetched> {
    let failed = |error: std::io::Error| Unfetched::Unreadable { why: refused(&error) };
    // Between the listing and now it may have become something that blocks when it is opened.
    let metadata = std::fs::metadata(path).map_err(failed)?;
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
    archive::name_text(name.as_bytes())
}

#[cfg(not(unix))]
fn text(name: &OsStr) -> String {
    name.to_string_lossy().into_owned()
}
