//! Numbers as decimal digits: rounding on the decimal itself, half away from zero, and the ways of writing them.

use super::numerals;
use super::parse::{Section, Token};
use super::render::Text;
use crate::exact::Decimal;

/// The size of a number: 0.d₁d₂d₃… × 10^point, without zeros at either end; zero has no digits.
#[derive(Clone, Debug)]
pub(super) struct Digits {
    digits: Vec<u8>,
    point: i32,
}

impl Digits {
    pub fn of(value: Decimal) -> Self {
        let digits = match value.mantissa().unsigned_abs() {
            0 => Vec::new(),
            mantissa => mantissa.to_string().bytes().map(|byte| byte - b'0').collect(),
        };
        let point = digits.len() as i32 + i32::from(value.exponent());
        Self { digits, point }
    }

    fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// Times ten to the power.
    fn shifted(&self, power: i32) -> Self {
        Self { digits: self.digits.clone(), point: self.point + power }
    }

    /// Rounded half up to so many places; the number's own sign makes that half away from zero.
    fn rounded(&self, places: i32) -> Self {
        let kept = self.point.saturating_add(places);
        if kept < 0 {
            return Self { digits: Vec::new(), point: 0 };
        }
        let kept = kept as usize;
        if kept >= self.digits.len() {
            return self.clone();
        }
        let mut digits = self.digits[..kept].to_vec();
        let mut point = self.point;
        if self.digits[kept] >= 5 {
            let carried = digits.iter_mut().rev().all(|digit| {
                *digit = (*digit + 1) % 10;
                *digit == 0
            });
            if carried {
                digits.insert(0, 1);
                point += 1;
            }
        }
        while digits.last() == Some(&0) {
            digits.pop();
        }
        Self { digits, point }
    }

    /// The digit that stands for 10^power.
    fn digit(&self, power: i32) -> u8 {
        usize::try_from(self.point - 1 - power).ok().and_then(|at| self.digits.get(at)).copied().unwrap_or(0)
    }

    fn whole(&self) -> String {
        let length = if self.is_zero() { 0 } else { self.point.max(0) };
        (0..length).rev().map(|power| char::from(b'0' + self.digit(power))).collect()
    }

    fn decimals(&self, places: i32) -> String {
        (1..=places).map(|place| char::from(b'0' + self.digit(-place))).collect()
    }

    /// How many decimal places it has.
    fn places(&self) -> i32 {
        (self.digits.len() as i32 - self.point).max(0)
    }

    /// Plain notation.
    fn plain(&self) -> String {
        let whole = self.whole();
        let whole = if whole.is_empty() { "0" } else { whole.as_str() };
        let decimals = self.decimals(self.places());
        if decimals.is_empty() { whole.to_owned() } else { format!("{whole}.{decimals}") }
    }

    /// As General shows it: at most eleven signs, beyond them with an exponent and six digits.
    pub fn general(&self) -> String {
        let exponent = self.point - 1;
        let plain = match exponent {
            _ if self.is_zero() => return "0".to_owned(),
            0..=10 => self.rounded((9 - exponent).max(0)),
            -4..=-1 => self.rounded(9),
            -9..=-5 if self.places() <= 9 => self.clone(),
            _ => return self.scientific(),
        };
        if plain.point > 11 { self.scientific() } else { plain.plain() }
    }

    fn scientific(&self) -> String {
        let rounded = self.shifted(1 - self.point).rounded(5);
        let exponent = self.point - 1 + rounded.point - 1;
        let mantissa = rounded.shifted(1 - rounded.point).plain();
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{mantissa}E{sign}{:02}", exponent.abs())
    }

    /// The number over `10^k` as numerator and denominator of what is behind the point; `None` where it is nearer to nothing than any
    /// denominator of a code can show.
    fn part(&self) -> Option<(i128, i128)> {
        let places = self.places();
        if places > 30 {
            return None;
        }
        let numerator = self.decimals(places).bytes().fold(0i128, |sum, byte| sum * 10 + i128::from(byte - b'0'));
        Some((numerator, 10i128.pow(places as u32)))
    }
}

