//! Number format codes as a Chinese office reads them. ssfmt formats one section; which section, what an empty one
//! means, texts, Chinese numerals (`[DBNum1]`) and weekdays (`aaaa`) are ours.

use ssfmt::ast::NamedColor;
use ssfmt::{FormatOptions, NumberFormat};

use crate::form::model::Color;

/// A format code, read once a style.
pub(super) enum Format {
    /// The code chooses its sections by conditions (`[>=10]…`).
    Whole(Section),
    /// Positive, negative, zero, text.
    Parts(Vec<Section>),
}

/// One section of a code; empty ones show nothing.
pub(super) struct Section {
    code: String,
    format: Option<NumberFormat>,
    /// 1: 一百二十三, 2: 壹佰贰拾叁, 3: full-width digits.
    numerals: Option<u8>,
    date: bool,
    general: bool,
}

impl Format {
    /// `None` for General and for a code that cannot be read: the plain value is shown rather than nothing.
    pub fn parse(code: &str) -> Option<Self> {
        if matches!(code.trim(), "" | "@") || code.trim().eq_ignore_ascii_case("general") || code.len() > 255 {
            return None;
        }
        let parts: Vec<String> = sections(code).into_iter().map(|part| prepared(&part)).collect();
        if parts.iter().any(|part| brackets(part).any(|inside| inside.starts_with(['<', '>', '=']))) {
            let section = Section::new(&parts.join(";"))?;
            return Some(Self::Whole(section));
        }
        parts.iter().map(|part| Section::new(part)).collect::<Option<Vec<_>>>().map(Self::Parts)
    }

    /// A number; `plain` is how it looks without a format.
    pub fn number(&self, value: f64, plain: &str, options: &FormatOptions) -> String {
        let Self::Parts(parts) = self else {
            let Self::Whole(section) = self else { return plain.to_owned() };
            return section.number(value, plain, options);
        };
        let Some(section) = section(parts, value) else { return plain.to_owned() };
        // A section of its own for negative numbers says itself how they are marked.
        let value = if value < 0.0 && parts.len() > 1 { -value } else { value };
        section.number(value, plain.strip_prefix('-').filter(|_| value >= 0.0).unwrap_or(plain), options)
    }

    /// The ink that a section names for a number: `[Red]`.
    pub fn ink(&self, value: f64) -> Option<Color> {
        let color = match self {
            Self::Parts(parts) => section(parts, value)?.format.as_ref()?.sections().first()?.color.as_ref()?,
            Self::Whole(whole) => {
                let holds = |section: &&ssfmt::ast::Section| section.condition.as_ref().is_none_or(|condition| condition.evaluate(value));
                whole.format.as_ref()?.sections().iter().find(holds)?.color.as_ref()?
            }
        };
        let ssfmt::ast::Color::Named(named) = color else { return None };
        Some(match named {
            NamedColor::Black => Color(0, 0, 0),
            NamedColor::Blue => Color(0, 0, 255),
            NamedColor::Cyan => Color(0, 255, 255),
            NamedColor::Green => Color(0, 255, 0),
            NamedColor::Magenta => Color(255, 0, 255),
            NamedColor::Red => Color(255, 0, 0),
            NamedColor::White => Color(255, 255, 255),
            NamedColor::Yellow => Color(255, 255, 0),
        })
    }

    /// A text, where the code has a section for it.
    pub fn text(&self, text: &str) -> Option<String> {
        let Self::Parts(parts) = self else { return None };
        let section = match parts.as_slice() {
            [_, _, _, text] => text,
            parts => parts.iter().rev().find(|part| has_outside(&part.code, |c| c == '@'))?,
        };
        Some(section.text(text))
    }
}

fn section(parts: &[Section], value: f64) -> Option<&Section> {
    match parts {
        [_, negative, ..] if value < 0.0 => Some(negative),
        [_, _, zero, ..] if value == 0.0 => Some(zero),
        parts => parts.first(),
    }
}

impl Section {
    fn new(code: &str) -> Option<Self> {
        let numerals = brackets(code).find_map(|inside| {
            let kind = inside.to_ascii_lowercase().strip_prefix("dbnum")?.parse().ok()?;
            (1..=3).contains(&kind).then_some(kind)
        });
        let code = without_brackets(code, |inside| inside.to_ascii_lowercase().starts_with("dbnum"));
        let bare = without_brackets(&code, |_| true);
        let general = bare.trim().eq_ignore_ascii_case("general") || bare.trim() == "@";
        let date = code.contains('\u{1}') || crate::form::format::shows_date(&code);
        let format = if code.is_empty() || general { None } else { Some(NumberFormat::parse(&code).ok()?) };
        Some(Self { code, format, numerals, date, general })
    }

