//! Texts of an xlsx package: the table that cells refer to, rich text, escaped characters (ECMA-376 part 1, 18.4, 22.9.2.19).

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::colour::Colours;
use super::ink::{Ink, Lost};
use super::workbook::{colour, says};
use super::{Limits, Refusal};
use crate::diag::Unreadable;
use crate::ooxml::{unescape, xml};

/// The string table.
#[derive(Default)]
pub(super) struct Strings {
    pub(super) texts: Vec<Box<str>>,
    /// Of the rich ones among them, by number: some of their letters may not be seen.
    pub(super) rich: BTreeMap<usize, Vec<Run>>,
}

/// A text, and its runs where one of them may not be seen.
#[derive(Default)]
pub(super) struct Rich {
    pub(super) text: String,
    pub(super) runs: Vec<Run>,
}

/// Letters of one look: to which place in the text, and what it is, if it is not the cell's.
pub(super) struct Run {
    pub(super) end: usize,
    pub(super) ink: Option<Ink>,
}

/// What of a text is not seen on this ground.
pub(super) fn lost(text: &str, runs: &[Run], own: &Ink) -> Lost {
    let (mut lost, mut from) = (Lost::default(), 0);
    for run in runs {
        let ink = run.ink.map_or(*own, |ink| Ink { ground: own.ground, ..ink });
        lost.add(text.get(..run.end).unwrap_or(text), from, &ink);
        from = run.end;
    }
    lost
}

/// The string table, every `<si>` of it: cells count them.
pub(super) fn table(part: &str, text: &str, limits: &Limits, colours: &Colours) -> Result<Strings, Refusal> {
    let broken = |error: &dyn std::fmt::Display| Refusal::unreadable(Unreadable::Content, format!("{part}: {error}"));
    let mut reader = xml::reader(text);
    let mut strings = Strings::default();
    let mut whole = false;
    loop {
        match reader.read_event().map_err(|error| broken(&error))? {
            Event::Start(tag) if tag.local_name().as_ref() == "si" => {
                let Rich { text, runs } = rich(&mut reader, colours).map_err(|error| broken(&error))?;
                if !runs.is_empty() {
                    strings.rich.insert(strings.texts.len(), runs);
                }
                strings.texts.push(text.into());
            }
            Event::Empty(tag) if tag.local_name().as_ref() == "si" => strings.texts.push(Box::default()),
            Event::Empty(tag) if tag.local_name().as_ref() == "sst" => whole = true,
            Event::End(tag) if tag.local_name().as_ref() == "sst" => whole = true,
            Event::Eof if !whole => return Err(broken(&"ends too early")),
            Event::Eof => return Ok(strings),
            _ => {}
        }
        // Every string of the table costs memory, wanted or not.
        if strings.texts.len() > limits.max_cells {
            return Err(Refusal::too_large("cells", limits.max_cells));
        }
    }
}

/// The text of the `<si>` or `<is>` whose start was just read: of all its runs, without how it is read aloud. Reads to its
/// end.
pub(super) fn rich(reader: &mut Reader<&[u8]>, colours: &Colours) -> Result<Rich, quick_xml::Error> {
    let (mut whole, mut depth, mut aloud) = (Rich::default(), 0u32, None);
    // What the run's properties say, while it is read.
    let (mut ink, mut odd) = (None, false);
    loop {
        match reader.read_event()? {
            Event::Start(tag) if tag.local_name().as_ref() == "t" && aloud.is_none() => {
                let preserve = tag.attributes_raw().contains("preserve");
                let text = xml::text(reader)?;
                let text = if preserve { &text } else { text.trim_matches([' ', '\t', '\r', '\n']) };
                whole.text.push_str(&unescape(text));
            }
            Event::Start(tag) => {
                depth += 1;
                match tag.local_name().as_ref() {
                    "rPh" => drop(aloud.get_or_insert(depth)),
                    "rPr" => ink = Some(Ink::default()),
                    name => odd |= property(name, &tag, &mut ink, colours),
                }
            }
            Event::Empty(tag) => odd |= property(tag.local_name().as_ref(), &tag, &mut ink, colours),
            Event::End(_) if depth == 0 => {
                if !odd {
                    whole.runs.clear();
                }
                return Ok(whole);
            }
            Event::End(tag) => {
                aloud = aloud.filter(|from| *from != depth);
                depth -= 1;
                if tag.local_name().as_ref() == "r" {
                    whole.runs.push(Run { end: whole.text.len(), ink: ink.take() });
                }
            }
            Event::Eof => return Err(xml::early()),
            _ => {}
        }
    }
}

