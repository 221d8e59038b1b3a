//! Staging and one atomic publish; the sole writer of files.
//!
//! A run writes into a hidden folder beside its destination. When everything is there the two change places in one
//! step (`renameat2` with exchange on Linux), so that whoever looks sees the previous result or the new one, whole.
//! Elsewhere the old folder is renamed away first; a run that finds it so puts it back. May use `diag`.

mod fresh;
mod names;

pub use fresh::{Fresh, write_new};
pub use names::{Names, safe_name};

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use sha2::{Digest, Sha256};

/// Why a result cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// A file or folder that cannot be made, renamed or removed.
    #[error("{}: cannot be written", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// The old result is in use (an open document, on Windows); the new one stands beside it.
    #[error("{} is in use; the new result is in {}", old.display(), new.display())]
    Blocked {
        /// The folder that could not be replaced.
        old: PathBuf,
        /// Where the result is.
        new: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// A folder that should be new and holds something.
    #[error("{} is not empty; nothing in it was touched", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // a String takes everything
        text
    })
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> PublishError + '_ {
    move |source| PublishError::Io { path: path.to_owned(), source }
}

/// A result in the making.
#[derive(Debug)]
pub struct Staging {
    out: PathBuf,
    name: String,
    folder: PathBuf,
    written: Mutex<BTreeMap<String, Written>>,
}

/// What is known of a written file.
#[derive(Clone, Debug)]
pub struct Written {
    /// SHA-256, hexadecimal.
    pub digest: String,
    /// Bytes.
    pub size: u64,
}

impl Staging {
    /// Opens a staging folder for `out/<name>`, first clearing what an interrupted run left.
    pub fn open(out: &Path, name: &str) -> Result<Self, PublishError> {
        fs::create_dir_all(out).map_err(failed(out))?;
        recover(out, name)?;
        let folder = out.join(format!(".{name}.staging"));
        fs::create_dir(&folder).map_err(failed(&folder))?;
        Ok(Self { out: out.to_owned(), name: name.to_owned(), folder, written: Mutex::new(BTreeMap::new()) })
    }

    /// Writes one file; `path` is relative, `/` between parts that [`safe_name`] has passed.
    pub fn write(&self, path: &str, bytes: &[u8]) -> Result<(), PublishError> {
        let full = self.folder.join(path);
        if let Some(parent) = full.parent() {
            fs::create_dir_all(parent).map_err(failed(parent))?;
        }
        fs::write(&full, bytes).map_err(failed(&full))?;
        let digest = hex(&Sha256::digest(bytes));
        let mut written = self.written.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        written.insert(path.to_owned(), Written { digest, size: bytes.len() as u64 });
        Ok(())
    }

    /// Everything written so far, by path.
    pub fn written(&self) -> BTreeMap<String, Written> {
        self.written.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Makes the result visible in one step.
    pub fn publish(self) -> Result<PathBuf, PublishError> {
        let target = self.out.join(&self.name);
        if target.exists() {
            if exchange(&self.folder, &target) {
                remove(&self.folder)?;
                return Ok(target);
            }
            let old = self.out.join(format!(".{}.old", self.name));
            if let Err(source) = fs::rename(&target, &old) {
                let new = self.out.join(format!("{}.new", self.name));
                remove(&new)?;
                fs::rename(&self.folder, &new).map_err(failed(&new))?;
                return Err(PublishError::Blocked { old: target, new, source });
            }
            fs::rename(&self.folder, &target).map_err(failed(&target))?;
            remove(&old)?;
        } else {
            fs::rename(&self.folder, &target).map_err(failed(&target))?;
        }
        Ok(target)
    }

    /// Makes the result visible in one step where nothing stands yet; what is there is never replaced.
    pub fn publish_new(self) -> Result<PathBuf, PublishError> {
        let target = self.out.join(&self.name);
        // Of an empty folder only the name is taken. Windows does not rename onto it, so it goes first; no data can be
        // lost with it, since a folder that holds anything is not removed.
        let made = match fs::remove_dir(&target) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(PublishError::NotEmpty { path: target.clone() }),
            _ => fs::rename(&self.folder, &target).map_err(failed(&target)),
        };
        match made {
            Ok(()) => Ok(target),
            Err(error) => {
                self.discard()?;
                Err(error)
            }
        }
    }

    /// Throws away what was staged.
    pub fn discard(self) -> Result<(), PublishError> {
        remove(&self.folder)
    }
}

/// Writes one file that a person asked for by name; an existing one is replaced in one step.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), PublishError> {
    let mut name = path.file_name().map(std::ffi::OsStr::to_owned).unwrap_or_default();
    name.push(".part");
    let part = path.with_file_name(name);
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent).map_err(failed(parent))?;
    }
    fs::write(&part, bytes).map_err(failed(&part))?;
    fs::rename(&part, path).map_err(failed(path))
}

/// Puts an interrupted publish right: an old result that was renamed away comes back, a half-made one goes.
fn recover(out: &Path, name: &str) -> Result<(), PublishError> {
    let (target, old) = (out.join(name), out.join(format!(".{name}.old")));
    if old.exists() {
        if target.exists() {
            remove(&old)?;
        } else {
            fs::rename(&old, &target).map_err(failed(&target))?;
        }
    }
    remove(&out.join(format!(".{name}.staging")))
}

fn remove(folder: &Path) -> Result<(), PublishError> {
    match fs::remove_dir_all(folder) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(PublishError::Io { path: folder.to_owned(), source }),
    }
}

#[cfg(target_os = "linux")]
fn exchange(a: &Path, b: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_a_result_whole() {
        let out = tempfile::tempdir().expect("folder");
        for content in ["one", "two"] {
            let staging = Staging::open(out.path(), "2026").expect("staging");
            staging.write("a/b.txt", content.as_bytes()).expect("written");
            assert_eq!(staging.written().len(), 1);
            let target = staging.publish().expect("published");
            assert_eq!(fs::read_to_string(target.join("a/b.txt")).expect("file"), content);
        }
        assert_eq!(fs::read_dir(out.path()).expect("folder").count(), 1, "nothing is left beside the result");
    }

    #[test]
    fn never_replaces_what_must_be_new() {
        let out = tempfile::tempdir().expect("folder");
        fs::create_dir_all(out.path().join("bag")).expect("an empty folder counts as nothing");
        for (content, new) in [("one", true), ("two", false)] {
            let staging = Staging::open(out.path(), "bag").expect("staging");
            staging.write("x", content.as_bytes()).expect("written");
            assert_eq!(staging.publish_new().is_ok(), new);
            assert_eq!(fs::read_to_string(out.path().join("bag/x")).expect("file"), "one");
        }
        assert_eq!(fs::read_dir(out.path()).expect("folder").count(), 1, "nothing is left beside it");
    }

    #[test]
    fn recovers_from_an_interrupted_publish() {
        let out = tempfile::tempdir().expect("folder");
        fs::create_dir_all(out.path().join(".2026.old")).expect("folder");
        fs::write(out.path().join(".2026.old/x"), "old").expect("file");
        fs::create_dir_all(out.path().join(".2026.staging")).expect("folder");
        let staging = Staging::open(out.path(), "2026").expect("staging");
        assert!(out.path().join("2026/x").exists());
        staging.discard().expect("discarded");
        assert!(!out.path().join(".2026.staging").exists());
    }
}
