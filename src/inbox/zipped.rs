//! Zip archives of workbooks, as mail programs and committees pack them.
//!
//! The directory is read once, when the inbox is listed; each entry then remembers where its bytes begin, so that
//! fetching one costs nothing for the others, and no file stays open.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use super::list::{passed_over, regular};
use super::shadowed::shadowed;
use super::{Incoming, Limits, Source, Unfetched, refused};
use crate::diag::{Code, Finding, Place, Unreadable};

/// Archives inside archives are opened this often: a committee zips what its branches zipped.
const NESTING: usize = 2;

/// An entry smaller than this is never a bomb, however well it is packed.
const RATIO_FLOOR: u64 = 1 << 20;

/// One entry of an archive.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The archive, where that was unpacked from another one and is in memory; else it is the file on the disk.
    pub(super) within: Option<Held>,
    pub(super) start: u64,
    pub(super) packed: u64,
    pub(super) size: u64,
    pub(super) crc32: u32,
    pub(super) packing: Packing,
    pub(super) encrypted: bool,
}

/// How an entry is packed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Packing {
    Stored,
    Deflated,
    Other,
}

/// An archive's bytes in memory.
#[derive(Clone)]
pub(super) struct Held(Arc<[u8]>);

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// What opening an archive will cost, in bytes, so that many small entries weigh as much as a large one; `None` where the
/// file is no archive to open. Only the directory is read: most zip files in an inbox are workbooks.
pub(super) fn cost(file: &Incoming, limits: &Limits) -> Option<u64> {
    if !begins_like_zip(&file.disk.path) || file.size > limits.max_archive {
        return None;
    }
    let zip = ZipArchive::new(BufReader::new(File::open(&file.disk.path).ok()?)).ok()?;
    let unpacked = zip.decompressed_size().and_then(|size| u64::try_from(size).ok()).unwrap_or(u64::MAX);
    (!office(&zip)).then(|| (zip.len() as u64).saturating_mul(4096).saturating_add(unpacked))
}

/// What an archive holds. `held` counts down the bytes of archives inside archives that may be kept in memory, over the
/// whole inbox.
pub(super) fn open_up(file: &Incoming, limits: &Limits, held: &mut u64) -> Option<(Vec<Incoming>, Vec<Finding>)> {
    let zip = ZipArchive::new(BufReader::new(File::open(&file.disk.path).ok()?)).ok()?;
    let mut own = (*held).min(limits.max_held / 2);
    let before = own;
    let most = limits.max_unpacked.min(file.size.saturating_mul(limits.max_ratio).max(limits.small_unpacked));
    let mut found = Found { outer: file, files: Vec::new(), findings: Vec::new(), held: &mut own, unpacked: most, most, limits };
    let opened = found.look(&file.name, zip, None, 1);
    let Found { files, findings, .. } = found;
    *held -= before - own;
    opened.then_some((files, findings))
}

struct Found<'a> {
    /// The archive on the disk.
    outer: &'a Incoming,
    files: Vec<Incoming>,
    findings: Vec<Finding>,
    held: &'a mut u64,
    /// Bytes that it may yet unpack to, of so many at first: archives inside it may be packed small twice over.
    unpacked: u64,
    most: u64,
    limits: &'a Limits,
}

