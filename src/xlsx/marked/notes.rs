//! Cell notes: the text part and the drawing that gives each its box.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::moved::Shift;
use crate::diag::CellRef;
use crate::ooxml::{Kind, escaped, tags, unescaped};
use crate::words::width_in_cell;

/// Author of our notes; a later marking takes them away again.
pub const AUTHOR: &str = "scorebook";

/// The sender's own notes: the element of each as written, and the authors it counts by.
#[derive(Debug, Default)]
pub struct Own {
    authors: Vec<String>,
    notes: BTreeMap<CellRef, (usize, String, String)>,
}

impl Own {
    /// Reads a text part; notes of ours are left out. None where it is not understood.
    pub fn read(xml: &str) -> Option<Self> {
        let mut own = Self::default();
        let mut note: Option<(CellRef, usize)> = None;
        let (mut body, mut text, mut author) = (0, None, None);
        let mut words = String::new();
        for tag in tags(xml) {
            match (tag.name, tag.kind) {
                ("author", Kind::Open) => author = Some(tag.whole.end),
                ("author", Kind::Close) => {
                    let name = &xml[author.take()?..tag.whole.start];
                    own.authors.push(unescaped(name)?);
                }
                ("author", Kind::Empty) => own.authors.push(String::new()),
                ("comment", Kind::Open) => {
                    note = Some((CellRef::parse(&tag.get("ref")?)?, tag.get("authorId")?.parse().ok()?));
                    body = tag.whole.end;
                    words.clear();
                }
                ("t", Kind::Open) => text = Some(tag.whole.end),
                ("t", Kind::Close) => {
                    if let Some(start) = text.take() {
                        words += &unescaped(&xml[start..tag.whole.start])?;
                    }
                }
                ("comment", Kind::Close) => {
                    let (cell, author) = note.take()?;
                    if own.authors.get(author).is_none_or(|name| name != AUTHOR) {
                        own.notes.insert(cell, (author, xml[body..tag.whole.start].to_owned(), words.clone()));
                    }
                }
                _ => {}
            }
        }
        // Prefixed elements would have to be carried with their namespace.
        (!tags(xml).any(|tag| !tag.prefix.is_empty() && matches!(tag.name, "comment" | "text"))).then_some(own)
    }
}

impl Own {
    /// The notes where their cells are now.
    pub fn moved(mut self, shift: Option<Shift>) -> Self {
        if let Some(shift) = shift {
            self.notes = self.notes.into_iter().map(|(cell, note)| (shift.cell(cell), note)).collect();
        }
        self
    }
}

/// The text part: the sender's notes and ours. Where both are about one cell the sender's words stand below ours.
pub fn texts(own: &Own, ours: &BTreeMap<CellRef, String>) -> String {
    let mut authors = own.authors.clone();
    let us = authors.iter().position(|name| name == AUTHOR).unwrap_or_else(|| {
        authors.push(AUTHOR.to_owned());
        authors.len() - 1
    });
    let mut all: BTreeMap<CellRef, (usize, String)> =
        own.notes.iter().map(|(cell, (author, body, _))| (*cell, (*author, body.clone()))).collect();
    for (cell, text) in ours {
        let theirs = own.notes.get(cell).map(|(_, _, words)| format!("\n\n{words}")).unwrap_or_default();
        let text = escaped(&format!("{text}{theirs}"));
        all.insert(
            *cell,
            (us, format!("<text><r><rPr><sz val=\"9\"/><rFont val=\"宋体\"/></rPr><t xml:space=\"preserve\">{text}</t></r></text>")),
        );
    }
    let authors = authors.iter().fold(String::new(), |mut list, name| {
        let _ = write!(list, "<author>{}</author>", escaped(name));
        list
    });
    let list = all.iter().fold(String::new(), |mut list, (cell, (author, body))| {
        let _ = write!(list, "<comment ref=\"{cell}\" authorId=\"{author}\">{body}</comment>");
        list
    });
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<comments xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
         <authors>{authors}</authors><commentList>{list}</commentList></comments>"
    )
}

/// True where a drawing holds boxes of notes and nothing else, so that it can be drawn anew.
pub fn only_notes(vml: &str) -> bool {
    vml.matches("ObjectType=").count() == vml.matches("ObjectType=\"Note\"").count()
}

/// The drawing with a box for every note; `number` keeps the shapes of several sheets apart.
pub fn boxes(own: &Own, ours: &BTreeMap<CellRef, String>, number: usize) -> String {
    let mut cells: BTreeMap<CellRef, usize> = own.notes.iter().map(|(cell, (_, _, words))| (*cell, lines(words))).collect();
    for (cell, text) in ours {
        *cells.entry(*cell).or_default() += lines(text);
    }
    let mut out = format!(
        "<xml xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\" \
         xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><o:shapelayout v:ext=\"edit\"><o:idmap v:ext=\"edit\" data=\"{number}\"/>\
         </o:shapelayout><v:shapetype id=\"_x0000_t202\" coordsize=\"21600,21600\" o:spt=\"202\" path=\"m,l,21600r21600,l21600,xe\">\
         <v:stroke joinstyle=\"miter\"/><v:path gradientshapeok=\"t\" o:connecttype=\"rect\"/></v:shapetype>"
    );
    for (at, (cell, lines)) in cells.iter().enumerate() {
        let (row, column, height) = (cell.row, u32::from(cell.column), *lines as u32 + 1);
        let _ = write!(
            out,
            "<v:shape id=\"_x0000_s{}\" type=\"#_x0000_t202\" style=\"position:absolute;width:190pt;height:{}pt;z-index:{};visibility:hidden\" \
             fillcolor=\"#ffffe1\" o:insetmode=\"auto\"><v:fill color2=\"#ffffe1\"/><v:shadow on=\"t\" color=\"black\" obscured=\"t\"/>\
             <v:path o:connecttype=\"none\"/><v:textbox style=\"mso-direction-alt:auto\"><div style=\"text-align:left\"></div></v:textbox>\
             <x:ClientData ObjectType=\"Note\"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{}, 15, {}, 4, {}, 15, {}, 4</x:Anchor>\
             <x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>",
            number * 1024 + at + 1,
            14 * height + 8,
            at + 1,
            column + 1,
            row.saturating_sub(1),
            column + 4,
            row.saturating_sub(1) + height,
        );
    }
    out + "</xml>"
}

/// How many lines a text takes in its box.
fn lines(text: &str) -> usize {
    text.lines().map(|line| width_in_cell(line).div_ceil(34).max(1)).sum()
}
