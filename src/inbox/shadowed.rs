//! Entries of a zip archive that another entry of the same name hides.
//!
//! The zip library knows an archive's entries by their names and of several keeps the last; programs that unpack take one
//! or the other. Which one was meant only the sender can say, so all of them have to be seen.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek, SeekFrom};

use super::zipped::{Entry, Packing};

/// A header of the directory: 46 bytes, then name, extra fields and comment.
const HEADER: usize = 46;

/// An entry's name as bytes, and the entry.
pub(super) type Named = (Vec<u8>, Entry);

/// Every entry but the last of each name that stands more than once, in the directory's order; none where the directory
/// cannot be read so. `from` is where the directory begins, `shift` what was put before the archive.
pub(super) fn shadowed<R: Read + Seek>(mut archive: R, from: u64, shift: u64, most: usize) -> Option<Vec<Named>> {
    archive.seek(SeekFrom::Start(from)).ok()?;
    let mut all: Vec<(Vec<u8>, Option<Entry>)> = Vec::new();
    let mut header = [0; HEADER];
    while all.len() <= most {
        archive.read_exact(&mut header[..4]).ok()?;
        if header[..4] != *b"PK\x01\x02" {
            break;
        }
        archive.read_exact(&mut header[4..]).ok()?;
        let short = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
        let long = |at: usize| u64::from(u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]));
        let mut name = vec![0; usize::from(short(28))];
        archive.read_exact(&mut name).ok()?;
        archive.seek(SeekFrom::Current(i64::from(short(30)) + i64::from(short(32)))).ok()?;
        // Sizes above 4 GiB stand elsewhere; no submission has them.
        let plain = [20, 24, 42].into_iter().all(|at| long(at) != u64::from(u32::MAX));
        let packing = match short(10) {
            0 => Packing::Stored,
            8 => Packing::Deflated,
            _ => Packing::Other,
        };
        let entry = Entry {
            within: None,
            start: long(42) + shift,
            packed: long(20),
            size: long(24),
            crc32: long(16) as u32,
            packing,
            encrypted: short(8) & 1 != 0,
        };
        all.push((name, plain.then_some(entry)));
    }
    let mut last: BTreeMap<&[u8], usize> = BTreeMap::new();
    for (at, (name, _)) in all.iter().enumerate() {
        last.insert(name, at);
    }
    let last: BTreeSet<usize> = last.into_values().collect();
    let hidden = all.into_iter().enumerate().filter(|(at, (name, _))| !last.contains(at) && !name.ends_with(b"/"));
    hidden.map(|(_, (name, entry))| Some((name, entry.and_then(|entry| begun(&mut archive, entry))?))).collect()
}

/// The entry with `start` where its data begins: behind its own header and what follows that.
fn begun<R: Read + Seek>(archive: &mut R, mut entry: Entry) -> Option<Entry> {
    let mut header = [0; 30];
    archive.seek(SeekFrom::Start(entry.start)).ok()?;
    archive.read_exact(&mut header).ok()?;
    let short = |at: usize| u64::from(u16::from_le_bytes([header[at], header[at + 1]]));
    entry.start += 30 + short(26) + short(28);
    (header[..4] == *b"PK\x03\x04").then_some(entry)
}
