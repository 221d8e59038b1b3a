//! Days and times: serial numbers of both date systems through the parts of a date code.

use super::numerals;
use super::parse::{HalfDay, Language, Part, Section, Token};
use super::render::Text;
use crate::exact::Decimal;

/// The serial number of 9999-12-31, the last day.
const LAST_DAY: i128 = 2_958_465;
/// Days from the 1900 system's numbers to those of 1904.
const DAYS_TO_1904: i64 = 1462;

/// A moment, to the fraction of a second that the code shows.
struct Moment {
    year: i64,
    month: i64,
    day: i64,
    /// 0 is Sunday.
    weekday: usize,
    hour: i128,
    minute: i128,
    second: i128,
    /// Units of `10^-places` seconds.
    fraction: i128,
    places: u32,
    /// The whole in seconds, for elapsed time.
    elapsed: i128,
}

impl Moment {
    /// `None` for what no office shows as a date: below zero in the 1900 system, beyond the year 9999.
    fn of(value: Decimal, date_1904: bool, section: &Section) -> Option<Self> {
        if value.is_negative() && !date_1904 {
            return None;
        }
        let shown = section.parts().filter_map(|part| if let Part::Fraction(places) = part { Some(places) } else { None }).max();
        // A code without a time of day shows the day that it is, not the next one half a second early.
        let places = if section.parts().all(Part::is_of_day) { 4 } else { shown.unwrap_or(0).min(9) as u32 };
        let unit = 10i128.pow(places);
        let units = units(value, 86_400 * unit)?;
        let (days, within) = (units / (86_400 * unit), units % (86_400 * unit));
        if days > LAST_DAY {
            return None;
        }
        let second = within / unit;
        let serial = days as i64 + if date_1904 { DAYS_TO_1904 } else { 0 };
        let (year, month, day) = calendar(serial);
        Some(Self {
            year,
            month,
            day,
            // The 1900 system has a 29 February 1900: its first weeks bear the wrong weekdays, as every office shows them.
            weekday: (serial.rem_euclid(7) as usize + 6) % 7,
            hour: second / 3600,
            minute: second / 60 % 60,
            second: second % 60,
            fraction: within % unit,
            places,
            elapsed: units / unit,
        })
    }
}

/// `|value| × per_day`, rounded half up; `None` where it is out of all proportion.
fn units(value: Decimal, per_day: i128) -> Option<i128> {
    let size = i128::from(value.mantissa().unsigned_abs()).checked_mul(per_day)?;
    let power = u32::from(value.exponent().unsigned_abs());
    if value.exponent() >= 0 {
        return 10i128.checked_pow(power).and_then(|ten| size.checked_mul(ten));
    }
    let Some(ten) = 10i128.checked_pow(power) else { return Some(0) };
    Some(size / ten + i128::from(size % ten >= ten - ten / 2))
}

