//! Days as people write them.

use chrono::NaiveDate;

/// A day as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// Year, month and day.
    Known(NaiveDate),
    /// Year and month.
    Month(i32, u32),
}

/// `20260506`, `202605`, `2026.05`; a number typed for a date.
pub fn digit_date(digits: &str) -> Option<Day> {
    let plain = digits.bytes().all(|b| b.is_ascii_digit());
    match (digits.len(), plain) {
        (8, true) => day(&digits[..4], &digits[4..6], &digits[6..]),
        (6, true) => month(&digits[..4], &digits[4..]),
        // 1985.1 is October: the number lost its trailing zero, and one-digit months are written 1985.01 beside it.
        (6 | 7, false) => digits.split_once('.').filter(|(year, _)| year.len() == 4).and_then(|(year, rest)| {
            let padded = if rest == "1" { "10" } else { rest };
            month(year, padded)
        }),
        _ => None,
    }
}

/// A day or a month as people write it: `2026-5-6`, `2026.5.6`, `2026年5月6日`, `20260506`, `2026.05`; white space and
/// full-width forms must be gone already.
pub fn text_date(text: &str) -> Option<Day> {
    // A time of day behind the date is what spreadsheets add when they turn dates to text.
    let text = text.strip_suffix("00:00:00").map_or(text, |rest| rest.trim_end_matches('T'));
    if (text.len() == 8 || text.len() == 6)
        && let Some(day) = text.bytes().all(|b| b.is_ascii_digit()).then(|| digit_date(text)).flatten()
    {
        return Some(day);
    }
    let parts: Vec<&str> = text.split(['-', '.', '/', '年', '月', '日', '号']).collect();
    let parts = match parts.as_slice() {
        [rest @ .., ""] if text.ends_with(['月', '日', '号', '.']) => rest,
        all => all,
    };
    match parts {
        [y, m, d] => day(y, m, d),
        [y, m] => month(y, m),
        _ => None,
    }
}

fn part(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<u32> {
    (digits.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn day(y: &str, m: &str, d: &str) -> Option<Day> {
    let year = i32::try_from(part(y, 4..=4)?).ok().filter(|year| (1850..=2200).contains(year))?;
    NaiveDate::from_ymd_opt(year, part(m, 1..=2)?, part(d, 1..=2)?).map(Day::Known)
}

fn month(y: &str, m: &str) -> Option<Day> {
    let year = i32::try_from(part(y, 4..=4)?).ok().filter(|year| (1850..=2200).contains(year))?;
    let month = part(m, 1..=2)?;
    (1..=12).contains(&month).then_some(Day::Month(year, month))
}
