//! What a cell shows: a number format code applied to an exact value, after ECMA-376 part 1, 18.8.30 and 18.8.31, and as the Chinese
//! office of the mainland shows what the standard leaves to it. No floats: a number is rounded as the decimal that it is, half away
//! from zero.
//!
//! ```
//! use scorebook::exact::Decimal;
//! use scorebook::number_format::{Format, Value};
//!
//! // The code of a cell's style, or the number of a built-in format where the file names no code.
//! let format = Format::parse("0!.0,\"万\"");
//! assert_eq!(format.text(Value::Number(Decimal::from(123_456)), false), "12.3万");
//! assert_eq!(Format::builtin(31).text(Value::Number(Decimal::from(46_204)), false), "2026年7月1日");
//! assert!(Format::builtin(31).is_date());
//! ```
//!
//! [`Format::show`] gives ink and fill besides; [`for_file`] is the code that goes into a file.

mod dates;
mod digits;
mod numerals;
mod parse;
mod render;
#[cfg(test)]
mod tests;
mod words;

use parse::{Comparison, Section, Token};
use render::Text;

pub use parse::Doubt;
pub use words::{Rgb, palette};

use crate::exact::Decimal;

/// Longer codes are in no file of an office.
const LONGEST: usize = 255;
/// What stands in the cell for a value that its format cannot show, such as a date below zero.
const HASHES: &str = "########";

/// A number format code, read once a style.
#[derive(Clone, Debug)]
pub struct Format {
    /// For numbers, in the order of the code.
    numbers: Vec<Section>,
    /// For texts, where the code has a section for them.
    text: Option<Section>,
    doubts: Vec<Doubt>,
}

/// What a cell holds.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// A number; a day or a time is its serial number.
    Number(Decimal),
    /// A text.
    Text(&'a str),
    /// TRUE or FALSE, which no format changes.
    Bool(bool),
}

/// What a cell shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The text. `_x` is one blank in it; the fill is left out.
    pub text: String,
    /// The ink that the code names, before the font's.
    pub color: Option<Rgb>,
    /// `*x`: the byte of the text before which the sign is repeated over the free width.
    pub fill: Option<(usize, char)>,
}

impl Format {
    /// Reads a code. Never fails: what no office would write is among [`Format::doubts`], and what cannot be read is General.
    pub fn parse(code: &str) -> Self {
        let mut doubts = Vec::new();
        let sections = if code.len() > LONGEST { None } else { parse::sections(code, &mut doubts) };
        let Some(mut numbers) = sections else {
            return Self { numbers: Vec::new(), text: None, doubts: vec![Doubt::Unreadable] };
        };
        if code.trim().is_empty() {
            numbers.clear();
        }
        // The fourth section is that of texts, else the last if it names them.
        let text = if numbers.len() == 4 || numbers.last().is_some_and(|last| last.has(&Token::Value)) { numbers.pop() } else { None };
        Self { numbers, text, doubts }
    }

    /// The format that a file names by number only, 0 to 58, as the Chinese office shows it; General for other numbers.
    pub fn builtin(id: u32) -> Self {
        Self::parse(builtin_code(id))
    }

    /// What no office would write.
    pub fn doubts(&self) -> &[Doubt] {
        &self.doubts
    }

    /// Whether it shows numbers as days or times: its first section has a part of a date, a time of day or elapsed time.
    pub fn is_date(&self) -> bool {
        self.numbers.first().is_some_and(|section| section.parts().next().is_some())
    }

    /// Whether it shows a day, that is a year, month, day or weekday, and not only a time.
    pub fn shows_day(&self) -> bool {
        self.numbers.first().is_some_and(|section| section.parts().any(parse::Part::is_of_day))
    }

    /// Whether it has a section for texts; without one they are shown as they are.
    pub fn has_text_section(&self) -> bool {
        self.text.is_some()
    }

    /// Whether it is the format of cells whose content is text (`@`).
    pub fn is_text(&self) -> bool {
        self.numbers.is_empty() && self.text.is_some()
    }

    /// The text that a person sees in the cell, where the column is wide enough. `date_1904` is the date system of the workbook.
    pub fn text(&self, value: Value<'_>, date_1904: bool) -> String {
        self.show(value, date_1904).text
    }

