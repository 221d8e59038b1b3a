//! Parts of a package, their relationships and content types.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::tags::{Edits, Kind, escaped, tags};
use crate::sheet::Part;

pub const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const TYPES: &str = "[Content_Types].xml";

const MACROS: &str = "application/vnd.ms-excel.sheet.macroEnabled.main+xml";
const PLAIN: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";

/// Relationships, by the last words of their types, that a workbook keeps when it is sent back: cells, looks, notes, pictures.
const KEPT: [&str; 26] = [
    "officeDocument",
    "core-properties",
    "extended-properties",
    "custom-properties",
    "worksheet",
    "chartsheet",
    "sharedStrings",
    "styles",
    "theme",
    "calcChain",
    "comments",
    "threadedComment",
    "person",
    "vmlDrawing",
    "drawing",
    "image",
    "chart",
    "chartStyle",
    "chartColorStyle",
    "printerSettings",
    "table",
    "sheetMetadata",
    "cellImage",
    "rdRichValue",
    "rdRichValueStructure",
    "richValueRel",
];

/// A package being changed.
pub struct Package {
    parts: Vec<Part>,
}

/// Part names are compared without case, and may begin with `/`.
fn same(a: &str, b: &str) -> bool {
    a.trim_start_matches('/').replace('\\', "/").eq_ignore_ascii_case(b.trim_start_matches('/'))
}

impl Package {
    pub fn new(parts: Vec<Part>) -> Self {
        Self { parts }
    }

