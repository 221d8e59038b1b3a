//! Number formats of a file, each looked at once, and what they make of a value: where a person sees something else than the
//! cell holds, the content says both.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};

use super::book::Disguised;
use super::ink::Ink;
use super::{Content, number};
use crate::exact::Decimal;
use crate::number_format::{Format, Value, builtin_code};
use crate::words::folded;

/// The number formats that a file defines, by their ids.
pub(super) struct Formats {
    date_1904: bool,
    codes: BTreeMap<u32, String>,
}

impl Formats {
    pub(super) fn new(date_1904: bool) -> Self {
        Self { date_1904, codes: BTreeMap::new() }
    }

    /// A file may give any id another meaning than the built-in one.
    pub(super) fn define(&mut self, id: u32, code: String) {
        self.codes.insert(id, code);
    }

    /// The code of an id, the file's own before the built-in one.
    pub(super) fn code(&self, id: u32) -> &str {
        self.codes.get(&id).map_or_else(|| builtin_code(id), String::as_str)
    }

    /// Styles by the ids of their formats.
    pub(super) fn styles(&self, ids: impl IntoIterator<Item = u32>) -> Vec<Style> {
        let mut known: BTreeMap<u32, Style> = BTreeMap::new();
        ids.into_iter().map(|id| known.entry(id).or_insert_with(|| Style::new(self.code(id), self.date_1904)).clone()).collect()
    }
}

/// How cells of one style are shown.
#[derive(Clone, Debug)]
pub(super) struct Style {
    looks: Arc<Looks>,
    /// What its letters are written with.
    pub(super) ink: Ink,
}

#[derive(Debug)]
struct Looks {
    code: Box<str>,
    format: Format,
    date_1904: bool,
    numbers: Numbers,
    /// Texts are shown as they are.
    plain_texts: bool,
}

/// Which numbers a format shows as they are.
#[derive(Debug, PartialEq)]
enum Numbers {
    All,
    /// Those of no more decimal places.
    Places(u16),
    /// Dates, with the whole day.
    Days,
    /// Dates, with less.
    Times,
    /// Each has to be looked at.
    Some,
}

impl Style {
    pub(super) fn new(code: &str, date_1904: bool) -> Self {
        let format = Format::parse(code);
        let numbers = if ["", "@", "general", "g/通用格式"].contains(&code.trim().to_lowercase().as_str()) {
            Numbers::All
        } else if format.is_date() {
            // A day whose three numbers are like no others.
            let day = NaiveDate::from_ymd_opt(2021, 11, 23).unwrap_or_default();
            let shown = format.text(Value::Number(number::serial(day.into(), date_1904)), date_1904);
            if is_day(&shown, day) { Numbers::Days } else { Numbers::Times }
        } else {
            places(code).map_or(Numbers::Some, Numbers::Places)
        };
        let plain_texts = format.text(Value::Text("文"), date_1904) == "文";
        Self { looks: Arc::new(Looks { code: code.into(), format, date_1904, numbers, plain_texts }), ink: Ink::default() }
    }

    /// True where numbers are shown as dates or times.
    pub(super) fn is_date(&self) -> bool {
        matches!(self.looks.numbers, Numbers::Days | Numbers::Times)
    }

    /// The style with what its letters are written with.
    pub(super) fn in_ink(self, ink: Ink) -> Self {
        Self { ink, ..self }
    }

    /// True where everything is shown as it is stored.
    pub(super) fn is_plain(&self) -> bool {
        self.looks.numbers == Numbers::All && self.looks.plain_texts && self.ink.unseen().is_none()
    }

    /// True where texts are shown as they are.
    pub(super) fn shows_texts(&self) -> bool {
        self.looks.plain_texts
    }

    /// What a stored number is, and is seen to be.
    pub(super) fn number(&self, value: f64) -> Content {
        self.seen(if self.is_date() { number::date_content(value, self.looks.date_1904) } else { number::content(value) })
    }