impl Found<'_> {
    /// True where it was an archive, and its entries are now listed.
    fn look<R: Read + Seek>(&mut self, name: &str, mut zip: ZipArchive<R>, within: Option<&Held>, depth: usize) -> bool {
        if office(&zip) {
            return false;
        }
        if zip.len() > self.limits.max_entries {
            self.refuse(name, &Unfetched::TooLarge { what: "entries", limit: self.limits.max_entries as u64 });
            return true;
        }
        let size = zip.decompressed_size().and_then(|size| u64::try_from(size).ok());
        let Some(left) = size.and_then(|size| self.unpacked.checked_sub(size)) else {
            self.refuse(name, &Unfetched::TooLarge { what: "unpacked", limit: self.most });
            return true;
        };
        self.unpacked = left;
        let before = (self.files.len(), self.findings.len());
        for index in 0..zip.len() {
            let (inner, entry) = match listed(&mut zip, index, within) {
                Ok(Some(listed)) => listed,
                Ok(None) => continue,
                Err(why) => {
                    self.refuse(name, &why);
                    continue;
                }
            };
            let name = format!("{name}!/{inner}");
            if depth < NESTING && inner.to_ascii_lowercase().ends_with(".zip") {
                match self.hold(&entry) {
                    Ok(held) => {
                        let opened = ZipArchive::new(Cursor::new(Arc::clone(&held.0)));
                        if opened.is_ok_and(|inside| self.look(&name, inside, Some(&held), depth + 1)) {
                            continue;
                        }
                    }
                    Err(why) => {
                        self.refuse(&name, &why);
                        continue;
                    }
                }
            }
            if !self.take(name, entry) {
                return true;
            }
        }
        if zip.has_duplicate_names() {
            self.look_behind(name, zip, within);
        }
        if before == (self.files.len(), self.findings.len()) {
            // Silence would look as if nothing had been sent.
            self.findings.push(Finding::new(Code::NotASpreadsheet, Place::file(&name.into())).arg("kind", "empty"));
        }
        true
    }

    /// Lists an entry; false where the archive has too many.
    fn take(&mut self, name: String, entry: Entry) -> bool {
        if self.files.len() >= self.limits.max_entries {
            self.refuse(&name, &Unfetched::TooLarge { what: "entries", limit: self.limits.max_entries as u64 });
            return false;
        }
        let disk = Arc::clone(&self.outer.disk);
        self.files.push(Incoming { name: name.into(), disk, size: entry.size, source: Source::Entry(entry), twin: None });
        true
    }

    /// Lists the entries that another of the same name hides: which of them counts, the sender has to say.
    fn look_behind<R: Read + Seek>(&mut self, name: &str, zip: ZipArchive<R>, within: Option<&Held>) {
        let (from, shift) = (zip.central_directory_start(), zip.offset());
        match shadowed(zip.into_inner(), from, shift, self.limits.max_entries) {
            Some(hidden) if !hidden.is_empty() => {
                for (raw, entry) in hidden {
                    let inner = entry_name(&raw);
                    let wanted = !inner.is_empty() && !inner.split('/').any(passed_over);
                    if wanted && !self.take(format!("{name}!/{inner}"), Entry { within: within.cloned(), ..entry }) {
                        return;
                    }
                }
            }
            _ => self.refuse(name, &Unfetched::Unreadable { why: Unreadable::Twice }),
        }
    }

    /// An archive's bytes, counted before it is opened: a hundred small ones may each unpack to the limit.
    fn hold(&mut self, entry: &Entry) -> Result<Held, Unfetched> {
        let bytes = bytes_of(entry, &self.outer.disk.path, self.limits)?;
        let left = self.held.checked_sub(bytes.len() as u64);
        *self.held = left.ok_or(Unfetched::TooLarge { what: "nested", limit: self.limits.max_held })?;
        Ok(Held(bytes.into()))
    }

    fn refuse(&mut self, name: &str, why: &Unfetched) {
        self.findings.push(why.finding(Place::file(&name.into())));
    }
}

/// Name and whereabouts of an entry that somebody sent; `None` for folders and what programs leave behind.
fn listed<R: Read + Seek>(zip: &mut ZipArchive<R>, index: usize, within: Option<&Held>) -> Result<Option<(String, Entry)>, Unfetched> {
    let entry = zip.by_index_raw(index).map_err(|_| Unfetched::Unreadable { why: Unreadable::Package })?;
    let name = entry_name(entry.name_raw());
    if entry.is_dir() || name.is_empty() || name.split('/').any(passed_over) {
        return Ok(None);
    }
    let start = entry.data_start().ok_or(Unfetched::Unreadable { why: Unreadable::Package })?;
    let (packed, size, crc32) = (entry.compressed_size(), entry.size(), entry.crc32());
    let packing = match entry.compression() {
        CompressionMethod::Stored => Packing::Stored,
        CompressionMethod::Deflated => Packing::Deflated,
        _ => Packing::Other,
    };
    let encrypted = entry.encrypted();
    Ok(Some((name, Entry { within: within.cloned(), start, packed, size, crc32, packing, encrypted })))
}

