//! The zip package of xlsx, xlsb and ods, read part by part within bounds, and written.

use std::collections::{BTreeMap, HashMap};
use std::io::{Cursor, Read, Write};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{Fault, xml};
use crate::diag::Unreadable;

/// What a package may cost.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Entries.
    pub entries: usize,
    /// Unpacked bytes over all its parts.
    pub unpacked: u64,
    /// Unpacked bytes of one part.
    pub part: u64,
    /// Unpacked to packed size of one part, looked at above [`Bounds::RATIO_FLOOR`].
    pub ratio: u64,
}

impl Bounds {
    /// A part smaller than this is never a bomb, however well it is packed.
    pub const RATIO_FLOOR: u64 = 16 << 20;
}

/// A part of a package: its name as written, and its bytes.
pub type Part = (String, Vec<u8>);

/// A package whose directory has been checked. Parts are unpacked one at a time, against one budget.
#[derive(Debug)]
pub struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    parts: HashMap<String, usize>,
    declared: u64,
    left: u64,
    bounds: Bounds,
}

impl<'a> Package<'a> {
    /// Reads the directory: number of entries, declared sizes, names.
    ///
    /// # Errors
    /// A [`Fault`] if it is no package or declares more than the bounds allow.
    pub fn open(bytes: &'a [u8], bounds: Bounds) -> Result<Self, Fault> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| fault(&error))?;
        if archive.len() > bounds.entries {
            return Err(Fault::too_large("entries", bounds.entries));
        }
        if archive.has_duplicate_names() {
            return Err(Fault::unreadable(Unreadable::Twice, "the package holds two parts of one name"));
        }
        let mut parts = HashMap::new();
        let mut declared = 0u64;
        let mut largest = (0, String::new());
        for index in 0..archive.len() {
            let entry = archive.by_index_raw(index).map_err(|error| fault(&error))?;
            declared = declared.saturating_add(entry.size());
            let name = plain(&String::from_utf8_lossy(entry.name_raw()));
            if entry.size() > largest.0 {
                largest = (entry.size(), name.clone());
            }
            if !entry.is_dir() && parts.insert(name.clone(), index).is_some() {
                return Err(Fault::unreadable(Unreadable::Twice, format!("the package holds {name} twice")));
            }
        }
        if declared > bounds.unpacked {
            return Err(Fault::too_large("unpacked", bounds.unpacked).of_part(&largest.1));
        }
        Ok(Self { archive, parts, declared, left: bounds.unpacked, bounds })
    }

    /// Bytes that all parts declare to unpack to: within the limit.
    pub fn declared(&self) -> u64 {
        self.declared
    }

    /// Names of all parts, as [`Package::part`] takes them, in no order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.keys().map(String::as_str)
    }

    /// A part's bytes, inflated within the bounds, its CRC checked; `None` if there is no such part.
    ///
    /// # Errors
    /// A [`Fault`] if it is damaged or breaks a bound.
    pub fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        let Some(&index) = self.parts.get(&plain(name)) else { return Ok(None) };
        let mut entry = self.archive.by_index(index).map_err(|error| fault(&error))?;
        let (declared, packed) = (entry.size(), entry.compressed_size());
        let ratio = packed.saturating_mul(self.bounds.ratio).max(Bounds::RATIO_FLOOR);
        let limit = self.left.min(ratio).min(self.bounds.part);
        let mut bytes = Vec::with_capacity(declared.min(limit).min(packed.saturating_mul(20)) as usize);
        // Reading to the end is what checks the CRC.
        let broken = |error: std::io::Error| {
            let zip = error.get_ref().and_then(|inner| inner.downcast_ref::<ZipError>());
            let method = matches!(zip, Some(ZipError::CompressionMethodNotSupported(_)));
            let why = if method { Unreadable::Method } else { Unreadable::Packed };
            Fault::unreadable(why, format!("{name}: {error}"))
        };
        entry.by_ref().take(limit + 1).read_to_end(&mut bytes).map_err(broken)?;
        let size = bytes.len() as u64;
        if size > limit {
            let fault = match limit {
                limit if limit == self.left => Fault::too_large("unpacked", self.bounds.unpacked),
                limit if limit == ratio => Fault::too_large("ratio", self.bounds.ratio),
                _ => Fault::too_large("part", self.bounds.part),
            };
            return Err(fault.of_part(name));
        }
        if size != declared {
            return Err(Fault::unreadable(Unreadable::Packed, format!("{name}: {size} bytes where {declared} are declared")));
        }
        self.left -= size;
        Ok(Some(bytes))
    }

    /// Every part under its name as written, in the order of the directory: for writing a changed copy.
    ///
    /// # Errors
    /// A [`Fault`] if a part is damaged or breaks a bound.
    pub fn all(mut self) -> Result<Vec<Part>, Fault> {
        let names: Result<Vec<String>, ZipError> = self.archive.file_names().map(|name| Ok(name?.into_owned())).collect();
        let names = names.map_err(|error| fault(&error))?;
        let parts = names.into_iter().filter(|name| !name.ends_with('/')).map(|name| {
            let bytes = self.part(&name)?.ok_or_else(|| Fault::unreadable(Unreadable::Missing, format!("{name} is missing")))?;
            Ok((name, bytes))
        });
        parts.collect()
    }

    /// A part as text, whatever encoding it declares.
    ///
    /// # Errors
    /// A [`Fault`] if it is damaged, breaks a bound or holds bytes that are no characters.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, Fault> {
        self.part(name)?
            .map(|bytes| decode(bytes).ok_or_else(|| Fault::unreadable(Unreadable::Text, format!("{name}: broken characters"))))
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

