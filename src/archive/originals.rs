//! What the branches sent, kept as it came under names that every system takes.

use std::collections::BTreeMap;
use std::path::Path;

use super::close::Closing;
use super::papers::carries_macros;
use crate::bag::Payload;
use crate::digest;
use crate::inbox::{self, Incoming, Source};
use crate::inside;
use crate::publish::Names;
use crate::run::{Original, RunError};

impl Closing<'_> {
    /// Adds every file of the inbox, archives whole; gives them in the order of their first names.
    pub(super) fn originals(&self) -> Result<Vec<Original>, RunError> {
        let (files, _) = inbox::list(&self.county.workspace.inbox, &self.county.workspace.ignore, &inbox::Limits::default())?;
        // By the file on the disk: what is shown of a name may be read from other letters.
        let mut sent: BTreeMap<(&str, &Path), Vec<&Incoming>> = BTreeMap::new();
        for file in &files {
            sent.entry((&file.disk.name, &file.disk.path)).or_default().push(file);
        }
        let mut keep = Keeper { closing: self, safe: SafePaths::default(), originals: Vec::new() };
        for ((_, path), inside) in sent {
            keep.original(path, &inside)?;
        }
        let originals = keep.originals;
        let lines: String = originals.iter().map(crate::report::json_line).collect();
        self.bag.add(Payload::NAMES, lines.as_bytes())?;
        Ok(originals)
    }
}

struct Keeper<'a> {
    closing: &'a Closing<'a>,
    safe: SafePaths,
    originals: Vec<Original>,
}

impl Keeper<'_> {
    /// Keeps one file of the inbox as it is. What a password opened is kept opened, for in ten years nobody has the
    /// password; an archive that holds such a workbook is kept as the files in it.
    fn original(&mut self, path: &Path, inside: &[&Incoming]) -> Result<(), RunError> {
        let limits = inbox::Limits::default();
        let bytes = inside::read(path, limits.max_archive).map_err(|source| RunError::Io { path: path.to_owned(), source })?;
        if let [only] = inside
            && matches!(only.source, Source::File)
        {
            return self.keep(only, &bytes, None);
        }
        let Some(first) = inside.first() else { return Ok(()) };
        let locked = |file: &&&Incoming| inbox::fetch(file, &limits).is_ok_and(|bytes| self.opened(&bytes).is_some());
        if inside.iter().find(locked).is_none() {
            return self.keep_as_sent(first, &bytes);
        }
        let archive = digest::sha256_hex(&bytes);
        for file in inside {
            // What cannot be fetched was no input of the run either, only a finding of it.
            if let Ok(bytes) = inbox::fetch(file, &limits) {
                self.keep(file, &bytes, Some(archive.clone()))?;
            }
        }
        Ok(())
    }

    fn opened(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        crate::sheet::unlock(bytes, &self.closing.county.workspace.passwords).ok().flatten()
    }

    /// The archive that a file came in.
    fn keep_as_sent(&mut self, file: &Incoming, bytes: &[u8]) -> Result<(), RunError> {
        let first_name = file.disk.name.to_string();
        let path = self.safe.claim(&first_name);
        self.closing.bag.add(&format!("{}/{path}", Payload::ORIGINALS), bytes)?;
        let first_bytes = self.other_letters(file);
        let sha256 = digest::sha256_hex(bytes);
        let macros = carries_macros(bytes);
        let bytes = bytes.len() as u64;
        self.originals.push(Original {
            macros,
            path,
            first_name,
            first_bytes,
            sha256,
            bytes,
            archive_sha256: None,
            opened_sha256: None,
            twin: None,
        });
        Ok(())
    }

    /// The bytes of a name on the disk, where it is not written as it is shown.
    fn other_letters(&self, file: &Incoming) -> Option<String> {
        let path = &file.disk.path;
        let raw = path.strip_prefix(&self.closing.county.workspace.inbox).unwrap_or(path).as_os_str().as_encoded_bytes();
        let shown = file.disk.name.as_bytes();
        let same = raw.iter().map(|byte| if *byte == b'\\' && cfg!(windows) { b'/' } else { *byte }).eq(shown.iter().copied());
        (!same).then(|| digest::hex(raw))
    }

    fn keep(&mut self, file: &Incoming, bytes: &[u8], archive_sha256: Option<String>) -> Result<(), RunError> {
        let first_name = file.name.to_string();
        let opened = self.opened(bytes);
        let kept = opened.as_deref().unwrap_or(bytes);
        let path = self.safe.claim(&first_name);
        self.closing.bag.add(&format!("{}/{path}", Payload::ORIGINALS), kept)?;
        self.originals.push(Original {
            path,
            first_name,
            first_bytes: self.other_letters(file),
            sha256: digest::sha256_hex(bytes),
            bytes: bytes.len() as u64,
            archive_sha256,
            macros: carries_macros(bytes),
            twin: file.twin.as_ref().map(ToString::to_string),
            opened_sha256: opened.as_deref().map(digest::sha256_hex),
        });
        Ok(())
    }
}