/// Writes a number through a section that has digits; returns whether only zeros are left of it.
pub(super) fn write(section: &Section, value: Decimal, text: &mut Text) -> bool {
    let tokens = &section.tokens;
    let percent = tokens.iter().filter(|token| **token == Token::Percent).count() as i32;
    let digits = Digits::of(value).shifted(2 * percent);
    if let Some(at) = tokens.iter().position(|token| matches!(token, Token::Exponent(_))) {
        exponential(section, at, &digits, text);
        digits.is_zero()
    } else if let Some(fraction) = Fraction::of(tokens) {
        fraction.write(section, &digits, text)
    } else {
        fixed(section, 0..tokens.len(), &digits, text)
    }
}

/// What the digit signs of a stretch of tokens say about it.
struct Picture {
    whole: usize,
    places: i32,
    thousands: bool,
    /// Commas behind the last digit: each divides by a thousand.
    scale: i32,
}

impl Picture {
    fn of(tokens: &[Token]) -> Self {
        let point = tokens.iter().position(|token| *token == Token::Point).unwrap_or(tokens.len());
        let is_digit = |token: &&Token| matches!(token, Token::Digit(_));
        let whole = tokens[..point].iter().filter(is_digit).count();
        let places = tokens[point..].iter().filter(is_digit).count();
        let (mut thousands, mut scale) = (false, 0);
        for (at, _) in tokens.iter().enumerate().filter(|(_, token)| **token == Token::Comma) {
            let within = if at < point { &tokens[at..point] } else { &tokens[at..] };
            let before = tokens[..at].iter().any(|token| matches!(token, Token::Digit(_)));
            if within.iter().any(|token| matches!(token, Token::Digit(_))) {
                thousands |= at < point && before;
            } else {
                scale += i32::from(before);
            }
        }
        Self { whole, places: places as i32, thousands, scale }
    }
}

fn fixed(section: &Section, range: std::ops::Range<usize>, digits: &Digits, text: &mut Text) -> bool {
    let tokens = &section.tokens[range];
    let picture = Picture::of(tokens);
    let digits = digits.shifted(-3 * picture.scale).rounded(picture.places);
    let point = tokens.iter().position(|token| *token == Token::Point);
    let whole = digits.whole();
    let mut signs = Whole { digits: &whole, left: picture.whole, begun: false, thousands: picture.thousands };
    let decimals = digits.decimals(picture.places);
    let mut decimals_left = decimals.as_str();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Digit(sign) if point.is_none_or(|point| at < point) => text.figures(&signs.next(*sign), section),
            Token::Digit(sign) => {
                let (digit, rest) = decimals_left.split_at(1.min(decimals_left.len()));
                // A digit is due where a later one is, or a later `0` stands.
                let due = decimals_left.bytes().any(|byte| byte != b'0') || tokens[at..].contains(&Token::Digit('0'));
                match (due, sign) {
                    (true, _) => text.figures(digit, section),
                    (false, '?') => text.push(" "),
                    _ => {}
                }
                decimals_left = rest;
            }
            Token::Point if Some(at) == point => {
                // Without a sign for whole digits they are written all the same.
                if picture.whole == 0 {
                    text.figures(&whole, section);
                }
                text.push(".");
            }
            Token::Point => text.push("."),
            Token::Comma => {
                if !tokens[..at].iter().any(|token| matches!(token, Token::Digit(_))) {
                    text.push(",");
                }
            }
            other => text.token(other),
        }
    }
    digits.is_zero() && tokens.iter().any(|token| matches!(token, Token::Digit(_)))
}

/// Digits before the point, handed out from left to right to the signs for them.
struct Whole<'a> {
    digits: &'a str,
    /// Signs that are still to come.
    left: usize,
    begun: bool,
    thousands: bool,
}

