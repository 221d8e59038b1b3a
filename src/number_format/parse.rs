//! Reads a format code into sections of tokens (ECMA-376 part 1, 18.8.31).

use super::words::{self, Rgb};
use crate::exact::Decimal;

/// What a code holds that no office would write; the code is read all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// A quote or a bracket is left open, or the code is longer than 255 bytes: values are shown as General.
    Unreadable,
    /// A letter that means nothing and is not quoted; it is shown as it is.
    Letter(char),
    /// Words in brackets that mean nothing; they are passed over.
    Bracket(String),
    /// More than four sections; the rest is passed over.
    Sections,
}

/// One of up to four parts of a code.
#[derive(Clone, Debug, Default)]
pub(super) struct Section {
    pub condition: Option<Condition>,
    pub color: Option<Rgb>,
    /// `[DBNum1]` 一百二十三, `[DBNum2]` 壹佰贰拾叁, `[DBNum3]` full-width.
    pub numerals: Option<u8>,
    pub language: Language,
    pub tokens: Vec<Token>,
}

/// `[>=60]`
#[derive(Clone, Copy, Debug)]
pub(super) struct Condition {
    pub comparison: Comparison,
    pub limit: Decimal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
}

/// The language that a locale tag names, as far as it changes words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Language {
    /// No tag, or any other: English names.
    #[default]
    Plain,
    Chinese,
    Taiwan,
    Japanese,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Text(String),
    /// `_x`: as wide as that sign.
    Space,
    /// `*x`: repeated over the free width.
    Fill(char),
    General,
    /// `@`
    Value,
    /// `0`, `#` or `?`.
    Digit(char),
    /// An unquoted 1 to 9: a literal, or part of a fixed denominator.
    Figure(char),
    Point,
    Comma,
    Percent,
    Slash,
    /// `E+`, `E-`: whether a plus is written.
    Exponent(bool),
    Date(Part),
    /// The system's own date or time is complete; what follows is only its picture.
    End,
}

/// A part of a date or a time and how many letters it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Year(usize),
    Buddhist(usize),
    Era(usize),
    EraYear(usize),
    Month(usize),
    Day(usize),
    /// `aaa`, `aaaa`
    Weekday(usize),
    Hour(usize),
    Minute(usize),
    Second(usize),
    /// `.00` behind seconds.
    Fraction(usize),
    ElapsedHours(usize),
    ElapsedMinutes(usize),
    ElapsedSeconds(usize),
    HalfDay(HalfDay),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HalfDay {
    /// `AM/PM`
    Long,
    /// `A/P`, with its letters.
    Short(char, char),
    /// `上午/下午`
    Chinese,
}

impl Token {
    /// Whether something of a number or a date stands in its place.
    pub fn shows_number(&self) -> bool {
        matches!(self, Self::General | Self::Value | Self::Digit(_) | Self::Date(_))
    }
}

impl Part {
    /// Whether it belongs to a day rather than to a time of day.
    pub fn is_of_day(self) -> bool {
        use Part::{Buddhist, Day, Era, EraYear, Month, Weekday, Year};
        matches!(self, Year(_) | Buddhist(_) | Era(_) | EraYear(_) | Month(_) | Day(_) | Weekday(_))
    }
}

impl Section {
    pub fn parts(&self) -> impl Iterator<Item = Part> + '_ {
        self.tokens.iter().filter_map(|token| if let Token::Date(part) = token { Some(*part) } else { None })
    }

    pub fn has(&self, wanted: &Token) -> bool {
        self.tokens.contains(wanted)
    }
}

impl Condition {
    pub fn holds(&self, value: Decimal) -> bool {
        match self.comparison {
            Comparison::Less => value < self.limit,
            Comparison::LessOrEqual => value <= self.limit,
            Comparison::Equal => value == self.limit,
            Comparison::NotEqual => value != self.limit,
            Comparison::Greater => value > self.limit,
            Comparison::GreaterOrEqual => value >= self.limit,
        }
    }

