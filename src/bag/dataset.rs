//! The tables of many bags as one dataset: which bags there are, and a table of theirs, read in process.
//!
//! What a bag holds of a table is known from its manifest alone: the path names county and year. A file is read only
//! if it is wanted, and believed only if it has the digest that the manifest lists. Bags of the first layout, with folders
//! `county=…/year=…`, are read as well.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::columns::{Cell, Columns};
use super::paths::{Payload, decoded};
use super::tables::RESULTS;
use super::{BagError, NO_KEY, unreadable};
use crate::digest::sha256_hex;
use crate::exact::{Decimal, Exact};
use crate::inside::Inside;

/// Bytes of a manifest or another tag file at most.
pub(super) const MOST_TAG: u64 = 256 << 20;

/// Bytes of a table at most.
const MOST_TABLE: u64 = 64 << 20;

/// One bag's part of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The bag.
    pub bag: PathBuf,
    /// Its path in the bag.
    pub path: Inside,
    /// SHA-256, hexadecimal, as the bag's manifest lists it.
    pub digest: String,
}

impl Part {
    /// True if it holds that county's rows of that year; county as the file is named after it.
    pub fn is_of(&self, county: &str, year: i32) -> bool {
        let path = self.path.as_str();
        path.rsplit_once('/').is_some_and(|(_, name)| name == file_name(county, year))
            || path.contains(&format!("/county={county}/year={year}/"))
    }

    /// Reads a table of results; none where it is missing, changed or no table.
    pub fn open(&self) -> Option<Columns> {
        let bytes = self.path.read(&self.bag, MOST_TABLE).ok()?;
        (sha256_hex(&bytes) == self.digest).then(|| Columns::open(bytes, RESULTS).ok()).flatten()
    }
}

/// The file of a county's year. Folders of the form `key=value` would make readers take county and year from the folders, where
/// 0301 is a number and a character that no path may hold is lost; both are columns of the file.
fn file_name(county: &str, year: i32) -> String {
    format!("{county}-{year}.parquet")
}

/// Where a bag holds a table; county as a file may be named after it.
pub fn table_path(table: &str, county: &str, year: i32) -> String {
    format!("{}/{table}/{}", Payload::TABLES, file_name(county, year))
}

/// Bags at or below a folder, at most three levels down, by path.
pub fn bags_below(folder: &Path) -> Result<Vec<PathBuf>, BagError> {
    std::fs::read_dir(folder).map_err(unreadable(folder))?;
    let mut bags = Vec::new();
    let mut walk = WalkDir::new(folder).max_depth(3).sort_by_file_name().into_iter();
    while let Some(entry) = walk.next() {
        let Ok(entry) = entry else { continue };
        if entry.file_type().is_dir() && entry.path().join("bagit.txt").is_file() {
            bags.push(entry.into_path());
            walk.skip_current_dir();
        }
    }
    Ok(bags)
}

/// A bag's part of a table, as its manifest lists it; none where the manifest is gone or lists none.
pub fn part(bag: &Path, table: &str) -> Option<Part> {
    let manifest = tag(bag, "manifest-sha256.txt")?;
    let folder = format!("{}/{table}/", Payload::TABLES);
    let (digest, path) = manifest.lines().filter_map(|line| line.split_once("  ")).find(|(_, path)| path.starts_with(&folder))?;
    Some(Part { bag: bag.to_owned(), path: Inside::new(&decoded(path))?, digest: digest.to_owned() })
}

/// A tag file's text, if it is a file of a reasonable size and text.
pub(super) fn tag(bag: &Path, name: &str) -> Option<String> {
    String::from_utf8(Inside::new(name)?.read(bag, MOST_TAG).ok()?).ok()
}

/// The mark of the secret under which a bag knows people.
pub fn person_mark(bag: &Path) -> String {
    let info = tag(bag, "bag-info.txt").unwrap_or_default();
    info.lines().find_map(|line| line.strip_prefix("Scorebook-Person-Key: ")).unwrap_or(NO_KEY).to_owned()
}

/// Some columns of some rows, in the columns' order.
pub fn rows(columns: &Columns, names: &[&str], rows: &[usize]) -> Result<Vec<Vec<Cell>>, parquet::errors::ParquetError> {
    let mut found: Vec<Vec<Cell>> = rows.iter().map(|_| Vec::with_capacity(names.len())).collect();
    for name in names {
        for (row, cell) in found.iter_mut().zip(columns.cells(name, rows)?) {
            row.push(cell);
        }
    }
    Ok(found)
}

/// Units of a `DECIMAL(18,6)` as points, with two decimals or as many as are needed: `91.00`, `0.125`.
pub fn points(units: i64) -> String {
    let text = Exact::from(Decimal::new(units, -6)).publish(6);
    let needed = text.find('.').map_or(text.len(), |point| text.trim_end_matches('0').len().max(point + 3));
    text[..needed].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_points_with_two_decimals_or_more() {
        for (units, text) in [(91_000_000, "91.00"), (125_000, "0.125"), (-2_500_000, "-2.50"), (0, "0.00")] {
            assert_eq!(points(units), text);
        }
    }

    #[test]
    fn a_part_is_found_by_its_manifest_and_believed_by_its_digest() {
        for path in ["data/parquet/results/100%25-2026.parquet", "data/parquet/results/county=100%25/year=2026/part.parquet"] {
            listed_and_believed(path);
        }
    }

    fn listed_and_believed(path: &str) {
        let bag = tempfile::tempdir().expect("folder");
        let (name, digest) = (decoded(path), sha256_hex(b"no table"));
        std::fs::write(bag.path().join("manifest-sha256.txt"), format!("{digest}  data/x\n{digest}  {path}\n")).expect("file");
        let part = part(bag.path(), "results").expect("listed");
        assert_eq!(part.path.as_str(), name);
        assert!(part.is_of("100%", 2026) && !part.is_of("100%", 2025) && !part.is_of("100", 2026) && !part.is_of("0%", 2026));
        assert!(part.open().is_none(), "not there");
        std::fs::create_dir_all(bag.path().join(&name).parent().expect("folder")).expect("folder");
        std::fs::write(bag.path().join(&name), "no table").expect("file");
        assert!(part.open().is_none(), "the listed bytes, and no table");
        assert_eq!(super::part(bag.path(), "entries"), None);
        std::fs::write(bag.path().join("manifest-sha256.txt"), format!("{digest}  data/parquet/results/../../../x\n")).expect("file");
        assert_eq!(super::part(bag.path(), "results"), None, "a path that leads out of the bag is none");
    }
}
