//! The OLE container of .xls and .et (MS-CFB): one stream is taken out of it, and put into a new one for calamine,
//! whose own walk through the sectors follows loops until memory ends.
//!
//! ```text
//! header ─▶ table of FAT sectors ─▶ FAT: next sector of each sector
//!        └▶ directory ─▶ root ─▶ "Workbook": first sector, length ─▶ sectors, by the FAT
//!                          └▶ mini stream ─▶ streams below 4096 bytes, by the mini FAT
//! ```

use super::Refusal;
use crate::diag::Unreadable;

const SECTOR: usize = 512;
const MINI_SECTOR: usize = 64;
const MINI_LIMIT: u64 = 4096;
/// Higher sector numbers are marks: end of chain, free, FAT, DIFAT.
const MARKS: u32 = 0xffff_fffa;
const END: u32 = 0xffff_fffe;
const FREE: u32 = 0xffff_ffff;
const FAT: u32 = 0xffff_fffd;

struct Container<'a> {
    bytes: &'a [u8],
    sector: usize,
    fat: Vec<u32>,
}

/// The workbook stream of the root directory; streams of embedded objects are not looked at.
pub(super) fn workbook(bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    open(bytes, &["Workbook", "Book"]).map_err(refused)
}

/// The stream of this name in the root directory.
pub(super) fn stream(bytes: &[u8], name: &str) -> Result<Vec<u8>, Refusal> {
    open(bytes, &[name]).map_err(refused)
}

fn refused(detail: &str) -> Refusal {
    Refusal::unreadable(Unreadable::Package, format!("OLE container: {detail}"))
}

fn open(bytes: &[u8], names: &[&str]) -> Result<Vec<u8>, &'static str> {
    let header = bytes.get(..SECTOR).ok_or("shorter than its header")?;
    let sector = match u16_at(header, 30) {
        9 => 512,
        12 => 4096,
        _ => return Err("unknown sector size"),
    };
    let mut container = Container { bytes, sector, fat: Vec::new() };
    let mut tables: Vec<u32> = (0..109).map(|index| u32_at(header, 76 + index * 4)).collect();
    // More FAT sectors than fit the header stand in a chain of their own, its link in each sector's last place.
    let (mut next, mut steps) = (u32_at(header, 68), 0);
    while next < MARKS {
        steps += 1;
        let sectors = container.sector_at(next).filter(|_| steps <= bytes.len() / sector).ok_or("its table of tables runs in circles")?;
        let entries = sector / 4 - 1;
        tables.extend((0..entries).map(|index| u32_at(sectors, index * 4)));
        next = u32_at(sectors, entries * 4);
    }
    for table in tables.into_iter().filter(|&table| table < MARKS) {
        let part = container.sector_at(table).ok_or("its allocation table lies outside the file")?;
        let entries: Vec<u32> = part.chunks_exact(4).map(|entry| u32_at(entry, 0)).collect();
        container.fat.extend(entries);
        if container.fat.len() > bytes.len() / sector + sector {
            return Err("its allocation table is larger than the file");
        }
    }
    let directory = container.chain(u32_at(header, 48), None)?;
    let entries: Vec<&[u8]> = directory.chunks_exact(128).collect();
    let root = *entries.first().ok_or("no directory")?;
    let stream = find(&entries, u32_at(root, 76), names)?;
    let length = if sector == 512 { u64::from(u32_at(stream, 120)) } else { u64_at(stream, 120) };
    let start = u32_at(stream, 116);
    if length >= MINI_LIMIT {
        return container.chain(start, Some(length));
    }
    let mini_stream = container.chain(u32_at(root, 116), None)?;
    let mini_fat: Vec<u32> = container.chain(u32_at(header, 60), None)?.chunks_exact(4).map(|entry| u32_at(entry, 0)).collect();
    Container { bytes: &mini_stream, sector: MINI_SECTOR, fat: mini_fat }.chain(start, Some(length))
}

/// The root's own stream of the first of these names ("Workbook" is BIFF8, "Book" BIFF5): its children are a tree of
/// left, right and child numbers.
fn find<'d>(entries: &[&'d [u8]], child: u32, names: &[&str]) -> Result<&'d [u8], &'static str> {
    let mut seen = vec![false; entries.len()];
    let mut open = vec![child];
    let mut found: Option<(usize, &[u8])> = None;
    while let Some(number) = open.pop() {
        let Some(entry) = entries.get(number as usize) else { continue };
        if std::mem::replace(&mut seen[number as usize], true) {
            continue;
        }
        let length = usize::from(u16_at(entry, 64)).saturating_sub(2).min(64) / 2;
        let name: String = (0..length).map(|index| char::from_u32(u16_at(entry, index * 2).into()).unwrap_or('?')).collect();
        let rank = names.iter().position(|wanted| name.eq_ignore_ascii_case(wanted)).filter(|_| entry[66] == 2);
        if let Some(rank) = rank.filter(|rank| found.is_none_or(|(best, _)| *rank < best)) {
            found = Some((rank, entry));
        }
        open.extend([u32_at(entry, 68), u32_at(entry, 72)]);
    }
    found.map(|(_, entry)| entry).ok_or("holds no workbook")
}