/// An entry's bytes; the archive on the disk is at `path`.
pub(super) fn bytes_of(entry: &Entry, path: &Path, limits: &Limits) -> Result<Vec<u8>, Unfetched> {
    if entry.encrypted {
        return Err(Unfetched::Encrypted);
    }
    if entry.size > limits.max_bytes {
        return Err(Unfetched::TooLarge { what: "bytes", limit: limits.max_bytes });
    }
    if entry.size > entry.packed.saturating_mul(limits.max_ratio).max(RATIO_FLOOR) {
        return Err(Unfetched::TooLarge { what: "ratio", limit: limits.max_ratio });
    }
    if let Some(Held(bytes)) = &entry.within {
        let from = usize::try_from(entry.start).ok().and_then(|start| bytes.get(start..));
        return inflate(from.unwrap_or_default(), entry);
    }
    let mut file = regular(path, limits.max_archive)?;
    file.seek(SeekFrom::Start(entry.start)).map_err(|error| damaged(&error))?;
    inflate(file, entry)
}

fn inflate(from: impl Read, entry: &Entry) -> Result<Vec<u8>, Unfetched> {
    let packed = from.take(entry.packed);
    let mut bytes = Vec::new();
    // One byte more than declared tells a lie; the declared size is within the limits.
    let read = match entry.packing {
        Packing::Stored => packed.take(entry.size + 1).read_to_end(&mut bytes),
        Packing::Deflated => DeflateDecoder::new(packed).take(entry.size + 1).read_to_end(&mut bytes),
        Packing::Other => return Err(Unfetched::Unreadable { why: Unreadable::Method }),
    };
    read.map_err(|error| damaged(&error))?;
    if bytes.len() as u64 != entry.size || crc32fast::hash(&bytes) != entry.crc32 {
        return Err(Unfetched::Unreadable { why: Unreadable::Packed });
    }
    Ok(bytes)
}

/// What the system refuses, or else bytes that do not unpack.
fn damaged(error: &std::io::Error) -> Unfetched {
    let why = if error.raw_os_error().is_some() { refused(error) } else { Unreadable::Packed };
    Unfetched::Unreadable { why }
}

fn begins_like_zip(path: &Path) -> bool {
    let mut head = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok() && (head == *b"PK\x03\x04" || head == *b"PK\x05\x06")
}

/// Workbooks and documents are zip files too; those are not opened here.
fn office<R: Read + Seek>(zip: &ZipArchive<R>) -> bool {
    let parts: [&[u8]; 5] = [b"[Content_Types].xml", b"mimetype", b"xl/workbook.xml", b"xl\\workbook.xml", b"xl/workbook.bin"];
    zip.file_names_raw().any(|name| parts.iter().any(|part| name.eq_ignore_ascii_case(part)))
}

/// UTF-8 where it is that, flagged or not, else GB18030: Windows archivers on Chinese systems set no flag. Parts that climb
/// are dropped, for the name is shown and sorted by, never opened.
fn entry_name(raw: &[u8]) -> String {
    let text = name_text(raw);
    let parts = text.split(['/', '\\']).filter(|part| !matches!(*part, "" | "." | ".."));
    parts.map(|part| part.chars().filter(|c| !c.is_control()).collect()).collect::<Vec<String>>().join("/")
}

/// UTF-8, else GB18030. Names in Uyghur, Kazakh or Cyrillic letters are no Chinese ones in GBK, though their bytes could be;
/// the other way round hardly any name is UTF-8 by chance, and it would only be shown in other letters.
pub(super) fn name_text(raw: &[u8]) -> String {
    match std::str::from_utf8(raw) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling(raw).0.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::entry_name;

    #[test]
    fn names_are_utf8_or_gb18030() {
        assert_eq!(entry_name("北关/支部.xlsx".as_bytes()), "北关/支部.xlsx");
        // 誠 is D5 5C, and 5C is the backslash.
        assert_eq!(entry_name(b"\xd5\x5c\xd0\xc5.xlsx"), "誠信.xlsx");
        assert_eq!(entry_name(b"..\\..\\a\x1b\\b.xlsx"), "a/b.xlsx");
        assert_eq!(entry_name(b"/etc/./x"), "etc/x");
        assert_eq!(entry_name(b"\xd6\xa7\xb2\xbf.xls"), "支部.xls");
        for name in ["ئۇيغۇرچە.xlsx", "қазақша/ұйым.xlsx", "Ünïcode.xlsx"] {
            assert_eq!(entry_name(name.as_bytes()), name);
        }
    }
}
