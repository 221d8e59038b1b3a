//! Conditional formats as data: what a template holds, what a filled sheet has of it, and what it made of each cell.
//!
//! A rule is generic over its formulas: in a template they are trees over its cells, in a filled sheet what goes into the
//! workbook.

use std::fmt;

use super::model::{Borders, Color, Font, Range, Style};
use crate::diag::CellRef;
use crate::exact::Decimal;

/// A rule and the cells that it is for. Of several rules the earlier one decides where both say something.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule<F> {
    /// Ranges, the first of which begins left of and above all others.
    pub areas: Vec<Range>,
    /// What is asked or shown.
    pub kind: Kind<F>,
    /// The look of a cell that meets it; nothing for scales, bars and icons.
    pub look: Differential,
    /// Rules behind this one are not asked where it is met.
    pub stop: bool,
}

impl<F> Rule<F> {
    /// Its formulas.
    pub fn formulas(&self) -> &[F] {
        match &self.kind {
            Kind::Cell(_, formulas) => formulas,
            Kind::Formula(formula) => std::slice::from_ref(formula),
            _ => &[],
        }
    }

    /// Its formulas, to be changed.
    pub fn formulas_mut(&mut self) -> &mut [F] {
        match &mut self.kind {
            Kind::Cell(_, formulas) => formulas,
            Kind::Formula(formula) => std::slice::from_mut(formula),
            _ => &mut [],
        }
    }
}

/// A formula of a filled sheet, as it reads in the first cell of its rule.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Written(pub Vec<Part>);

/// A stretch of a formula.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Anything but a cell.
    Text(String),
    /// A cell.
    Cell(Reference),
}

/// A cell as a formula names it; what is fixed is the same for every cell of the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    /// Zero-based.
    pub row: u32,
    /// Zero-based.
    pub column: u16,
    /// `$` before the row.
    pub row_fixed: bool,
    /// `$` before the column.
    pub column_fixed: bool,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Cell(cell) => cell.fmt(f),
        })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = CellRef { row: 0, column: self.column }.to_string();
        let sign = |fixed: bool| if fixed { "$" } else { "" };
        let (column, row) = (name.trim_end_matches('1'), self.row + 1);
        write!(f, "{}{column}{}{row}", sign(self.column_fixed), sign(self.row_fixed))
    }
}

/// Kinds of rules (ECMA-376 part 1, 18.18.12).
#[derive(Clone, Debug, PartialEq)]
pub enum Kind<F> {
    /// The cell's value against one or two others.
    Cell(Comparison, Vec<F>),
    /// A formula that is true.
    Formula(F),
    /// The cell's text.
    Text(TextTest, String),
    /// Nothing but blanks in the cell, or the reverse.
    Blank(bool),
    /// An error in the cell, or the reverse. No cell of a form holds one.
    Error(bool),
    /// The largest or smallest numbers.
    Top {
        /// How many, or what percentage.
        rank: u16,
        /// The smallest.
        bottom: bool,
        /// `rank` is a percentage.
        percent: bool,
    },
    /// Numbers on one side of the mean.
    Average {
        /// Those above it.
        above: bool,
        /// The mean itself as well.
        equal: bool,
    },
    /// Values that stand there more than once, or once only.
    Repeated {
        /// Those that stand there once.
        unique: bool,
    },
    /// Grounds between two or three colours.
    Scale(Vec<(Bound, Color)>),
    /// A bar as long as the number is large.
    Bar(Bar),
    /// A picture by size.
    Icons(Icons),
}

/// How a value is compared (ECMA-376 part 1, 18.18.15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the standard's own words")]
pub enum Comparison {
    Between,
    NotBetween,
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
}

/// What is asked of a text. Large and small letters are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum TextTest {
    Contains,
    Lacks,
    Begins,
    Ends,
}

/// A point on the scale of a range's numbers (ECMA-376 part 1, 18.18.12 `ST_CfvoType`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// The least number.
    Least,
    /// The greatest.
    Greatest,
    /// The least number, or zero where that is less.
    LeastOrZero,
    /// The greatest number, or zero where that is more.
    GreatestOrZero,
    /// A number.
    Number(Decimal),
    /// So much of the way from the least to the greatest, 0 to 100.
    Percent(Decimal),
    /// The number below which so many of a hundred lie.
    Percentile(Decimal),
}

