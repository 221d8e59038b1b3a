//! What is written once and stays: a folder put in place by a rename that cannot replace another, files that nobody
//! changes by mistake.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::tree::rename_new;
use super::{PublishError, failed};
use crate::digest::sha256_hex;

/// What folders in the making are called; one that a killed process left is cleared by the next.
const MAKING: &str = ".未完成-";

/// A folder in the making, beside where it will stand.
#[derive(Debug)]
pub struct Once {
    folder: PathBuf,
}

impl Once {
    /// Opens a folder in the making below `parent`, and clears what was left there. One process at a time may do that:
    /// the workspace's lock sees to it.
    pub fn open(parent: &Path) -> Result<Self, PublishError> {
        fs::create_dir_all(parent).map_err(failed(parent))?;
        clear_unfinished(parent)?;
        let folder = parent.join(format!("{MAKING}{}", std::process::id()));
        fs::create_dir(&folder).map_err(failed(&folder))?;
        Ok(Self { folder })
    }

    /// Writes one file to the disk; gives its SHA-256.
    pub fn write(&self, path: &str, bytes: &[u8]) -> Result<String, PublishError> {
        let full = self.folder.join(path);
        if let Some(parent) = full.parent() {
            fs::create_dir_all(parent).map_err(failed(parent))?;
        }
        let written = fs::File::create_new(&full).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
        written.map_err(failed(&full))?;
        Ok(sha256_hex(bytes))
    }

    /// Puts the folder in its place; what stands there is never replaced. True if its files could be made read-only.
    pub fn keep(self, target: &Path) -> Result<bool, PublishError> {
        let read_only = seal(&self.folder);
        let made = target.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| rename_new(&self.folder, target));
        if let Err(source) = made {
            writable(&self.folder);
            remove(&self.folder)?;
            return Err(PublishError::Io { path: target.to_owned(), source });
        }
        Ok(read_only)
    }

    /// Throws away what was written.
    pub fn discard(self) -> Result<(), PublishError> {
        remove(&self.folder)
    }
}

/// Removes what a killed process left in a folder; no folder is no fault.
pub fn clear_unfinished(folder: &Path) -> Result<(), PublishError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(PublishError::Io { path: folder.to_owned(), source }),
    };
    for entry in entries {
        let path = entry.map_err(failed(folder))?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(MAKING)) {
            if path.is_dir() {
                writable(&path);
                remove(&path)?;
            } else {
                let _ = set_read_only(&path, false);
                fs::remove_file(&path).map_err(failed(&path))?;
            }
        }
    }
    Ok(())
}

/// Keeps a file under the name of its content: one that is there already is left. True if it could be made read-only.
pub fn keep_once(path: &Path, bytes: &[u8]) -> Result<bool, PublishError> {
    if fs::metadata(path).is_ok_and(|there| there.len() == bytes.len() as u64) {
        return Ok(true);
    }
    let part = make(path.parent().unwrap_or(Path::new("")), bytes)?;
    let read_only = set_read_only(&part, true).is_ok();
    fs::rename(&part, path).map_err(failed(path))?;
    Ok(read_only)
}

/// Writes a file in one step: it is made in `parent`, where [`clear_unfinished`] finds what a killed process left, and
/// not beside its place, which may be a folder that holds nothing else. Without `replace` what stands there stays, and
/// the error says so.
pub fn put(parent: &Path, path: &Path, bytes: &[u8], replace: bool) -> Result<(), PublishError> {
    let part = make(parent, bytes)?;
    let done = if replace { fs::rename(&part, path) } else { rename_new(&part, path) };
    done.map_err(|error| {
        let _ = fs::remove_file(&part); // its name is ours; the fault to report is the other
        failed(path)(error)
    })
}

/// A file in the making, on the disk.
fn make(parent: &Path, bytes: &[u8]) -> Result<PathBuf, PublishError> {
    let part = parent.join(format!("{MAKING}{}", std::process::id()));
    fs::create_dir_all(parent).map_err(failed(parent))?;
    let written = fs::File::create(&part).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.map_err(failed(&part))?;
    Ok(part)
}

fn remove(folder: &Path) -> Result<(), PublishError> {
    match fs::remove_dir_all(folder) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(PublishError::Io { path: folder.to_owned(), source }),
        _ => Ok(()),
    }
}

/// Makes every file below read-only; true if the system did.
fn seal(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().map(|entry| entry.path()).fold(true, |all, path| {
        let done = if path.is_dir() { seal(&path) } else { set_read_only(&path, true).is_ok() };
        all && done
    })
}

/// Windows removes no read-only file.
fn writable(folder: &Path) {
    for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            writable(&path);
        } else {
            // What cannot be made writable cannot be removed either, and that is told.
            let _ = set_read_only(&path, false);
        }
    }
}

fn set_read_only(path: &Path, on: bool) -> io::Result<()> {
    let mut permissions = fs::metadata(path)?.permissions();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        permissions.set_mode(if on { 0o444 } else { 0o644 });
    }
    #[cfg(not(unix))]
    permissions.set_readonly(on);
    fs::set_permissions(path, permissions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_put_whole_and_its_making_is_cleared() {
        let parent = tempfile::tempdir().expect("folder");
        let (list, left) = (parent.path().join("list.jsonl"), parent.path().join(format!("{MAKING}1")));
        put(parent.path(), &list, b"one", false).expect("put");
        assert!(put(parent.path(), &list, b"two", false).is_err(), "what stands there stays");
        assert_eq!(fs::read(&list).expect("file"), b"one");
        put(parent.path(), &list, b"two", true).expect("put");
        assert_eq!(fs::read(&list).expect("file"), b"two");
        fs::write(&left, b"half").expect("written");
        clear_unfinished(parent.path()).expect("cleared");
        assert_eq!(fs::read_dir(parent.path()).expect("folder").count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_kept_folder_is_never_replaced() {
        let parent = tempfile::tempdir().expect("folder");
        let target = parent.path().join("2026Q1/1");
        for (content, new) in [("one", true), ("two", false)] {
            let kept = Once::open(parent.path()).expect("opened");
            assert_eq!(kept.write("a/b.txt", content.as_bytes()).expect("written").len(), 64);
            assert_eq!(kept.keep(&target).is_ok(), new);
            assert_eq!(fs::read_to_string(target.join("a/b.txt")).expect("file"), "one");
        }
        assert!(fs::metadata(target.join("a/b.txt")).expect("file").permissions().readonly());
        assert_eq!(fs::read_dir(parent.path()).expect("folder").count(), 1, "nothing is left beside it");
    }

    #[test]
    fn what_a_killed_process_left_is_cleared() {
        let parent = tempfile::tempdir().expect("folder");
        let left = parent.path().join(format!("{MAKING}1"));
        fs::create_dir_all(&left).expect("folder");
        fs::write(left.join("x"), "half").expect("file");
        Once::open(parent.path()).expect("opened").discard().expect("discarded");
        assert_eq!(fs::read_dir(parent.path()).expect("folder").count(), 0);
    }

    #[test]
    fn a_file_is_kept_once() {
        let parent = tempfile::tempdir().expect("folder");
        let path = parent.path().join("原件/ab.xlsx");
        assert!(keep_once(&path, b"x").expect("kept"));
        assert!(keep_once(&path, b"x").expect("kept"));
        assert_eq!(fs::read(&path).expect("file"), b"x");
        fs::write(parent.path().join("原件").join(format!("{MAKING}1")), "half").expect("file");
        clear_unfinished(&parent.path().join("原件")).expect("cleared");
        assert_eq!(fs::read_dir(parent.path().join("原件")).expect("folder").count(), 1);
    }
}
