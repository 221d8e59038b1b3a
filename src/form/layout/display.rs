//! What a cell shows: its value through its number format.

use std::borrow::Cow;

use ssfmt::{FormatOptions, Locale, NumberFormat};

use crate::form::model::{FilledBook, Style, Value};

/// The number formats of a book's styles, parsed once.
pub(super) struct Display {
    formats: Vec<Option<Parsed>>,
}

struct Parsed {
    format: NumberFormat,
    options: FormatOptions,
}

impl Display {
    pub fn new(book: &FilledBook) -> Self {
        Self { formats: book.styles.iter().map(parse).collect() }
    }

    /// The text of a value; empty for nothing.
    pub fn text<'a>(&self, value: &'a Value, style: usize) -> Cow<'a, str> {
        let format = self.formats.get(style).and_then(Option::as_ref);
        match value {
            Value::Empty => Cow::Borrowed(""),
            Value::Text(text) => match format {
                Some(Parsed { format, options }) if format.sections().iter().any(ssfmt::ast::Section::has_text_placeholder) => {
                    Cow::Owned(format.format_text(text, options))
                }
                _ => Cow::Borrowed(text),
            },
            Value::Number(number) | Value::Formula { result: number, .. } => Cow::Owned(match format {
                Some(Parsed { format, options }) => format.format(number.to_stored(), options),
                None => number.to_string(),
            }),
            Value::Date(serial) => Cow::Owned(match format {
                Some(Parsed { format, options }) => format.format(f64::from(*serial), options),
                None => plain_date(*serial),
            }),
        }
    }
}

// A format that cannot be read shows the plain value rather than nothing.
fn parse(style: &Style) -> Option<Parsed> {
    let code = style.number_format.as_str();
    if matches!(code.trim(), "" | "@") || code.trim().eq_ignore_ascii_case("general") || code.len() > 255 {
        return None;
    }
    let (code, bare_days) = western_days(code);
    let lower = code.to_lowercase();
    let chinese = bare_days || ["[$-804]", "[$-404]", "[$-zh"].iter().any(|tag| lower.contains(tag));
    let locale = if chinese { chinese_names(bare_days) } else { Locale::default() };
    let format = NumberFormat::parse(&code).ok()?;
    Some(Parsed { format, options: FormatOptions { locale, ..FormatOptions::default() } })
}

// Chinese offices write the weekday 星期三 as `aaaa` and 三 as `aaa`; elsewhere these are `dddd` and `ddd`. Also
// whether there was such a code.
fn western_days(code: &str) -> (Cow<'_, str>, bool) {
    // The even parts stand outside quotation marks.
    let has = |run: &str| code.split('"').step_by(2).any(|part| part.contains(run));
    if !has("aaa") {
        return (Cow::Borrowed(code), false);
    }
    let parts: Vec<String> = code
        .split('"')
        .enumerate()
        .map(|(at, part)| if at % 2 == 0 { part.replace("aaaa", "dddd").replace("aaa", "ddd") } else { part.to_owned() })
        .collect();
    (Cow::Owned(parts.join("\"")), true)
}

fn chinese_names(bare_days: bool) -> Locale {
    let short = if bare_days {
        ["日", "一", "二", "三", "四", "五", "六"]
    } else {
        ["周日", "周一", "周二", "周三", "周四", "周五", "周六"]
    };
    Locale {
        am_string: "上午",
        pm_string: "下午",
        month_names_short: ["1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"],
        month_names_full: ["一月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月", "十二月"],
        day_names_short: short,
        day_names_full: ["星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"],
        ..Locale::default()
    }
}

// A date must not come out as a bare serial number.
fn plain_date(serial: i32) -> String {
    ssfmt::format_default(f64::from(serial), "yyyy-mm-dd").unwrap_or_else(|_| serial.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::Decimal;

    fn shown(code: &str, value: &Value) -> String {
        let book = FilledBook { styles: vec![Style { number_format: code.into(), ..Style::default() }], ..FilledBook::default() };
        Display::new(&book).text(value, 0).into_owned()
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
