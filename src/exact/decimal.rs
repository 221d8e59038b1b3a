//! Decimal numbers as a spreadsheet stores them.
//!
//! No decimal library: cells hold values up to 1e308, beyond the scale of 96-bit decimals.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A finite decimal number as written: `mantissa × 10^exponent`, normalised so that the mantissa has no
/// trailing zero and zero is `0 × 10^0`.
///
/// Holds every number a spreadsheet can store at its 15 significant digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Decimal {
    mantissa: i64,
    exponent: i16,
}

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self { mantissa: 0, exponent: 0 };

    /// `mantissa × 10^exponent`.
    pub fn new(mut mantissa: i64, mut exponent: i16) -> Self {
        if mantissa == 0 {
            return Self::ZERO;
        }
        while mantissa % 10 == 0 {
            mantissa /= 10;
            exponent = exponent.saturating_add(1);
        }
        Self { mantissa, exponent }
    }

    /// Reads plain or scientific ASCII notation: `8.7`, `-2`, `.5`, `1E+17`. `None` for anything else, and for
    /// more than 18 significant digits, which no spreadsheet number has.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (digits, power) = match rest.find(['e', 'E']) {
            Some(at) => (&rest[..at], rest[at + 1..].strip_prefix('+').unwrap_or(&rest[at + 1..]).parse::<i16>().ok()?),
            None => (rest, 0),
        };
        let mut mantissa: i64 = 0;
        let (mut significant, mut exponent, mut zeros) = (0, power, 0i16);
        let (mut any, mut after_point) = (false, false);
        for byte in digits.bytes() {
            match byte {
                b'0'..=b'9' => {
                    any = true;
                    if after_point {
                        exponent = exponent.checked_sub(1)?;
                    }
                    if byte == b'0' {
                        zeros += i16::from(significant > 0);
                        continue;
                    }
                    // Zeros are held back until a digit follows, so that 1000000000000000000000 still fits.
                    for _ in 0..zeros {
                        mantissa = mantissa.checked_mul(10)?;
                        significant += 1;
                    }
                    zeros = 0;
                    mantissa = mantissa.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?;
                    significant += 1;
                    if significant > 18 {
                        return None;
                    }
                }
                b'.' if !after_point => after_point = true,
                _ => return None,
            }
        }
        if !any {
            return None;
        }
        exponent = exponent.checked_add(zeros)?;
        Some(Self::new(if negative { -mantissa } else { mantissa }, exponent))
    }

    /// The digits without the point; times ten to [`Decimal::exponent`] it is the number.
    pub fn mantissa(self) -> i64 {
        self.mantissa
    }

    /// See [`Decimal::mantissa`].
    pub fn exponent(self) -> i16 {
        self.exponent
    }

    /// How many decimal places are needed to write the number: 2 for `8.75`, 0 for `90`.
    pub fn places(self) -> u16 {
        u16::try_from(-i32::from(self.exponent)).unwrap_or(0)
    }

    /// How many significant digits it has: 3 for `8.75`.
    pub fn digits(self) -> u32 {
        self.mantissa.unsigned_abs().checked_ilog10().map_or(1, |power| power + 1)
    }

    /// The number as an integer, where it is one and fits.
    pub fn as_integer(self) -> Option<i64> {
        if self.exponent < 0 {
            return None;
        }
        10i64.checked_pow(u32::try_from(self.exponent).ok()?)?.checked_mul(self.mantissa)
    }

    /// True below zero.
    pub fn is_negative(self) -> bool {
        self.mantissa < 0
    }

    /// True for zero.
    pub fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// The nearest binary number, for the one place that must store such: the last write of a cell.
    pub fn to_stored(self) -> f64 {
        // The text form is read by the correctly rounding parser; multiplying by a power of ten would not be.
        format!("{}e{}", self.mantissa, self.exponent).parse().unwrap_or(0.0)
    }
}

impl std::ops::Neg for Decimal {
    type Output = Self;
    fn neg(self) -> Self {
        Self { mantissa: -self.mantissa, exponent: self.exponent }
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self::new(value, 0)
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        super::Exact::from(*self).cmp(&super::Exact::from(*other))
    }
}

/// Plain notation without needless zeros: `8.7`, `-2`, `100`.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.mantissa.unsigned_abs().to_string();
        let mut text = String::new();
        match usize::try_from(self.exponent) {
            Ok(zeros) if zeros <= 40 => {
                text.push_str(&digits);
                text.extend(std::iter::repeat_n('0', zeros));
            }
            Ok(zeros) => text = format!("{digits}E+{zeros}"),
            Err(_) => {
                let places = usize::from(self.places());
                if places > 40 {
                    text = format!("{digits}E{}", self.exponent);
                } else if places >= digits.len() {
                    text = format!("0.{}{digits}", "0".repeat(places - digits.len()));
                } else {
                    text.push_str(&digits[..digits.len() - places]);
                    text.push('.');
                    text.push_str(&digits[digits.len() - places..]);
                }
            }
        }
        f.pad_integral(self.mantissa >= 0, "", &text)
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn reads_and_writes_plain_text() {
        for (text, shown) in [
            ("8.7", "8.7"),
            ("-2", "-2"),
            ("0.0", "0"),
            ("-0", "0"),
            ("100", "100"),
            ("1E+17", "100000000000000000"),
            ("1.50", "1.5"),
            (".5", "0.5"),
            ("0.05", "0.05"),
            ("360102198905180000", "360102198905180000"),
            ("1005", "1005"),
        ] {
            assert_eq!(Decimal::parse(text).map(|d| d.to_string()).as_deref(), Some(shown), "{text}");
        }
        for text in ["", "-", ".", "1.2.3", "9分", "0x10", "NaN", "1e"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn counts_places() {
        assert_eq!(Decimal::parse("9.55").map(Decimal::places), Some(2));
        assert_eq!(Decimal::parse("9.50").map(Decimal::places), Some(1));
        assert_eq!(Decimal::parse("90").map(Decimal::places), Some(0));
    }

    #[test]
    fn orders_by_value() {
        let read = |t: &str| Decimal::parse(t).unwrap_or(Decimal::ZERO);
        assert!(read("9.9") < read("10"));
        assert!(read("-2") < read("0"));
    }
}
