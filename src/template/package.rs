//! The parts of a template's package and their relations, read within bounds.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::xml::{self, Element};

/// The parts of a workbook, read with bounds: a template is a clerk's drawing, not a data file.
pub(super) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Entry index by lower-case name: some writers disagree with their own relations about case.
    names: BTreeMap<String, usize>,
    budget: u64,
}

/// Unpacked bytes of one part.
const LARGEST_PART: u64 = 32 << 20;
/// Unpacked bytes of all parts read.
const LARGEST_SUM: u64 = 128 << 20;
const MOST_PARTS: usize = 10_000;

impl<'a> Package<'a> {
    pub fn open(bytes: &'a [u8]) -> Option<Self> {
        let archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
        if archive.len() > MOST_PARTS {
            return None;
        }
        let mut names = BTreeMap::new();
        for index in 0..archive.len() {
            if let Some(Ok(name)) = archive.name_for_index(index) {
                names.insert(name.replace('\\', "/").trim_start_matches('/').to_lowercase(), index);
            }
        }
        Some(Self { archive, names, budget: LARGEST_SUM })
    }

    /// The bytes of a part; `None` where it is absent, damaged or beyond the bounds.
    pub fn bytes(&mut self, path: &str) -> Option<Vec<u8>> {
        let index = *self.names.get(&path.to_lowercase())?;
        let limit = LARGEST_PART.min(self.budget);
        let mut out = Vec::new();
        // The declared size is not believed: real bytes are counted.
        self.archive.by_index(index).ok()?.take(limit + 1).read_to_end(&mut out).ok()?;
        let read = out.len() as u64;
        if read > limit {
            return None;
        }
        self.budget -= read;
        Some(out)
    }

    pub fn xml(&mut self, path: &str) -> Option<Element> {
        xml::parse(&self.bytes(path)?)
    }

    /// The relations of a part: id to (last word of the type, path of the target).
    pub fn relations(&mut self, path: &str) -> BTreeMap<String, (String, String)> {
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        let rels = if folder.is_empty() { format!("_rels/{file}.rels") } else { format!("{folder}/_rels/{file}.rels") };
        let mut out = BTreeMap::new();
        for relation in self.xml(&rels).iter().flat_map(|root| root.all("Relationship").collect::<Vec<_>>()) {
            let (Some(id), Some(target)) = (relation.attribute("Id"), relation.attribute("Target")) else { continue };
            if relation.attribute("TargetMode") == Some("External") {
                continue;
            }
            let kind = relation.attribute("Type").and_then(|kind| kind.rsplit('/').next()).unwrap_or_default();
            out.insert(id.to_owned(), (kind.to_owned(), resolve(folder, target)));
        }
        out
    }
}

/// A target relative to the folder of the part that names it; a leading slash means the package's root.
fn resolve(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let joined = match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("{folder}/{target}"),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn resolves_targets() {
        assert_eq!(resolve("xl/worksheets", "../media/image1.png"), "xl/media/image1.png");
        assert_eq!(resolve("xl", "/xl/styles.xml"), "xl/styles.xml");
        assert_eq!(resolve("", "xl/workbook.xml"), "xl/workbook.xml");
    }
}
