//! A folder in which nothing is overwritten.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::guard::is_folder;
use super::staging::inside;
use super::tree::look;
use super::{PublishError, failed};

/// A folder in which nothing is ever overwritten.
#[derive(Debug)]
pub struct Fresh {
    folder: PathBuf,
    /// Files and folders of others that stand in it.
    pub foreign: usize,
}

/// Opens a folder that is not there yet, or is empty; else it is refused.
pub fn write_empty(folder: &Path) -> Result<Fresh, PublishError> {
    let fresh = write_new(folder, &[])?;
    if fresh.foreign > 0 { Err(PublishError::NotEmpty { path: folder.to_owned() }) } else { Ok(fresh) }
}

/// Opens a folder in which none of `names`, what is going to be written there, stands yet; else it is refused.
pub fn write_new(folder: &Path, names: &[&str]) -> Result<Fresh, PublishError> {
    is_folder(folder)?;
    for path in names.iter().map(|name| folder.join(name)) {
        if look(&path).map_err(failed(&path))?.is_some() {
            return Err(PublishError::Taken { path });
        }
    }
    fs::create_dir_all(folder).map_err(failed(folder))?;
    let foreign = fs::read_dir(folder).map_err(failed(folder))?.count();
    Ok(Fresh { folder: folder.to_owned(), foreign })
}

impl Fresh {
    /// Makes an empty folder in it.
    pub fn folder(&self, path: &str) -> Result<(), PublishError> {
        inside(path)?;
        let full = self.folder.join(path);
        fs::create_dir_all(&full).map_err(failed(&full))
    }

    /// Writes one file; `path` is relative, `/` between parts. Several threads may write at once.
    pub fn write(&self, path: &str, bytes: &[u8]) -> Result<(), PublishError> {
        inside(path)?;
        let full = self.folder.join(path);
        if let Some(parent) = full.parent() {
            fs::create_dir_all(parent).map_err(failed(parent))?;
        }
        let written: io::Result<()> = fs::File::create_new(&full).and_then(|mut file| file.write_all(bytes));
        written.map_err(failed(&full))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn touches_nothing_that_is_there() {
        let parent = tempfile::tempdir().expect("folder");
        let folder = parent.path().join("new/county");
        let fresh = write_new(&folder, &["a"]).expect("opened");
        fresh.write("a/b.txt", b"one").expect("written");
        assert!(fresh.write("a/b.txt", b"two").is_err() && fresh.write("../x", b"two").is_err());
        assert!(matches!(write_new(&folder, &["a"]), Err(PublishError::Taken { .. })));
        assert_eq!(write_new(&folder, &["c"]).expect("another name is free").foreign, 1);
        assert!(matches!(write_empty(&folder), Err(PublishError::NotEmpty { .. })));
        write_empty(&parent.path().join("other")).expect("not there yet").folder("a/b").expect("made");
        assert!(parent.path().join("other/a/b").is_dir());
        assert_eq!(fs::read(folder.join("a/b.txt")).expect("file"), b"one");
    }
}
