//! Conditional formats, as far as they keep a value from being seen: letters in the colour of the ground, struck out or tiny, a
//! number format that shows something else, a bar or an icon in the value's place.
//!
//! Conditions about the cell's own value are worked out. Of any other nobody knows here whether it is met: the cell is then
//! perhaps not seen, which is told as such.

use std::collections::BTreeMap;

use super::book::{Area, Content, Sheet, Unseen};
use super::colour::Colour;
use super::ink::Ink;
use super::number;
use super::style::Style;
use crate::diag::CellRef;
use crate::exact::Decimal;

/// Cells that are held against the rules of one sheet; what is beyond is left as it is.
const MOST_HITS: usize = 2_000_000;

/// What a conditional format changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Look {
    /// Its number format.
    pub(super) code: Option<String>,
    pub(super) colour: Option<Colour>,
    pub(super) ground: Option<Colour>,
    pub(super) points: Option<f64>,
    pub(super) struck: bool,
    /// A bar or an icon stands in the place of the value.
    pub(super) bare: bool,
}

/// Where a look applies, and under which condition.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) areas: Vec<Area>,
    pub(super) test: Test,
    pub(super) look: Look,
}

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    Always,
    /// Of cells that hold no value that could count.
    Never,
    /// The cell's own value against one or two others.
    Own(Comparison, Vec<Operand>),
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Between,
    NotBetween,
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
}

/// A constant of a condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    Number(Decimal),
    Text(String),
}

impl Look {
    /// The cell's own ink with what this changes.
    pub(super) fn over(&self, own: &Ink) -> Ink {
        Ink {
            colour: self.colour.unwrap_or(own.colour),
            ground: self.ground.unwrap_or(own.ground),
            points: self.points.or(own.points),
            struck: self.struck || own.struck,
        }
    }

    /// False where it changes nothing that could hide a value.
    pub(super) fn matters(&self) -> bool {
        self.bare || self.struck || self.code.is_some() || self.colour.is_some() || self.ground.is_some() || self.points.is_some()
    }
}

impl Comparison {
    /// By the word of a spreadsheet in XML: `greaterThan`, `GreaterOrEqual`.
    pub(super) fn named(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().trim_end_matches("than") {
            "between" => Self::Between,
            "notbetween" => Self::NotBetween,
            "equal" => Self::Equal,
            "notequal" => Self::NotEqual,
            "greater" => Self::Greater,
            "less" => Self::Less,
            "greaterthanorequal" | "greaterorequal" => Self::GreaterOrEqual,
            "lessthanorequal" | "lessorequal" => Self::LessOrEqual,
            _ => return None,
        })
    }

    /// By its number in binary files (MS-XLS, CF; MS-XLSB, CFOper).
    pub(super) fn numbered(number: u32) -> Option<Self> {
        use Comparison::{Between, Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotBetween, NotEqual};
        let all = [Between, NotBetween, Equal, NotEqual, Greater, Less, GreaterOrEqual, LessOrEqual];
        all.get(number.checked_sub(1)? as usize).copied()
    }

    /// `>=5` as comparison and rest.
    fn written(text: &str) -> Option<(Self, &str)> {
        let all = [
            (">=", Self::GreaterOrEqual),
            ("<=", Self::LessOrEqual),
            ("<>", Self::NotEqual),
            ("!=", Self::NotEqual),
            ("=", Self::Equal),
            (">", Self::Greater),
            ("<", Self::Less),
        ];
        all.into_iter().find_map(|(sign, comparison)| Some((comparison, text.trim().strip_prefix(sign)?)))
    }

    fn of(self, number: Decimal, operands: &[Decimal]) -> Option<bool> {
        let (one, other) = (*operands.first()?, operands.get(1).copied());
        Some(match self {
            Self::Between => (one..=other?).contains(&number) || (other?..=one).contains(&number),
            Self::NotBetween => !((one..=other?).contains(&number) || (other?..=one).contains(&number)),
            Self::Equal => number == one,
            Self::NotEqual => number != one,
            Self::Greater => number > one,
            Self::Less => number < one,
            Self::GreaterOrEqual => number >= one,
            Self::LessOrEqual => number <= one,
        })
    }
}

