//! What a cell says, by what its column should hold.

use chrono::{Datelike, NaiveDate};

use crate::diag::{Code, Finding};
use crate::exact::{Decimal, Exact};
use crate::period::digit_date;
use crate::scheme::ItemKind;
use crate::sheet::{Content, serial_to_date};

use crate::words::folded;

pub use crate::period::{Day, text_date};

/// A cell's content for findings, as the sender sees it.
pub fn shown(content: &Content) -> String {
    match content {
        Content::Text(text) | Content::Error(text) => text.to_string(),
        Content::Uncalculated(formula) => format!("={}", formula.trim_start_matches('=')),
        Content::Number(number) => number.to_string(),
        Content::Bool(value) => (if *value { "TRUE" } else { "FALSE" }).into(),
        Content::Date(date) => date.date().format("%Y-%m-%d").to_string(),
        Content::Disguised(own) => own.shown.to_string(),
        Content::Picture => PICTURE.into(),
    }
}

/// What is said of a cell with a picture in it.
const PICTURE: &str = "［图片］";

/// The finding with what a person sees in the cell, and what it holds where that is something else.
pub fn quoting(mut finding: Finding, content: Option<&Content>) -> Finding {
    finding.value = content.map(shown);
    match content {
        Some(Content::Disguised(own)) if finding.code == Code::ShownDiffers => {
            let hidden = own.shown.trim().is_empty();
            finding.arg("held", shown(&own.held)).arg("case", if hidden { "hidden" } else { "" })
        }
        _ => finding,
    }
}

/// True where the cell holds 0 and shows nothing, or a dash, as many offices like it.
pub fn hides_nought(content: Option<&Content>) -> bool {
    let Some(Content::Disguised(own)) = content else { return false };
    matches!(own.held, Content::Number(number) if number.is_zero()) && is_nothing(&folded(&own.shown))
}

/// A cell read as a number.
#[derive(Debug, PartialEq)]
pub enum Number {
    /// Blank, `/`, `—`, `无`.
    Nothing,
    /// A number; `text` where it was written as text.
    Is { value: Decimal, text: bool },
    /// None that can be used.
    Fault(Code),
}

/// Reads a cell that should hold a number.
pub fn number(content: Option<&Content>) -> Number {
    match content {
        None => Number::Nothing,
        Some(Content::Number(value)) => Number::Is { value: *value, text: false },
        Some(Content::Text(text)) => text_number(text),
        Some(Content::Error(_)) => Number::Fault(Code::ErrorValue),
        Some(Content::Uncalculated(_)) => Number::Fault(Code::UncalculatedFormula),
        Some(Content::Bool(_) | Content::Date(_) | Content::Picture) => Number::Fault(Code::NotANumber),
        Some(Content::Disguised(own)) if own.alike => number(Some(&own.held)),
        // A date is no number, whatever it shows; of another number nobody can say which was meant.
        Some(Content::Disguised(own)) => {
            Number::Fault(if matches!(own.held, Content::Date(_)) { Code::NotANumber } else { Code::ShownDiffers })
        }
    }
}

/// `9.5分`, `９．５`, `－2`, `'8`, `+3`.
pub fn text_number(text: &str) -> Number {
    let mut folded: String = folded(text).chars().map(|c| if matches!(c, '−' | '–' | '﹣') { '-' } else { c }).collect();
    if let Some(rest) = folded.strip_prefix(['\'', '‘', '’']) {
        folded = rest.to_owned();
    }
    if is_nothing(&folded) {
        return Number::Nothing;
    }
    if is_parted(text) {
        return Number::Fault(Code::NotANumber);
    }
    match Decimal::parse(folded.strip_suffix('分').unwrap_or(&folded)) {
        // Exponents are how spreadsheets write, not how people do: `1E5` typed as text is a slip.
        Some(value) if !folded.contains(['e', 'E']) => Number::Is { value, text: true },
        _ => Number::Fault(Code::NotANumber),
    }
}