    fn number(&self, value: f64, plain: &str, options: &FormatOptions) -> String {
        let shown = match &self.format {
            None if self.general => plain.to_owned(),
            None => return String::new(),
            Some(_) if self.code.contains('\u{1}') => self.dated(value, options),
            Some(format) => format.format(value, options),
        };
        match self.numerals {
            Some(kind) => chinese(&shown, kind, self.date),
            None => shown,
        }
    }

    // Weekdays and months in Chinese are put in as literals of that day.
    fn dated(&self, value: f64, options: &FormatOptions) -> String {
        // Day 1 of the 1900 system counts as a Sunday, which is right from March 1900 on.
        let weekday = ["六", "日", "一", "二", "三", "四", "五"][(value.max(0.0) as usize) % 7];
        let month = ssfmt::format_default(value, "m").ok().map_or_else(String::new, |month| chinese(&month, 1, true));
        let code = self
            .code
            .replace(WEEKDAY, &format!("\"星期{weekday}\""))
            .replace(SHORT_DAY, &format!("\"周{weekday}\""))
            .replace(DAY, &format!("\"{weekday}\""))
            .replace(MONTH, &format!("\"{month}月\""));
        ssfmt::format_default(value, &code)
            .unwrap_or_else(|_| self.format.as_ref().map_or_else(String::new, |format| format.format(value, options)))
    }

    fn text(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = self.code.chars();
        while let Some(c) = rest.next() {
            match c {
                '"' => out.extend(rest.by_ref().take_while(|inner| *inner != '"')),
                '[' => rest.by_ref().take_while(|inner| *inner != ']').for_each(drop),
                '\\' => out.extend(rest.next()),
                '_' => {
                    rest.next();
                    out.push(' ');
                }
                '*' => drop(rest.next()),
                '@' => out.push_str(text),
                other => out.push(other),
            }
        }
        if self.general && !self.code.contains('@') { text.to_owned() } else { out }
    }
}

// What stands in a prepared code for 星期三, 周三, 三, 五月; each begins with a sign that no code has.
const WEEKDAY: &str = "\"\u{1}星期\"";
const SHORT_DAY: &str = "\"\u{1}周\"";
const DAY: &str = "\"\u{1}日\"";
const MONTH: &str = "\"\u{1}月\"";

