//! What a cell shows: its value through its number format.

use std::borrow::Cow;

use ssfmt::FormatOptions;

use super::number::Format;
use crate::exact::Decimal;
use crate::form::model::{Color, FilledBook, Value};

/// The number formats of a book's styles, parsed once.
pub(super) struct Display {
    formats: Vec<Option<Format>>,
    options: FormatOptions,
}

impl Display {
    pub fn new(book: &FilledBook) -> Self {
        Self { formats: book.styles.iter().map(|style| Format::parse(&style.number_format)).collect(), options: FormatOptions::default() }
    }

    /// The text of a value; empty for nothing.
    pub fn text<'a>(&self, value: &'a Value, style: usize) -> Cow<'a, str> {
        let format = self.formats.get(style).and_then(Option::as_ref);
        match value {
            Value::Empty => Cow::Borrowed(""),
            Value::Text(text) => format.and_then(|format| format.text(text)).map_or(Cow::Borrowed(text), Cow::Owned),
            Value::Number(number) | Value::Formula { result: number, .. } => {
                let plain = general(*number);
                Cow::Owned(match format {
                    Some(format) => format.number(number.to_stored(), &plain, &self.options),
                    None => plain,
                })
            }
            Value::Date(serial) => Cow::Owned(match format {
                Some(format) => format.number(f64::from(*serial), &plain_date(*serial), &self.options),
                None => plain_date(*serial),
            }),
        }
    }

    /// The ink that the number format gives a value, before the font's.
    pub fn ink(&self, value: &Value, style: usize) -> Option<Color> {
        let format = self.formats.get(style)?.as_ref()?;
        match value {
            Value::Number(number) | Value::Formula { result: number, .. } => format.ink(number.to_stored()),
            Value::Date(serial) => format.ink(f64::from(*serial)),
            Value::Empty | Value::Text(_) => None,
        }
    }
}

// As General shows a number: eleven characters, the last places rounded away.
fn general(number: Decimal) -> String {
    let whole = number.to_string();
    let Some(point) = whole.find('.') else { return whole };
    let sign = usize::from(whole.starts_with('-'));
    if whole.len() - sign <= 11 {
        return whole;
    }
    let places = 10_usize.saturating_sub(point - sign) as u32;
    crate::exact::Exact::from(number).published_decimal(places).map_or(whole, |rounded| rounded.to_string())
}

// A date must not come out as a bare serial number.
fn plain_date(serial: i32) -> String {
    ssfmt::format_default(f64::from(serial), "yyyy-mm-dd").unwrap_or_else(|_| serial.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::model::Style;

    fn shown(code: &str, value: &Value) -> String {
        let book = FilledBook { styles: vec![Style { number_format: code.into(), ..Style::default() }], ..FilledBook::default() };
        Display::new(&book).text(value, 0).into_owned()
    }

    #[test]
    fn a_format_may_name_its_ink() {
        let red = Some(Color(255, 0, 0));
        for (code, value, ink) in [
            ("0.0;[Red]-0.0", "-2.5", red),
            ("0.0;[Red]-0.0", "2.5", None),
            ("[Red][<60]0;0", "59", red),
            ("[Red][<60]0;0", "60", None),
            ("[Red]0", "1", red),
        ] {
            let book = FilledBook { styles: vec![Style { number_format: code.into(), ..Style::default() }], ..FilledBook::default() };
            assert_eq!(Display::new(&book).ink(&Value::Number(Decimal::parse(value).unwrap()), 0), ink, "{code} {value}");
        }
    }

    #[test]
    fn numbers_and_dates_follow_their_format() {
        let number = |text: &str| Value::Number(Decimal::parse(text).unwrap());
        for (code, value, text) in [
            ("0.00", number("91"), "91.00"),
            ("0.00", number("-0.5"), "-0.50"),
            ("General", number("8.75"), "8.75"),
            ("", number("100"), "100"),
            ("@", number("12"), "12"),
            ("#,##0.00", number("1234.5"), "1,234.50"),
            ("0%", number("0.25"), "25%"),
            ("0.00_ ", number("3"), "3.00 "),
            ("0.0;[Red]-0.0", number("-2.5"), "-2.5"),
            ("yyyy\"年\"m\"月\"d\"日\"", Value::Date(46_148), "2026年5月6日"),
            ("yyyy/m/d", Value::Date(46_148), "2026/5/6"),
            ("[$-804]yyyy\"年\"m\"月\";@", Value::Date(46_148), "2026年5月"),
            ("", Value::Date(46_148), "2026-05-06"),
            ("[$-804]dddd", Value::Date(46_148), "星期三"),
            ("[$-804]ddd", Value::Date(46_148), "周三"),
            ("[$-804]mmm mmmm", Value::Date(46_148), "5月 五月"),
            ("yyyy/m/d aaaa", Value::Date(46_148), "2026/5/6 星期三"),
            ("\"aaa\"aaa", Value::Date(46_148), "aaa三"),
            ("@", Value::Text("{0.00}".into()), "{0.00}"),
            ("0.00", Value::Text("无".into()), "无"),
            ("General\"分\"", number("8.5"), "8.5分"),
            ("[\"", number("8.5"), "8.5"),
        ] {
            assert_eq!(shown(code, &value), text, "{code}");
        }
    }
}