    /// A part as text; none where it is missing or not UTF-8.
    pub fn text(&self, name: &str) -> Option<String> {
        let bytes = &self.parts.iter().find(|(own, _)| same(own, name))?.1;
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).ok()?;
        // What declares another encoding and happens to be ASCII may stay; anything else is left to the slow way.
        (text.is_ascii() || !text[..text.len().min(120).min(text.find("?>").unwrap_or(0))].to_ascii_lowercase().contains("encoding=\"gb"))
            .then(|| text.to_owned())
    }

    pub fn set(&mut self, name: &str, text: String) {
        match self.parts.iter_mut().find(|(own, _)| same(own, name)) {
            Some((_, bytes)) => *bytes = text.into_bytes(),
            None => self.parts.push((name.to_owned(), text.into_bytes())),
        }
    }

    /// A name that no part has: `xl/worksheets/sheet<n>.xml`.
    pub fn free_name(&self, stem: &str, extension: &str) -> String {
        let name = |number: usize| format!("{stem}{number}.{extension}");
        let number = (1..=self.parts.len() + 1).find(|number| !self.parts.iter().any(|(own, _)| same(own, &name(*number)))).unwrap_or(0);
        name(number)
    }

    /// The part that a part relates to by the last word of the relationship's type; with the relationship's id.
    pub fn related(&self, of: &str, kind: &str) -> Option<(String, String)> {
        self.relations(of).into_iter().find(|(_, own, _)| own == kind).map(|(id, _, part)| (id, part))
    }

    /// The part behind a relationship's id.
    pub fn by_id(&self, of: &str, wanted: &str) -> Option<String> {
        self.relations(of).into_iter().find(|(id, _, _)| id == wanted).map(|(_, _, part)| part)
    }

    /// Names of all parts.
    pub fn names(&self) -> Vec<String> {
        self.parts.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Ids of a part's relationships.
    pub fn ids(&self, of: &str) -> Vec<String> {
        self.relations(of).into_iter().map(|(id, _, _)| id).collect()
    }

    /// Id, last word of the type, part.
    fn relations(&self, of: &str) -> Vec<(String, String, String)> {
        let Some(text) = self.text(&relations_of(of)) else { return Vec::new() };
        let folder = of.rsplit_once('/').map_or("", |(folder, _)| folder);
        tags(&text)
            .filter(|tag| tag.name == "Relationship" && tag.kind != Kind::Close)
            .filter(|tag| tag.get("TargetMode").is_none_or(|mode| !mode.eq_ignore_ascii_case("external")))
            .filter_map(|tag| {
                let kind = tag.get("Type")?.rsplit('/').next().unwrap_or_default().to_owned();
                Some((tag.get("Id")?, kind, resolve(folder, &tag.get("Target")?)))
            })
            .collect()
    }

    /// Takes a relationship away, and the part it leads to.
    pub fn unrelate(&mut self, of: &str, id: &str) -> Option<()> {
        let part = self.by_id(of, id);
        let name = relations_of(of);
        let text = self.text(&name)?;
        let mut edits = Edits::default();
        tags(&text)
            .filter(|tag| tag.name == "Relationship" && tag.get("Id").as_deref() == Some(id))
            .for_each(|tag| edits.replace(tag.whole, ""));
        self.set(&name, edits.apply(&text));
        self.parts.retain(|(own, _)| part.as_ref().is_none_or(|part| !same(own, part)));
        Some(())
    }

    /// Keeps what a workbook of cells needs and takes the rest out: macros, links to other files, connections, embedded objects
    /// and what else a part may relate to. What stays is what the known relationships lead to; none where that is not understood.
    pub fn clean(&mut self) -> Option<()> {
        let mut kept = vec![TYPES.to_owned()];
        let mut open = vec![String::new()];
        while let Some(of) = open.pop() {
            let name = relations_of(&of);
            let Some(text) = self.text(&name) else { continue };
            kept.push(name.clone());
            let folder = of.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
            let mut edits = Edits::default();
            for tag in tags(&text).filter(|tag| tag.name == "Relationship" && tag.kind != Kind::Close) {
                let kind = tag.get("Type")?.rsplit('/').next().unwrap_or_default().to_owned();
                let outside = tag.get("TargetMode").is_some_and(|mode| mode.eq_ignore_ascii_case("external"));
                if outside || !KEPT.contains(&kind.as_str()) {
                    edits.replace(tag.whole.clone(), "");
                    continue;
                }
                let part = resolve(&folder, &tag.get("Target")?);
                if !kept.iter().any(|own| same(own, &part)) {
                    kept.push(part.clone());
                    open.push(part);
                }
            }
            self.set(&name, edits.apply(&text));
        }
        self.parts.retain(|(own, _)| kept.iter().any(|part| same(own, part)));
        let text = self.text(TYPES)?.replace(MACROS, PLAIN).replace("application/vnd.ms-excel.template.macroEnabled.main+xml", PLAIN);
        let mut edits = Edits::default();
        for tag in tags(&text).filter(|tag| tag.name == "Override" && tag.kind != Kind::Close) {
            if !tag.get("PartName").is_some_and(|name| kept.iter().any(|part| same(part, &name))) {
                edits.replace(tag.whole.clone(), "");
            }
        }
        self.set(TYPES, edits.apply(&text));
        Some(())
    }

    /// Relates a part to another and gives the new id.
    pub fn relate(&mut self, of: &str, kind: &str, target: &str) -> Option<String> {
        let name = relations_of(of);
        let empty = || "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"></Relationships>".to_owned();
        let text = self.text(&name).unwrap_or_else(empty);
        let taken: Vec<String> = tags(&text).filter_map(|tag| tag.get("Id")).collect();
        let id = (0..=taken.len()).map(|number| format!("rIdMarked{number}")).find(|id| !taken.contains(id))?;
        let root = tags(&text).find(|tag| tag.name == "Relationships")?;
        let relation =
            format!("<{}Relationship Id=\"{id}\" Type=\"{RELATIONS}/{kind}\" Target=\"{}\"/>", root.prefix, escaped(&relative(of, target)));
        let text = append(&text, "Relationships", &relation)?;
        self.set(&name, text);
        Some(id)
    }

    /// Declares a part's content type.
    pub fn declare(&mut self, part: &str, content: &str) -> Option<()> {
        let text = self.text(TYPES)?;
        if tags(&text).any(|tag| tag.name == "Override" && tag.get("PartName").is_some_and(|name| same(&name, part))) {
            return Some(());
        }
        let prefix = tags(&text).find(|tag| tag.name == "Types")?.prefix.to_owned();
        let text = append(&text, "Types", &format!("<{prefix}Override PartName=\"/{}\" ContentType=\"{content}\"/>", escaped(part)))?;
        self.set(TYPES, text);
        Some(())
    }

    /// Declares the content type of an extension.
    pub fn declare_extension(&mut self, extension: &str, content: &str) -> Option<()> {
        let text = self.text(TYPES)?;
        let known =
            tags(&text).any(|tag| tag.name == "Default" && tag.get("Extension").is_some_and(|own| own.eq_ignore_ascii_case(extension)));
        if !known {
            let root = tags(&text).find(|tag| tag.name == "Types" && tag.kind == Kind::Open)?;
            let mut edits = Edits::default();
            edits.insert(root.whole.end, format!("<{}Default Extension=\"{extension}\" ContentType=\"{content}\"/>", root.prefix));
            let text = edits.apply(&text);
            self.set(TYPES, text);
        }
        Some(())
    }

    /// The package as a file.
    pub fn pack(&self) -> Option<Vec<u8>> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for (name, bytes) in &self.parts {
            writer.start_file(name.as_str(), options).ok()?;
            writer.write_all(bytes).ok()?;
        }
        Some(writer.finish().ok()?.into_inner())
    }
}

