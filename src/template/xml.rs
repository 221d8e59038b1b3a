//! One part of a template as a tree of elements, within bounds of depth and number.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// One XML element with everything below it. Names and attribute names are without their prefix: the parts of
/// a workbook never need two names that differ by prefix alone.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub name: Box<str>,
    attributes: Vec<(Box<str>, String)>,
    pub children: Vec<Element>,
    /// Text directly inside the element.
    pub text: String,
}

/// No part of a workbook nests deeper; a deeper one is an attack on the stack.
const DEEPEST: usize = 64;
/// A sheet of two hundred thousand cells has about six hundred thousand elements.
const MOST_ELEMENTS: usize = 1_000_000;

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| &**key == name).map(|(_, value)| value.as_str())
    }

    pub fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.attribute(name)?.trim().parse().ok()
    }

    /// A points or digits value; infinities and other nonsense count as absent.
    pub fn length(&self, name: &str) -> Option<f64> {
        self.number::<f64>(name).filter(|value| value.is_finite() && value.abs() < 100_000.0)
    }

    /// `1`, `true` and `on` are true, absence is `None`.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.attribute(name).map(|value| matches!(value.trim(), "1" | "true" | "on"))
    }

    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| &*child.name == name)
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| &*child.name == name)
    }

    /// The first element of that name anywhere below.
    pub fn find(&self, name: &str) -> Option<&Element> {
        self.children.iter().find_map(|child| if &*child.name == name { Some(child) } else { child.find(name) })
    }
}

/// Reads one part; `None` where it is not well-formed or beyond the bounds.
pub(super) fn parse(bytes: &[u8]) -> Option<Element> {
    let (encoding, skip) = encoding_rs::Encoding::for_bom(bytes).unwrap_or((encoding_rs::UTF_8, 0));
    let (text, damaged) = encoding.decode_without_bom_handling(&bytes[skip..]);
    if damaged {
        return None;
    }
    let mut reader = Reader::from_str(&text);
    let mut open: Vec<Element> = vec![Element::default()];
    let mut count = 0usize;
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                count += 1;
                if open.len() > DEEPEST || count > MOST_ELEMENTS {
                    return None;
                }
                open.push(element(&start));
            }
            Event::Empty(start) => {
                count += 1;
                if count > MOST_ELEMENTS {
                    return None;
                }
                let child = element(&start);
                open.last_mut()?.children.push(child);
            }
            Event::End(_) => {
                let done = open.pop()?;
                open.last_mut()?.children.push(done);
            }
            Event::Text(text) => open.last_mut()?.text.push_str(&text.xml10_content()),
            Event::CData(text) => open.last_mut()?.text.push_str(&text.xml10_content()),
            Event::GeneralRef(entity) => {
                let character = match &*entity {
                    "amp" => '&',
                    "lt" => '<',
                    "gt" => '>',
                    "quot" => '"',
                    "apos" => '\'',
                    _ => entity.resolve_char_ref().ok()??,
                };
                open.last_mut()?.text.push(character);
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    let mut root = open.pop()?;
    if !open.is_empty() {
        return None;
    }
    root.children.pop()
}

fn element(start: &BytesStart<'_>) -> Element {
    let attributes = start
        .attributes()
        .with_checks(false)
        .filter_map(Result::ok)
        .filter_map(|attribute| {
            let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok()?.into_owned();
            Some((attribute.key.local_name().into_inner().into(), value))
        })
        .collect();
    Element { name: start.local_name().into_inner().into(), attributes, ..Element::default() }
}

/// Undoes the format's own escape for control characters, `_x000D_` (ECMA-376 22.9.2.19).
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let code = rest.get(at + 2..at + 6).filter(|_| rest.as_bytes().get(at + 6) == Some(&b'_'));
        if let Some(character) = code.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32) {
            out.push_str(&rest[..at]);
            if character == '\n' || !character.is_control() {
                out.push(character);
            }
            rest = &rest[at + 7..];
        } else {
            out.push_str(&rest[..at + 2]);
            rest = &rest[at + 2..];
        }
    }
    out.push_str(rest);
    out.replace("\r\n", "\n").replace('\r', "\n")
}

#[cfg(test)]
mod tests {
    use super::{parse, unescape};

    #[test]
    fn reads_elements_text_and_entities() {
        let root = parse("<a x='1&amp;2'><b:c y=\"年\"/>t&lt;&#20013;<![CDATA[&]]></a>".as_bytes()).unwrap_or_default();
        assert_eq!(root.attribute("x"), Some("1&2"));
        assert_eq!(root.child("c").and_then(|c| c.attribute("y")), Some("年"));
        assert_eq!(root.text, "t<中&");
    }

    #[test]
    fn refuses_damage_and_depth() {
        assert!(parse(b"<a><b></a>").is_none());
        assert!(parse(b"<a>").is_none());
        assert!(parse("<a>".repeat(5000).as_bytes()).is_none());
        assert!(parse(b"").is_none());
    }

    #[test]
    fn undoes_escapes() {
        assert_eq!(unescape("a_x000D_b_x000A_c_x5F_"), "ab\nc_x5F_");
    }
}