impl Container<'_> {
    fn sector_at(&self, number: u32) -> Option<&[u8]> {
        // The header takes the place of one sector; the mini stream has none.
        let first = if self.sector == MINI_SECTOR { 0 } else { self.sector };
        let start = first + number as usize * self.sector;
        self.bytes.get(start..start + self.sector)
    }

    /// The sectors of a chain in turn, `length` bytes of them or all. A file whose last sector is cut short is read
    /// as far as its streams reach.
    fn chain(&self, start: u32, length: Option<u64>) -> Result<Vec<u8>, &'static str> {
        let mut bytes = Vec::new();
        let mut next = start;
        while next < MARKS && length.is_none_or(|length| (bytes.len() as u64) < length) {
            if bytes.len() > self.bytes.len() {
                return Err("a chain of sectors runs in circles");
            }
            let from = (if self.sector == MINI_SECTOR { 0 } else { self.sector }) + next as usize * self.sector;
            let to = (from + self.sector).min(self.bytes.len());
            bytes.extend_from_slice(self.bytes.get(from..to).ok_or("a chain of sectors leaves the file")?);
            next = *self.fat.get(next as usize).ok_or("a chain of sectors leaves its table")?;
        }
        if let Some(length) = length {
            if (bytes.len() as u64) < length {
                return Err("a stream is shorter than declared");
            }
            bytes.truncate(length as usize);
        }
        Ok(bytes)
    }
}

/// A container with this one stream, laid out straight: header, stream, directory, FAT.
pub(super) fn wrap(name: &str, mut stream: Vec<u8>) -> Vec<u8> {
    // Below 4096 bytes the stream would have to be a mini stream; zeros behind the last record are never reached.
    let length = stream.len().max(MINI_LIMIT as usize);
    stream.resize(length.next_multiple_of(SECTOR), 0);
    let data = stream.len() / SECTOR;
    // Each FAT sector tells of 128 sectors, itself and the table of more than 109 of them included.
    let mut fats = 1;
    let more = |fats: usize| fats.saturating_sub(109).div_ceil(127);
    while fats * 128 < data + 1 + fats + more(fats) {
        fats += 1;
    }
    let (directory, first_fat) = (data as u32, data as u32 + 1);
    let first_more = first_fat + fats as u32;
    let mut fat: Vec<u32> = (1..=data as u32).collect();
    if let Some(last) = fat.last_mut() {
        *last = END;
    }
    fat.push(END);
    fat.resize(data + 1 + fats, FAT);
    fat.resize(data + 1 + fats + more(fats), FAT - 1);
    fat.resize(fats * 128, FREE);

    let mut bytes = vec![0; SECTOR];
    let mut put = |at: usize, value: u32| bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
    put(0, 0xe011_cfd0);
    put(4, 0xe11a_b1a1);
    put(24, 0x0003_003e);
    put(28, 0x0009_fffe);
    put(32, 6);
    put(44, fats as u32);
    put(48, directory);
    put(56, MINI_LIMIT as u32);
    put(60, END);
    put(68, if more(fats) > 0 { first_more } else { END });
    put(72, more(fats) as u32);
    for index in 0..109 {
        put(76 + index * 4, if index < fats { first_fat + index as u32 } else { FREE });
    }
    bytes.extend(stream);
    bytes.extend(directory_entry("Root Entry", 5, 1, END, 0));
    bytes.extend(directory_entry(name, 2, FREE, 0, length as u32));
    bytes.extend(directory_entry("", 0, FREE, 0, 0));
    bytes.extend(directory_entry("", 0, FREE, 0, 0));
    bytes.extend(fat.iter().flat_map(|entry| entry.to_le_bytes()));
    for sector in 0..more(fats) {
        for index in 0..127 {
            let number = 109 + sector * 127 + index;
            bytes.extend((if number < fats { first_fat + number as u32 } else { FREE }).to_le_bytes());
        }
        bytes.extend((if sector + 1 < more(fats) { first_more + sector as u32 + 1 } else { END }).to_le_bytes());
    }
    bytes
}

fn directory_entry(name: &str, kind: u8, child: u32, start: u32, length: u32) -> [u8; 128] {
    let mut entry = [0; 128];
    for (index, unit) in name.encode_utf16().enumerate() {
        entry[index * 2..index * 2 + 2].copy_from_slice(&unit.to_le_bytes());
    }
    entry[64] = if name.is_empty() { 0 } else { name.len() as u8 * 2 + 2 };
    entry[66] = kind;
    entry[67] = 1;
    for (at, value) in [(68, FREE), (72, FREE), (76, child), (116, start), (120, length)] {
        entry[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }
    entry
}

/// Little-endian; zero past the end.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |pair| u16::from_le_bytes([pair[0], pair[1]]))
}

/// Little-endian; zero past the end.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

/// Little-endian; zero past the end.
pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

#[cfg(test)]
mod tests {
    use super::{workbook, wrap};

    #[test]
    fn takes_out_what_was_put_in() {
        // The last two need a second FAT sector and a FAT that does not fit the header.
        for length in [0usize, 1, 4095, 4096, 5000, 70_000, 7_500_000] {
            let stream: Vec<u8> = (0..length).map(|index| (index * 31 % 251) as u8).collect();
            let taken = workbook(&wrap("Workbook", stream.clone())).unwrap_or_default();
            assert_eq!(taken.get(..length), Some(&stream[..]));
            assert!(taken[length..].iter().all(|&byte| byte == 0));
        }
    }

    #[test]
    fn a_loop_ends() {
        let mut container = wrap("Workbook", vec![1; 5000]);
        let fat = 512 + 10 * 512 + 512;
        container[fat..fat + 4].copy_from_slice(&0u32.to_le_bytes());
        container[512 + 10 * 512 + 128 + 120..][..4].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(workbook(&container).is_err());
    }
}
