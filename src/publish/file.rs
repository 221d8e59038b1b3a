//! Single files that a person asked for by name.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::tree::{look, rename_new};
use super::{PublishError, failed};
use crate::digest::sha256_hex;

/// Writes files that a person asked for by name, each in one step. Without `force` nothing is written if one of them is
/// there already with other bytes.
pub fn write_files(files: &[(&Path, &[u8])], force: bool) -> Result<(), PublishError> {
    let mut wanted = Vec::new();
    for (path, bytes) in files {
        match look(path).map_err(failed(path))? {
            None => wanted.push((path, bytes, false)),
            Some(meta) if meta.is_dir() => return Err(PublishError::NotAFile { path: (*path).to_owned() }),
            Some(meta) if meta.is_file() && fs::read(path).is_ok_and(|there| there == **bytes) => {}
            Some(_) if force => wanted.push((path, bytes, true)),
            Some(_) => return Err(PublishError::Exists { path: (*path).to_owned() }),
        }
    }
    for (path, bytes, replace) in wanted {
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            fs::create_dir_all(parent).map_err(failed(parent))?;
        }
        let part = write_part(path, bytes).map_err(failed(path))?;
        let done = if replace { fs::rename(&part, path) } else { rename_new(&part, path) };
        if let Err(error) = done {
            let _ = fs::remove_file(&part); // its name is ours; the fault to tell is the other
            return Err(match error.kind() {
                io::ErrorKind::AlreadyExists => PublishError::Exists { path: (*path).to_owned() },
                _ => failed(path)(error),
            });
        }
    }
    Ok(())
}

/// Writes files under names of the program's own: without `force` one is written over if the program wrote it and nobody
/// has changed it since, as its end tells.
pub fn write_own(files: &[(&Path, &[u8])], force: bool) -> Result<(), PublishError> {
    let sealed: Vec<Vec<u8>> = files.iter().map(|(_, bytes)| sealed(bytes)).collect();
    for (path, _) in files {
        let own = |meta: fs::Metadata| meta.is_file() && fs::read(path).is_ok_and(|there| is_sealed(&there));
        if !force && look(path).map_err(failed(path))?.is_some_and(|meta| !own(meta)) {
            return Err(PublishError::Exists { path: (*path).to_owned() });
        }
    }
    let files: Vec<(&Path, &[u8])> = files.iter().zip(&sealed).map(|((path, _), bytes)| (*path, bytes.as_slice())).collect();
    write_files(&files, true)
}

/// Before the digest at the end of a file of the program's own; a comment in a PDF.
const SEAL: &[u8] = b"\n%sha256:";

/// Bytes of a seal: the word and 64 digits.
const SEAL_SIZE: usize = SEAL.len() + 64;

/// How a zip archive with a comment of a seal's length ends, before the comment.
const ZIP_COMMENT: [u8; 2] = (SEAL_SIZE as u16).to_le_bytes();

/// The bytes with their digest behind them: a comment in a PDF, and of a zip archive, which has to say how long it is.
fn sealed(bytes: &[u8]) -> Vec<u8> {
    let mut whole = bytes.to_vec();
    if whole.starts_with(b"PK") && whole.ends_with(&[0, 0]) {
        whole.truncate(whole.len() - ZIP_COMMENT.len());
        whole.extend(ZIP_COMMENT);
    }
    let digest = sha256_hex(&whole);
    whole.extend_from_slice(SEAL);
    whole.extend_from_slice(digest.as_bytes());
    whole
}

/// True of bytes whose digest stands behind them.
fn is_sealed(bytes: &[u8]) -> bool {
    let Some((body, seal)) = bytes.len().checked_sub(SEAL_SIZE).and_then(|end| bytes.split_at_checked(end)) else { return false };
    seal.strip_prefix(SEAL).is_some_and(|digest| digest == sha256_hex(body).as_bytes())
}

/// Writes one file that a person asked for by name; see [`write_files`].
pub fn write_file(path: &Path, bytes: &[u8], force: bool) -> Result<(), PublishError> {
    write_files(&[(path, bytes)], force)
}