    /// The content, disguised where this style shows something else.
    pub(super) fn seen(&self, content: Content) -> Content {
        let looks = &*self.looks;
        let value = match (&content, &looks.numbers) {
            (Content::Number(_), Numbers::All) | (Content::Date(_), Numbers::Days | Numbers::All) => return content,
            (Content::Number(number), Numbers::Places(places)) if number.places() <= *places => return content,
            (Content::Number(number), _) => Value::Number(*number),
            (Content::Date(at), _) => Value::Number(number::serial(*at, looks.date_1904)),
            (Content::Text(text), _) if !looks.plain_texts => Value::Text(text),
            _ => return content,
        };
        let shown = looks.format.text(value, looks.date_1904);
        seen(&shown, content, &looks.code)
    }
}

/// The decimal places of a code that shows nothing but a number: `0`, `#,##0.00`, `0.0_ `.
fn places(code: &str) -> Option<u16> {
    let code = code.strip_suffix("_ ").unwrap_or(code);
    let (whole, part) = code.split_once('.').unwrap_or((code, ""));
    let plain = matches!(whole, "0" | "#,##0") && part.bytes().all(|byte| byte == b'0');
    plain.then(|| u16::try_from(part.len()).ok()).flatten()
}

/// The content, disguised where what is shown is something else.
pub(super) fn seen(shown: &str, held: Content, code: &str) -> Content {
    let (alike, same) = match &held {
        Content::Number(number) => {
            let alike = is_number(shown, *number);
            (alike, (alike && is_bare(shown)) || (code.is_empty() && is_shortened(shown, *number)))
        }
        Content::Date(at) => (false, is_day(shown, at.date())),
        Content::Text(text) => (false, folded(shown) == folded(text)),
        _ => (false, true),
    };
    if same { held } else { Content::Disguised(Box::new(Disguised { shown: shown.into(), held, alike, code: code.into() })) }
}

/// True where a long number is shown by General, which has room for ten figures or five and an exponent. Asked where only
/// what is shown is known, and not by which format.
fn is_shortened(shown: &str, number: Decimal) -> bool {
    let figures = shown.bytes().filter(u8::is_ascii_digit).count();
    let value = number.to_stored();
    let near = shown.trim().parse::<f64>().is_ok_and(|shown| (shown - value).abs() <= value.abs() * 1e-5);
    near && (figures >= 9 || shown.contains(['E', 'e']))
}

/// True for figures without anything around them, zeros before them among it.
fn is_bare(shown: &str) -> bool {
    let figures = shown.trim().trim_start_matches('-');
    let padded = figures.starts_with('0') && figures.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    !padded && figures.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
}

/// True where what is shown is this number and letters around it: `9.50分`, `¥1,000`, `(2.00)`; not `80%`, `0.95万`, `1/2`.
fn is_number(shown: &str, number: Decimal) -> bool {
    let folded = folded(shown);
    let digit = |c: char| c.is_ascii_digit();
    let (Some(first), Some(last)) = (folded.find(|c| digit(c) || c == '.'), folded.rfind(digit)) else { return false };
    if folded.contains(['%', '‰', '万', '亿', '千', '百', '/', ':']) || first > last {
        return false;
    }
    let (before, digits, after) = (&folded[..first], &folded[first..=last], &folded[last + 1..]);
    let negative = before.contains(['-', '−']) || (before.contains('(') && after.contains(')') && number.is_negative());
    Decimal::parse(&digits.replace(',', "")).is_some_and(|shown| (if negative { -shown } else { shown }) == number)
}

/// True where what is shown names year, month and day, in whatever order.
fn is_day(shown: &str, day: chrono::NaiveDate) -> bool {
    // Blanks part a day from its time.
    let words = shown.split_whitespace().map(folded).collect::<Vec<_>>().join(" ");
    let numbers: Vec<i64> = words.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect();
    let year = i64::from(day.year());
    let names = |wanted: u32| numbers.iter().filter(|number| **number == i64::from(wanted)).count();
    let twice = if day.month() == day.day() { 2 } else { 1 };
    let ends = [numbers.first(), numbers.get(1).filter(|_| numbers.len() == 2), numbers.get(2)];
    let whole = numbers.contains(&year) || ends.contains(&Some(&(year % 100)));
    let month = words.to_ascii_lowercase().contains(&day.format("%b").to_string().to_ascii_lowercase());
    let digits = format!("{}{:02}{:02}", year, day.month(), day.day());
    words == digits || (whole && names(day.day()) >= 1 && (month || names(day.month()) >= twice))
}

