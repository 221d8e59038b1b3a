//! Stored doubles → exact decimals and dates. The only floats of the program's data path.

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta, Timelike};

use super::Content;
use crate::exact::Decimal;

const POWERS: [f64; 5] = [1.0, 10.0, 100.0, 1_000.0, 10_000.0];
/// Below this a number has at most 15 digits.
const FIFTEEN_DIGITS: f64 = 1e15;
const MILLISECONDS_A_DAY: f64 = 86_400_000.0;

/// The shortest decimal equal to `value` at 15 significant digits; `None` for NaN and infinity.
pub fn decimal(value: f64) -> Option<Decimal> {
    if !value.is_finite() {
        return None;
    }
    // Scores have few decimals. A decimal of at most 15 digits whose nearest double is `value` is also what
    // `value` rounds to at 15 digits, and n / 10^k is correctly rounded, so a match here is a proof.
    for (places, power) in POWERS.iter().enumerate() {
        let scaled = (value * power).round();
        if scaled.abs() >= FIFTEEN_DIGITS {
            break;
        }
        #[expect(clippy::float_cmp, reason = "identity of doubles is the question")]
        if scaled / power == value {
            return Some(Decimal::new(scaled as i64, -(places as i16)));
        }
    }
    Decimal::parse(&format!("{value:.14e}"))
}

/// A number cell; what is no number is shown as an error.
pub(super) fn content(value: f64) -> Content {
    decimal(value).map_or_else(|| Content::Error("#NUM!".into()), Content::Number)
}

/// A cell with a date format. Outside the calendar it stays a number.
pub(super) fn date_content(serial: f64, date_1904: bool) -> Content {
    date_time(serial, date_1904).map_or_else(|| content(serial), Content::Date)
}

/// The serial number of a day and a time. A time alone stands on day 0.
pub(super) fn serial(at: NaiveDateTime, date_1904: bool) -> Decimal {
    let first = if date_1904 { (1904, 1, 1) } else { (1899, 12, 30) };
    let first = NaiveDate::from_ymd_opt(first.0, first.1, first.2).unwrap_or_default();
    let days = at.date().signed_duration_since(first).num_days();
    // The 1900 system counts a 29 February 1900 that never was.
    let days = if !date_1904 && days <= 60 { days - 1 } else { days };
    let seconds = f64::from(at.time().num_seconds_from_midnight()) + f64::from(at.time().nanosecond()) / 1e9;
    decimal(days as f64 + seconds / 86_400.0).unwrap_or_else(|| Decimal::from(days))
}

