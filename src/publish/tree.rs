//! Folders as they are: links are entries of their own and are never followed.

use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use crate::digest::Running;

/// Most threads that read files for their digests.
const READERS: usize = 4;

/// Which file it is, whatever its name: device and number.
pub(super) type Identity = (u64, u64);

/// The identity; none where the system does not give one.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems give none")]
pub(super) fn identity(meta: &Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    Some((meta.dev(), meta.ino()))
}

/// The identity; none where the system does not give one.
#[cfg(not(unix))]
pub(super) fn identity(_: &Metadata) -> Option<Identity> {
    None
}

/// What is another whenever a file was written to: nobody can set the time of the last change of its entry back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp(Identity, u64, i64, i64);

/// The stamp; none where the system gives none, and then the bytes have to be read again.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems give none")]
pub(super) fn stamp(meta: &Metadata) -> Option<Stamp> {
    use std::os::unix::fs::MetadataExt;
    Some(Stamp((meta.dev(), meta.ino()), meta.len(), meta.ctime(), meta.ctime_nsec()))
}

/// The stamp; none where the system gives none, and then the bytes have to be read again.
#[cfg(not(unix))]
pub(super) fn stamp(_: &Metadata) -> Option<Stamp> {
    None
}

/// What stands at a path, itself and not what it points to.
pub(super) fn look(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(meta) => Ok(Some(meta)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Something below a folder.
#[derive(Debug)]
pub(super) struct Entry {
    /// From that folder.
    pub(super) path: PathBuf,
    /// Its own; a link's is the link's.
    pub(super) meta: Metadata,
}

/// The entries of one folder by name.
pub(super) fn entries(folder: &Path) -> io::Result<Vec<(std::ffi::OsString, Metadata)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        // What goes while it is looked at is no concern of ours.
        if let Some(meta) = look(&folder.join(&name))? {
            found.push((name, meta));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(found)
}

/// Everything below a folder, a folder before what it holds. A folder that cannot be read is there without its content.
pub(super) fn walk(root: &Path) -> io::Result<Vec<Entry>> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(folder) = open.pop() {
        let inside = match entries(&root.join(&folder)) {
            Ok(inside) => inside,
            Err(error) if folder.as_os_str().is_empty() => return Err(error),
            Err(_) => continue,
        };
        for (name, meta) in inside {
            let path = folder.join(name);
            if meta.is_dir() {
                open.push(path.clone());
            }
            found.push(Entry { path, meta });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// The files, links and so on below a folder, by identity; empty where it cannot be read.
pub(super) fn identities(root: &Path) -> BTreeSet<Identity> {
    let all = walk(root).unwrap_or_default();
    all.iter().filter(|entry| !entry.meta.is_dir()).filter_map(|entry| identity(&entry.meta)).collect()
}

/// A path as manifests write it; none where it is no text.
pub(super) fn key(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}

/// SHA-256 of files, hexadecimal, in their order; none for one that cannot be read.
pub(super) fn digests(paths: &[PathBuf]) -> Vec<Option<String>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(READERS);
    let share = paths.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let parts: Vec<_> = paths
            .chunks(share)
            .map(|part| (part.len(), scope.spawn(|| part.iter().map(|path| digest(path)).collect::<Vec<_>>())))
            .collect();
        // Reading does not panic; if it did, those files would pass for changed ones, which nothing happens to.
        parts.into_iter().flat_map(|(count, part)| part.join().unwrap_or_else(|_| vec![None; count])).collect()
    })
}

/// SHA-256 and bytes of a file, which may be larger than the memory.
///
/// # Errors
/// It cannot be read.
pub fn file_digest(path: &Path) -> io::Result<(String, u64)> {
    let (mut file, mut digest, mut size, mut buffer) = (fs::File::open(path)?, Running::default(), 0, vec![0; 1 << 16]);
    loop {
        match io::Read::read(&mut file, &mut buffer) {
            Ok(0) => return Ok((digest.hex(), size)),
            Ok(read) => {
                digest.add(&buffer[..read]);
                size += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// SHA-256 of one file; none where it cannot be read.
pub(super) fn digest(path: &Path) -> Option<String> {
    file_digest(path).ok().map(|(digest, _)| digest)
}

/// Renames, but never onto anything.
pub(super) fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {}
            done => return done.map_err(Into::into),
        }
    }
    if look(to)?.is_some() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    // A second name fails where one is taken; a folder cannot have one, nor can a file everywhere.
    if look(from)?.is_some_and(|meta| !meta.is_dir()) {
        match fs::hard_link(from, to) {
            Ok(()) => return fs::remove_file(from),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
            Err(_) => {}
        }
    }
    fs::rename(from, to)
}

/// Two paths change places in one step; false where the system or the disk cannot do that.
#[cfg(target_os = "linux")]
pub(super) fn exchange(a: &Path, b: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).is_ok()
}

/// Two paths change places in one step; false where the system or the disk cannot do that.
#[cfg(not(target_os = "linux"))]
pub(super) fn exchange(_: &Path, _: &Path) -> bool {
    false
}
