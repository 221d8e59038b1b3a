//! Which part of a package belongs to which, and by what name (ECMA-376 part 2, 6.5).

use super::Fault;
use super::package::Package;
use super::xml::{self, Node};

/// `<Relationship Id Type Target TargetMode>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// As the part that has it names it.
    pub id: String,
    /// The last word of its type: `worksheet`.
    pub kind: String,
    /// The part it leads to; none outside the package.
    pub part: Option<String>,
}

impl Package<'_> {
    /// The relations of a part, or of the package for an empty name.
    ///
    /// # Errors
    /// A [`Fault`] if their part cannot be read; without one there are no relations.
    pub fn relations(&mut self, of: &str) -> Result<Vec<Relation>, Fault> {
        self.text(&relations_part(of))?.map_or_else(|| Ok(Vec::new()), |text| relations(of, &text))
    }
}

/// The relations of a part, from the text of the part that lists them.
///
/// # Errors
/// A [`Fault`] if it is no XML.
pub fn relations(of: &str, text: &str) -> Result<Vec<Relation>, Fault> {
    let folder = folder(of);
    let mut relations = Vec::new();
    xml::walk(&relations_part(of), text, |node| {
        if let Node::Open("Relationship", tag) = node {
            let external = xml::attribute(tag, "TargetMode").is_some_and(|mode| mode.eq_ignore_ascii_case("external"));
            let target = xml::attribute(tag, "Target").filter(|_| !external);
            relations.push(Relation {
                id: xml::attribute(tag, "Id").unwrap_or_default(),
                kind: xml::attribute(tag, "Type").and_then(|kind| kind.rsplit('/').next().map(str::to_owned)).unwrap_or_default(),
                part: target.map(|target| resolve(folder, &target)),
            });
        }
        Ok::<(), Fault>(())
    })?;
    Ok(relations)
}

/// Name of the part that lists the relations of a part.
pub fn relations_part(of: &str) -> String {
    match of.rsplit_once('/') {
        Some((folder, file)) => format!("{folder}/_rels/{file}.rels"),
        None => format!("_rels/{of}.rels"),
    }
}

fn folder(of: &str) -> &str {
    of.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// `../x` and `/xl/x` against a folder of the package; what climbs above it stays at its root.
pub fn resolve(folder: &str, target: &str) -> String {
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
pub fn relative(of: &str, target: &str) -> String {
    let folder: Vec<&str> = of.split('/').collect();
    let (folder, path) = (&folder[..folder.len() - 1], target.split('/').collect::<Vec<_>>());
    let common = folder.iter().zip(&path).take_while(|(a, b)| a == b).count().min(path.len() - 1);
    "../".repeat(folder.len() - common) + &path[common..].join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_parts_wherever_a_target_points() {
        for (folder, target, part) in [
            ("xl", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl", "/xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl", "../docProps/core.xml", "docProps/core.xml"),
            ("xl", "../../../etc/passwd", "etc/passwd"),
            ("xl", "worksheets\\sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl/worksheets", "../media/image1.png", "xl/media/image1.png"),
            ("", "xl/workbook.xml", "xl/workbook.xml"),
        ] {
            assert_eq!(resolve(folder, target), part);
        }
    }

    #[test]
    fn parts_are_found_from_where_they_are_named() {
        for (of, target, way) in [
            ("xl/worksheets/sheet1.xml", "xl/comments1.xml", "../comments1.xml"),
            ("xl/worksheets/sheet1.xml", "xl/drawings/vmlDrawing1.vml", "../drawings/vmlDrawing1.vml"),
            ("xl/workbook.xml", "xl/worksheets/sheet9.xml", "worksheets/sheet9.xml"),
            ("", "docProps/custom.xml", "docProps/custom.xml"),
        ] {
            assert_eq!(relative(of, target), way);
            assert_eq!(resolve(folder(of), way), target);
        }
    }

    #[test]
    fn a_relation_outside_leads_to_no_part() {
        let text = r#"<Relationships><Relationship Id="a" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="b"
            Type="http://x/hyperlink" Target="http://y" TargetMode="external"/></Relationships>"#;
        let found = relations("xl/workbook.xml", text).unwrap();
        assert_eq!((&*found[0].kind, found[0].part.as_deref()), ("worksheet", Some("xl/worksheets/sheet1.xml")));
        assert_eq!((&*found[1].kind, found[1].part.as_deref()), ("hyperlink", None));
        assert!(relations("", "<Relationships>").is_err(), "torn");
    }
}