/// A cell stored as ISO text (ods, and xlsx with `t="d"`): a day, or a day and a time; anything else is text.
pub(super) fn iso_content(text: &str) -> Content {
    let whole = text.trim().trim_end_matches('Z');
    let day = || NaiveDate::parse_from_str(whole, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    let moment = NaiveDateTime::parse_from_str(whole, "%Y-%m-%dT%H:%M:%S%.f").ok();
    moment.or_else(day).map_or_else(|| Content::Text(text.into()), Content::Date)
}

/// A time or a length of time as OpenDocument stores it: `PT09H30M00S`.
pub(super) fn iso_time(text: &str) -> Option<Content> {
    let mut rest = text.trim().strip_prefix("PT")?;
    let mut seconds = 0.0;
    for (unit, length) in [('H', 3600.0), ('M', 60.0), ('S', 1.0)] {
        if let Some((count, more)) = rest.split_once(unit) {
            seconds += count.replace(',', ".").parse::<f64>().ok()? * length;
            rest = more;
        }
    }
    rest.is_empty().then(|| date_content(seconds / 86_400.0, false))
}

fn date_time(serial: f64, date_1904: bool) -> Option<NaiveDateTime> {
    if !(0.0..2_958_466.0).contains(&serial) {
        return None;
    }
    // Rounded before it is split: 23:59:59.9999 is the next day's midnight.
    let milliseconds = (serial * MILLISECONDS_A_DAY).round() as i64;
    let (days, rest) = (milliseconds / 86_400_000, milliseconds % 86_400_000);
    // Day 0 is what a time without a date stands on.
    let date = if days == 0 && !date_1904 { NaiveDate::from_ymd_opt(1899, 12, 31) } else { serial_to_date(days, date_1904) };
    date?.and_hms_opt(0, 0, 0)?.checked_add_signed(TimeDelta::milliseconds(rest))
}

/// The day of a spreadsheet's serial number; `None` outside 1900-01-01 … 9999-12-31 and for 60 in the 1900
/// system, a 29 February 1900 that never was.
pub fn serial_to_date(serial: i64, date_1904: bool) -> Option<NaiveDate> {
    let days = u64::try_from(serial).ok()?;
    let (year, month, day) = match (date_1904, days) {
        (true, 0..=2_957_003) => (1904, 1, 1),
        (false, 1..=59) => (1899, 12, 31),
        (false, 61..=2_958_465) => (1899, 12, 30),
        _ => return None,
    };
    NaiveDate::from_ymd_opt(year, month, day)?.checked_add_days(Days::new(days))
}

#[cfg(test)]
mod tests {
    use super::{date_time, decimal, iso_time, serial_to_date};
    use crate::exact::Decimal;
    use crate::sheet::Content;
    use proptest::prelude::*;

    fn slow(value: f64) -> Option<Decimal> {
        Decimal::parse(&format!("{value:.14e}"))
    }

    #[test]
    fn times_stand_on_the_day_before_the_first() {
        let read = |text| match iso_time(text) {
            Some(Content::Date(at)) => at.to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(read("PT09H30M00S"), "1899-12-31 09:30:00");
        assert_eq!(read("PT36H00M00,5S"), "1900-01-01 12:00:00.500");
        assert_eq!([read("PT9X"), read("9:30")], ["None", "None"]);
    }

    #[test]
    #[expect(clippy::excessive_precision, reason = "as spreadsheets store it")]
    fn drops_binary_noise() {
        for (value, shown) in [
            (8.699_999_999_999_999_3, "8.7"),
            (0.1 + 0.2, "0.3"),
            (1.1 * 1.1, "1.21"),
            (100.0, "100"),
            (-2.0, "-2"),
            (0.0, "0"),
            (-0.0, "0"),
            (1e17, "100000000000000000"),
            (360_102_198_905_181_234.0, "360102198905181000"),
            (0.000_012_3, "0.0000123"),
            (95.0 / 3.0, "31.6666666666667"),
        ] {
            assert_eq!(decimal(value).map(|d| d.to_string()).as_deref(), Some(shown));
        }
        assert_eq!(decimal(f64::NAN), None);
        assert_eq!(decimal(f64::INFINITY), None);
    }

    proptest! {
        #[test]
        fn any_double_is_its_fifteen_digits(bits: u64) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            prop_assert_eq!(decimal(value), slow(value));
        }

        #[test]
        fn any_score_is_its_fifteen_digits(mantissa in -10_000_000i64..10_000_000, places in 0u32..8, steps in -3i64..=3) {
            let near = mantissa as f64 / 10f64.powi(places as i32);
            let value = f64::from_bits(near.to_bits().wrapping_add_signed(steps));
            prop_assume!(value.is_finite());
            prop_assert_eq!(decimal(value), slow(value));
        }
    }

    #[test]
    fn knows_both_date_systems() {
        let shown = |serial, system| serial_to_date(serial, system).map(|d| d.to_string());
        for (serial, system, day) in [
            (1, false, Some("1900-01-01")),
            (59, false, Some("1900-02-28")),
            (60, false, None),
            (61, false, Some("1900-03-01")),
            (46_284, false, Some("2026-09-19")),
            (44_822, true, Some("2026-09-19")),
            (2_958_465, false, Some("9999-12-31")),
            (2_958_466, false, None),
            (0, false, None),
            (0, true, Some("1904-01-01")),
            (-1, true, None),
            (i64::MAX, true, None),
        ] {
            assert_eq!(shown(serial, system).as_deref(), day, "{serial} {system}");
        }
    }

    #[test]
    fn splits_day_and_time() {
        let shown = |serial, system| date_time(serial, system).map(|d| d.to_string());
        assert_eq!(shown(46_284.5, false).as_deref(), Some("2026-09-19 12:00:00"));
        assert_eq!(shown(0.25, false).as_deref(), Some("1899-12-31 06:00:00"));
        assert_eq!(shown(46_283.999_999_999, false).as_deref(), Some("2026-09-19 00:00:00"));
        for (value, system) in [(46_284.5, false), (0.25, false), (59.0, false), (61.0, false), (0.25, true), (44_822.0, true)] {
            let again = date_time(value, system).map(|at| super::serial(at, system));
            assert_eq!(again, decimal(value), "{value} {system}");
        }
        assert_eq!(shown(-1.0, false), None);
        assert_eq!(shown(f64::NAN, false), None);
        assert_eq!(shown(1e300, true), None);
    }
}