/// Takes a property of a run; true for one that may keep its letters from being seen.
fn property(name: &str, tag: &BytesStart, ink: &mut Option<Ink>, colours: &Colours) -> bool {
    let Some(ink) = ink else { return false };
    match name {
        "strike" => ink.struck = says(tag),
        "color" => ink.colour = colour(tag, colours),
        "sz" => ink.points = xml::attribute(tag, "val").and_then(|points| points.trim().parse().ok()),
        _ => return false,
    }
    // On another ground than paper black may not be seen either: that is the cell's.
    *ink != Ink { points: ink.points, ..Ink::default() } || ink.unseen().is_some()
}

#[cfg(test)]
mod tests {
    use super::{Rich, lost, rich, table};
    use crate::ooxml::xml;
    use crate::sheet::colour::Colours;
    use crate::sheet::ink::Ink;
    use crate::sheet::{Limits, Unseen};

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
            assert_eq!(rich(&mut reader, &Colours::default()).unwrap().text, text, "{xml}");
        }
    }

    #[test]
    fn runs_are_kept_where_one_may_not_be_seen() {
        let left = |xml: &str| {
            let mut reader = xml::reader(xml);
            reader.read_event().unwrap();
            let Rich { text, runs } = rich(&mut reader, &Colours::default()).unwrap();
            lost(&text, &runs, &Ink::default()).of(&text)
        };
        let run = |properties: &str, text: &str| format!("<r><rPr>{properties}</rPr><t>{text}</t></r>");
        let plain = run("<b/><sz val=\"11\"/><color theme=\"1\"/>", "9");
        assert_eq!(left(&format!("<si>{plain}{}</si>", run("<color rgb=\"FFFFFFFF\"/>", "5"))), Some((Unseen::Part, Some("9".into()))));
        assert_eq!(left(&format!("<si>{}{plain}</si>", run("<strike/>", "8"))), Some((Unseen::Part, Some("9".into()))));
        assert_eq!(left(&format!("<si>{}</si>", run("<strike val=\"1\"/>", "8"))), Some((Unseen::Struck, None)));
        assert_eq!(left(&format!("<si>{}{plain}</si>", run("<sz val=\"1\"/>", "8"))), Some((Unseen::Part, Some("9".into()))));
        assert_eq!(left(&format!("<si>{}{plain}</si>", run("<strike val=\"0\"/><color rgb=\"FFFF0000\"/>", "8"))), None);
        assert_eq!(left(&format!("<si>{plain}<r><t>8</t></r></si>")), None);
    }

    #[test]
    fn the_table_counts_empty_ones_and_must_be_whole() {
        let (limits, colours) = (Limits::default(), Colours::default());
        let strings =
            table("p", "<x:sst uniqueCount=\"9\"><x:si><x:t>a</x:t></x:si><x:si/><x:si><x:t/></x:si></x:sst>", &limits, &colours).unwrap();
        assert_eq!(strings.texts.iter().map(|text| &**text).collect::<Vec<_>>(), ["a", "", ""]);
        assert!(table("p", "<sst><si><t>a</t></si>", &limits, &colours).is_err());
        assert!(table("p", "<sst><si><t>a&unknown;</t></si></sst>", &limits, &colours).is_err());
    }
}