    fn read(inside: &str) -> Option<Self> {
        use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
        let signs = [("<=", LessOrEqual), (">=", GreaterOrEqual), ("<>", NotEqual), ("<", Less), (">", Greater), ("=", Equal)];
        let (sign, comparison) = signs.into_iter().find(|(sign, _)| inside.starts_with(sign))?;
        Some(Self { comparison, limit: Decimal::parse(inside[sign.len()..].trim())? })
    }
}

/// The sections of a code; what is doubtful about it goes into `doubts`. `None` where it cannot be cut into sections.
pub(super) fn sections(code: &str, doubts: &mut Vec<Doubt>) -> Option<Vec<Section>> {
    let mut parts = cut(code)?;
    if parts.len() > 4 {
        doubts.push(Doubt::Sections);
        parts.truncate(4);
    }
    Some(parts.into_iter().map(|part| section(part, doubts)).collect())
}

/// Cuts at semicolons outside quotes, brackets and escapes.
fn cut(code: &str) -> Option<Vec<&str>> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let mut rest = code.char_indices();
    while let Some((at, c)) = rest.next() {
        match c {
            '"' => drop(rest.find(|(_, c)| *c == '"')?),
            '[' => drop(rest.find(|(_, c)| *c == ']')?),
            '\\' | '!' | '_' | '*' => drop(rest.next()),
            ';' => {
                parts.push(&code[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&code[start..]);
    Some(parts)
}

fn section(code: &str, doubts: &mut Vec<Doubt>) -> Section {
    let mut section = Section::default();
    let mut tokens = Vec::new();
    let mut rest = code;
    while !rest.is_empty() {
        let taken = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((inside, _)) => {
                bracket(inside, &mut section, &mut tokens, doubts);
                inside.len() + 2
            }
            None => token(rest, &mut tokens, doubts),
        };
        rest = &rest[taken..];
    }
    // Brackets alone, as in `[Red]`, leave the number as General shows it; an empty section shows nothing.
    if tokens.is_empty() && !code.is_empty() {
        tokens.push(Token::General);
    }
    section.tokens = settled(tokens);
    section
}

fn bracket(inside: &str, section: &mut Section, tokens: &mut Vec<Token>, doubts: &mut Vec<Doubt>) {
    let lower = inside.trim().to_lowercase();
    let letters = |letter: char| !lower.is_empty() && lower.chars().all(|c| c == letter);
    let length = lower.len();
    if let Some(tag) = inside.strip_prefix('$') {
        locale(tag, section, tokens);
    } else if let Some(condition) = Condition::read(&lower) {
        section.condition = Some(condition);
    } else if let Some(color) = words::color(&lower) {
        section.color = Some(color);
    } else if let Some(kind) = lower.strip_prefix("dbnum").and_then(|kind| kind.parse().ok()).filter(|kind| (1..=4).contains(kind)) {
        // The fourth is Korean.
        section.numerals = Some(kind).filter(|kind| *kind < 4);
    } else if letters('h') {
        tokens.push(Token::Date(Part::ElapsedHours(length)));
    } else if letters('m') {
        tokens.push(Token::Date(Part::ElapsedMinutes(length)));
    } else if letters('s') {
        tokens.push(Token::Date(Part::ElapsedSeconds(length)));
    } else {
        doubts.push(Doubt::Bracket(inside.to_owned()));
    }
}

/// `[$￥-804]`: a currency sign, a language, both; `[$-F800]` is the system's long date, `[$-F400]` its time.
fn locale(tag: &str, section: &mut Section, tokens: &mut Vec<Token>) {
    let (sign, language) = tag.split_once('-').unwrap_or((tag, ""));
    if !sign.is_empty() {
        tokens.push(Token::Text(sign.to_owned()));
    }
    let language = language.split(',').next().unwrap_or_default().to_ascii_lowercase();
    let number = u32::from_str_radix(&language, 16).ok();
    let taiwan = ["tw", "hk", "mo", "hant"].iter().any(|region| language.ends_with(region));
    section.language = match number.map(|number| number & 0xFFFF) {
        Some(0x804 | 0x1004 | 4) => Language::Chinese,
        Some(0x404 | 0xC04 | 0x1404) => Language::Taiwan,
        Some(0x411) => Language::Japanese,
        _ if language.starts_with("zh") => {
            if taiwan {
                Language::Taiwan
            } else {
                Language::Chinese
            }
        }
        _ if language.starts_with("ja") => Language::Japanese,
        _ => section.language,
    };
    let system = |wanted: &str, hex: u32| language == wanted || number.is_some_and(|number| number & 0xFFFF == hex);
    let text = |text: &str| Token::Text(text.to_owned());
    if system("x-sysdate", 0xF800) {
        let date = [Part::Year(4), Part::Month(1), Part::Day(1)].map(Token::Date);
        tokens.extend(date.into_iter().zip(["年", "月", "日"]).flat_map(|(part, word)| [part, text(word)]));
        tokens.push(Token::End);
    } else if system("x-systime", 0xF400) {
        let time = [Part::Hour(1), Part::Minute(2), Part::Second(2)].map(Token::Date);
        tokens.extend(time.into_iter().zip([":", ":", ""]).flat_map(|(part, word)| [part, text(word)]));
        tokens.push(Token::End);
    }
}

/// Reads one token at the head of `rest`; returns how many bytes it takes.
fn token(rest: &str, tokens: &mut Vec<Token>, doubts: &mut Vec<Doubt>) -> usize {
    let Some(first) = rest.chars().next() else { return rest.len().max(1) };
    let (size, next) = (first.len_utf8(), rest.chars().nth(1));
    let both = size + next.map_or(0, char::len_utf8);
    let taken = match first {
        '"' => rest[1..].find('"').map_or(rest.len(), |end| end + 2),
        '\\' | '!' | '_' | '*' => both,
        _ => size,
    };
    let text = |text: &str| Token::Text(text.to_owned());
    tokens.push(match first {
        '"' => text(rest[1..taken].trim_end_matches('"')),
        '\\' | '!' => next.map_or_else(|| Token::Text(first.into()), |next| Token::Text(next.into())),
        '_' => Token::Space,
        '*' => next.map_or(Token::Space, Token::Fill),
        '0' | '#' | '?' => Token::Digit(first),
        '1'..='9' => Token::Figure(first),
        '.' => Token::Point,
        ',' => Token::Comma,
        '%' => Token::Percent,
        '/' => Token::Slash,
        '@' => Token::Value,
        _ => return word(rest, first, tokens, doubts),
    });
    taken
}

fn word(rest: &str, first: char, tokens: &mut Vec<Token>, doubts: &mut Vec<Doubt>) -> usize {
    let begins = |word: &str| rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    if let Some(name) = words::GENERAL.iter().find(|name| begins(name)) {
        tokens.push(Token::General);
        return name.len();
    }
    let half_days = [("am/pm", HalfDay::Long), ("上午/下午", HalfDay::Chinese), ("午前/午後", HalfDay::Long)];
    if let Some((name, half)) = half_days.into_iter().find(|(name, _)| begins(name)) {
        tokens.push(Token::Date(Part::HalfDay(half)));
        return name.len();
    }
    if begins("a/p") {
        tokens.push(Token::Date(Part::HalfDay(HalfDay::Short(first, rest.chars().nth(2).unwrap_or('P')))));
        return 3;
    }
    let digits = tokens.iter().any(|token| matches!(token, Token::Digit(_)));
    if digits && (begins("e+") || begins("e-")) {
        tokens.push(Token::Exponent(begins("e+")));
        return 2;
    }
    let run = rest.chars().take_while(|c| c.eq_ignore_ascii_case(&first)).count();
    let part = match first.to_ascii_lowercase() {
        'y' => Part::Year(run),
        'm' => Part::Month(run),
        'd' => Part::Day(run),
        'h' => Part::Hour(run),
        's' => Part::Second(run),
        'e' => Part::EraYear(run),
        'g' => Part::Era(run),
        'b' => Part::Buddhist(run),
        'a' if run >= 3 => Part::Weekday(run),
        _ => {
            if first.is_ascii_alphabetic() {
                doubts.push(Doubt::Letter(first));
            }
            tokens.push(Token::Text(first.into()));
            return first.len_utf8();
        }
    };
    tokens.push(Token::Date(part));
    run
}

/// Decides what depends on neighbours: minutes and months, fractions of a second, signs that are literals in a date.
fn settled(mut tokens: Vec<Token>) -> Vec<Token> {
    if let Some(end) = tokens.iter().position(|token| *token == Token::End) {
        tokens.truncate(end);
    }
    // Beside digits a lone g, e or b is a word of its own, such as grams.
    if tokens.iter().any(|token| matches!(token, Token::Digit(_))) {
        let letters = |token: Token| match token {
            Token::Date(Part::Era(run)) => Token::Text("g".repeat(run)),
            Token::Date(Part::EraYear(run)) => Token::Text("E".repeat(run)),
            Token::Date(Part::Buddhist(run)) => Token::Text("b".repeat(run)),
            other => other,
        };
        if !tokens
            .iter()
            .any(|token| matches!(token, Token::Date(part) if !matches!(part, Part::Era(_) | Part::EraYear(_) | Part::Buddhist(_))))
        {
            tokens = tokens.into_iter().map(letters).collect();
        }
    }
    if !tokens.iter().any(|token| matches!(token, Token::Date(_))) {
        return merged(tokens);
    }
    let mut out: Vec<Token> = Vec::new();
    let mut rest = tokens.into_iter().peekable();
    while let Some(token) = rest.next() {
        let seconds = matches!(out.last(), Some(Token::Date(Part::Second(_) | Part::ElapsedSeconds(_))));
        out.push(match token {
            Token::Point if seconds && rest.peek() == Some(&Token::Digit('0')) => {
                let mut places = 0;
                while rest.next_if_eq(&Token::Digit('0')).is_some() {
                    places += 1;
                }
                Token::Date(Part::Fraction(places))
            }
            Token::Digit(c) | Token::Figure(c) => Token::Text(c.into()),
            Token::Point => Token::Text(".".into()),
            Token::Comma => Token::Text(",".into()),
            Token::Percent => Token::Text("%".into()),
            Token::Slash => Token::Text("/".into()),
            other => other,
        });
    }
    let places: Vec<(usize, Part)> = out
        .iter()
        .enumerate()
        .filter_map(|(at, token)| match token {
            Token::Date(part) if !matches!(part, Part::HalfDay(_)) => Some((at, *part)),
            _ => None,
        })
        .collect();
    for (place, (at, part)) in places.iter().enumerate() {
        let Part::Month(length @ 1..=2) = part else { continue };
        let after_hours = place.checked_sub(1).is_some_and(|before| matches!(places[before].1, Part::Hour(_) | Part::ElapsedHours(_)));
        let before_seconds = places.get(place + 1).is_some_and(|next| matches!(next.1, Part::Second(_) | Part::ElapsedSeconds(_)));
        if after_hours || before_seconds {
            out[*at] = Token::Date(Part::Minute(*length));
        }
    }
    merged(out)
}

/// Neighbouring literals in one.
fn merged(tokens: Vec<Token>) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    for token in tokens {
        match (out.last_mut(), token) {
            (Some(Token::Text(text)), Token::Text(more)) => text.push_str(&more),
            (_, token) => out.push(token),
        }
    }
    out
}
