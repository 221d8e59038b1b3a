//! Texts of an xlsx package: the table that cells refer to, rich text, escaped characters (ECMA-376 part 1, 18.4, 22.9.2.19).

use quick_xml::Reader;
use quick_xml::events::Event;

use super::{Limits, Refusal};
use crate::diag::Unreadable;
use crate::ooxml::{unescape, xml};

/// The string table, every `<si>` of it: cells count them.
pub(super) fn table(part: &str, text: &str, limits: &Limits) -> Result<Vec<Box<str>>, Refusal> {
    let broken = |error: &dyn std::fmt::Display| Refusal::unreadable(Unreadable::Content, format!("{part}: {error}"));
    let mut reader = xml::reader(text);
    let mut strings = Vec::new();
    let mut whole = false;
    loop {
        match reader.read_event().map_err(|error| broken(&error))? {
            Event::Start(tag) if tag.local_name().as_ref() == "si" => {
                strings.push(rich(&mut reader).map_err(|error| broken(&error))?.into());
            }
            Event::Empty(tag) if tag.local_name().as_ref() == "si" => strings.push(Box::default()),
            Event::Empty(tag) if tag.local_name().as_ref() == "sst" => whole = true,
            Event::End(tag) if tag.local_name().as_ref() == "sst" => whole = true,
            Event::Eof if !whole => return Err(broken(&"ends too early")),
            Event::Eof => return Ok(strings),
            _ => {}
        }
        // Every string of the table costs memory, wanted or not.
        if strings.len() > limits.max_cells {
            return Err(Refusal::too_large("cells", limits.max_cells));
        }
    }
}

/// The text of the `<si>` or `<is>` whose start was just read: of all its runs, without how it is read aloud. Reads to its
/// end.
pub(super) fn rich(reader: &mut Reader<&[u8]>) -> Result<String, quick_xml::Error> {
    let (mut whole, mut depth, mut aloud) = (String::new(), 0u32, None);
    loop {
        match reader.read_event()? {
            Event::Start(tag) if tag.local_name().as_ref() == "t" && aloud.is_none() => {
                let preserve = tag.attributes_raw().contains("preserve");
                let text = xml::text(reader)?;
                let text = if preserve { &text } else { text.trim_matches([' ', '\t', '\r', '\n']) };
                whole.push_str(&unescape(text));
            }
            Event::Start(tag) => {
                depth += 1;
                if tag.local_name().as_ref() == "rPh" {
                    aloud.get_or_insert(depth);
                }
            }
            Event::End(_) if depth == 0 => return Ok(whole),
            Event::End(_) => {
                aloud = aloud.filter(|from| *from != depth);
                depth -= 1;
            }
            Event::Eof => return Err(xml::early()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{rich, table};
    use crate::ooxml::xml;
    use crate::sheet::Limits;

    #[test]
    fn a_text_is_all_its_runs() {
        for (xml, text) in [
            ("<si><t>a</t></si>", "a"),
            ("<si><t> a </t></si>", "a"),
            (r#"<si><t xml:space="preserve"> a </t></si>"#, " a "),
            ("<si><r><rPr><b/></rPr><t>张</t></r><r><t>三&amp;</t></r><rPh sb=\"0\" eb=\"1\"><t>zhang</t></rPh></si>", "张三&"),
            ("<si><rPh><t>zhang</t></rPh><t>张</t></si>", "张"),
            ("<si></si>", ""),
            ("<si><t><![CDATA[<张>]]></t></si>", "<张>"),
        ] {
            let mut reader = xml::reader(xml);
            reader.read_event().unwrap();
            assert_eq!(rich(&mut reader).unwrap(), text, "{xml}");
        }
    }

    #[test]
    fn the_table_counts_empty_ones_and_must_be_whole() {
        let limits = Limits::default();
        let strings = table("p", "<x:sst uniqueCount=\"9\"><x:si><x:t>a</x:t></x:si><x:si/><x:si><x:t/></x:si></x:sst>", &limits).unwrap();
        assert_eq!(strings.iter().map(|text| &**text).collect::<Vec<_>>(), ["a", "", ""]);
        assert!(table("p", "<sst><si><t>a</t></si>", &limits).is_err());
        assert!(table("p", "<sst><si><t>a&unknown;</t></si></sst>", &limits).is_err());
    }
}
