//! A result in the making, in a hidden folder beside where it will stand.
//!
//! ```text
//! .2026.staging-1/
//!   owner.json     whose it is; the system's lock on it lasts as long as the process does
//!   written        a line per file that is made below `new`, before it is made
//!   new/           what is being made
//!   old/           what stood there before, while it is taken apart
//!   exchange       which folder `new` was when the two were to change places
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::guard::is_folder;
use super::lock::{Holder, Lock, LockWish, lock, lock_place};
use super::place::{Draft, Published, place};
use super::record::{HANDOUT, MANIFEST, Record, sealed};
use super::sweep::{self, Home};
use super::tree::{self, file_digest, identities, identity, key, look, rename_new};
use super::{PublishError, failed};
use crate::digest::{Running, sha256_hex};
use crate::inside::Inside;

/// What is known of a written file.
#[derive(Clone, Debug)]
pub struct Written {
    /// SHA-256, hexadecimal.
    pub digest: String,
    /// Bytes.
    pub size: u64,
}

/// A result in the making.
#[derive(Debug)]
pub struct Staging {
    target: PathBuf,
    container: Container,
    written: Mutex<BTreeMap<String, Written>>,
    // Dropped last.
    _lock: Arc<Lock>,
}

impl Staging {
    /// Opens a staging folder for `out/<name>`, first putting right what an interrupted process left. Whoever writes
    /// there at the same time keeps this process out, unless it has the lock already.
    pub fn open(out: &Path, name: &str) -> Result<Self, PublishError> {
        let target = out.join(name);
        is_folder(&target)?;
        fs::create_dir_all(out).map_err(failed(out))?;
        let lock = lock(&lock_place(&target), LockWish::default(), &|_| {})?;
        recover(out, name, lock.broken)?;
        Ok(Self { target, container: Container::make(out, name)?, written: Mutex::default(), _lock: lock })
    }

    /// Writes one file; `path` is relative, `/` between parts. Several threads may write at once.
    pub fn write(&self, path: &str, bytes: &[u8]) -> Result<(), PublishError> {
        inside(path)?;
        self.container.write(path, bytes)?;
        let digest = sha256_hex(bytes);
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.insert(path.to_owned(), Written { digest, size: bytes.len() as u64 });
        Ok(())
    }

    /// Takes over a file that was made elsewhere, part by part, and says what it was; `source` is named if it cannot be read.
    pub fn copy(&self, path: &str, source: &Path, mut from: impl Read) -> Result<Written, PublishError> {
        inside(path)?;
        let (full, mut file) = self.container.create(path)?;
        let (mut digest, mut size, mut buffer) = (Running::default(), 0, vec![0; 1 << 16]);
        loop {
            match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => {
                    let part = &buffer[..read];
                    file.write_all(part).map_err(failed(&full))?;
                    digest.add(part);
                    size += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(failed(source)(error)),
            }
        }
        let copied = Written { digest: digest.hex(), size };
        self.written.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), copied.clone());
        Ok(copied)
    }

    /// Packs files that are written already into one archive, as they are, under these names: each entry is a file's path and its
    /// name in the archive. It is packed on the disk, and the day is in none of it.
    pub fn write_zip(&self, path: &str, entries: &[(&str, &str)]) -> Result<(), PublishError> {
        inside(path)?;
        let (full, file) = self.container.create(path)?;
        let packed = || -> io::Result<Written> {
            let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
            let mut zip = ZipWriter::new(file);
            for (staged, name) in entries {
                zip.start_file(*name, options).map_err(io::Error::from)?;
                io::copy(&mut File::open(self.container.new_tree().join(staged))?, &mut zip)?;
            }
            zip.finish().map_err(io::Error::from)?;
            let (digest, size) = file_digest(&full)?;
            Ok(Written { digest, size })
        };
        let packed = packed().map_err(failed(&full))?;
        self.written.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), packed);
        Ok(())
    }

    /// Writes `manifest.json`, by which the next run knows what is its own. It is the last file that is written.
    pub fn write_manifest(&self, manifest: Value) -> Result<(), PublishError> {
        self.write(MANIFEST, sealed(manifest).as_bytes())
    }

    /// Everything written so far, by path.
    pub fn written(&self) -> BTreeMap<String, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes the result visible in one step. What people put into the folder stays; a file of the former result that
    /// somebody changed stays under another name.
    pub fn publish(self) -> Result<Published, PublishError> {
        let written = self.written();
        place(&self.container, &self.target, written, Draft::Result)
    }

    /// The same of a folder that people work in: what they changed keeps its name, and the new file gets another. Writes
    /// the manifest itself, for only now the names are known.
    pub fn publish_handout(self) -> Result<Published, PublishError> {
        let written = self.written();
        place(&self.container, &self.target, written, Draft::Handout)
    }

    /// Makes the result visible in one step where nothing stands yet; what is there is never replaced.
    pub fn publish_new(self) -> Result<PathBuf, PublishError> {
        // Of an empty folder only the name is taken. Windows does not rename onto it, so it goes first; no data can be
        // lost with it, since a folder that holds anything is not removed.
        match fs::remove_dir(&self.target) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(PublishError::NotEmpty { path: self.target.clone() }),
            _ => rename_new(&self.container.new_tree(), &self.target).map_err(failed(&self.target)).map(|()| self.target.clone()),
        }
    }

    /// Throws away what was staged.
    pub fn discard(mut self) -> Result<(), PublishError> {
        self.container.clear(&self.target)
    }
}

