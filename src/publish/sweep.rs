//! Taking a former folder apart without losing anything: only what is known to be the program's own is removed.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::names::marked;
use super::record::{MANIFEST, Record};
use super::tree::{self, Identity, Stamp, digest, identity, look, rename_new, stamp};

/// What is known of people's files that have a second name in the new folder.
pub(super) enum Home<'a> {
    /// By this process, just now.
    Known {
        /// Identity by path in the former folder, of those that kept it in the new one, and of those that did not.
        linked: &'a BTreeMap<PathBuf, Identity>,
        /// Own files as they were when their digests were taken.
        trusted: &'a BTreeMap<PathBuf, Stamp>,
        /// Folders that have another path in the new folder.
        moved: &'a BTreeMap<PathBuf, PathBuf>,
    },
    /// By another process, which is gone: identities of all that stands in the new folder.
    Recovered(BTreeSet<Identity>),
}

/// What was brought home after all.
#[derive(Debug, Default)]
pub(super) struct Swept {
    /// Paths, in the former folder, of what had no second name yet.
    pub(super) brought: Vec<PathBuf>,
    /// Those that got another name.
    pub(super) renamed: Vec<PathBuf>,
    /// True where something could not be moved and is still in the former folder.
    pub(super) left: bool,
}

struct Sweep<'a> {
    old: &'a Path,
    target: &'a Path,
    record: &'a Record,
    home: &'a Home<'a>,
    done: Swept,
}

/// Takes the folder `old` apart. Its manifest goes last: without it nobody would know what the rest is.
pub(super) fn old(old: &Path, target: &Path, record: &Record, home: &Home<'_>) -> io::Result<Swept> {
    let mut sweep = Sweep { old, target, record, home, done: Swept::default() };
    sweep.folder(Path::new(""))?;
    let manifest = PathBuf::from(MANIFEST);
    if let Some(meta) = look(&old.join(&manifest))?.filter(|meta| !meta.is_dir()) {
        sweep.file(&manifest, &meta)?;
    }
    sweep.done.left |= fs::remove_dir(old).is_err();
    Ok(sweep.done)
}

impl Sweep<'_> {
    fn folder(&mut self, at: &Path) -> io::Result<()> {
        let folder = self.old.join(at);
        writable(&folder)?;
        for (name, meta) in tree::entries(&folder)? {
            let path = at.join(&name);
            if !meta.is_dir() {
                if path.as_os_str() != MANIFEST {
                    self.file(&path, &meta)?;
                }
                continue;
            }
            let foreign = !self.record.made(&path);
            if foreign && look(&self.target.join(self.moved(&path)))?.is_none() {
                self.bring(&path, &meta)?; // it came after the folder was looked at, or could not be read
                continue;
            }
            self.folder(&path)?;
            let _ = fs::remove_dir(self.old.join(&path)); // what is not empty is told at the end
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, meta: &Metadata) -> io::Result<()> {
        if self.is_own(path, meta) || self.is_home(path, meta) { fs::remove_file(self.old.join(path)) } else { self.bring(path, meta) }
    }

    /// True of a file that the record lists, with the bytes that it had then.
    fn is_own(&self, path: &Path, meta: &Metadata) -> bool {
        let Some(listed) = self.record.digest(path).filter(|_| meta.is_file()) else { return false };
        let trusted = match self.home {
            Home::Known { trusted, .. } => trusted.get(path).is_some_and(|then| stamp(meta).as_ref() == Some(then)),
            Home::Recovered(_) => false,
        };
        trusted || digest(&self.old.join(path)).as_deref() == Some(listed)
    }

    /// True of a file that has its second name in the new folder.
    fn is_home(&self, path: &Path, meta: &Metadata) -> bool {
        let Some(found) = identity(meta) else { return false };
        match self.home {
            Home::Known { linked, .. } => linked.get(path) == Some(&found),
            Home::Recovered(there) => there.contains(&found),
        }
    }

    /// The path in the new folder.
    fn moved(&self, path: &Path) -> PathBuf {
        let Home::Known { moved, .. } = self.home else { return path.to_owned() };
        let known = path.ancestors().find_map(|above| Some((above, moved.get(above)?)));
        known.map_or_else(|| path.to_owned(), |(above, to)| to.join(path.strip_prefix(above).unwrap_or(Path::new(""))))
    }

    /// Moves something of a person's into the new folder.
    fn bring(&mut self, path: &Path, meta: &Metadata) -> io::Result<()> {
        let from = self.old.join(path);
        let wanted = self.target.join(self.moved(path));
        if wanted.parent().is_some_and(|parent| fs::create_dir_all(parent).is_err()) {
            self.done.left = true;
            return Ok(());
        }
        // A file of ours that was changed gets another name, unless people work in the folder.
        let changed = self.record.digest(path).is_some() && !self.record.handout;
        let mut moved = if changed { Err(io::ErrorKind::AlreadyExists.into()) } else { rename_new(&from, &wanted) };
        let taken = |moved: &io::Result<()>| moved.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::AlreadyExists);
        if taken(&moved) && same_bytes(&from, &wanted, meta)? {
            return fs::remove_file(&from);
        }
        if taken(&moved) && !changed && self.is_older(path, &wanted)? {
            moved = fs::rename(&from, &wanted);
        }
        let name = wanted.file_name().unwrap_or_default().to_owned();
        let mut number = 0;
        while taken(&moved) {
            number += 1;
            let other = wanted.with_file_name(marked_changed(&name, number, meta.is_dir()));
            moved = rename_new(&from, &other);
            if moved.is_ok() {
                self.done.renamed.push(other.strip_prefix(self.target).unwrap_or(&other).to_owned());
            }
        }
        // A folder in which something cannot be moved keeps it; the others must not suffer for it.
        match moved {
            Ok(()) => self.done.brought.push(path.to_owned()),
            Err(_) => self.done.left = true,
        }
        Ok(())
    }

    /// True where the file in the new folder is what the person's file was before it was saved again, under another
    /// identity, while the folders changed places.
    fn is_older(&self, path: &Path, wanted: &Path) -> io::Result<bool> {
        let Home::Known { linked, .. } = self.home else { return Ok(false) };
        let there = look(wanted)?.and_then(|meta| identity(&meta));
        Ok(there.is_some() && linked.get(path).copied() == there)
    }
}

/// True of two files with the same bytes, neither of them a link.
fn same_bytes(one: &Path, other: &Path, meta: &Metadata) -> io::Result<bool> {
    let alike = meta.is_file() && look(other)?.is_some_and(|there| there.is_file() && there.len() == meta.len());
    Ok(alike && digest(one).is_some_and(|found| digest(other).as_ref() == Some(&found)))
}

/// `board（改动1）.pdf`.
pub(super) fn marked_changed(name: &OsStr, number: usize, folder: bool) -> std::ffi::OsString {
    marked(name, &format!("（改动{number}）"), folder)
}

/// Makes a folder one that can be taken apart.
pub(super) fn writable(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mut mode = fs::symlink_metadata(folder)?.permissions();
        if mode.mode() & 0o700 != 0o700 {
            mode.set_mode(mode.mode() | 0o700);
            fs::set_permissions(folder, mode)?;
        }
    }
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}