impl Whole<'_> {
    fn next(&mut self, sign: char) -> String {
        let mut out = String::new();
        let own = self.digits.len().saturating_sub(self.left.saturating_sub(1)).min(self.digits.len());
        self.left = self.left.saturating_sub(1);
        // The first sign takes all digits that have no sign of their own.
        let (now, rest) = self.digits.split_at(own);
        for (place, digit) in now.chars().enumerate() {
            out.push(digit);
            self.separate(&mut out, now.len() - 1 - place + rest.len());
        }
        self.digits = rest;
        if now.is_empty() {
            match sign {
                // A separator that is left out is as wide as one.
                '?' if !self.begun => {
                    let parted = self.thousands && self.left > 0 && self.left.is_multiple_of(3);
                    out.push_str(if parted { "  " } else { " " });
                }
                '#' if !self.begun => {}
                _ => {
                    self.begun = true;
                    out.push('0');
                    self.separate(&mut out, self.left);
                }
            }
        } else {
            self.begun = true;
        }
        out
    }

    fn separate(&self, out: &mut String, behind: usize) {
        if self.thousands && behind > 0 && behind.is_multiple_of(3) {
            out.push(',');
        }
    }
}

fn exponential(section: &Section, at: usize, digits: &Digits, text: &mut Text) {
    let picture = Picture::of(&section.tokens[..at]);
    let period = picture.whole as i32;
    let mut exponent = if digits.is_zero() { 0 } else { digits.point - 1 };
    exponent = if period == 0 { exponent + i32::from(!digits.is_zero()) } else { exponent - exponent.rem_euclid(period) };
    if !digits.is_zero() && digits.shifted(-exponent).rounded(picture.places).point > period {
        exponent += period.max(1);
    }
    let whole = section.tokens[..at].split(|token| *token == Token::Point).next().unwrap_or_default();
    if digits.is_zero() && picture.whole > 0 && !whole.contains(&Token::Digit('0')) {
        text.figures("0", section);
    }
    fixed(section, 0..at, &digits.shifted(-exponent), text);
    text.push("E");
    let plus = section.tokens[at] == Token::Exponent(true);
    if exponent < 0 {
        text.push("-");
    } else if plus {
        text.push("+");
    }
    let exponent = Digits::of(Decimal::from(i64::from(exponent.abs())));
    fixed(section, at + 1..section.tokens.len(), &exponent, text);
}

/// `# ??/??`, `# ?/8`: where the parts of a fraction stand among the tokens.
struct Fraction {
    numerator: std::ops::Range<usize>,
    denominator: std::ops::Range<usize>,
    fixed: Option<i128>,
    /// The end of the signs for whole digits, where there are any.
    whole: Option<usize>,
}

impl Fraction {
    fn of(tokens: &[Token]) -> Option<Self> {
        let slash = tokens.iter().position(|token| *token == Token::Slash)?;
        let is_digit = |token: &Token| matches!(token, Token::Digit(_));
        let blank = |token: &Token| matches!(token, Token::Text(text) if text.trim().is_empty());
        let end = slash - tokens[..slash].iter().rev().take_while(|token| blank(token)).count();
        let start = end - tokens[..end].iter().rev().take_while(|token| is_digit(token)).count();
        let behind = slash + 1 + tokens[slash + 1..].iter().take_while(|token| blank(token)).count();
        let figures = |token: &Token| matches!(token, Token::Digit('0') | Token::Figure(_));
        let (last, fixed) = if matches!(tokens.get(behind), Some(Token::Figure(_))) {
            let last = behind + tokens[behind..].iter().take_while(|token| figures(token)).count();
            let number = tokens[behind..last].iter().filter_map(|token| match token {
                Token::Digit(c) | Token::Figure(c) => c.to_digit(10),
                _ => None,
            });
            (last, Some(number.fold(0i128, |sum, digit| (sum * 10 + i128::from(digit)).min(10i128.pow(9)))))
        } else {
            (behind + tokens[behind..].iter().take_while(|token| is_digit(token)).count(), None)
        };
        if start == end || behind == last {
            return None;
        }
        let whole = tokens[..start].iter().rposition(is_digit).map(|at| at + 1);
        Some(Self { numerator: start..end, denominator: behind..last, fixed, whole })
    }

