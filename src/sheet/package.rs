//! The zip package of xlsx, xlsb and ods: nothing is believed before it is counted.

use std::collections::HashMap;
use std::io::{Cursor, Read, Write};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{Limits, Refusal, text};
use crate::diag::Unreadable;

/// A package whose directory has been checked. Parts are unpacked one at a time, against one budget.
pub(super) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    parts: HashMap<String, usize>,
    declared: u64,
    left: u64,
    limits: &'a Limits,
}

impl<'a> Package<'a> {
    /// Reads the directory: number of entries, declared sizes, names.
    pub(super) fn open(bytes: &'a [u8], limits: &'a Limits) -> Result<Self, Refusal> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| refusal(&error))?;
        if archive.len() > limits.max_entries {
            return Err(Refusal::too_large("entries", limits.max_entries));
        }
        if archive.has_duplicate_names() {
            return Err(Refusal::unreadable(Unreadable::Twice, "the package holds two parts of one name"));
        }
        let mut parts = HashMap::new();
        let mut declared = 0u64;
        for index in 0..archive.len() {
            let entry = archive.by_index_raw(index).map_err(|error| refusal(&error))?;
            declared = declared.saturating_add(entry.size());
            let name = plain(&String::from_utf8_lossy(entry.name_raw()));
            if !entry.is_dir() && parts.insert(name.clone(), index).is_some() {
                return Err(Refusal::unreadable(Unreadable::Twice, format!("the package holds {name} twice")));
            }
        }
        if declared > limits.max_unpacked {
            return Err(Refusal::too_large("unpacked", limits.max_unpacked));
        }
        Ok(Self { archive, parts, declared, left: limits.max_unpacked, limits })
    }

    /// Bytes that all parts declare to unpack to: within the limit.
    pub(super) fn declared(&self) -> u64 {
        self.declared
    }

    /// Names of all parts, as [`Package::part`] takes them, in no order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.keys().map(String::as_str)
    }

    /// A part's bytes, inflated under the limits, its CRC checked; `None` where there is no such part.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>, Refusal> {
        let Some(&index) = self.parts.get(&plain(name)) else { return Ok(None) };
        let mut entry = self.archive.by_index(index).map_err(|error| refusal(&error))?;
        let (declared, packed) = (entry.size(), entry.compressed_size());
        let ratio = packed.saturating_mul(self.limits.max_ratio).max(Limits::RATIO_FLOOR);
        let limit = self.left.min(ratio);
        let mut bytes = Vec::with_capacity(declared.min(limit).min(packed.saturating_mul(20)) as usize);
        // Reading to the end is what checks the CRC.
        let broken = |error: std::io::Error| {
            let zip = error.get_ref().and_then(|inner| inner.downcast_ref::<ZipError>());
            let method = matches!(zip, Some(ZipError::CompressionMethodNotSupported(_)));
            let why = if method { Unreadable::Method } else { Unreadable::Packed };
            Refusal::unreadable(why, format!("{name}: {error}"))
        };
        entry.by_ref().take(limit + 1).read_to_end(&mut bytes).map_err(broken)?;
        let size = bytes.len() as u64;
        if size > limit {
            let unpacked = Refusal::too_large("unpacked", self.limits.max_unpacked);
            return Err(if self.left <= ratio { unpacked } else { Refusal::too_large("ratio", self.limits.max_ratio) });
        }
        if size != declared {
            return Err(Refusal::unreadable(Unreadable::Packed, format!("{name}: {size} bytes where {declared} are declared")));
        }
        self.left -= size;
        Ok(Some(bytes))
    }

    /// A part as text, whatever encoding it declares.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        self.part(name)?
            .map(|bytes| decode(bytes).ok_or_else(|| Refusal::unreadable(Unreadable::Text, format!("{name}: broken characters"))))
            .transpose()
    }
}

/// Bytes of a file, and of what a package declares to unpack to: what reading it may cost, before anything is unpacked.
pub fn unpacked(bytes: &[u8]) -> u64 {
    let size = bytes.len() as u64;
    if !bytes.starts_with(b"PK") {
        return size;
    }
    let declared = ZipArchive::new(Cursor::new(bytes)).ok().and_then(|archive| archive.decompressed_size());
    size.saturating_add(declared.unwrap_or_default().try_into().unwrap_or(u64::MAX))
}

/// A package written anew, unpacked: calamine sees only what has been checked, and inflates nothing.
pub(super) struct Checked(ZipWriter<Cursor<Vec<u8>>>);

impl Checked {
    /// For parts of about so many bytes; more memory is not reserved than the packed bytes make likely.
    pub(super) fn new(declared: u64, packed: usize) -> Self {
        let likely = declared.min(packed as u64 * 20) as usize;
        Self(ZipWriter::new(Cursor::new(Vec::with_capacity(likely + (16 << 10)))))
    }

    pub(super) fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), Refusal> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        self.0.start_file(name, options).map_err(|error| refusal(&error))?;
        self.0.write_all(bytes).map_err(|error| Refusal::unreadable(Unreadable::Package, error.to_string()))
    }

    pub(super) fn finish(self) -> Result<Cursor<Vec<u8>>, Refusal> {
        let mut written = self.0.finish().map_err(|error| refusal(&error))?;
        written.set_position(0);
        Ok(written)
    }
}

/// Part names are compared without case, and some writers use `\` or begin with `/`.
fn plain(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_lowercase()
}

fn refusal(error: &ZipError) -> Refusal {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Refusal::Encrypted,
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            Refusal::unreadable(Unreadable::Method, error.to_string())
        }
        error => Refusal::unreadable(Unreadable::Package, error.to_string()),
    }
}

/// XML is UTF-8 unless a byte order mark or its declaration says otherwise (XML 1.0, appendix F).
fn decode(bytes: Vec<u8>) -> Option<String> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(&bytes) {
        return encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]).map(Into::into);
    }
    if let Some(encoding) = text::declared(&bytes).and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()))
        && encoding != encoding_rs::UTF_8
    {
        return encoding.decode_without_bom_handling_and_without_replacement(&bytes).map(Into::into);
    }
    String::from_utf8(bytes).ok()
}
