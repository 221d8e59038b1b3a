//! One part as a tree of elements, within bounds of depth and number.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::xml::character;

/// One XML element with everything below it. Names and attribute names are without their prefix: the parts of
/// a workbook never need two names that differ by prefix alone.
#[derive(Debug, Default)]
pub struct Element {
    /// Its name.
    pub name: Box<str>,
    attributes: Vec<(Box<str>, String)>,
    /// The elements directly inside.
    pub children: Vec<Element>,
    /// Text directly inside the element.
    pub text: String,
}

/// No part of a workbook nests deeper; a deeper one is an attack on the stack.
const DEEPEST: usize = 64;
/// A sheet of two hundred thousand cells has about six hundred thousand elements.
const MOST_ELEMENTS: usize = 1_000_000;

impl Element {
    /// Reads one part; `None` if it is not well-formed or beyond the bounds.
    pub fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader::from_str(text);
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
                    open.last_mut()?.text.push_str(&character(&entity).ok()?);
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

    /// An attribute's value.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| &**key == name).map(|(_, value)| value.as_str())
    }

    /// An attribute that is a number.
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

    /// The first element of that name directly inside.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| &*child.name == name)
    }

    /// The elements of that name directly inside.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| &*child.name == name)
    }

    /// The first element of that name anywhere below.
    pub fn find(&self, name: &str) -> Option<&Element> {
        self.children.iter().find_map(|child| if &*child.name == name { Some(child) } else { child.find(name) })
    }
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

#[cfg(test)]
mod tests {
    use super::Element;

    #[test]
    fn reads_elements_text_and_entities() {
        let root = Element::parse("<a x='1&amp;2'><b:c y=\"年\"/>t&lt;&#20013;<![CDATA[&]]></a>").unwrap_or_default();
        assert_eq!(root.attribute("x"), Some("1&2"));
        assert_eq!(root.child("c").and_then(|c| c.attribute("y")), Some("年"));
        assert_eq!(root.text, "t<中&");
    }

    #[test]
    fn refuses_damage_and_depth() {
        assert!(Element::parse("<a><b></a>").is_none());
        assert!(Element::parse("<a>").is_none());
        assert!(Element::parse(&"<a>".repeat(5000)).is_none());
        assert!(Element::parse("").is_none());
    }
}