impl Operand {
    /// `5`, `=5`, `"无"`; none for what would have to be worked out.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix('=').unwrap_or(text).trim();
        if let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            return Some(Self::Text(inner.replace("\"\"", "\"")));
        }
        Decimal::parse(text).map(Self::Number)
    }
}

impl Test {
    /// The cell's own value against constants; unknown where they are none.
    pub(super) fn own(comparison: Option<Comparison>, operands: &[&str]) -> Self {
        let parsed: Option<Vec<Operand>> = operands.iter().map(|text| Operand::parse(text)).collect();
        comparison.zip(parsed).map_or(Self::Unknown, |(comparison, operands)| Self::Own(comparison, operands))
    }

    /// A formula that is true or false, written for the first cell of its areas: `D2=0`, `$D2<6`, `TRUE`, `ISBLANK(D2)`.
    pub(super) fn formula(text: &str, first: Option<(u32, u16)>) -> Self {
        let text = text.trim().trim_start_matches('=').trim();
        let upper = text.to_ascii_uppercase();
        if matches!(upper.as_str(), "TRUE" | "TRUE()" | "1") {
            return Self::Always;
        }
        let of_blanks = upper.starts_with("LEN(") && upper.replace(' ', "").ends_with("=0");
        if matches!(upper.as_str(), "FALSE" | "FALSE()" | "0") || upper.starts_with("ISERR") || upper.starts_with("ISBLANK(") || of_blanks {
            return Self::Never;
        }
        let end = text.find(['=', '<', '>']).unwrap_or(text.len());
        let names_first = CellRef::parse(&text[..end].trim().replace('$', "")).is_some_and(|cell| first == Some((cell.row, cell.column)));
        // A reference that stays in its row or column is to other cells of the areas than their own.
        let stays = text[..end].trim().trim_start_matches('$').contains('$');
        match Comparison::written(&text[end..]).filter(|_| names_first && !stays) {
            Some((comparison, operand)) => Self::own(Some(comparison), &[operand]),
            None => Self::Unknown,
        }
    }

    /// A condition of OpenDocument, written for the first cell of its areas: `cell-content()<5`, `cell-content-is-between(0,5)`,
    /// `is-true-formula([.D2]=0)`; and as offices shorten it: `<5`, `between(0,5)`, `formula-is(D2=0)`.
    pub(super) fn open_document(text: &str, first: Option<(u32, u16)>) -> Self {
        let text = text.trim();
        let within =
            |names: [&str; 2]| names.iter().find_map(|name| text.strip_prefix(name)?.trim_start().strip_prefix('(')?.strip_suffix(')'));
        if let Some(pair) = within(["cell-content-is-between", "between"]) {
            return Self::own(Some(Comparison::Between), &pair.split(',').collect::<Vec<_>>());
        }
        if let Some(pair) = within(["cell-content-is-not-between", "not-between"]) {
            return Self::own(Some(Comparison::NotBetween), &pair.split(',').collect::<Vec<_>>());
        }
        if let Some(formula) = within(["is-true-formula", "formula-is"]) {
            return Self::formula(&formula.replace("[.", "").replace(']', ""), first);
        }
        match text {
            "is-error" => return Self::Never,
            "is-no-error" => return Self::Always,
            _ => {}
        }
        let rest = Comparison::written(text.strip_prefix("cell-content()").unwrap_or(text));
        rest.map_or(Self::Unknown, |(comparison, operand)| Self::own(Some(comparison), &[operand]))
    }

