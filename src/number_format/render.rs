//! The text of a value as it grows.

use super::numerals;
use super::parse::{Section, Token};

/// Text with the place that takes up the free width.
#[derive(Debug, Default)]
pub(super) struct Text {
    pub out: String,
    pub fill: Option<(usize, char)>,
}

impl Text {
    pub fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Takes back the minus that the text begins with.
    pub fn unsigned(&mut self) {
        self.out.remove(0);
        self.fill = self.fill.map(|(at, sign)| (at - 1, sign));
    }

    /// Digits, in the section's numerals.
    pub fn figures(&mut self, digits: &str, section: &Section) {
        match section.numerals {
            Some(kind) => self.out.push_str(&numerals::one_by_one(digits, kind)),
            None => self.out.push_str(digits),
        }
    }

    /// A token that is the same for every value.
    pub fn token(&mut self, token: &Token) {
        match token {
            Token::Text(text) => self.out.push_str(text),
            Token::Space => self.out.push(' '),
            Token::Fill(sign) => self.fill = self.fill.or(Some((self.out.len(), *sign))),
            Token::Figure(sign) | Token::Digit(sign) => self.out.push(*sign),
            Token::Point => self.out.push('.'),
            Token::Comma => self.out.push(','),
            Token::Percent => self.out.push('%'),
            Token::Slash => self.out.push('/'),
            Token::Exponent(plus) => self.out.push_str(if *plus { "E+" } else { "E-" }),
            Token::General | Token::Value | Token::Date(_) | Token::End => {}
        }
    }
}
