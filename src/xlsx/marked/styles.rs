//! The sender's style part with a few styles more: each used one again with a coloured ground, and those of the list.

use std::collections::BTreeMap;

use super::Level;
use super::package::append;
use crate::ooxml::{Kind, Tag, tags};

/// Grounds of marked cells, `AARRGGBB`.
pub fn ground(level: Level) -> &'static str {
    match level {
        Level::Bad => "FFFF5050",
        Level::Doubtful => "FFFFE699",
    }
}

/// Styles of the list of what is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    Title,
    Text,
    Heading,
    Cell,
    Link,
}

/// A style part being added to.
pub struct Styles {
    prefix: String,
    text: String,
    /// Every entry of `cellXfs` as written.
    formats: Vec<String>,
    /// How many of them the sender had.
    own: usize,
    /// `fillId` of the grounds, and of those a former marking left.
    fills: [usize; 2],
    stale: Vec<usize>,
    variants: BTreeMap<(usize, Option<Level>, bool), usize>,
    /// Where the list's styles begin.
    list: usize,
}

const EMPTY: &str = concat!(
    "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><fonts count=\"1\"><font><sz val=\"11\"/>",
    "<name val=\"宋体\"/></font></fonts><fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill ",
    "patternType=\"gray125\"/></fill></fills><borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>",
    "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs><cellXfs count=\"1\"><xf ",
    "numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/></cellXfs></styleSheet>"
);

impl Styles {
    /// None where the part is not understood.
    pub fn new(text: Option<String>) -> Option<Self> {
        let mut text = text.unwrap_or_else(|| EMPTY.to_owned());
        let prefix = tags(&text).find(|tag| tag.name == "styleSheet")?.prefix.to_owned();
        let stale = elements(&text, "fills", "fill")
            .iter()
            .enumerate()
            .filter(|(_, fill)| fill.contains(ground(Level::Bad)) || fill.contains(ground(Level::Doubtful)))
            .map(|(at, _)| at)
            .collect();
        let formats = elements(&text, "cellXfs", "xf");
        if formats.is_empty() {
            return None;
        }
        let p = prefix.as_str();
        let mut fills = [0; 2];
        for (at, level) in [Level::Bad, Level::Doubtful].into_iter().enumerate() {
            let fill = format!(
                "<{p}fill><{p}patternFill patternType=\"solid\"><{p}fgColor rgb=\"{}\"/><{p}bgColor indexed=\"64\"/></{p}patternFill></{p}fill>",
                ground(level)
            );
            fills[at] = add(&mut text, "fills", "fill", &fill)?;
        }
        let font = |size: u8, more: &str| format!("<{p}font>{more}<{p}sz val=\"{size}\"/><{p}name val=\"宋体\"/></{p}font>");
        let title = add(&mut text, "fonts", "font", &font(16, &format!("<{p}b/>")))?;
        let plain = add(&mut text, "fonts", "font", &font(11, ""))?;
        let strong = add(&mut text, "fonts", "font", &font(11, &format!("<{p}b/>")))?;
        let link = format!("<{p}font><{p}u/><{p}sz val=\"11\"/><{p}color rgb=\"FF0563C1\"/><{p}name val=\"宋体\"/></{p}font>");
        let link = add(&mut text, "fonts", "font", &link)?;
        let side = |side: &str| format!("<{p}{side} style=\"thin\"><{p}color rgb=\"FFA6A6A6\"/></{p}{side}>");
        let border = format!("<{p}border>{}{}{}{}<{p}diagonal/></{p}border>", side("left"), side("right"), side("top"), side("bottom"));
        let border = add(&mut text, "borders", "border", &border)?;
        let look = |font: usize, border: usize, align: &str| {
            format!(
                "<{p}xf numFmtId=\"49\" fontId=\"{font}\" fillId=\"0\" borderId=\"{border}\" xfId=\"0\" applyNumberFormat=\"1\" applyFont=\"1\" \
                 applyBorder=\"1\" applyAlignment=\"1\"><{p}alignment {align}/></{p}xf>"
            )
        };
        let wrapped = "vertical=\"top\" wrapText=\"1\"";
        let (own, list) = (formats.len(), formats.len());
        let mut styles = Self { prefix: String::new(), text: String::new(), formats, own, fills, stale, variants: BTreeMap::new(), list };
        styles.formats.extend([
            look(title, 0, "horizontal=\"center\" vertical=\"center\""),
            look(plain, 0, wrapped),
            look(strong, border, "horizontal=\"center\" vertical=\"center\" wrapText=\"1\""),
            look(plain, border, wrapped),
            look(link, border, wrapped),
        ]);
        prefix.clone_into(&mut styles.prefix);
        styles.text = text;
        Some(styles)
    }