/// Gives each folder and file of a tree a safe name; what lay together stays together.
#[derive(Default)]
struct SafePaths {
    folders: BTreeMap<String, String>,
    names: BTreeMap<String, Names>,
}

/// Bytes of a folder's path in the bag. Systems take paths of a few thousand, and the bag lies somewhere itself.
const LONGEST_FOLDER: usize = 800;

impl SafePaths {
    fn claim(&mut self, path: &str) -> String {
        match path.rsplit_once('/') {
            Some((folder, name)) => {
                let safe = self.folder(folder);
                format!("{safe}/{}", self.unused(folder, name))
            }
            None => self.unused("", path),
        }
    }

    fn claim_folder(&mut self, folder: &str) -> String {
        let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
        let above = if above.is_empty() { String::new() } else { format!("{}/", self.folder(above)) };
        let parent = folder.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned();
        format!("{above}{}", self.names.entry(parent).or_default().claim(name, ""))
    }

    fn folder(&mut self, folder: &str) -> String {
        if let Some(safe) = self.folders.get(folder) {
            return safe.clone();
        }
        // Of folders inside one another without end the files lie in one beside the others.
        let safe = if folder.len() > LONGEST_FOLDER {
            self.names.entry(String::new()).or_default().claim("长路径", "")
        } else {
            self.claim_folder(folder)
        };
        self.folders.insert(folder.to_owned(), safe.clone());
        safe
    }

    /// The extension is kept: it tells people what a file is, and a long name would lose it.
    fn unused(&mut self, folder: &str, name: &str) -> String {
        let (stem, extension) = match name.rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() && extension.chars().all(|c| c.is_ascii_alphanumeric()) && extension.len() <= 5 => {
                (stem, format!(".{extension}"))
            }
            _ => (name, String::new()),
        };
        self.names.entry(folder.to_owned()).or_default().claim(stem, &extension)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn originals_get_names_that_every_system_takes() {
        let mut safe = SafePaths::default();
        let long = format!("{}.xlsx", "长".repeat(100));
        for (first, name) in [
            ("第一党委/a?.xlsx", "第一党委/a_.xlsx"),
            ("第一党委/a*.xlsx", "第一党委/a_(2).xlsx"),
            ("a:/b.xlsx", "a_/b.xlsx"),
            ("a|/b.xlsx", "a_(2)/b.xlsx"),
            ("a:/c/d 100%.xls", "a_/c/d 100_.xls"),
            ("无扩展名", "无扩展名"),
        ] {
            assert_eq!(safe.claim(first), name, "{first}");
        }
        assert_eq!(safe.claim(&long), format!("{}.xlsx", "长".repeat(80)), "the extension outlives the cut");
        for _ in 0..2 {
            let deep = safe.claim(&format!("{}a.xlsx", "很长的文件夹/".repeat(100)));
            assert!(deep.starts_with("长路径/") && deep.len() < 40, "{deep}");
            let rare = safe.claim(&format!("{}/{}.xlsx", "😀".repeat(90), "𠀀".repeat(90)));
            assert!(crate::inside::Inside::new(&rare).is_some(), "{rare}");
        }
    }
}