/// True if blanks or a new line stand between figures: `8 5` may be one number, or two of which one was not seen.
fn is_parted(text: &str) -> bool {
    let parts: Vec<String> = text.split(char::is_whitespace).map(folded).filter(|part| !part.is_empty()).collect();
    parts.windows(2).any(|pair| pair[0].ends_with(|c: char| c.is_ascii_digit()) && pair[1].starts_with(|c: char| c.is_ascii_digit()))
}

/// `扣2分` in a column of deductions, `加2分` in one of bonuses, either where both may be: what the column says already.
pub fn points(text: &str, kind: ItemKind) -> Option<Number> {
    const TAKEN: [char; 2] = ['扣', '减'];
    const GIVEN: [char; 2] = ['加', '奖'];
    let folded = folded(text);
    let taken = kind == ItemKind::Signed && folded.starts_with(TAKEN);
    let sign = match kind {
        ItemKind::Deduct => TAKEN,
        ItemKind::Signed if taken => TAKEN,
        ItemKind::Bonus | ItemKind::Signed => GIVEN,
        _ => return None,
    };
    match text_number(folded.strip_prefix(sign)?) {
        Number::Is { value, .. } if !value.is_negative() => Some(Number::Is { value: if taken { -value } else { value }, text: true }),
        _ => None,
    }
}

/// True for what offices write where nothing is to be entered; blanks and full-width forms must be folded.
pub fn is_nothing(folded: &str) -> bool {
    folded.is_empty() || folded == "无" || folded == "\\" || folded.chars().all(|c| matches!(c, '/' | '—' | '-' | '–' | '―' | '─'))
}

/// A bonus with its reasons in one cell: `+3（县级优秀党员 5月）`, several parts summed.
pub fn bonus_with_reasons(text: &str) -> Option<(Decimal, String)> {
    let mut total = Exact::zero();
    let mut places = 0;
    let mut reasons: Vec<String> = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let open = rest.find(['(', '（'])?;
        let width = rest[open..].chars().next().map_or(1, char::len_utf8);
        let close = rest[open..].find([')', '）'])? + open;
        let Number::Is { value, .. } = text_number(&rest[..open]) else { return None };
        places = places.max(value.places());
        total = total + Exact::from(value);
        let reason = rest[open + width..close].trim();
        if reason.is_empty() {
            return None;
        }
        reasons.push(reason.to_owned());
        let after = rest[close..].chars().next().map_or(1, char::len_utf8);
        rest = rest[close + after..].trim_start_matches(|c: char| c.is_whitespace() || ";；,，、。".contains(c));
    }
    let total = total.published_decimal(u32::from(places))?;
    (!reasons.is_empty()).then(|| (total, reasons.join("；")))
}

/// A cell's text as written, for columns of free text; numbers and dates are shown.
pub fn text(content: Option<&Content>) -> Result<Option<String>, Code> {
    match content {
        None | Some(Content::Picture) => Ok(None),
        Some(Content::Error(_)) => Err(Code::ErrorValue),
        Some(Content::Uncalculated(_)) => Err(Code::UncalculatedFormula),
        Some(Content::Disguised(own)) if own.shown.trim().is_empty() && !hides_nought(content) => Err(Code::ShownDiffers),
        Some(content) => {
            let text = shown(content);
            let trimmed = text.trim();
            Ok((!trimmed.is_empty()).then(|| trimmed.to_owned()))
        }
    }
}