/// Refuses a path that could lead out of the folder it is for.
pub(super) fn inside(path: &str) -> Result<(), PublishError> {
    if Inside::new(path).is_some() { Ok(()) } else { Err(PublishError::Outside { path: path.to_owned() }) }
}

/// The manifest of a folder that people work in.
pub(super) fn handout_manifest(written: &BTreeMap<String, Written>) -> String {
    let outputs: Vec<Value> = written
        .iter()
        .map(|(path, written)| serde_json::json!({ "file": path, "sha256": written.digest, "bytes": written.size }))
        .collect();
    let version = env!("CARGO_PKG_VERSION");
    sealed(serde_json::json!({ "program": "scorebook", "version": version, "kind": HANDOUT, "outputs": outputs }))
}

/// A staging folder of this process.
#[derive(Debug)]
pub(super) struct Container {
    folder: PathBuf,
    journal: Mutex<Option<File>>,
    /// The system's lock on it says that this process lives.
    owner: Option<File>,
}

/// Staging folders of one name beside each other; there is more than one only where something of a person's is in it.
const MOST_STAGING: u32 = 10_000;

const OWNER: &str = "owner.json";
const UNNAMED: &str = "owner.part";
const JOURNAL: &str = "written";
const EXCHANGE: &str = "exchange";

impl Container {
    fn make(out: &Path, name: &str) -> Result<Self, PublishError> {
        let folder = (1..=MOST_STAGING)
            .map(|number| out.join(format!(".{name}.staging-{number}")))
            .map(|folder| fs::create_dir(&folder).map(|()| folder))
            .find(|made| made.as_ref().err().is_none_or(|error| error.kind() != io::ErrorKind::AlreadyExists));
        let folder = folder.unwrap_or_else(|| Err(io::ErrorKind::AlreadyExists.into())).map_err(failed(out))?;
        let made = || -> io::Result<(File, File)> {
            // Locked before it has its name: nobody takes it for one that was left.
            let unnamed = folder.join(UNNAMED);
            let mut owner = File::create_new(&unnamed)?;
            owner.try_lock()?;
            owner.write_all(serde_json::to_string(&Holder::own()).unwrap_or_default().as_bytes())?;
            fs::rename(&unnamed, folder.join(OWNER))?;
            fs::create_dir(folder.join("new"))?;
            Ok((owner, File::create_new(folder.join(JOURNAL))?))
        };
        let (owner, journal) = made().map_err(failed(&folder))?;
        Ok(Self { folder, journal: Mutex::new(Some(journal)), owner: Some(owner) })
    }

    /// The folder that is being made.
    pub(super) fn new_tree(&self) -> PathBuf {
        self.folder.join("new")
    }

    /// Where the former folder goes.
    pub(super) fn old_tree(&self) -> PathBuf {
        self.folder.join("old")
    }

