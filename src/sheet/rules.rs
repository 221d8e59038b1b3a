//! Conditional formats of xlsx (ECMA-376 part 1, 18.3.1.18, 18.8.15): the looks that a workbook's styles hold, and the rules of a
//! worksheet, in either place that offices write them to.
//!
//! ```text
//! <conditionalFormatting sqref="D2:D9"><cfRule type="cellIs" dxfId="0" operator="equal"><formula>0</formula></cfRule>
//! <x14:conditionalFormatting><x14:cfRule type="expression"><xm:f>D2=0</xm:f><x14:dxf>…</x14:dxf></x14:cfRule><xm:sqref>D2:D9</xm:sqref>
//! ```

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::book::Area;
use super::colour::Colours;
use super::conditional::{Comparison, Look, Rule, Test};
use super::workbook::{colour, says};
use crate::diag::CellRef;
use crate::ooxml::xml;

/// Reads `<dxf>`: what is inside of it, tag by tag.
#[derive(Default)]
pub(super) struct LookReader {
    pub(super) look: Look,
    /// Which of its elements is open: `font`, `fill`, `border`.
    within: String,
}

impl LookReader {
    pub(super) fn opens(&mut self, name: &str, tag: &BytesStart, colours: &Colours) {
        let look = &mut self.look;
        match (self.within.as_str(), name) {
            (_, "font" | "fill" | "border") => name.clone_into(&mut self.within),
            (_, "numFmt") => look.code = xml::attribute(tag, "formatCode"),
            ("font", "strike") => look.struck = says(tag),
            ("font", "color") => look.colour = Some(colour(tag, colours)),
            ("font", "sz") => look.points = xml::attribute(tag, "val").and_then(|points| points.trim().parse().ok()),
            // The colour of a whole ground is the pattern's second here; some writers give the first as well.
            ("fill", "bgColor") => look.ground = Some(colour(tag, colours)),
            ("fill", "fgColor") if look.ground.is_none() => look.ground = Some(colour(tag, colours)),
            _ => {}
        }
    }

    pub(super) fn closes(&mut self, name: &str) {
        if self.within == name {
            self.within.clear();
        }
    }
}

/// One rule while it is read.
#[derive(Default)]
struct Open {
    kind: String,
    comparison: Option<Comparison>,
    formulas: Vec<String>,
    look: Look,
    bare: bool,
}

impl Open {
    fn of(tag: &BytesStart, looks: &[Look]) -> Self {
        let said = |name| xml::attribute(tag, name);
        let look = said("dxfId").and_then(|id| looks.get(id.trim().parse::<usize>().ok()?)).cloned();
        Self {
            kind: said("type").unwrap_or_default(),
            comparison: said("operator").and_then(|word| Comparison::named(&word)),
            look: look.unwrap_or_default(),
            ..Self::default()
        }
    }

    fn rule(self, areas: &[Area]) -> Rule {
        let formulas: Vec<&str> = self.formulas.iter().map(String::as_str).collect();
        let test = match self.kind.as_str() {
            // Every number has its bar and its icon.
            "dataBar" | "iconSet" | "notContainsErrors" | "notContainsBlanks" => Test::Always,
            "containsErrors" | "containsBlanks" => Test::Never,
            "cellIs" => Test::own(self.comparison, &formulas),
            "expression" => formulas.first().map_or(Test::Unknown, |text| Test::formula(text, areas.first().map(|area| area.first))),
            _ => Test::Unknown,
        };
        Rule { areas: areas.to_vec(), test, look: Look { bare: self.bare, ..self.look } }
    }
}

/// The rules of the `<conditionalFormatting>` whose start was just read; reads to its end.
pub(super) fn read(reader: &mut Reader<&[u8]>, tag: &BytesStart, looks: &[Look], colours: &Colours) -> Result<Vec<Rule>, quick_xml::Error> {
    let mut areas = xml::attribute(tag, "sqref").map(|text| areas(&text)).unwrap_or_default();
    let (mut done, mut rule, mut own): (Vec<Open>, Option<Open>, Option<LookReader>) = Default::default();
    loop {
        match reader.read_event()? {
            Event::Start(tag) => match (tag.local_name().as_ref(), &mut rule, &mut own) {
                ("cfRule", ..) => rule = Some(Open::of(&tag, looks)),
                ("formula" | "f", Some(rule), None) => rule.formulas.push(xml::text(reader)?.into_owned()),
                ("sqref", ..) => areas = self::areas(&xml::text(reader)?),
                ("dxf", ..) => own = Some(LookReader::default()),
                (name, _, Some(own)) => own.opens(name, &tag, colours),
                ("dataBar" | "iconSet", Some(rule), _) => rule.bare |= hides_value(&tag),
                _ => {}
            },
            Event::Empty(tag) => match (tag.local_name().as_ref(), &mut rule, &mut own) {
                ("cfRule", ..) => done.push(Open::of(&tag, looks)),
                (name, _, Some(own)) => {
                    own.opens(name, &tag, colours);
                    own.closes(name);
                }
                ("dataBar" | "iconSet", Some(rule), _) => rule.bare |= hides_value(&tag),
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "conditionalFormatting" => return Ok(done.into_iter().map(|rule| rule.rule(&areas)).collect()),
                "cfRule" => done.extend(rule.take()),
                "dxf" => {
                    if let Some((rule, own)) = rule.as_mut().zip(own.take()) {
                        rule.look = own.look;
                    }
                }
                name => {
                    if let Some(own) = &mut own {
                        own.closes(name);
                    }
                }
            },
            Event::Eof => return Err(xml::early()),
            _ => {}
        }
    }
}

fn hides_value(tag: &BytesStart) -> bool {
    xml::attribute(tag, "showValue").is_some_and(|value| matches!(value.as_str(), "0" | "false"))
}

/// `D2:D9 F2` as rectangles.
fn areas(text: &str) -> Vec<Area> {
    let area = |text: &str| {
        let (first, last) = CellRef::parse_range(text).or_else(|| CellRef::parse(text).map(|cell| (cell, cell)))?;
        Some(Area { first: (first.row, first.column), last: (last.row, last.column) })
    };
    text.split_whitespace().take(Area::MOST).filter_map(area).collect()
}