/// A bar behind, or in the place of, a number.
#[expect(clippy::struct_excessive_bools, reason = "the format's own switches")]
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Where it has no length.
    pub from: Bound,
    /// Where it is as long as the cell.
    pub to: Bound,
    /// Its colour.
    pub color: Color,
    /// Its colour for numbers below zero.
    pub negative: Color,
    /// The line around it.
    pub border: Option<Color>,
    /// The line around it for numbers below zero.
    pub negative_border: Color,
    /// It fades towards its end.
    pub gradient: bool,
    /// Where bars of numbers below zero meet the others.
    pub axis: Axis,
    /// Colour of the line there.
    pub axis_color: Color,
    /// It begins at the right.
    pub leftward: bool,
    /// The number is not shown.
    pub bare: bool,
    /// As offices before 2010 draw it: a tenth of the cell at least, nine tenths at most, no axis.
    pub classic: bool,
}

/// Where bars of numbers below zero meet the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// Where zero is.
    Zero,
    /// In the middle of the cell.
    Middle,
    /// Nowhere: all begin at one side.
    None,
}

/// A set of icons and the numbers that begin each but the first.
#[derive(Clone, Debug, PartialEq)]
pub struct Icons {
    /// Which pictures.
    pub set: IconSet,
    /// One for each icon, the first of no meaning; with whether the number itself is left out.
    pub steps: Vec<(Bound, bool)>,
    /// The last icon is for the smallest.
    pub reversed: bool,
    /// The number is not shown.
    pub bare: bool,
}

/// Sets of icons (ECMA-376 part 1, 18.18.42, and MS-XLSX 2.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the standard's own words")]
pub enum IconSet {
    Arrows3,
    ArrowsGray3,
    Flags3,
    TrafficLights3,
    TrafficLightsRimmed3,
    Signs3,
    SymbolsCircled3,
    Symbols3,
    Stars3,
    Triangles3,
    Arrows4,
    ArrowsGray4,
    RedToBlack4,
    Rating4,
    TrafficLights4,
    Arrows5,
    ArrowsGray5,
    Rating5,
    Quarters5,
    Boxes5,
}

impl IconSet {
    /// Every one, with its name in the file.
    pub const NAMES: [(Self, &str); 20] = [
        (Self::Arrows3, "3Arrows"),
        (Self::ArrowsGray3, "3ArrowsGray"),
        (Self::Flags3, "3Flags"),
        (Self::TrafficLights3, "3TrafficLights1"),
        (Self::TrafficLightsRimmed3, "3TrafficLights2"),
        (Self::Signs3, "3Signs"),
        (Self::SymbolsCircled3, "3Symbols"),
        (Self::Symbols3, "3Symbols2"),
        (Self::Stars3, "3Stars"),
        (Self::Triangles3, "3Triangles"),
        (Self::Arrows4, "4Arrows"),
        (Self::ArrowsGray4, "4ArrowsGray"),
        (Self::RedToBlack4, "4RedToBlack"),
        (Self::Rating4, "4Rating"),
        (Self::TrafficLights4, "4TrafficLights"),
        (Self::Arrows5, "5Arrows"),
        (Self::ArrowsGray5, "5ArrowsGray"),
        (Self::Rating5, "5Rating"),
        (Self::Quarters5, "5Quarters"),
        (Self::Boxes5, "5Boxes"),
    ];

    /// The set of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(set, _)| *set)
    }

    /// How many icons it has.
    pub fn count(self) -> usize {
        let name = Self::NAMES.iter().find(|(set, _)| *set == self).map_or("3", |(_, name)| name);
        name.chars().next().and_then(|digit| digit.to_digit(10)).unwrap_or(3) as usize
    }

    /// True of the sets that came with Excel 2010.
    pub fn is_later(self) -> bool {
        matches!(self, Self::Stars3 | Self::Triangles3 | Self::Boxes5)
    }
}

