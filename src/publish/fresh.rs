use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{PublishError, failed};

/// A folder that was empty when it was opened. Nothing in it is ever overwritten.
#[derive(Debug)]
pub struct Fresh {
    folder: PathBuf,
}

/// Opens a folder that is empty or not there yet; one that holds anything is refused.
pub fn write_new(folder: &Path) -> Result<Fresh, PublishError> {
    fs::create_dir_all(folder).map_err(failed(folder))?;
    let mut entries = fs::read_dir(folder).map_err(failed(folder))?;
    if entries.next().is_some() {
        return Err(PublishError::NotEmpty { path: folder.to_owned() });
    }
    Ok(Fresh { folder: folder.to_owned() })
}

impl Fresh {
    /// Writes one file; `path` is relative, `/` between parts that [`super::safe_name`] has passed. Several threads may
    /// write at once.
    pub fn write(&self, path: &str, bytes: &[u8]) -> Result<(), PublishError> {
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
        let fresh = write_new(&folder).expect("opened");
        fresh.write("a/b.txt", b"one").expect("written");
        assert!(fresh.write("a/b.txt", b"two").is_err());
        assert!(matches!(write_new(&folder), Err(PublishError::NotEmpty { .. })));
        assert_eq!(fs::read(folder.join("a/b.txt")).expect("file"), b"one");
    }
}
