//! What a folder allows, asked without leaving anything in it.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::PublishError;
use super::failed;

/// Bytes that are free on the disk of a folder, as far as the system says it.
#[cfg(unix)]
pub fn free_bytes(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    disk.f_bavail.checked_mul(disk.f_frsize)
}

/// Bytes that are free on the disk of a folder, as far as the system says it.
#[cfg(not(unix))]
pub fn free_bytes(_folder: &Path) -> Option<u64> {
    None
}

/// Bytes of all files in a folder.
pub fn used_bytes(folder: &Path) -> u64 {
    let files = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
    files.filter_map(|entry| entry.metadata().ok()).map(|meta| meta.len()).sum()
}

/// Tries whether files may be made in a folder.
///
/// # Errors
/// What the system refuses.
pub fn may_write(folder: &Path) -> Result<(), PublishError> {
    let path = folder.join(format!(".试写-{}", std::process::id()));
    let tried: io::Result<()> = File::create_new(&path).and_then(|file| {
        drop(file);
        fs::remove_file(&path)
    });
    tried.map_err(failed(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_nothing() {
        let folder = tempfile::tempdir().expect("folder");
        may_write(folder.path()).expect("allowed");
        assert_eq!(fs::read_dir(folder.path()).expect("folder").count(), 0);
        assert!(may_write(&folder.path().join("missing")).is_err());
        fs::write(folder.path().join("a"), "12345").expect("file");
        assert_eq!(used_bytes(folder.path()), 5);
        assert!(free_bytes(folder.path()).is_none_or(|free| free > 0));
    }
}