/// What a rule changes of a cell's look.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Differential {
    /// Ground.
    pub fill: Option<Color>,
    /// Ink.
    pub color: Option<Color>,
    /// In bold.
    pub bold: bool,
    /// In italics.
    pub italic: bool,
    /// Underlined: false once, true twice.
    pub underline: Option<bool>,
    /// Struck out.
    pub strike: bool,
    /// Edges; one that is absent stays as it is.
    pub borders: Borders,
    /// Number format.
    pub number_format: Option<String>,
}

impl Differential {
    /// True if a cell looks no different for it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes over what another says and this does not.
    pub fn below(&mut self, other: &Self) {
        self.fill = self.fill.or(other.fill);
        self.color = self.color.or(other.color);
        self.bold |= other.bold;
        self.italic |= other.italic;
        self.underline = self.underline.or(other.underline);
        self.strike |= other.strike;
        self.borders = Borders {
            left: self.borders.left.or(other.borders.left),
            right: self.borders.right.or(other.borders.right),
            top: self.borders.top.or(other.borders.top),
            bottom: self.borders.bottom.or(other.borders.bottom),
        };
        if self.number_format.is_none() {
            self.number_format.clone_from(&other.number_format);
        }
    }

    /// The look of a cell of that style, which is kept as what the workbook says.
    pub fn over(&self, style: &Style) -> Style {
        let font = Font {
            bold: style.font.bold || self.bold,
            italic: style.font.italic || self.italic,
            underline: style.font.underline || self.underline.is_some(),
            double_underline: self.underline.unwrap_or(style.font.double_underline),
            strike: style.font.strike || self.strike,
            color: self.color.map_or(style.font.color, |color| Some(color).filter(|color| *color != Color(0, 0, 0))),
            ..style.font.clone()
        };
        let own = &style.borders;
        Style {
            font,
            fill: self.fill.or(style.fill),
            borders: Borders {
                left: self.borders.left.or(own.left),
                right: self.borders.right.or(own.right),
                top: self.borders.top.or(own.top),
                bottom: self.borders.bottom.or(own.bottom),
            },
            number_format: self.number_format.clone().unwrap_or_else(|| style.number_format.clone()),
            unconditional: Some(Box::new(style.written().clone())),
            ..style.clone()
        }
    }
}

/// Something drawn in a cell beside its text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// Zero-based.
    pub row: u32,
    /// Zero-based.
    pub column: u16,
    /// What it is.
    pub what: Drawn,
}

/// What a scale of sizes draws in a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Drawn {
    /// A bar; places are parts of the cell's width, 0 at the left.
    Bar {
        /// Where it begins: at the side of zero.
        from: f64,
        /// Where it ends, left of `from` or right of it.
        to: f64,
        /// Colour.
        color: Color,
        /// The line around it.
        border: Option<Color>,
        /// It fades towards its end.
        gradient: bool,
        /// A line where zero is.
        axis: Option<(f64, Color)>,
    },
    /// An icon.
    Icon {
        /// Of which set.
        set: IconSet,
        /// Which one, the first for the smallest.
        at: usize,
        /// No number stands beside it: it stands where the number would.
        alone: bool,
    },
}

#[cfg(test)]
mod tests {
    use super::{Differential, IconSet};
    use crate::form::model::{Color, Font, Style};

    #[test]
    fn the_earlier_rule_decides_and_the_own_style_is_kept() {
        let style = Style { font: Font { color: Some(Color(1, 1, 1)), ..Font::default() }, ..Style::default() };
        let mut look = Differential { fill: Some(Color(9, 9, 9)), color: Some(Color(0, 0, 0)), ..Differential::default() };
        look.below(&Differential { fill: Some(Color(5, 5, 5)), bold: true, ..Differential::default() });
        let seen = look.over(&style);
        assert_eq!((seen.fill, seen.font.color, seen.font.bold), (Some(Color(9, 9, 9)), None, true), "black is absent");
        assert_eq!(seen.written(), &style);
        assert_eq!(look.over(&seen).written(), &style, "once more over the same cell");
    }

    #[test]
    fn a_set_has_as_many_icons_as_its_name_says() {
        for (set, name) in IconSet::NAMES {
            assert_eq!((IconSet::named(name), set.count().to_string()), (Some(set), name[..1].to_owned()));
        }
    }
}
