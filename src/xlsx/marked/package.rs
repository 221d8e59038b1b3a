//! Parts of a package, their relationships and content types.

use crate::ooxml::{Edits, Kind, Packer, Part, Relation, escaped, relations, relations_part, relative, resolve, tags};

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
        self.relations(of).find(|(relation, _)| relation.kind == kind).map(|(relation, part)| (relation.id, part))
    }

    /// The part behind a relationship's id.
    pub fn by_id(&self, of: &str, wanted: &str) -> Option<String> {
        self.relations(of).find(|(relation, _)| relation.id == wanted).map(|(_, part)| part)
    }

    /// Names of all parts.
    pub fn names(&self) -> Vec<String> {
        self.parts.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Ids of a part's relationships.
    pub fn ids(&self, of: &str) -> Vec<String> {
        self.relations(of).map(|(relation, _)| relation.id).collect()
    }

    /// Relations to parts of the package, each with its part.
    fn relations(&self, of: &str) -> impl Iterator<Item = (Relation, String)> {
        let text = self.text(&relations_part(of));
        let all = text.and_then(|text| relations(of, &text).ok()).unwrap_or_default();
        all.into_iter().filter_map(|mut relation| relation.part.take().map(|part| (relation, part)))
    }

    /// Takes a relationship away, and the part it leads to.
    pub fn unrelate(&mut self, of: &str, id: &str) -> Option<()> {
        let part = self.by_id(of, id);
        let name = relations_part(of);
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
    /// and what else a part may relate to. What stays is what the known relationships lead to; none where that is not understood. True if anything went.
    pub fn clean(&mut self) -> Option<bool> {
        let before = self.parts.len();
        let mut links = false;
        let mut kept = vec![TYPES.to_owned()];
        let mut open = vec![String::new()];
        while let Some(of) = open.pop() {
            let name = relations_part(&of);
            let Some(text) = self.text(&name) else { continue };
            kept.push(name.clone());
            let folder = of.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
            let mut edits = Edits::default();
            for tag in tags(&text).filter(|tag| tag.name == "Relationship" && tag.kind != Kind::Close) {
                let kind = tag.get("Type")?.rsplit('/').next().unwrap_or_default().to_owned();
                let outside = tag.get("TargetMode").is_some_and(|mode| mode.eq_ignore_ascii_case("external"));
                if outside || !KEPT.contains(&kind.as_str()) {
                    links |= outside;
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
        let gone = links || self.parts.len() < before;
        let text = self.text(TYPES)?.replace(MACROS, PLAIN).replace("application/vnd.ms-excel.template.macroEnabled.main+xml", PLAIN);
        let mut edits = Edits::default();
        for tag in tags(&text).filter(|tag| tag.name == "Override" && tag.kind != Kind::Close) {
            if !tag.get("PartName").is_some_and(|name| kept.iter().any(|part| same(part, &name))) {
                edits.replace(tag.whole.clone(), "");
            }
        }
        self.set(TYPES, edits.apply(&text));
        Some(gone)
    }

    /// Relates a part to another and gives the new id.
    pub fn relate(&mut self, of: &str, kind: &str, target: &str) -> Option<String> {
        let name = relations_part(of);
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
        let mut packer = Packer::deflated();
        for (name, bytes) in &self.parts {
            packer.add(name, bytes).ok()?;
        }
        packer.finish().ok()
    }
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