    /// The text with its ink and its fill.
    pub fn show(&self, value: Value<'_>, date_1904: bool) -> Shown {
        match value {
            Value::Bool(truth) => Shown { text: if truth { "TRUE" } else { "FALSE" }.to_owned(), ..Shown::default() },
            Value::Text(text) => self.show_text(text),
            Value::Number(number) => self.show_number(number, date_1904),
        }
    }

    fn show_text(&self, value: &str) -> Shown {
        let Some(section) = &self.text else { return Shown { text: value.to_owned(), ..Shown::default() } };
        let mut text = Text::default();
        for token in &section.tokens {
            match token {
                Token::Value | Token::General => text.push(value),
                other => text.token(other),
            }
        }
        Shown { text: text.out, color: section.color, fill: text.fill }
    }

    fn show_number(&self, value: Decimal, date_1904: bool) -> Shown {
        let Some((section, unsigned)) = self.section(value) else {
            // A section for texts alone says nothing about numbers.
            let sign = if value.is_negative() { "-" } else { "" };
            return Shown { text: format!("{sign}{}", digits::general(value, None)), ..Shown::default() };
        };
        let mut text = Text::default();
        // Words alone have no sign.
        let signed = value.is_negative() && !unsigned && section.tokens.iter().any(Token::shows_number);
        if signed {
            text.push("-");
        }
        let value = if unsigned && value.is_negative() { -value } else { value };
        if section.parts().next().is_some() {
            if !dates::write(section, value, date_1904, &mut text) {
                text.out = String::from(HASHES);
            }
        } else if section.has(&Token::General) || section.has(&Token::Value) {
            for token in &section.tokens {
                match token {
                    Token::General | Token::Value => text.push(&digits::general(value, section.numerals)),
                    other => text.token(other),
                }
            }
        } else if digits::write(section, value, &mut text) && signed {
            // What rounds to nothing has no sign.
            text.unsigned();
        }
        Shown { text: text.out, color: section.color, fill: text.fill }
    }

    /// The section for a number, and whether it is written without its sign; `None` where General shows it.
    fn section(&self, value: Decimal) -> Option<(&Section, bool)> {
        let sections = self.numbers.as_slice();
        if sections.iter().all(|section| section.condition.is_none()) {
            return Some(match sections {
                [_, negative, ..] if value.is_negative() => (negative, true),
                [_, _, zero] if value.is_zero() => (zero, false),
                sections => (sections.first()?, false),
            });
        }
        for (at, section) in sections.iter().enumerate() {
            let holds = match section.condition {
                Some(condition) => condition.holds(value),
                // What has no condition of its own beside others: the first is for positive numbers, the second of three for negative ones.
                None if at == 0 => value > Decimal::ZERO,
                None if at == 1 && sections.len() == 3 => value.is_negative(),
                None => true,
            };
            if holds {
                return Some((section, is_unsigned(sections, at)));
            }
        }
        sections.first().filter(|first| first.condition.is_none()).map(|first| (first, false))
    }
}

/// Whether a negative number stands in the section without its sign: where the condition admits negative numbers only, and in a second
/// section without one, unless the first is about positive numbers or about one number.
fn is_unsigned(sections: &[Section], at: usize) -> bool {
    use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
    if let Some(own) = sections[at].condition {
        return match own.comparison {
            Less => own.limit <= Decimal::ZERO,
            LessOrEqual | Equal => own.limit < Decimal::ZERO,
            _ => false,
        };
    }
    let Some(first) = sections[0].condition.filter(|_| at == 1) else { return false };
    match first.comparison {
        Equal | NotEqual => false,
        Greater | GreaterOrEqual => sections.len() == 3 || first.limit <= Decimal::ZERO,
        Less | LessOrEqual => true,
    }
}

/// The code of a format that a file names by number only; `General` where there is none.
pub fn builtin_code(id: u32) -> &'static str {
    words::builtin(id)
}

/// The code as it goes into a file for every office to read: 红色 becomes Red, G/通用格式 becomes General, 上午/下午 and `!` become what
/// the standard has for them.
pub fn for_file(code: &str) -> String {
    words::for_file(code)
}