/// A new file beside the wanted one; whatever bears a name that was tried stays as it is.
fn write_part(path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    let mut number = 1;
    loop {
        let mut name = std::ffi::OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(format!(".part-{number}"));
        let part = path.with_file_name(name);
        match File::create_new(&part) {
            Ok(mut file) => {
                return match file.write_all(bytes) {
                    Ok(()) => Ok(part),
                    Err(error) => {
                        drop(file);
                        let _ = fs::remove_file(&part); // half a file is of no use
                        Err(error)
                    }
                };
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overwrites_only_when_told() {
        let folder = tempfile::tempdir().expect("folder");
        let (path, other) = (folder.path().join("new/board.xlsx"), folder.path().join("new/other.xlsx"));
        let read = |path: &Path| fs::read(path).expect("file");
        write_file(&path, b"one", false).expect("written");
        write_file(&path, b"one", false).expect("the same bytes are no overwriting");
        assert!(matches!(write_files(&[(&other, b"x"), (&path, b"two")], false), Err(PublishError::Exists { .. })));
        assert!(!other.exists(), "none is written where one cannot be");
        assert_eq!(read(&path), b"one");
        write_files(&[(&other, b"x"), (&path, b"two")], true).expect("written");
        assert_eq!((read(&path), read(&other)), (b"two".to_vec(), b"x".to_vec()));
        assert_eq!(fs::read_dir(folder.path().join("new")).expect("folder").count(), 2, "nothing is left beside them");
        assert!(matches!(write_file(folder.path(), b"x", true), Err(PublishError::NotAFile { .. })));
    }

    #[test]
    fn knows_its_own_samples() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("board.sample.xlsx");
        for bytes in [&b"%PDF one"[..], b"PK two\0\0"] {
            write_own(&[(&path, bytes)], false).expect("its own may go");
        }
        let mut drawn_on = fs::read(&path).expect("file");
        drawn_on[3] = b'!';
        fs::write(&path, &drawn_on).expect("changed");
        assert!(matches!(write_own(&[(&path, b"three")], false), Err(PublishError::Exists { .. })));
        assert_eq!(fs::read(&path).expect("file"), drawn_on);
        write_own(&[(&path, b"three")], true).expect("forced");
    }

    /// A zip archive is still one, with a comment.
    #[test]
    fn a_sealed_workbook_opens() {
        let mut zip = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        zip.start_file("a", zip::write::SimpleFileOptions::default()).expect("started");
        zip.write_all(b"text").expect("written");
        let bytes = sealed(&zip.finish().expect("finished").into_inner());
        let archive = zip::ZipArchive::new(io::Cursor::new(&bytes)).expect("opened");
        assert_eq!(archive.len(), 1);
        assert!(is_sealed(&bytes) && archive.comment().starts_with(SEAL));
    }

    #[cfg(unix)]
    #[test]
    fn follows_no_link() {
        let folder = tempfile::tempdir().expect("folder");
        let at = |name: &str| folder.path().join(name);
        fs::write(at("precious"), "bytes").expect("file");
        for link in ["board.xlsx.part", ".board.xlsx.part", ".board.xlsx.part-1", "dangling.xlsx", "link.xlsx"] {
            let to = if link.starts_with("dangling") { "nowhere" } else { "precious" };
            std::os::unix::fs::symlink(at(to), at(link)).expect("link");
        }
        write_file(&at("board.xlsx"), b"new", true).expect("written");
        for link in ["dangling.xlsx", "link.xlsx"] {
            assert!(matches!(write_file(&at(link), b"new", false), Err(PublishError::Exists { .. })), "{link}");
            write_file(&at(link), b"new", true).expect("written");
            assert!(!fs::symlink_metadata(at(link)).expect("file").is_symlink());
        }
        assert_eq!(fs::read_to_string(at("precious")).expect("file"), "bytes");
        assert!(!at("nowhere").exists());
    }
}
