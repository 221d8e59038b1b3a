//! What an office says about its sheets at a page's head, where browsers read nothing.
//!
//! ```text
//! <!--[if gte mso 9]><xml><x:ExcelWorksheet><x:Name>积分登记</x:Name><x:WorksheetOptions><x:Visible>SheetHidden</x:Visible>
//! <x:ConditionalFormatting><x:Range>$D$2:$D$9</x:Range><x:Condition><x:Qualifier>Equal</x:Qualifier><x:Value1>0</x:Value1>
//!  <x:Format Style='color:white'/></x:Condition></x:ConditionalFormatting></x:ExcelWorksheet></xml><![endif]-->
//! ```

use html5gum::{Token, Tokenizer};

use super::book::Area;
use super::conditional::{Comparison, Rule, Test};
use super::{Refusal, xml2003};
use crate::diag::CellRef;
use crate::ooxml::xml::{self, Node};

/// What is said of one sheet.
#[derive(Default)]
pub(super) struct Told {
    /// None on a page that is one sheet of a mail.
    pub(super) name: Option<String>,
    pub(super) hidden: bool,
    /// Conditional formats.
    pub(super) rules: Vec<Rule>,
}

/// The sheets that a page tells of, in order; of a page without a list what it says of itself, if that is something.
pub(super) fn sheets(page: &str) -> Vec<Told> {
    let lists = page.contains("<x:ExcelWorksheet>");
    let names: Vec<&str> = within(page, "x:Name").collect();
    if !lists && names.len() > 1 {
        return names.into_iter().map(|name| Told { name: Some(plain(name).trim().to_owned()), ..Told::default() }).collect();
    }
    let parts: Vec<&str> = if lists { page.split("<x:ExcelWorksheet>").skip(1).collect() } else { vec![page] };
    let told = parts.into_iter().map(|part| {
        let part = part.split("</x:ExcelWorksheet>").next().unwrap_or(part);
        let name = within(part, "x:Name").next().map(|name| plain(name).trim().to_owned());
        let hidden = within(part, "x:Visible").any(|visible| visible.contains("Hidden"));
        let rules = within(part, "x:ConditionalFormatting").flat_map(rules).take(xml2003::MOST_RULES).collect();
        Told { name, hidden, rules }
    });
    told.filter(|told| told.name.is_some() || told.hidden || !told.rules.is_empty()).collect()
}

/// What stands between the tags of each such element.
fn within<'a>(part: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let pieces: Vec<&str> = part.split(open.as_str()).skip(1).collect();
    pieces.into_iter().filter_map(move |rest| rest.split_once(close.as_str()).map(|(inside, _)| inside))
}

/// The rules of one conditional format; what is no XML says nothing.
fn rules(inside: &str) -> Vec<Rule> {
    let (mut found, mut areas, mut element) = (Vec::new(), Vec::new(), String::new());
    let (mut comparison, mut values, mut look) = (None, Vec::new(), None);
    let _ = xml::walk("page", &format!("<x>{inside}</x>"), |node| -> Result<(), Refusal> {
        match node {
            Node::Open("Format", tag) => look = xml::attribute(tag, "Style").map(|style| xml2003::look(&style)),
            Node::Open(name, _) => {
                name.clone_into(&mut element);
                if name.starts_with("Value") {
                    values.push(String::new());
                }
            }
            Node::Text(text) => match element.as_str() {
                "Range" => areas.extend(self::areas(text)),
                "Qualifier" => comparison = Comparison::named(text.trim()).or(comparison),
                // An entity parts a text in two.
                "Value1" | "Value2" => values.iter_mut().last().into_iter().for_each(|value: &mut String| value.push_str(text)),
                _ => {}
            },
            Node::Close("Condition") => {
                let written: Vec<&str> = values.iter().map(String::as_str).collect();
                // One without a qualifier is a formula.
                let test = match (comparison.take(), written.as_slice()) {
                    (None, [formula, ..]) => Test::formula(formula, areas.first().map(|area: &Area| area.first)),
                    (comparison, values) => Test::own(comparison, values),
                };
                found.extend(look.take().map(|look| Rule { areas: areas.clone(), test, look }));
                values.clear();
            }
            Node::Close(_) => element.clear(),
        }
        Ok(())
    });
    found
}

/// `$C$3,$F$7:$I$7` as rectangles.
fn areas(text: &str) -> Vec<Area> {
    let bare = text.replace('$', "");
    let area = |text: &str| {
        let (first, last) = CellRef::parse_range(text.trim()).or_else(|| CellRef::parse(text.trim()).map(|cell| (cell, cell)))?;
        Some(Area { first: (first.row, first.column), last: (last.row, last.column) })
    };
    bare.split(',').take(Area::MOST).filter_map(area).collect()
}

/// A text without its tags: `&nbsp;` `&#24352;` `&amp`; what is no entity stays as it is written.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for Ok(token) in Tokenizer::new(text) {
        if let Token::String(text) = token {
            plain.push_str(&String::from_utf8_lossy(&text));
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::sheets;
    use crate::sheet::colour::Colour;
    use crate::sheet::conditional::{Comparison, Operand, Test};

    #[test]
    fn sheets_are_told_of_one_by_one() {
        let page = "<x:ExcelWorksheet><x:Name>名册</x:Name><x:ConditionalFormatting><x:Range>$C$3,$F$7:$I$7</x:Range><x:Condition>
            <x:Qualifier>Less</x:Qualifier><x:Value1>0</x:Value1><x:Format Style='color:white'/></x:Condition><x:Condition>
            <x:Value1>C3=&quot;无&quot;</x:Value1><x:Format Style='color:white'/></x:Condition></x:ConditionalFormatting></x:ExcelWorksheet>
            <x:ExcelWorksheet><x:Name>b&amp;c</x:Name><x:Visible>SheetVeryHidden</x:Visible></x:ExcelWorksheet>";
        let told = sheets(page);
        assert_eq!([told[0].name.as_deref(), told[1].name.as_deref()], [Some("名册"), Some("b&c")]);
        assert_eq!([told[0].hidden, told[1].hidden], [false, true]);
        let [one, other] = &told[0].rules[..] else { panic!("{:?}", told[0].rules) };
        assert_eq!((one.areas[1].first, one.areas[1].last), ((6, 5), (6, 8)));
        assert_eq!((&one.test, one.look.colour), (&Test::Own(Comparison::Less, vec![Operand::Number(0.into())]), Some(Colour::WHITE)));
        assert_eq!(other.test, Test::Own(Comparison::Equal, vec![Operand::Text("无".into())]));
        assert!(sheets("<x:ConditionalFormatting><x:Range>A1</x:Range><x:Condition></x:ConditionalFormatting>").is_empty());
    }
}