fn relations_of(part: &str) -> String {
    match part.rsplit_once('/') {
        Some((folder, file)) => format!("{folder}/_rels/{file}.rels"),
        None => format!("_rels/{part}.rels"),
    }
}

/// `../x` and `/xl/x` against a folder of the package.
fn resolve(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let mut path: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(path.pop()),
            step => path.push(step),
        }
    }
    path.retain(|step| !step.is_empty());
    path.join("/")
}

/// The way from a part's folder to another part, as offices write it; some readers know no other.
fn relative(of: &str, target: &str) -> String {
    let folder: Vec<&str> = of.split('/').collect();
    let (folder, path) = (&folder[..folder.len() - 1], target.split('/').collect::<Vec<_>>());
    let common = folder.iter().zip(&path).take_while(|(a, b)| a == b).count().min(path.len() - 1);
    "../".repeat(folder.len() - common) + &path[common..].join("/")
}

/// Puts a text at the end of the first element of a name; an empty element is opened for it.
pub fn append(xml: &str, element: &str, text: &str) -> Option<String> {
    let mut edits = Edits::default();
    let first = tags(xml).find(|tag| tag.name == element && tag.kind != Kind::Close)?;
    if first.kind == Kind::Empty {
        let opened = format!("<{}>{text}</{}{element}>", first.text.trim_end(), first.prefix);
        edits.replace(first.whole, opened);
    } else {
        edits.insert(tags(xml).find(|tag| tag.name == element && tag.kind == Kind::Close)?.whole.start, text);
    }
    Some(edits.apply(xml))
}

#[cfg(test)]
mod tests {
    use super::{relative, resolve};

    #[test]
    fn parts_are_found_from_where_they_are_named() {
        for (of, target, way) in [
            ("xl/worksheets/sheet1.xml", "xl/comments1.xml", "../comments1.xml"),
            ("xl/worksheets/sheet1.xml", "xl/drawings/vmlDrawing1.vml", "../drawings/vmlDrawing1.vml"),
            ("xl/workbook.xml", "xl/worksheets/sheet9.xml", "worksheets/sheet9.xml"),
            ("", "docProps/custom.xml", "docProps/custom.xml"),
        ] {
            assert_eq!(relative(of, target), way);
            assert_eq!(resolve(of.rsplit_once('/').map_or("", |(folder, _)| folder), way), target);
        }
    }
}