    /// Writes a file below `new`.
    pub(super) fn write(&self, path: &str, bytes: &[u8]) -> Result<(), PublishError> {
        let (full, mut file) = self.create(path)?;
        file.write_all(bytes).map_err(failed(&full))
    }

    /// A new file below `new`, and where it is.
    fn create(&self, path: &str) -> Result<(PathBuf, File), PublishError> {
        let full = self.new_tree().join(path);
        self.announce(&[path])?;
        if let Some(parent) = full.parent() {
            fs::create_dir_all(parent).map_err(failed(parent))?;
        }
        let file = File::create_new(&full).map_err(failed(&full))?;
        Ok((full, file))
    }

    /// Notes names of own files before they are there.
    pub(super) fn announce(&self, paths: &[&str]) -> Result<(), PublishError> {
        let lines: String = paths.iter().flat_map(|path| [path, "\n"]).collect();
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        journal.as_mut().map_or(Ok(()), |journal| journal.write_all(lines.as_bytes())).map_err(failed(&self.folder))
    }

    /// Notes which folder `new` is: afterwards the former one has that name.
    pub(super) fn note_exchange(&self) -> Result<(), PublishError> {
        let meta = fs::symlink_metadata(self.new_tree()).map_err(failed(&self.folder))?;
        fs::write(self.folder.join(EXCHANGE), format!("{:?}", identity(&meta))).map_err(failed(&self.folder))
    }

    /// Puts everything right and removes the folder.
    fn clear(&mut self, target: &Path) -> Result<(), PublishError> {
        // Windows does not remove what is open.
        self.owner = None;
        *self.journal.lock().unwrap_or_else(PoisonError::into_inner) = None;
        finish(&self.folder, target).map(drop).map_err(failed(&self.folder))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // After a publish there is nothing left to do; after a fault or a panic the folder would only be in the way.
        // What cannot be removed the next start finds.
        let _ = self.container.clear(&self.target);
    }
}

/// Puts right what processes left that no longer run.
fn recover(out: &Path, name: &str, broken: bool) -> Result<(), PublishError> {
    let prefix = format!(".{name}.staging-");
    for (found, meta) in tree::entries(out).map_err(failed(out))? {
        let Some(found) = found.to_str().filter(|found| found.starts_with(&prefix) && meta.is_dir()) else { continue };
        let folder = out.join(found);
        unmake_unowned(&folder);
        if let Some(_owner) = abandoned(&folder, broken) {
            // What cannot be put right stays as it is, and nobody's work has to wait for it.
            let _ = finish(&folder, &out.join(name));
        }
    }
    Ok(())
}

/// Removes a staging folder whose process ended before it had put its name to it: there is nothing else in it.
fn unmake_unowned(folder: &Path) {
    let unnamed = folder.join(UNNAMED);
    let held = File::open(&unnamed).is_ok_and(|file| file.try_lock().is_err());
    let names = tree::entries(folder).unwrap_or_default();
    if !held && names.iter().all(|(name, meta)| name == UNNAMED && meta.is_file()) {
        let _ = fs::remove_file(unnamed); // what cannot be removed stays, and is in nobody's way
        let _ = fs::remove_dir(folder);
    }
}

/// The owner's file, locked, of a folder that is a staging folder whose process is gone.
fn abandoned(folder: &Path, broken: bool) -> Option<File> {
    let path = folder.join(OWNER);
    let plain = look(&path).ok().flatten()?.is_file();
    let mut file = plain.then(|| File::options().read(true).write(true).open(&path).ok()).flatten()?;
    file.try_lock().ok()?;
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    let owner: Holder = serde_json::from_str(&text).ok()?;
    (broken || owner.same_machine(&Holder::own())).then_some(file)
}

