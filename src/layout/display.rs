//! What a cell shows: its value through its number format.

use std::borrow::Cow;

use crate::exact::Decimal;
use crate::form::model::{Color, Value};
use crate::number_format::{self, Format, Shown};

/// What stands in a cell.
pub(super) struct Seen<'a> {
    pub text: Cow<'a, str>,
    /// The ink that the number format gives it, before the font's.
    pub ink: Option<Color>,
    /// The byte of the text before which a sign fills the free width.
    pub fill: Option<(usize, char)>,
}

/// The text of a value through a format, empty for nothing.
pub(super) fn seen<'a>(format: &Format, value: &'a Value) -> Seen<'a> {
    let shown = match value {
        Value::Empty => Shown::default(),
        Value::Text(text) if !format.has_text_section() => return Seen { text: Cow::Borrowed(text), ink: None, fill: None },
        Value::Text(text) => format.show(number_format::Value::Text(text), false),
        Value::Number(number) | Value::Formula { result: number, .. } => format.show(number_format::Value::Number(*number), false),
        Value::Truth(truth) => format.show(number_format::Value::Bool(*truth), false),
        // A date must not come out as a bare serial number.
        Value::Date(serial) => {
            let day = number_format::Value::Number(Decimal::from(i64::from(*serial)));
            if format.is_date() { format.show(day, false) } else { Format::parse("yyyy-mm-dd").show(day, false) }
        }
    };
    Seen { text: Cow::Owned(shown.text), ink: shown.color.map(|ink| Color(ink.0, ink.1, ink.2)), fill: shown.fill }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(code: &str, value: &Value) -> String {
        seen(&Format::parse(code), value).text.into_owned()
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
            assert_eq!(seen(&Format::parse(code), &Value::Number(Decimal::parse(value).unwrap())).ink, ink, "{code} {value}");
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