/// Reads a cell that should hold a date; `Ok(None)` where nothing is entered.
pub fn date(content: Option<&Content>, date_1904: bool) -> Result<Option<Day>, Code> {
    let known = |date: NaiveDate| (1850..=2200).contains(&date.year()).then_some(Day::Known(date));
    match content {
        None | Some(Content::Picture) => Ok(None),
        Some(Content::Date(at)) => known(at.date()).map(Some).ok_or(Code::BadDate),
        Some(Content::Number(number)) => {
            let digits = number.to_string();
            let read = digit_date(&digits).or_else(|| {
                number.as_integer().filter(|serial| *serial < 100_000).and_then(|serial| serial_to_date(serial, date_1904)).and_then(known)
            });
            read.map(Some).ok_or(Code::BadDate)
        }
        Some(Content::Text(text)) => {
            let folded = folded(text);
            if is_nothing(&folded) {
                return Ok(None);
            }
            text_date(&folded).map(Some).ok_or(Code::BadDate)
        }
        Some(Content::Error(_)) => Err(Code::ErrorValue),
        Some(Content::Uncalculated(_)) => Err(Code::UncalculatedFormula),
        Some(Content::Bool(_)) => Err(Code::BadDate),
        Some(Content::Disguised(own)) => {
            if own.shown.trim().is_empty() {
                return Err(Code::ShownDiffers);
            }
            match (text_date(&folded(&own.shown)), &own.held) {
                (Some(day), _) => Ok(Some(day)),
                // A time alone stands on a day that nobody wrote.
                (None, Content::Date(at)) if at.date() <= FIRST_DAY || own.shown.contains(':') => Err(Code::BadDate),
                // 5月6日: the year is stored and not shown.
                (None, Content::Date(at)) => known(at.date()).map(Some).ok_or(Code::BadDate),
                (None, held) => date(Some(held), date_1904),
            }
        }
    }
}

/// What a time without a date stands on, in either date system.
const FIRST_DAY: NaiveDate = NaiveDate::from_ymd_opt(1904, 1, 1).expect("a day");

/// Like [`date`], where the year has to be seen.
pub fn date_as_shown(content: Option<&Content>, date_1904: bool) -> Result<Option<Day>, Code> {
    if let Some(Content::Disguised(own)) = content
        // The numerals of a year written in Chinese are all there.
        && own.shown.contains(|c: char| c.is_ascii_digit())
    {
        let read = date(Some(&Content::Text(own.shown.clone())), date_1904);
        let month = || if let Content::Date(at) = &own.held { month_as_shown(&own.shown, at.date()) } else { None };
        return read.or_else(|code| month().map(Some).ok_or(code));
    }
    // A page or a text file has what was seen and nothing else.
    let short = || if let Some(Content::Text(text)) = content { short_month(text) } else { None };
    date(content, date_1904).or_else(|code| short().map(Some).ok_or(code))
}

/// `May-85`, `85年5月`: years of two figures are those of this century up to 29, as offices have it.
fn short_month(text: &str) -> Option<Day> {
    let text = folded(text);
    let (year, month) = if let Some(month) = english_month(&text) {
        (text.trim_start_matches(|c: char| c.is_ascii_alphabetic()).trim_start_matches('-'), month)
    } else {
        let (year, rest) = text.split_once('年')?;
        (year, rest.strip_suffix('月')?.parse().ok()?)
    };
    let year = match (year.len(), year.parse().ok()?) {
        (2, year @ 0..=29) => 2000 + year,
        (2, year) => 1900 + year,
        (4, year) => year,
        _ => return None,
    };
    ((1850..=2200).contains(&year) && (1..=12).contains(&month)).then_some(Day::Month(year, month))
}

/// The month of a day of which year and month are shown in another way than people write them: `May-85`, `85年5月`.
fn month_as_shown(shown: &str, day: NaiveDate) -> Option<Day> {
    let (year, month) = (day.year(), day.month());
    let numbers: Vec<i32> = shown.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect();
    let named = english_month(shown) == Some(month) || numbers.iter().rev().any(|number| *number == month as i32);
    let whole = numbers.contains(&year) || (numbers.contains(&(year % 100)) && (numbers.len() > 1 || english_month(shown).is_some()));
    (named && whole).then_some(Day::Month(year, month))
}

