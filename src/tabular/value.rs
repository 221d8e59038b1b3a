//! Values: what a cell of a workbook shows, and what JSON and Parquet hold, as what a placeholder is filled with.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use crate::diag::Said;
use crate::exact::{Decimal, Exact};
use crate::form::data::Datum;
use crate::sheet::{Content, Disguised};

/// A number with the places that it is written with.
fn number(value: Decimal, places: u16) -> Datum {
    Datum::Number { value, digits: u8::try_from(places.max(value.places())).unwrap_or(u8::MAX) }
}

/// A text; nothing if it is blank.
pub(super) fn text(text: &str) -> Datum {
    let text = text.trim();
    if text.is_empty() { Datum::Empty } else { Datum::Text(text.to_owned()) }
}

/// What a cell shows.
///
/// # Errors
/// A cell that shows no value: an error, a formula that nobody has worked out, a picture.
pub(super) fn of_cell(content: &Content) -> Result<Datum, Said> {
    Ok(match content {
        Content::Text(held) => text(held),
        Content::Number(value) => number(*value, 0),
        Content::Date(at) => moment(*at),
        Content::Bool(truth) => truth_value(*truth),
        Content::Disguised(own) => disguised(own),
        Content::Error(word) => {
            return Err(Said::new(
                format!("是错误值 {word}；请改正公式或填上值"),
                format!("holds the error {word}; correct the formula or enter a value"),
            ));
        }
        Content::Uncalculated(formula) => {
            return Err(Said::new(
                format!("的公式 {formula} 没有计算结果；请用 WPS 或 Excel 打开后保存"),
                format!("holds the formula {formula} without a result; open the file in WPS or Excel and save it"),
            ));
        }
        Content::Picture => {
            return Err(Said::new("是图片，读不出值；请填上文字或数", "holds a picture and no value; enter a text or a number"));
        }
    })
}

/// TRUE and FALSE as a sheet shows them.
pub(super) fn truth_value(truth: bool) -> Datum {
    Datum::Text(if truth { "TRUE" } else { "FALSE" }.to_owned())
}

/// A day; with a time of day a text, since a placeholder has no kind for both.
pub(super) fn moment(at: NaiveDateTime) -> Datum {
    let time = at.time();
    let shown = if time.format("%S").to_string() == "00" { "%H:%M" } else { "%H:%M:%S" };
    let first = [NaiveDate::from_ymd_opt(1899, 12, 31), NaiveDate::from_ymd_opt(1904, 1, 1)].contains(&Some(at.date()));
    match (time == NaiveTime::MIN, first) {
        (true, _) => Datum::Date(at.date()),
        (false, true) => Datum::Text(time.format(shown).to_string()),
        (false, false) => Datum::Text(format!("{} {}", at.date(), time.format(shown))),
    }
}

/// What is seen: a number where nothing but its places, its separators and a sign of money differ, else the text.
fn disguised(own: &Disguised) -> Datum {
    if let Content::Number(held) = &own.held
        && let Some((shown, places)) = amount(&own.shown)
        && shows(shown, *held, places)
    {
        return number(shown, places);
    }
    text(&own.shown)
}

/// True if the number rounds to what is shown: it is no further from it than half of the last place.
fn shows(shown: Decimal, held: Decimal, places: u16) -> bool {
    let half = 10_i64.checked_pow(u32::from(places) + 1).and_then(|power| Exact::fraction(5, power));
    half.is_some_and(|half| (Exact::from(held) - Exact::from(shown)).abs() <= half)
}

/// `¥1,234.50`, `(12.00)`, `-3 元` as a number and its places.
fn amount(shown: &str) -> Option<(Decimal, u16)> {
    let bare = shown.trim();
    let (bare, negative) = match bare.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) => (inner, true),
        None => (bare, false),
    };
    let bare: String = bare.chars().filter(|c| !c.is_whitespace() && !"¥￥$€£,元".contains(*c)).collect();
    // A leading zero is a code: 0301.
    let whole = bare.trim_start_matches('-').split('.').next().unwrap_or_default();
    if bare.is_empty() || (whole.len() > 1 && whole.starts_with('0')) || bare.contains(['e', 'E', '+']) {
        return None;
    }
    let places = bare.split_once('.').map_or(0, |(_, part)| part.len() as u16);
    let value = Decimal::parse(&bare)?;
    Some((if negative { Decimal::new(-value.mantissa(), value.exponent()) } else { value }, places))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(shown: &str, held: &str) -> Datum {
        let held = Content::Number(Decimal::parse(held).expect("a number"));
        of_cell(&Content::Disguised(Box::new(Disguised { shown: shown.into(), held, alike: false, code: "".into() }))).expect("a value")
    }

    fn is(value: &str, digits: u8) -> Datum {
        Datum::Number { value: Decimal::parse(value).expect("a number"), digits }
    }

    #[test]
    fn amounts_are_numbers_as_they_are_seen() {
        assert_eq!(shown("¥1,234.50", "1234.5"), is("1234.5", 2));
        assert_eq!(shown("33.33", "33.3333333"), is("33.33", 2));
        assert_eq!(shown("(12.00)", "-12"), is("-12", 2));
        assert_eq!(shown("0.5", "0.45"), is("0.5", 1));
    }

    #[test]
    fn what_is_seen_as_something_else_is_a_text() {
        for (seen, held) in [("80%", "0.8"), ("0301", "301"), ("第3名", "3"), ("1.2万", "12000"), ("3", "8")] {
            assert_eq!(shown(seen, held), Datum::Text(seen.into()), "{seen}");
        }
        assert_eq!(shown("", "9"), Datum::Empty);
    }

    #[test]
    fn a_time_of_day_is_not_lost() {
        let at = |text: &str| moment(NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").expect("a moment"));
        assert_eq!(at("2026-05-06 00:00:00"), Datum::Date(NaiveDate::from_ymd_opt(2026, 5, 6).expect("a day")));
        assert_eq!(at("2026-05-06 08:30:00"), Datum::Text("2026-05-06 08:30".into()));
        assert_eq!(at("1899-12-31 08:30:05"), Datum::Text("08:30:05".into()));
    }
}