    /// Whether it is met by a cell that holds this; none where nobody knows.
    fn holds(&self, content: &Content) -> Option<bool> {
        let (comparison, operands) = match self {
            Self::Always => return Some(true),
            Self::Never => return Some(false),
            Self::Unknown => return None,
            Self::Own(comparison, operands) => (*comparison, operands),
        };
        let numbers: Option<Vec<Decimal>> =
            operands.iter().map(|operand| if let Operand::Number(number) = operand { Some(*number) } else { None }).collect();
        match content {
            Content::Number(number) => match (numbers, comparison) {
                (Some(numbers), comparison) => comparison.of(*number, &numbers),
                (None, Comparison::Equal) => Some(false),
                (None, Comparison::NotEqual) => Some(true),
                _ => None,
            },
            Content::Date(at) => comparison.of(number::serial(*at, false), &numbers?),
            Content::Disguised(own) => self.holds(&own.held),
            Content::Text(text) => match (operands.as_slice(), comparison) {
                ([Operand::Text(other)], Comparison::Equal) => Some(text.eq_ignore_ascii_case(other)),
                ([Operand::Text(other)], Comparison::NotEqual) => Some(!text.eq_ignore_ascii_case(other)),
                // A text is more than any number.
                ([Operand::Number(_)], Comparison::NotEqual | Comparison::Greater | Comparison::GreaterOrEqual) => Some(true),
                ([Operand::Number(_)], _) => Some(false),
                _ => None,
            },
            _ => None,
        }
    }
}

/// What a look makes of a cell that it applies to, or may apply to.
pub(super) fn verdict(content: &Content, own: &Ink, test: &Test, look: &Look, date_1904: bool) -> Option<(Unseen, Option<Content>)> {
    let met = test.holds(content);
    if met == Some(false) {
        return None;
    }
    let over = look.over(own).unseen();
    let disguised = look.code.as_deref().map(|code| Style::new(code, date_1904).seen(held(content)));
    let disguised = disguised.filter(|shown| matches!(shown, Content::Disguised(own) if !own.alike));
    let why = if look.bare { Some(Unseen::Faint) } else { over.filter(|_| own.unseen() != over) };
    match (met, why, disguised) {
        (_, None, None) => None,
        (None, ..) => Some((Unseen::Perhaps, None)),
        (_, Some(why), disguised) => Some((why, disguised)),
        (_, None, disguised) => Some((Unseen::Faint, disguised)),
    }
}

/// The value without what its own format makes of it.
fn held(content: &Content) -> Content {
    if let Content::Disguised(own) = content { own.held.clone() } else { content.clone() }
}

/// Applies the rules of a sheet; `ink` gives what the letters of a cell are written with.
pub(super) fn apply(sheet: &mut Sheet, rules: &[Rule], ink: &dyn Fn((u32, u32)) -> Ink, date_1904: bool) {
    let (mut hits, mut found) = (0, BTreeMap::new());
    for rule in rules.iter().filter(|rule| rule.look.matters() && rule.test != Test::Never) {
        for area in &rule.areas {
            let from = sheet.rows.partition_point(|row| row.index < area.first.0);
            for row in sheet.rows[from..].iter().take_while(|row| row.index <= area.last.0) {
                let from = row.cells.partition_point(|cell| cell.column < area.first.1);
                for cell in row.cells[from..].iter().take_while(|cell| cell.column <= area.last.1) {
                    hits += 1;
                    if hits > MOST_HITS || found.len() >= super::gather::Gather::MOST_UNSEEN {
                        break;
                    }
                    let place = (row.index, cell.column);
                    let own = ink((row.index, cell.column.into()));
                    if let Some(hidden) = verdict(&cell.content, &own, &rule.test, &rule.look, date_1904) {
                        // The first rule that is met goes before the others; one that may be met goes before none.
                        found
                            .entry(place)
                            .and_modify(|was: &mut (Unseen, _)| {
                                if was.0 == Unseen::Perhaps {
                                    *was = hidden.clone();
                                }
                            })
                            .or_insert(hidden);
                    }
                }
            }
        }
    }
    for (place, (why, content)) in found {
        sheet.unseen.push((place, why));
        if let Some(content) = content {
            sheet.put(place.0, place.1, content);
        }
    }
    sheet.unseen.sort_unstable();
    sheet.unseen.dedup_by_key(|(place, _)| *place);
}

#[cfg(test)]
mod tests {
    use super::{Comparison, Look, Operand, Test, verdict};
    use crate::exact::Decimal;
    use crate::sheet::colour::Colour;
    use crate::sheet::ink::Ink;
    use crate::sheet::{Content, Unseen};

    fn number(text: &str) -> Content {
        Content::Number(Decimal::parse(text).expect("number"))
    }