/// The month that a word of three letters and more begins with: `Jul-26`, `July`.
pub fn english_month(text: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let text = text.trim().to_ascii_lowercase();
    MONTHS.iter().position(|month| text.starts_with(month)).map(|at| at as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Content {
        Content::Text(text.into())
    }

    #[test]
    fn reads_numbers_as_clerks_write_them() {
        for (written, value) in
            [("9.5分", "9.5"), ("９．５", "9.5"), ("－2", "-2"), ("'8", "8"), (" 9 ", "9"), ("+3", "3"), ("１０", "10"), ("−3", "-3")]
        {
            let expected = Number::Is { value: Decimal::parse(value).expect("number"), text: true };
            assert_eq!(number(Some(&text(written))), expected, "{written}");
        }
        for written in ["", "/", "—", "无", "——", "　", "／", "-"] {
            assert_eq!(number(Some(&text(written))), Number::Nothing, "{written}");
        }
        for written in ["优秀", "9-10", "见附件", "1E5", "9.5.1", "十", "2-", "8 5", "1\n0", "８　５"] {
            assert_eq!(number(Some(&text(written))), Number::Fault(Code::NotANumber), "{written}");
        }
    }

    #[test]
    fn reads_dates_as_clerks_write_them() {
        let full = Day::Known(NaiveDate::from_ymd_opt(2026, 5, 6).expect("date"));
        for written in ["2026-5-6", "2026.5.6", "2026/05/06", "2026年5月6日", "20260506", "２０２６．５．６", "2026-05-06 00:00:00"]
        {
            assert_eq!(date(Some(&text(written)), false), Ok(Some(full)), "{written}");
        }
        for written in ["2026.05", "2026年5月", "202605", "2026-5"] {
            assert_eq!(date(Some(&text(written)), false), Ok(Some(Day::Month(2026, 5))), "{written}");
        }
        for written in ["2026-13-1", "2026-2-30", "24/5/6", "五月", "2026", "20261301"] {
            assert_eq!(date(Some(&text(written)), false), Err(Code::BadDate), "{written}");
        }
        let number = |t: &str| Content::Number(Decimal::parse(t).expect("number"));
        assert_eq!(date(Some(&number("20260506")), false), Ok(Some(full)));
        assert_eq!(date(Some(&number("1985.03")), false), Ok(Some(Day::Month(1985, 3))));
        assert_eq!(date(Some(&number("198503")), false), Ok(Some(Day::Month(1985, 3))));
    }

    #[test]
    fn a_month_is_read_by_what_is_shown_of_its_day() {
        let day = NaiveDate::from_ymd_opt(1985, 5, 18).expect("a day");
        for shown in ["May-85", "85年5月", "85-5", "May 1985", "1985年05月"] {
            assert_eq!(month_as_shown(shown, day), Some(Day::Month(1985, 5)), "{shown}");
        }
        for text in ["May-85", "85年5月", "May 1985", "８５年５月"] {
            assert_eq!(short_month(text), Some(Day::Month(1985, 5)), "{text}");
        }
        for text in ["May", "85年", "85年13月", "五月", "May-5", "18-May", "85-5"] {
            assert_eq!(short_month(text), None, "{text}");
        }
        for shown in ["5月18日", "18-May", "85", "Jun-85", "5"] {
            assert_eq!(month_as_shown(shown, day), None, "{shown}");
        }
    }

    #[test]
    fn reads_bonuses_with_their_reasons() {
        let read = |t: &str| bonus_with_reasons(t).map(|(value, reason)| (value.to_string(), reason));
        assert_eq!(read("+3（县级优秀党员 5月）"), Some(("3".into(), "县级优秀党员 5月".into())));
        assert_eq!(read("+2(志愿服务)；+1.5（建言献策）"), Some(("3.5".into(), "志愿服务；建言献策".into())));
        for bad in ["3", "+3（）", "（志愿）", "+3（志愿", "好（志愿）"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