/// Brings home what is left in a staging folder and belongs to people, and removes the rest; true where nothing is left.
fn finish(folder: &Path, target: &Path) -> io::Result<bool> {
    let (new, old) = (folder.join("new"), folder.join("old"));
    if let (Ok(noted), Some(meta)) = (fs::read_to_string(folder.join(EXCHANGE)), look(&new)?)
        && noted != format!("{:?}", identity(&meta))
        && look(&old)?.is_none()
    {
        fs::rename(&new, &old)?; // they have changed places already
    }
    if look(&old)?.is_some() {
        match rename_new(&old, target) {
            // It was renamed away, and nothing had taken its place.
            Ok(()) => {}
            Err(error) if look(target)?.is_none() => return Err(error),
            Err(_) => drop(sweep::old(&old, target, &Record::read(&old), &Home::Recovered(identities(target)))?),
        }
    }
    if look(&new)?.is_some() {
        let journal = fs::read(folder.join(JOURNAL)).unwrap_or_default();
        let own: BTreeSet<String> = String::from_utf8_lossy(&journal).lines().map(str::to_owned).collect();
        unmake(&new, Path::new(""), &own, &identities(target))?;
    }
    if look(&old)?.is_some() || look(&new)?.is_some() {
        return Ok(false); // something of somebody's is in it, and stays
    }
    for name in [EXCHANGE, JOURNAL, UNNAMED, OWNER] {
        match fs::remove_file(folder.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(fs::remove_dir(folder).is_ok())
}

/// Removes what was staged: files that the journal names, second names of files that stand in the target, and the folders
/// that are empty then.
fn unmake(new: &Path, at: &Path, own: &BTreeSet<String>, there: &BTreeSet<tree::Identity>) -> io::Result<()> {
    let folder = new.join(at);
    sweep::writable(&folder)?;
    for (name, meta) in tree::entries(&folder)? {
        let path = at.join(&name);
        if meta.is_dir() {
            unmake(new, &path, own, there)?;
        } else if key(&path).is_some_and(|key| own.contains(&key)) || identity(&meta).is_some_and(|found| there.contains(&found)) {
            fs::remove_file(folder.join(&name))?;
        }
    }
    let _ = fs::remove_dir(&folder); // what is not empty stays
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// A result of one file and a person's beside it.
    fn old_result(out: &Path) -> PathBuf {
        let staging = Staging::open(out, "2026").expect("staging");
        staging.write("a/ours", b"old").expect("written");
        let digest = staging.written()["a/ours"].digest.clone();
        let outputs = serde_json::json!([{ "file": "a/ours", "sha256": digest }]);
        staging.write_manifest(serde_json::json!({ "program": "scorebook", "outputs": outputs })).expect("manifest");
        let folder = staging.publish().expect("published").folder;
        fs::write(folder.join("a/theirs"), "theirs").expect("file");
        folder
    }

    /// A staging folder as a process leaves it that is killed: `half` does what it had done, in `new`.
    fn killed(out: &Path, half: impl FnOnce(&Container, &Path)) {
        let staging = Staging::open(out, "2026").expect("staging");
        staging.write("a/ours", b"new").expect("written");
        half(&staging.container, &out.join("2026"));
        // Out of the way while what ends cleans up behind itself, and back.
        let (folder, away) = (staging.container.folder.clone(), out.join("away"));
        fs::rename(&folder, &away).expect("away");
        drop(staging);
        fs::rename(&away, &folder).expect("back");
    }

    /// What the next process finds, once it has begun and given up.
    fn after(out: &Path) -> BTreeMap<String, String> {
        Staging::open(out, "2026").expect("staging").discard().expect("discarded");
        let files = tree::walk(out).expect("folder").into_iter().filter(|entry| entry.meta.is_file());
        files.map(|entry| (key(&entry.path).expect("text"), fs::read_to_string(out.join(&entry.path)).expect("text"))).collect()
    }

    fn of(files: &[(&str, &str)]) -> BTreeMap<String, String> {
        files.iter().map(|(path, text)| (format!("2026/{path}"), (*text).to_owned())).collect()
    }

    fn without_manifest(mut files: BTreeMap<String, String>) -> BTreeMap<String, String> {
        files.remove("2026/manifest.json");
        files
    }

    const OLD: [(&str, &str); 2] = [("a/ours", "old"), ("a/theirs", "theirs")];

    #[test]
    fn killed_before_it_had_a_name() {
        let out = tempfile::tempdir().expect("folder");
        old_result(out.path());
        for (number, part) in [(1, None), (2, Some(UNNAMED)), (3, Some("strange"))] {
            let folder = out.path().join(format!(".2026.staging-{number}"));
            fs::create_dir(&folder).expect("folder");
            if let Some(part) = part {
                fs::write(folder.join(part), "").expect("file");
            }
        }
        let mut left = after(out.path());
        assert!(left.remove(".2026.staging-3/strange").is_some());
        assert_eq!(without_manifest(left), of(&OLD));
        assert_eq!(fs::read_dir(out.path()).expect("folder").count(), 2);
    }

    #[test]
    fn killed_while_writing() {
        let out = tempfile::tempdir().expect("folder");
        old_result(out.path());
        killed(out.path(), |container, _| {
            container.announce(&["b/half"]).expect("announced");
            fs::create_dir(container.new_tree().join("b")).expect("folder");
            fs::write(container.new_tree().join("b/half"), "ha").expect("half");
        });
        assert_eq!(without_manifest(after(out.path())), of(&OLD));
        assert_eq!(fs::read_dir(out.path()).expect("folder").count(), 1);
    }

    #[test]
    fn killed_before_the_folders_change_places() {
        let out = tempfile::tempdir().expect("folder");
        old_result(out.path());
        killed(out.path(), |container, target| {
            fs::hard_link(target.join("a/theirs"), container.new_tree().join("a/theirs")).expect("linked");
            container.note_exchange().expect("noted");
        });
        assert_eq!(without_manifest(after(out.path())), of(&OLD));
        assert_eq!(fs::read_dir(out.path()).expect("folder").count(), 1);
    }

    #[test]
    fn killed_after_the_folders_changed_places() {
        for named in [false, true] {
            let out = tempfile::tempdir().expect("folder");
            old_result(out.path());
            killed(out.path(), |container, target| {
                fs::hard_link(target.join("a/theirs"), container.new_tree().join("a/theirs")).expect("linked");
                fs::write(target.join("a/later"), "came while it was exchanged").expect("file");
                fs::write(target.join("a/ours"), "changed").expect("file");
                container.note_exchange().expect("noted");
                assert!(tree::exchange(&container.new_tree(), target));
                if named {
                    fs::rename(container.new_tree(), container.old_tree()).expect("named");
                }
            });
            let wanted =
                [("a/ours", "new"), ("a/theirs", "theirs"), ("a/later", "came while it was exchanged"), ("a/ours（改动1）", "changed")];
            assert_eq!(after(out.path()), of(&wanted));
            assert_eq!(fs::read_dir(out.path()).expect("folder").count(), 1);
        }
    }

    /// Where the disk cannot exchange, the former folder is renamed away first.
    #[test]
    fn killed_between_two_renames() {
        let out = tempfile::tempdir().expect("folder");
        old_result(out.path());
        killed(out.path(), |container, target| {
            container.note_exchange().expect("noted");
            fs::rename(target, container.old_tree()).expect("renamed");
        });
        assert_eq!(without_manifest(after(out.path())), of(&OLD));
    }

    #[test]
    fn killed_while_the_former_folder_was_taken_apart() {
        let out = tempfile::tempdir().expect("folder");
        old_result(out.path());
        killed(out.path(), |container, target| {
            container.note_exchange().expect("noted");
            assert!(tree::exchange(&container.new_tree(), target));
            fs::rename(container.new_tree(), container.old_tree()).expect("named");
            fs::remove_file(container.old_tree().join("a/ours")).expect("removed");
        });
        assert_eq!(after(out.path()), of(&[("a/ours", "new"), ("a/theirs", "theirs")]));
    }

    #[test]
    fn what_lives_is_left_alone() {
        let out = tempfile::tempdir().expect("folder");
        let living = Staging::open(out.path(), "2026").expect("staging");
        living.write("x", b"1").expect("written");
        // The lock keeps others out; even without it nobody clears what somebody is writing.
        recover(out.path(), "2026", false).expect("nothing to do");
        let folder = living.publish().expect("published").folder;
        assert_eq!(fs::read(folder.join("x")).expect("file"), b"1");
    }

    #[test]
    fn a_stranger_in_a_dead_staging_folder_stays() {
        let out = tempfile::tempdir().expect("folder");
        killed(out.path(), |container, _| fs::write(container.new_tree().join("strange"), "theirs").expect("file"));
        let left = after(out.path());
        assert_eq!(left.get(".2026.staging-1/new/strange").map(String::as_str), Some("theirs"), "{left:?}");
    }
}
