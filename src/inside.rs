//! Paths that come out of data, and files that are safe to read.
//!
//! A manifest, a bag, a zip file or the name of a branch may say anything: `../../x`, `C:\x`, `/dev/zero`. Such a text
//! becomes an [`Inside`] or it is no path at all; there is no other way to make one. [`read`] opens regular files only and
//! stops at a limit: pipes, devices and what the system invents block or never end. This room uses no other, and writes
//! nothing.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Bytes of one of the county's own files at most; the largest are fonts and the results of a large county.
const MOST_OWN: u64 = 2 << 30;

/// The longest name that file systems take, in bytes.
pub const LONGEST_NAME: usize = 255;

/// A path that stays below whatever folder it is joined to, on every system: `/` between its parts, none of them empty,
/// `.` or `..`, no root, no drive, no home, no reserved name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Inside(String);

impl Inside {
    /// The path, if it is one.
    pub fn new(path: &str) -> Option<Self> {
        let part = |part: &str| {
            !matches!(part, "" | "." | "..")
                && part.len() <= LONGEST_NAME
                && !part.ends_with(['.', ' '])
                && !part.contains(['\\', ':'])
                && !part.chars().any(char::is_control)
                && !is_reserved(part)
        };
        (!path.starts_with('~') && path.split('/').all(part)).then(|| Self(path.to_owned()))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads the file of this path below a folder. Links on the way lead elsewhere and are not followed.
    ///
    /// # Errors
    /// As [`read`], and for a link.
    pub fn read(&self, folder: &Path, limit: u64) -> io::Result<Vec<u8>> {
        read(&self.below(folder)?, limit)
    }

    /// Opens the file of this path below a folder, for what is too large to be held; links are not followed.
    ///
    /// # Errors
    /// As [`open`], and for a link.
    pub fn open(&self, folder: &Path, limit: u64) -> io::Result<impl Read + use<>> {
        open(&self.below(folder)?, limit)
    }

    fn below(&self, folder: &Path) -> io::Result<PathBuf> {
        let mut path: PathBuf = folder.to_owned();
        for part in self.0.split('/') {
            path.push(part);
            if std::fs::symlink_metadata(&path)?.is_symlink() {
                return Err(no_file());
            }
        }
        Ok(path)
    }
}

impl fmt::Display for Inside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<Path> for Inside {
    fn as_ref(&self) -> &Path {
        Path::new(&self.0)
    }
}

/// True for a name that Windows keeps for a device, whatever its extension.
pub fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_uppercase();
    let numbered = |word: &str| {
        let mut rest = stem.strip_prefix(word).into_iter().flat_map(str::chars);
        let digit = rest.next().is_some_and(|c| c.is_ascii_digit() || matches!(c, '¹' | '²' | '³'));
        digit && rest.next().is_none()
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") || numbered("COM") || numbered("LPT")
}

/// Opens a regular file that is no larger than a limit.
///
/// # Errors
/// What the system refuses; [`io::ErrorKind::InvalidInput`] for what is no regular file, [`io::ErrorKind::FileTooLarge`]
/// for one above the limit.
pub fn open(path: &Path, limit: u64) -> io::Result<impl Read + use<>> {
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(no_file());
    }
    if metadata.len() > limit {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    // Files that the system invents say that they are empty, and some of them block whoever reads them.
    let wanted = if metadata.len() == 0 { 0 } else { limit + 1 };
    Ok(File::open(path)?.take(wanted))
}

/// The bytes of a regular file that is no larger than a limit.
///
/// # Errors
/// As [`open`].
pub fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path, limit)?.read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

/// The bytes of one of the county's own files: settings, register, templates, fonts, what a run left.
///
/// # Errors
/// As [`open`].
pub fn own(path: &Path) -> io::Result<Vec<u8>> {
    read(path, MOST_OWN)
}

/// The same as text.
///
/// # Errors
/// As [`open`], and [`io::ErrorKind::InvalidData`] for what is no UTF-8.
pub fn own_text(path: &Path) -> io::Result<String> {
    String::from_utf8(own(path)?).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

fn no_file() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "不是普通文件 / not a regular file")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out() {
        for good in ["data/a", "支部/0101-东/公示栏.pdf", "bag-info.txt", "a/.b", "com10.txt", "达标100%"] {
            assert_eq!(Inside::new(good).map(|path| path.to_string()).as_deref(), Some(good));
        }
        for bad in [
            "",
            ".",
            "..",
            "/etc/passwd",
            "data/../../x",
            "../x",
            "data//x",
            "data/./x",
            "data\\x",
            "C:/x",
            "C:x",
            "~/x",
            "~",
            "data/x/",
            "//server/share",
            "\\\\server\\share",
            "file:///x",
            "http://x",
            "a/con",
            "NUL.txt",
            "a/com1 .x",
            "lpt³",
            "a/b.",
            "a /b",
            "a\0b",
            "a\nb",
        ] {
            assert_eq!(Inside::new(bad), None, "{bad:?}");
        }
        assert!(Inside::new(&"长".repeat(85)).is_some() && Inside::new(&"长".repeat(86)).is_none());
    }

    #[test]
    fn reads_files_and_nothing_else() {
        let folder = tempfile::tempdir().expect("folder");
        std::fs::create_dir(folder.path().join("a")).expect("folder");
        std::fs::write(folder.path().join("a/b"), "12345").expect("file");
        let inside = |path| Inside::new(path).expect("path");
        assert_eq!(inside("a/b").read(folder.path(), 5).expect("read"), b"12345");
        let kind = |path, limit| inside(path).read(folder.path(), limit).map_err(|error| error.kind());
        assert_eq!(kind("a/b", 4), Err(io::ErrorKind::FileTooLarge));
        assert_eq!(kind("a", 9), Err(io::ErrorKind::InvalidInput));
        assert_eq!(kind("c", 9), Err(io::ErrorKind::NotFound));
    }

    #[cfg(unix)]
    #[test]
    fn follows_no_link_and_waits_for_no_device() {
        let folder = tempfile::tempdir().expect("folder");
        let link = |from: &str, to: &str| std::os::unix::fs::symlink(to, folder.path().join(from)).expect("link");
        std::fs::write(folder.path().join("b"), "12345").expect("file");
        link("zero", "/dev/zero");
        link("up", "..");
        link("same", "b");
        for path in ["zero", "same", "up/x"] {
            let read = Inside::new(path).expect("path").read(folder.path(), 9);
            assert_eq!(read.map_err(|error| error.kind()), Err(io::ErrorKind::InvalidInput), "{path}");
        }
        assert_eq!(read(&folder.path().join("same"), 9).expect("a link by name"), b"12345");
        assert!(read(Path::new("/dev/zero"), 9).is_err());
    }
}