    /// A style of the list.
    pub fn listed(&self, style: Listed) -> usize {
        self.list + style as usize
    }

    /// The style that a cell of this style gets: with a ground where it is marked, without a former marking's where it is
    /// not. `as_text` makes what is typed there stay text.
    pub fn marked(&mut self, base: usize, level: Option<Level>, as_text: bool) -> usize {
        let base = if base < self.own { base } else { 0 };
        let before: usize = attribute(&self.formats[base], "fillId").and_then(|id| id.parse().ok()).unwrap_or(0);
        if level.is_none() && !self.stale.contains(&before) {
            return base;
        }
        let key = (base, level, as_text);
        if let Some(known) = self.variants.get(&key) {
            return *known;
        }
        let fill = level.map_or(0, |level| self.fills[level as usize]).to_string();
        let mut format = with(&self.formats[base], &[("fillId", &fill), ("applyFill", "1")]);
        if as_text {
            format = with(&format, &[("numFmtId", "49"), ("applyNumberFormat", "1")]);
        }
        self.formats.push(format);
        self.variants.insert(key, self.formats.len() - 1);
        self.formats.len() - 1
    }

    /// The part with everything added.
    pub fn finish(self) -> Option<String> {
        let added: String = self.formats[self.own..].concat();
        let text = append(&self.text, "cellXfs", &added)?;
        counted(&text, "cellXfs", self.formats.len())
    }
}

fn first(format: &str) -> Option<Tag<'_>> {
    tags(format).next()
}

fn attribute(format: &str, name: &str) -> Option<String> {
    first(format)?.get(name)
}

/// An element with attributes of its own tag set.
fn with(element: &str, values: &[(&str, &str)]) -> String {
    let mut out = element.to_owned();
    for (name, value) in values {
        if let Some(tag) = first(&out) {
            let changed = tag.with(name, value);
            out = format!("{changed}{}", &out[tag.whole.end..]);
        }
    }
    out
}

/// The elements directly inside the first container of a name, each as written.
fn elements(xml: &str, container: &str, wanted: &str) -> Vec<String> {
    let mut found = Vec::new();
    let (mut inside, mut depth, mut start) = (false, 0usize, 0);
    for tag in tags(xml) {
        if !inside {
            inside = tag.name == container && tag.kind == Kind::Open;
            continue;
        }
        match tag.kind {
            Kind::Close if depth == 0 => break,
            Kind::Close => {
                depth -= 1;
                if depth == 0 && tag.name == wanted {
                    found.push(xml[start..tag.whole.end].to_owned());
                }
            }
            Kind::Empty if depth == 0 && tag.name == wanted => found.push(xml[tag.whole].to_owned()),
            Kind::Empty => {}
            Kind::Open => {
                if depth == 0 {
                    start = tag.whole.start;
                }
                depth += 1;
            }
        }
    }
    found
}

/// Adds an element to a container and gives its position.
fn add(xml: &mut String, container: &str, element: &str, text: &str) -> Option<usize> {
    let at = elements(xml, container, element).len();
    *xml = counted(&append(xml, container, text)?, container, at + 1)?;
    Some(at)
}

fn counted(xml: &str, container: &str, count: usize) -> Option<String> {
    let tag = tags(xml).find(|tag| tag.name == container && tag.kind == Kind::Open)?;
    Some(format!("{}{}{}", &xml[..tag.whole.start], tag.with("count", &count.to_string()), &xml[tag.whole.end..]))
}