/// Words of the code that only an office's own language settings explain.
fn prepared(section: &str) -> String {
    let upper = section.to_ascii_uppercase();
    // The system's long date and time.
    if upper.contains("[$-F800]") {
        return "yyyy\"年\"m\"月\"d\"日\"".into();
    }
    if upper.contains("[$-F400]") {
        return "h:mm:ss".into();
    }
    let chinese = upper.contains("-804]") || upper.contains("ZH-CN]");
    let mut out = String::with_capacity(section.len());
    let mut rest = section;
    while let Some(c) = rest.chars().next() {
        let run = |letter: char| rest.chars().take_while(|c| c.eq_ignore_ascii_case(&letter)).count();
        let taken = match c {
            '"' | '[' => {
                let close = if c == '"' { '"' } else { ']' };
                rest[1..].find(close).map_or(rest.len(), |end| end + 2)
            }
            '\\' | '_' | '*' => c.len_utf8() + rest.chars().nth(1).map_or(0, char::len_utf8),
            'a' | 'A' if run('a') >= 3 => {
                out.push_str(if run('a') == 3 { DAY } else { WEEKDAY });
                rest = &rest[run('a')..];
                continue;
            }
            'd' | 'D' if chinese && run('d') >= 3 => {
                out.push_str(if run('d') == 3 { SHORT_DAY } else { WEEKDAY });
                rest = &rest[run('d')..];
                continue;
            }
            'm' | 'M' if chinese && run('m') >= 3 => {
                out.push_str(if run('m') == 3 { "m\"月\"" } else { MONTH });
                rest = &rest[run('m')..];
                continue;
            }
            other => other.len_utf8(),
        };
        out.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    out
}

/// Cut at semicolons outside quotes, brackets and escapes.
fn sections(code: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut open = None;
    let mut escaped = false;
    for c in code.chars() {
        let plain = open.is_none() && !escaped;
        if plain && c == ';' {
            out.push(String::new());
            continue;
        }
        match (open, c) {
            (Some(close), c) if c == close => open = None,
            (None, '"') if !escaped => open = Some('"'),
            (None, '[') if !escaped => open = Some(']'),
            _ => {}
        }
        escaped = plain && matches!(c, '\\' | '_' | '*');
        if let Some(last) = out.last_mut() {
            last.push(c);
        }
    }
    out.truncate(4);
    out
}

fn brackets(code: &str) -> impl Iterator<Item = &str> {
    code.split('[').skip(1).filter_map(|rest| rest.split_once(']')).map(|(inside, _)| inside)
}

fn without_brackets(code: &str, drop: impl Fn(&str) -> bool) -> String {
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        let Some((inside, behind)) = after.split_once(']') else {
            out.push('[');
            rest = after;
            continue;
        };
        if !drop(inside) {
            out.push_str(&rest[before.len()..before.len() + inside.len() + 2]);
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

fn has_outside(code: &str, wanted: impl Fn(char) -> bool) -> bool {
    let mut quoted = false;
    code.chars().any(|c| {
        quoted ^= c == '"';
        !quoted && wanted(c)
    })
}

const SIMPLE: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
const FORMAL: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];

/// Writes the digits of a shown number in Chinese: a year digit by digit, everything else as it is said.
fn chinese(shown: &str, kind: u8, date: bool) -> String {
    let digits = if kind == 2 { FORMAL } else { SIMPLE };
    let mut out = String::new();
    let mut rest = shown;
    let mut decimals = false;
    while let Some(c) = rest.chars().next() {
        // Thousands are not parted in Chinese numerals.
        let length = rest.find(|c: char| !(c.is_ascii_digit() || (c == ',' && kind != 3))).unwrap_or(rest.len());
        if length == 0 {
            decimals = c == '.';
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let run: Vec<usize> = rest[..length].bytes().filter(u8::is_ascii_digit).map(|digit| usize::from(digit - b'0')).collect();
        let one_by_one = decimals || (date && (run.len() > 2 || run.first() == Some(&0))) || run.len() > 15;
        if kind == 3 {
            out.extend(run.iter().filter_map(|digit| char::from_u32(0xFF10 + *digit as u32)));
        } else if one_by_one {
            out.extend(run.iter().map(|digit| digits[*digit]));
        } else {
            out.push_str(&said(&run, digits, kind == 2, date));
        }
        decimals = false;
        rest = &rest[length..];
    }
    out
}

/// A whole number as it is said: 一百零五, 一万零三; days and months as 十二, numbers as 一十二.
fn said(run: &[usize], digits: [char; 10], formal: bool, date: bool) -> String {
    let units = if formal { ["", "拾", "佰", "仟"] } else { ["", "十", "百", "千"] };
    let zero = if formal { '零' } else { '〇' };
    let mut out = String::new();
    let mut gap = false;
    for (place, digit) in run.iter().enumerate() {
        let power = run.len() - 1 - place;
        if *digit == 0 {
            gap = !out.is_empty();
        } else {
            if std::mem::take(&mut gap) {
                out.push(zero);
            }
            if !(date && *digit == 1 && power == 1 && run.len() == 2) {
                out.push(digits[*digit]);
            }
            out.push_str(units[power % 4]);
        }
        let myriad = &run[place.saturating_sub(3 - power % 4)..=place];
        if power > 0 && power.is_multiple_of(4) && myriad.iter().any(|digit| *digit > 0) {
            out.push_str(["", "万", "亿", "万亿"][(power / 4).min(3)]);
            gap = false;
        }
    }
    if out.is_empty() { zero.to_string() } else { out }
}

#[cfg(test)]
mod tests {
    use super::{chinese, sections};

    #[test]
    fn numbers_are_said() {
        for (shown, said) in
            [("0", "〇"), ("12", "一十二"), ("105", "一百〇五"), ("10003", "一万〇三"), ("12.5", "一十二.五"), ("120,000", "一十二万")]
        {
            assert_eq!(chinese(shown, 1, false), said, "{shown}");
        }
        assert_eq!(chinese("1020", 2, false), "壹仟零贰拾");
        assert_eq!(chinese("2026年10月12日", 1, true), "二〇二六年十月十二日");
        assert_eq!(chinese("12", 3, false), "１２");
    }

    #[test]
    fn sections_are_cut_outside_quotes() {
        assert_eq!(sections("0\";\";[Red]-0;\\;0"), ["0\";\"", "[Red]-0", "\\;0"]);
    }
}