/// Year, month and day of a serial number of the 1900 system, with its day 0 and its 29 February 1900.
fn calendar(serial: i64) -> (i64, i64, i64) {
    match serial {
        0 => return (1900, 1, 0),
        60 => return (1900, 2, 29),
        _ => {}
    }
    // Days since 0000-03-01; years begin in March, so that the leap day comes last.
    let days = serial + 693_899 + i64::from(serial < 60);
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

const CHINESE_MONTHS: [&str; 12] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"];
const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const CHINESE_DAYS: [&str; 7] = ["日", "一", "二", "三", "四", "五", "六"];
const JAPANESE_DAYS: [&str; 7] = ["日", "月", "火", "水", "木", "金", "土"];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
/// The era's first day and its names by the number of letters.
struct Era {
    first: (i64, i64, i64),
    names: [&'static str; 3],
}

const JAPANESE_ERAS: [Era; 5] = [
    Era { first: (2019, 5, 1), names: ["R", "令", "令和"] },
    Era { first: (1989, 1, 8), names: ["H", "平", "平成"] },
    Era { first: (1926, 12, 25), names: ["S", "昭", "昭和"] },
    Era { first: (1912, 7, 30), names: ["T", "大", "大正"] },
    Era { first: (1868, 1, 1), names: ["M", "明", "明治"] },
];

/// Writes a value as the date or time that the section shows; `false` where it is none.
pub(super) fn write(section: &Section, value: Decimal, date_1904: bool, text: &mut Text) -> bool {
    let Some(moment) = Moment::of(value, date_1904, section) else { return false };
    let halves = section.parts().any(|part| matches!(part, Part::HalfDay(_)));
    for token in &section.tokens {
        match token {
            Token::Date(part) => text.push(&shown(*part, &moment, section, halves)),
            other => text.token(other),
        }
    }
    true
}

fn shown(part: Part, moment: &Moment, section: &Section, halves: bool) -> String {
    let number = |value: i128, width: usize| {
        let plain = format!("{value:0>width$}");
        match section.numerals {
            Some(kind) => numerals::counted(&plain, kind),
            None => plain,
        }
    };
    let place = |value: i64, first: i64| usize::try_from(value - first).unwrap_or(0);
    let language = section.language;
    let asian = language != Language::Plain;
    match part {
        Part::Year(1 | 2) => number(i128::from(moment.year % 100), 2),
        Part::Year(_) => number(i128::from(moment.year), 4),
        Part::Buddhist(1 | 2) => number(i128::from((moment.year + 543) % 100), 2),
        Part::Buddhist(_) => number(i128::from(moment.year + 543), 4),
        Part::EraYear(length) => match language {
            Language::Taiwan => number(i128::from((moment.year - 1911).abs()), length),
            Language::Japanese => number(i128::from(moment.year - japanese(moment).map_or(0, |era| era.first.0 - 1)), length),
            _ => number(i128::from(moment.year), 4),
        },
        Part::Era(length) => era(length, moment, language),
        Part::Month(length @ 1..=2) => number(i128::from(moment.month), length),
        Part::Month(3) if asian => format!("{}月", number(i128::from(moment.month), 1)),
        Part::Month(5..) if language == Language::Chinese => CHINESE_MONTHS[place(moment.month, 1)].to_owned(),
        Part::Month(_) if language == Language::Japanese => format!("{}月", number(i128::from(moment.month), 1)),
        Part::Month(_) if asian => format!("{}月", CHINESE_MONTHS[place(moment.month, 1)]),
        Part::Month(length) => english(MONTHS[place(moment.month, 1)], length),
        Part::Day(length @ 1..=2) => number(i128::from(moment.day), length),
        Part::Day(length) if !asian => english(DAYS[moment.weekday], length.min(4)),
        Part::Day(3) => match language {
            Language::Japanese => JAPANESE_DAYS[moment.weekday].to_owned(),
            Language::Taiwan => format!("週{}", CHINESE_DAYS[moment.weekday]),
            _ => format!("周{}", CHINESE_DAYS[moment.weekday]),
        },
        Part::Weekday(3) if language != Language::Japanese => CHINESE_DAYS[moment.weekday].to_owned(),
        Part::Weekday(3) => JAPANESE_DAYS[moment.weekday].to_owned(),
        Part::Day(_) | Part::Weekday(_) if language == Language::Japanese => format!("{}曜日", JAPANESE_DAYS[moment.weekday]),
        Part::Day(_) | Part::Weekday(_) => format!("星期{}", CHINESE_DAYS[moment.weekday]),
        Part::Hour(length) => number(if halves { (moment.hour + 11) % 12 + 1 } else { moment.hour }, length.min(2)),
        Part::Minute(length) => number(moment.minute, length),
        Part::Second(length) => number(moment.second, length.min(2)),
        Part::Fraction(places) => {
            let all = format!("{:0>width$}", moment.fraction, width = moment.places as usize);
            format!(".{}", all.get(..places).unwrap_or(&all))
        }
        Part::ElapsedHours(length) => number(moment.elapsed / 3600, length),
        Part::ElapsedMinutes(length) => number(moment.elapsed / 60, length),
        Part::ElapsedSeconds(length) => number(moment.elapsed, length),
        Part::HalfDay(half) => half_day(half, moment.hour >= 12, language),
    }
}

/// Three letters, the whole name, or the first letter.
fn english(name: &str, length: usize) -> String {
    match length {
        3 => name[..3].to_owned(),
        5 => name[..1].to_owned(),
        _ => name.to_owned(),
    }
}

fn half_day(half: HalfDay, afternoon: bool, language: Language) -> String {
    let pick = |[before, after]: [&str; 2]| if afternoon { after } else { before }.to_owned();
    match half {
        HalfDay::Short(before, after) => if afternoon { after } else { before }.into(),
        HalfDay::Chinese => pick(["上午", "下午"]),
        HalfDay::Long => match language {
            Language::Plain => pick(["AM", "PM"]),
            Language::Japanese => pick(["午前", "午後"]),
            _ => pick(["上午", "下午"]),
        },
    }
}

fn japanese(moment: &Moment) -> Option<&'static Era> {
    JAPANESE_ERAS.iter().find(|era| (moment.year, moment.month, moment.day) >= era.first)
}

fn era(length: usize, moment: &Moment, language: Language) -> String {
    match language {
        Language::Japanese => japanese(moment).map_or("", |era| era.names[length.clamp(1, 3) - 1]),
        Language::Taiwan if length < 3 => "民國",
        Language::Taiwan => "中華民國",
        Language::Chinese => "公元",
        Language::Plain => "",
    }
    .to_owned()
}