#[cfg(test)]
mod tests {
    use super::{Style, is_day, is_number};
    use crate::exact::Decimal;
    use crate::sheet::Content;

    #[test]
    fn a_number_is_the_same_whatever_stands_around_it() {
        for (shown, number) in [
            ("9.50", "9.5"),
            ("9.5分", "9.5"),
            ("得9分", "9"),
            ("¥1,000.00", "1000"),
            ("(2.00)", "-2"),
            ("-2", "-2"),
            ("８.7", "8.7"),
            ("+3", "3"),
            ("007", "7"),
            (".5", "0.5"),
            ("9.5E+00", "9.5"),
        ] {
            assert!(is_number(shown, Decimal::parse(number).expect("number")), "{shown}");
        }
        for (shown, number) in [
            ("10", "9.96"),
            ("80%", "0.8"),
            ("80%", "80"),
            ("0.95万", "9500"),
            ("1/2", "0.5"),
            ("2", "-2"),
            ("优秀", "9"),
            ("", "9"),
            ("9:30", "9"),
            ("九", "9"),
            ("-", "9"),
        ] {
            assert!(!is_number(shown, Decimal::parse(number).expect("number")), "{shown}");
        }
    }

    #[test]
    fn a_day_is_the_same_in_whatever_order() {
        let day = chrono::NaiveDate::from_ymd_opt(1983, 7, 10).expect("day");
        for shown in ["1983-07-10", "1983年7月10日", "83/7/10", "7/10/1983", "7-10-83", "10-Jul-83", "19830710", "1983-07-10 00:00:00"] {
            assert!(is_day(shown, day), "{shown}");
        }
        for shown in ["1983年7月", "7月10日", "7月", "9:30", "", "一九八三年七月十日", "1983"] {
            assert!(!is_day(shown, day), "{shown}");
        }
    }

    #[test]
    fn what_is_seen_is_compared_with_what_is_held() {
        let shown = |code: &str, value: f64| match Style::new(code, false).number(value) {
            Content::Disguised(own) => format!("{}{}", own.shown, if own.alike { " alike" } else { "" }),
            Content::Number(number) => format!("={number}"),
            Content::Date(at) => format!("={}", at.date()),
            other => format!("{other:?}"),
        };
        for (code, value, expected) in [
            ("General", 0.1 + 0.2, "=0.3"),
            ("0.00", 8.7, "=8.7"),
            ("0", 9.96, "10"),
            ("0.0", 9.96, "10.0"),
            ("0.0_ ", 9.96, "10.0 "),
            ("0\"分\"", 9.0, "9分 alike"),
            ("0\"分\"", 9.5, "10分"),
            ("0%", 0.8, "80%"),
            (";;;", 9.0, ""),
            ("0;-0;;@", 0.0, ""),
            ("\"优秀\"", 9.0, "优秀"),
            ("[=1]\"是\";[=0]\"否\"", 1.0, "是"),
            ("#,##0.00", 1234.5, "=1234.5"),
            ("0.00_);[Red](0.00)", -2.0, "(2.00) alike"),
            ("0;[Red]0", -2.0, "2"),
            ("0000", 301.0, "0301 alike"),
            ("\"第\"0\"季度\"", 1.0, "第1季度 alike"),
            ("m\"月\"", 46_023.0, "1月"),
            ("yyyy\"年\"m\"月\"", 46_054.0, "2026年2月"),
            ("yyyy/m/d", 46_204.0, "=2026-07-01"),
            ("yyyy\"年\"m\"月\"d\"日\";@", 46_204.0, "=2026-07-01"),
            ("h:mm", 9.5 / 24.0, "9:30"),
        ] {
            assert_eq!(shown(code, value), expected, "{code} {value}");
        }
        let text = |code: &str| Style::new(code, false).seen(Content::Text("张三".into()));
        assert_eq!(text("0.00"), Content::Text("张三".into()));
        assert!(matches!(text(";;;"), Content::Disguised(own) if own.shown.is_empty()));
    }
}
