use std::fs::File;
use std::io::Read;
use std::path::Path;

use walkdir::WalkDir;

use super::{InboxError, Incoming, Limits, Source, Unfetched, archive};
use crate::diag::{Finding, Place};

/// Every file in the inbox at any depth, archives opened, sorted by the bytes of the name.
///
/// What cannot be looked into is a finding; files that are no spreadsheets are listed like any other.
///
/// # Errors
/// Only where there is no inbox to look into.
pub fn list(inbox: &Path, limits: &Limits) -> Result<(Vec<Incoming>, Vec<Finding>), InboxError> {
    let open = |source| InboxError::Open { path: inbox.to_owned(), source };
    std::fs::read_dir(inbox).map_err(open)?;
    let (mut files, mut findings) = (Vec::new(), Vec::new());
    let refused = |name: &str, why: Unfetched| why.finding(Place::file(&name.into()));
    // Links are followed, for county offices keep inboxes on shares; walkdir reports a loop as an error.
    let walk = WalkDir::new(inbox).follow_links(true).min_depth(1).max_depth(limits.max_depth);
    let visible = |name: &std::ffi::OsStr| !passed_over(&name.to_string_lossy());
    for entry in walk.into_iter().filter_entry(|entry| entry.depth() == 0 || visible(entry.file_name())) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                // A link to a folder above it holds nothing that is not already listed.
                if error.loop_ancestor().is_none() {
                    let name = error.path().map(|path| relative(inbox, path)).unwrap_or_default();
                    let detail = error.io_error().map_or_else(|| "cannot be opened".to_owned(), ToString::to_string);
                    findings.push(refused(&name, Unfetched::Unreadable { detail }));
                }
                continue;
            }
        };
        let name = relative(inbox, entry.path());
        // FIFOs, sockets and devices block or never end: they are never opened.
        if !entry.file_type().is_file() {
            if !entry.file_type().is_dir() {
                findings.push(refused(&name, Unfetched::Unreadable { detail: "not a regular file".to_owned() }));
            }
            continue;
        }
        if files.len() >= limits.max_files {
            findings.push(Unfetched::TooLarge { limit: limits.max_files as u64 }.finding(Place::file(&name.as_str().into())));
            break;
        }
        let size = entry.metadata().map_or(0, |metadata| metadata.len());
        let file = Incoming { name: name.as_str().into(), source: Source::File(entry.path().to_owned()), size };
        match archive::open_up(&file, entry.path(), limits) {
            None => files.push(file),
            Some((inside, unopened)) => {
                files.extend(inside);
                findings.extend(unopened);
            }
        }
    }
    files.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
    findings.sort_by(|a, b| a.place.cmp(&b.place));
    Ok((files, findings))
}

/// The bytes of an incoming file.
///
/// # Errors
/// [`Unfetched`] is a finding, not the end of a run.
pub fn fetch(file: &Incoming, limits: &Limits) -> Result<Vec<u8>, Unfetched> {
    match &file.source {
        Source::File(path) => bounded(path, limits.max_bytes),
        Source::Entry { archive, entries } => archive::entry(archive, entries, limits),
    }
}

/// A file opened for reading, if it is one and no larger than a limit.
pub(super) fn regular(path: &Path, limit: u64) -> Result<File, Unfetched> {
    let failed = |error: std::io::Error| Unfetched::Unreadable { detail: error.to_string() };
    // Between the listing and now it may have become something that blocks when it is opened.
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        return Err(Unfetched::Unreadable { detail: "not a regular file".to_owned() });
    }
    if metadata.len() > limit { Err(Unfetched::TooLarge { limit }) } else { File::open(path).map_err(failed) }
}

fn bounded(path: &Path, limit: u64) -> Result<Vec<u8>, Unfetched> {
    let mut bytes = Vec::new();
    let read = regular(path, limit)?.take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|error| Unfetched::Unreadable { detail: error.to_string() })?;
    if bytes.len() as u64 > limit { Err(Unfetched::TooLarge { limit }) } else { Ok(bytes) }
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
    inside.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