    #[test]
    fn conditions_on_the_own_value_are_worked_out() {
        let first = Some((1, 3));
        for (test, content, met) in [
            (Test::own(Comparison::named("equal"), &["0"]), number("0"), Some(true)),
            (Test::own(Comparison::named("greaterThan"), &["5"]), number("5"), Some(false)),
            (Test::own(Comparison::named("GreaterOrEqual"), &["=5"]), number("5"), Some(true)),
            (Test::own(Comparison::numbered(1), &["9", "1"]), number("5"), Some(true)),
            (Test::own(Comparison::numbered(2), &["1", "9"]), number("5"), Some(false)),
            (Test::own(Comparison::named("equal"), &["\"无\""]), Content::Text("无".into()), Some(true)),
            (Test::own(Comparison::named("lessThan"), &["5"]), Content::Text("9".into()), Some(false)),
            (Test::own(Comparison::named("equal"), &["$A$1"]), number("5"), None),
            (Test::formula("D2=0", first), number("0"), Some(true)),
            (Test::formula("$D2<6", first), number("7"), Some(false)),
            (Test::formula("D$2<6", first), number("7"), None),
            (Test::formula("$E2=0", first), number("7"), None),
            (Test::formula("AND(D2>1,D2<6)", first), number("7"), None),
            (Test::formula("TRUE", first), number("7"), Some(true)),
            (Test::formula("ISERROR(D2)", first), number("7"), Some(false)),
            (Test::formula("LEN(TRIM(D2))=0", first), number("7"), Some(false)),
            (Test::open_document("cell-content()<=5", None), number("5"), Some(true)),
            (Test::open_document("cell-content-is-between(1,9)", None), number("5"), Some(true)),
            (Test::open_document("cell-content-is-not-between(1,9)", None), number("5"), Some(false)),
            (Test::open_document("is-true-formula([.E2]=1)", first), number("5"), None),
            (Test::open_document("is-true-formula([.D2]=5)", first), number("5"), Some(true)),
            (Test::open_document(">=6", None), number("5"), Some(false)),
            (Test::open_document("=5", None), number("5"), Some(true)),
            (Test::open_document("not-between(1,9)", None), number("5"), Some(false)),
            (Test::open_document("formula-is(D2<6)", first), number("5"), Some(true)),
            (Test::open_document("duplicate", first), number("5"), None),
        ] {
            assert_eq!(test.holds(&content), met, "{test:?} of {content:?}");
        }
        assert_eq!(Operand::parse("=\"a\"\"b\""), Some(Operand::Text("a\"b".into())));
    }

    #[test]
    fn a_look_hides_or_it_does_not() {
        let white = Look { colour: Some(Colour::WHITE), ..Look::default() };
        let code = |code: &str| Look { code: Some(code.into()), ..Look::default() };
        let told = |look: &Look, own: &Ink, test: &Test| {
            verdict(&number("9"), own, test, look, false).map(|(why, content)| (why, content.is_some()))
        };
        let plain = Ink::default();
        let dark = Ink { ground: Colour::named("1F4E78"), colour: Colour::WHITE, ..plain };
        assert_eq!(told(&white, &plain, &Test::Always), Some((Unseen::Faint, false)));
        assert_eq!(told(&white, &plain, &Test::Unknown), Some((Unseen::Perhaps, false)));
        assert_eq!(told(&white, &plain, &Test::Never), None);
        assert_eq!(told(&white, &dark, &Test::Always), None);
        let red = Look { ground: Some(Colour::named("C00000")), ..white.clone() };
        assert_eq!(told(&red, &plain, &Test::Always), None, "white on red is seen");
        assert_eq!(told(&code(";;;"), &plain, &Test::Always), Some((Unseen::Faint, true)));
        assert_eq!(told(&code("0.00"), &plain, &Test::Always), None);
        assert_eq!(told(&code("0\"分\""), &plain, &Test::Always), None);
        assert_eq!(told(&Look { struck: true, ..Look::default() }, &plain, &Test::Always), Some((Unseen::Struck, false)));
        assert_eq!(told(&Look { bare: true, ..Look::default() }, &plain, &Test::Always), Some((Unseen::Faint, false)));
    }
}
