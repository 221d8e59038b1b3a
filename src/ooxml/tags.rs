//! Tags of an XML text with their places, so that a part can be changed here and there and otherwise stay as it was.

use std::ops::Range;

/// What a tag does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `<a>`
    Open,
    /// `</a>`
    Close,
    /// `<a/>`
    Empty,
}

/// One tag.
#[derive(Clone, Debug)]
pub struct Tag<'a> {
    /// Without its prefix: `c` of `<x:c r="A1"/>`.
    pub name: &'a str,
    /// With the colon, empty for none.
    pub prefix: &'a str,
    /// What it does.
    pub kind: Kind,
    /// From `<` to `>`.
    pub whole: Range<usize>,
    /// What stands between them, without a closing slash.
    pub text: &'a str,
}

/// All tags in order; comments, CDATA and processing instructions are passed over.
pub fn tags(xml: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let open = at + xml.get(at..)?.find('<')?;
            let rest = &xml[open..];
            let skipped =
                [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">")].iter().find(|(start, _)| rest.starts_with(start));
            if let Some((_, end)) = skipped {
                at = open + rest.find(end)? + end.len();
                continue;
            }
            let close = end_of_tag(xml, open)?;
            at = close + 1;
            let inner = &xml[open + 1..close];
            let (kind, text) = match (inner.strip_prefix('/'), inner.strip_suffix('/')) {
                (Some(text), _) => (Kind::Close, text),
                (None, Some(text)) => (Kind::Empty, text),
                (None, None) => (Kind::Open, inner),
            };
            let full = text.split(|c: char| c.is_ascii_whitespace()).next().unwrap_or_default();
            let (prefix, name) = full.find(':').map_or(("", full), |colon| full.split_at(colon + 1));
            return Some(Tag { name, prefix, kind, whole: open..close + 1, text });
        }
    })
}

/// A `>` within an attribute's value ends nothing.
fn end_of_tag(xml: &str, open: usize) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in xml.as_bytes().iter().enumerate().skip(open + 1) {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(own), byte) if own == *byte => quote = None,
            (None, b'>') => return Some(at),
            _ => {}
        }
    }
    None
}

impl Tag<'_> {
    /// Where an attribute's value stands in `text`; its name without prefix.
    fn place(&self, wanted: &str) -> Option<Range<usize>> {
        let bytes = self.text.as_bytes();
        let mut at = self.text.find(|c: char| c.is_ascii_whitespace())?;
        loop {
            let equals = at + self.text.get(at..)?.find('=')?;
            let name = self.text[at..equals].trim();
            let start = equals + 1 + self.text[equals + 1..].find(['"', '\''])?;
            let end = start + 1 + self.text[start + 1..].find(char::from(bytes[start]))?;
            if name.rsplit(':').next() == Some(wanted) && !name.starts_with("xmlns") {
                return Some(start + 1..end);
            }
            at = end + 1;
        }
    }

    /// An attribute's value, unescaped.
    pub fn get(&self, name: &str) -> Option<String> {
        let value = &self.text[self.place(name)?];
        unescaped(value)
    }

    /// The tag with an attribute set.
    pub fn with(&self, name: &str, value: &str) -> String {
        let value = escaped(value);
        let text = match self.place(name) {
            Some(place) => format!("{}{value}{}", &self.text[..place.start], &self.text[place.end..]),
            None => format!("{} {name}=\"{value}\"", self.text.trim_end()),
        };
        match self.kind {
            Kind::Empty => format!("<{text}/>"),
            _ => format!("<{text}>"),
        }
    }
}

/// Text out of an element or an attribute; none if an entity is not known.
pub fn unescaped(text: &str) -> Option<String> {
    quick_xml::escape::unescape(text).ok().map(std::borrow::Cow::into_owned)
}

/// Text for an element or an attribute.
pub fn escaped(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

/// What is to change in a text.
#[derive(Debug, Default)]
pub struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    /// Puts a text in the place of another.
    pub fn replace(&mut self, place: Range<usize>, text: impl Into<String>) {
        self.0.push((place, text.into()));
    }

    /// Puts a text in.
    pub fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at..at, text);
    }

    /// The text with everything done. Changes at one place are done in the order they were asked for.
    pub fn apply(mut self, xml: &str) -> String {
        self.0.sort_by_key(|(place, _)| (place.start, place.end));
        let mut out = String::with_capacity(xml.len() + 64 * self.0.len());
        let mut at = 0;
        for (place, text) in self.0 {
            out.push_str(&xml[at.min(place.start)..place.start]);
            out.push_str(&text);
            at = place.end;
        }
        out.push_str(&xml[at..]);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_tags_and_changes_them() {
        let xml = r#"<?xml version="1.0"?><x:a xmlns:x="u" b='1>2'><!-- <no/> --><c r:id="7" id2="x"/><![CDATA[<no/>]]></x:a>"#;
        let found: Vec<(&str, &str, Kind)> = tags(xml).map(|tag| (tag.prefix, tag.name, tag.kind)).collect();
        assert_eq!(found, [("x:", "a", Kind::Open), ("", "c", Kind::Empty), ("x:", "a", Kind::Close)]);
        let c = tags(xml).nth(1).expect("tag");
        assert_eq!((c.get("id").as_deref(), c.get("missing")), (Some("7"), None));
        assert_eq!(c.with("id", "8&9"), r#"<c r:id="8&amp;9" id2="x"/>"#);
        assert_eq!(c.with("s", "3"), r#"<c r:id="7" id2="x" s="3"/>"#);
        let mut edits = Edits::default();
        edits.insert(c.whole.end, "<d/>");
        edits.replace(c.whole.clone(), c.with("s", "3"));
        let changed = edits.apply(xml);
        assert!(changed.contains(r#"s="3"/><d/><![CDATA"#), "{changed}");
    }
}