    fn write(&self, section: &Section, digits: &Digits, text: &mut Text) -> bool {
        let mut whole: i128 = digits.whole().parse().unwrap_or(if digits.is_zero() { 0 } else { i128::from(i64::from(digits.point > 0)) });
        let (part, unit) = digits.part().unwrap_or((0, 1));
        let (mut over, under) = match self.fixed {
            Some(under) => ((part * under * 2 + unit) / (unit * 2), under),
            None => convergent(part, unit, 10i128.pow(self.denominator.len().min(5) as u32) - 1),
        };
        if self.whole.is_none() {
            over = whole.saturating_mul(under).saturating_add(over);
        } else if over == under {
            (whole, over) = (whole + 1, 0);
        }
        let tokens = &section.tokens;
        if let Some(end) = self.whole {
            let blank = tokens[self.numerator.start] != Token::Digit('0');
            if over == 0 && whole == 0 && blank {
                text.figures("0", section);
            } else {
                let count = Digits::of(Decimal::parse(&whole.to_string()).unwrap_or(Decimal::ZERO));
                fixed(section, 0..end, &count, text);
            }
        }
        let nothing = over == 0 && whole == 0;
        let start = self.whole.unwrap_or(0);
        let blank = over == 0 && self.whole.is_some() && tokens[self.numerator.start] != Token::Digit('0');
        let (over, under) = (over.to_string(), under.to_string());
        for (at, token) in tokens.iter().enumerate().skip(start) {
            let inside = at < self.denominator.end;
            match token {
                _ if at == self.numerator.start => {
                    let width = self.numerator.len().saturating_sub(over.len());
                    let pad = match tokens[at] {
                        _ if blank => " ".repeat(self.numerator.len()),
                        Token::Digit('0') => "0".repeat(width),
                        Token::Digit('?') => " ".repeat(width),
                        _ => String::new(),
                    };
                    text.figures(&pad, section);
                    if !blank {
                        text.figures(&over, section);
                    }
                }
                _ if at == self.denominator.start => {
                    let pad = " ".repeat(self.denominator.len().saturating_sub(under.len()));
                    match tokens[at] {
                        _ if blank => text.push(&" ".repeat(self.denominator.len())),
                        Token::Digit('0') => text.figures(&format!("{under:0>width$}", width = self.denominator.len()), section),
                        Token::Digit('#') => text.figures(&under, section),
                        _ => {
                            text.figures(&under, section);
                            text.push(&pad);
                        }
                    }
                }
                _ if self.numerator.contains(&at) || self.denominator.contains(&at) => {}
                Token::Slash => text.push(if blank { " " } else { "/" }),
                Token::Text(literal) if blank && inside => text.push(&" ".repeat(literal.chars().count())),
                other => text.token(other),
            }
        }
        nothing
    }
}

/// The last convergent of `part / unit` whose denominator is at most `limit`, as Excel shows fractions: 123.456 is 123 1/2 with one digit and
/// 123 26/57 with two. The last term of a continued fraction can be written in two ways, 3/10 as [0; 3, 3] and as [0; 3, 2, 1]; the second has the
/// convergent 2/7, which is nearer than 1/3.
fn convergent(part: i128, unit: i128, limit: i128) -> (i128, i128) {
    let (mut over, mut under) = (part, unit);
    let (mut last, mut before) = ((1, 0), (0, 1));
    while under != 0 {
        let whole = over / under;
        let next = |whole: i128| (whole * last.0 + before.0, whole * last.1 + before.1);
        if next(whole).1 > limit {
            let other = next(whole - 1);
            return if over % under == 0 && whole > 2 && other.1 <= limit { other } else { last };
        }
        (before, last) = (last, next(whole));
        (over, under) = (under, over % under);
    }
    last
}

/// General's text in the section's numerals; a whole number is said to its last digit.
pub(super) fn general(value: Decimal, numerals: Option<u8>) -> String {
    let digits = Digits::of(value);
    match numerals {
        Some(kind) if digits.places() == 0 => numerals::said(&digits.plain(), kind),
        Some(kind) => numerals::said(&digits.general(), kind),
        None => digits.general(),
    }
}
