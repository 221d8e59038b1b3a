//! Small XML parts, read whole.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::errors::SyntaxError;
use quick_xml::escape::EscapeError;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::Fault;
use crate::diag::Unreadable;

/// What a part is made of, with prefixes taken off the names.
#[derive(Debug)]
pub enum Node<'a> {
    /// A start tag.
    Open(&'a str, &'a BytesStart<'a>),
    /// An end tag.
    Close(&'a str),
    /// Text between tags.
    Text(&'a str),
}

/// The encoding that an XML declaration names.
pub fn declared(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]);
    let declaration = head.strip_prefix("<?xml")?.split("?>").next()?;
    declaration.split("encoding").nth(1)?.split(['"', '\'']).nth(1).map(str::to_owned)
}

/// Calls `visit` for each tag and each text; entities are resolved, empty elements closed. `part` is for messages.
/// A part that ends inside an element is refused: it is torn.
///
/// # Errors
/// What `visit` reports, and a [`Fault`] if the part is no XML.
pub fn walk<E: From<Fault>>(part: &str, xml: &str, mut visit: impl FnMut(Node) -> Result<(), E>) -> Result<(), E> {
    let mut reader = reader(xml);
    reader.config_mut().expand_empty_elements = true;
    let broken = |error: &dyn std::fmt::Display| E::from(Fault::unreadable(Unreadable::Content, format!("{part}: {error}")));
    let mut depth = 0i64;
    loop {
        match reader.read_event().map_err(|error| broken(&error))? {
            Event::Start(tag) => {
                depth += 1;
                visit(Node::Open(tag.local_name().as_ref(), &tag))?;
            }
            Event::End(tag) => {
                depth -= 1;
                visit(Node::Close(tag.local_name().as_ref()))?;
            }
            Event::Text(text) => visit(Node::Text(&text.xml10_content()))?,
            Event::CData(text) => visit(Node::Text(&text.xml10_content()))?,
            Event::GeneralRef(entity) => visit(Node::Text(&character(&entity).map_err(|error| broken(&error))?))?,
            Event::Eof if depth != 0 => return Err(broken(&"ends too early")),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// Deep nesting is not kept name by name: depth alone tells a torn part.
pub fn reader(xml: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    reader
}

/// The text of the element whose start was just read, without that of elements within; reads to its end.
///
/// # Errors
/// If the XML is broken or ends early.
pub fn text<'a>(reader: &mut Reader<&'a [u8]>) -> Result<Cow<'a, str>, quick_xml::Error> {
    let (mut text, mut depth) = (Cow::Borrowed(""), 0u32);
    loop {
        let more = match reader.read_event()? {
            Event::Text(more) => more.xml10_content(),
            Event::CData(more) => more.xml10_content(),
            Event::GeneralRef(entity) => Cow::Owned(character(&entity)?),
            Event::End(_) if depth == 0 => return Ok(text),
            Event::Eof => return Err(early()),
            other => {
                match other {
                    Event::Start(_) => depth += 1,
                    Event::End(_) => depth -= 1,
                    _ => {}
                }
                continue;
            }
        };
        if depth > 0 {
            continue;
        }
        if text.is_empty() {
            text = more;
        } else {
            text.to_mut().push_str(&more);
        }
    }
}

/// What `&amp;` or `&#24352;` stands for. One that is nowhere defined is an error: a text would lose a character unseen.
pub(super) fn character(entity: &BytesRef) -> Result<String, quick_xml::Error> {
    if let Some(named) = quick_xml::escape::resolve_predefined_entity(entity) {
        return Ok(named.to_owned());
    }
    let unknown = || quick_xml::Error::Escape(EscapeError::UnrecognizedEntity(0..0, entity.to_string()));
    Ok(entity.resolve_char_ref()?.ok_or_else(unknown)?.into())
}

/// The part ends inside an element.
pub fn early() -> quick_xml::Error {
    quick_xml::Error::Syntax(SyntaxError::UnclosedTag)
}

/// An attribute by its local name, entities resolved.
pub fn attribute(tag: &BytesStart, name: &str) -> Option<String> {
    let mut attributes = tag.attributes();
    let found = attributes.with_checks(false).flatten().find(|attribute| attribute.key.local_name().as_ref() == name)?;
    found.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(Into::into)
}

/// An attribute by its whole name: `office:value-type` is not `calcext:value-type`.
pub fn qualified(tag: &BytesStart, name: &str) -> Option<String> {
    let mut attributes = tag.attributes();
    let found = attributes.with_checks(false).flatten().find(|attribute| attribute.key.as_ref() == name)?;
    found.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(Into::into)
}

/// The text of the first element of this local name.
pub fn first_text(xml: &str, name: &str) -> Option<String> {
    text_where(xml, name, |_| true)
}

/// The text inside the first element of this local name that `wanted` accepts; `None` where it is blank.
pub fn text_where(xml: &str, name: &str, wanted: impl Fn(&BytesStart) -> bool) -> Option<String> {
    let (mut inside, mut done, mut text) = (false, false, String::new());
    walk("", xml, |node| {
        match node {
            Node::Open(open, tag) if open == name && !done && !inside => inside = wanted(tag),
            Node::Text(more) if inside => text.push_str(more),
            Node::Close(close) if close == name && inside => (inside, done) = (false, true),
            _ => {}
        }
        Ok::<(), Fault>(())
    })
    .ok()?;
    Some(text.trim().to_owned()).filter(|text| done && !text.is_empty())
}