/// What lies in a zip archive: for telling what it is, before anything is believed or bounded.
pub struct Listing<'a>(ZipArchive<Cursor<&'a [u8]>>);

/// Names that are looked at; an office writes a hundredth of them.
const MOST_NAMES: usize = 10_000;

impl<'a> Listing<'a> {
    /// Reads the directory; `None` if there is none.
    pub fn open(bytes: &'a [u8]) -> Option<Self> {
        ZipArchive::new(Cursor::new(bytes)).ok().map(Self)
    }

    /// Names as parts are compared by, in the order of the directory.
    pub fn names(&self) -> Vec<String> {
        self.0.file_names_raw().take(MOST_NAMES).map(|name| plain(&String::from_utf8_lossy(name))).collect()
    }

    /// The first bytes of a part; none of one that cannot be unpacked.
    pub fn head(&mut self, name: &str, most: u64) -> Vec<u8> {
        let named = |name_raw: &[u8]| plain(&String::from_utf8_lossy(name_raw)) == name;
        let index = (0..self.0.len()).find(|&index| self.0.by_index_raw(index).is_ok_and(|entry| named(entry.name_raw())));
        let mut head = Vec::new();
        if let Some(entry) = index.and_then(|index| self.0.by_index(index).ok()) {
            let _ = entry.take(most).read_to_end(&mut head);
        }
        head
    }
}

/// A package being written.
pub struct Packer {
    zip: ZipWriter<Cursor<Vec<u8>>>,
    options: SimpleFileOptions,
}

impl Packer {
    /// Of parts that are written as they are: calamine sees only what has been checked, and inflates nothing. `declared` is
    /// about how many bytes they have; more memory is not reserved than the packed bytes make likely.
    pub fn stored(declared: u64, packed: usize) -> Self {
        let likely = declared.min(packed as u64 * 20) as usize;
        Self::new(Vec::with_capacity(likely + (16 << 10)), CompressionMethod::Stored)
    }

    /// Of parts that are deflated, as offices do it.
    pub fn deflated() -> Self {
        Self::new(Vec::new(), CompressionMethod::Deflated)
    }

    fn new(buffer: Vec<u8>, method: CompressionMethod) -> Self {
        Self { zip: ZipWriter::new(Cursor::new(buffer)), options: SimpleFileOptions::default().compression_method(method) }
    }

    /// Adds a part.
    ///
    /// # Errors
    /// A [`Fault`] if the format cannot hold it.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), Fault> {
        self.zip.start_file(name, self.options).map_err(|error| fault(&error))?;
        self.zip.write_all(bytes).map_err(|error| Fault::unreadable(Unreadable::Package, error.to_string()))
    }

    /// The package as a file.
    ///
    /// # Errors
    /// A [`Fault`] if the format cannot hold it.
    pub fn finish(self) -> Result<Vec<u8>, Fault> {
        Ok(self.zip.finish().map_err(|error| fault(&error))?.into_inner())
    }
}

/// A package of this program's own making, of which some parts are written anew. Nothing of it is bounded.
pub struct Repacker<'a>(ZipArchive<Cursor<&'a [u8]>>);

impl<'a> Repacker<'a> {
    /// Reads the directory.
    ///
    /// # Errors
    /// A [`Fault`] if it is no package.
    pub fn open(package: &'a [u8]) -> Result<Self, Fault> {
        ZipArchive::new(Cursor::new(package)).map(Self).map_err(|error| fault(&error))
    }

    /// A part as text.
    ///
    /// # Errors
    /// A [`Fault`] if there is none, or it is no UTF-8.
    pub fn text(&mut self, name: &str) -> Result<String, Fault> {
        let mut entry = self.0.by_name(name).map_err(|error| fault(&error))?;
        let mut text = String::with_capacity(entry.size() as usize);
        entry.read_to_string(&mut text).map_err(|error| Fault::unreadable(Unreadable::Text, format!("{name}: {error}")))?;
        Ok(text)
    }

    /// The package with these parts in the place of those of their names; the others are copied as they are packed.
    ///
    /// # Errors
    /// A [`Fault`] if the format cannot hold it.
    pub fn finish(mut self, anew: &BTreeMap<String, String>) -> Result<Vec<u8>, Fault> {
        let mut packer = Packer::deflated();
        for index in 0..self.0.len() {
            let entry = self.0.by_index_raw(index).map_err(|error| fault(&error))?;
            let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
            match anew.get(&name) {
                Some(text) => packer.add(&name, text.as_bytes())?,
                None => packer.zip.raw_copy_file(entry).map_err(|error| fault(&error))?,
            }
        }
        packer.finish()
    }
}

/// Part names are compared without case, and some writers use `\` or begin with `/`.
fn plain(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_lowercase()
}

fn fault(error: &ZipError) -> Fault {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Fault::Encrypted,
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            Fault::unreadable(Unreadable::Method, error.to_string())
        }
        error => Fault::unreadable(Unreadable::Package, error.to_string()),
    }
}

/// XML is UTF-8 unless a byte order mark or its declaration says otherwise (XML 1.0, appendix F).
fn decode(bytes: Vec<u8>) -> Option<String> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(&bytes) {
        return encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]).map(Into::into);
    }
    if let Some(encoding) = xml::declared(&bytes).and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()))
        && encoding != encoding_rs::UTF_8
    {
        return encoding.decode_without_bom_handling_and_without_replacement(&bytes).map(Into::into);
    }
    String::from_utf8(bytes).ok()
}
