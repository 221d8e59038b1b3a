//! Exact fractions: 128 bits first, big integers if they do not suffice.

use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Div, Mul, Neg, Sub};

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::{BigRational, Ratio};
use num_traits::{CheckedAdd, CheckedDiv, CheckedMul, CheckedSub, Signed, ToPrimitive, Zero};

use super::Decimal;

/// An exact rational score. Never rounds and never overflows: what no longer fits 128 bits goes on as big integers.
#[derive(Clone, Debug)]
pub struct Exact(Repr);

#[derive(Clone, Debug)]
enum Repr {
    Small(Ratio<i128>),
    Big(Box<BigRational>),
}

impl Exact {
    /// Zero.
    pub fn zero() -> Self {
        Self(Repr::Small(Ratio::new_raw(0, 1)))
    }

    /// `numerator / denominator` in lowest terms; `None` where the denominator is zero.
    pub fn fraction(numerator: i64, denominator: i64) -> Option<Self> {
        (denominator != 0).then(|| Self(Repr::Small(Ratio::new(i128::from(numerator), i128::from(denominator)))))
    }

    /// `self / divisor`; `None` where the divisor is zero.
    pub fn checked_div(&self, divisor: &Self) -> Option<Self> {
        if divisor.is_zero() {
            return None;
        }
        Some(self.combine(divisor, CheckedDiv::checked_div, |a, b| a / b))
    }

    /// True for zero.
    pub fn is_zero(&self) -> bool {
        match &self.0 {
            Repr::Small(value) => value.is_zero(),
            Repr::Big(value) => value.is_zero(),
        }
    }

    /// True below zero.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small(value) => value.is_negative(),
            Repr::Big(value) => value.is_negative(),
        }
    }

    /// The size without the sign.
    #[must_use]
    pub fn abs(&self) -> Self {
        if self.is_negative() { -self.clone() } else { self.clone() }
    }

    /// The largest whole number not above this one, for quotas; `None` beyond 64 bits.
    pub fn floor(&self) -> Option<i64> {
        self.big().floor().to_integer().to_i64()
    }

    /// The smallest whole number not below this one, for quotas rounded up; `None` beyond 64 bits.
    pub fn ceil(&self) -> Option<i64> {
        self.big().ceil().to_integer().to_i64()
    }

    /// Rounds once, half away from zero (四舍五入), to `digits` decimal places: `"91.00"`, never `"-0.00"`.
    pub fn publish(&self, digits: u32) -> String {
        let units = self.rounded_units(digits);
        let text = units.abs().to_string();
        let digits = digits as usize;
        let padded = format!("{text:0>width$}", width = digits + 1);
        let (whole, part) = padded.split_at(padded.len() - digits);
        let sign = if units.is_negative() { "-" } else { "" };
        if digits == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
    }

    /// The published value as a number for a cell; `None` where it has more than 18 digits.
    pub fn published_decimal(&self, digits: u32) -> Option<Decimal> {
        Some(Decimal::new(self.rounded_units(digits).to_i64()?, -i16::try_from(digits).ok()?))
    }

    /// `round(self × 10^digits)`, half away from zero.
    fn rounded_units(&self, digits: u32) -> BigInt {
        if let Repr::Small(value) = &self.0
            && let Some(units) = rounded_small(value, digits)
        {
            return BigInt::from(units);
        }
        let scaled = self.big() * BigRational::from_integer(BigInt::from(10).pow(digits));
        let twice: BigInt = scaled.numer().abs() * 2 + scaled.denom();
        let size: BigInt = twice.div_floor(&(scaled.denom() * 2));
        if scaled.is_negative() { -size } else { size }
    }

    fn big(&self) -> BigRational {
        match &self.0 {
            Repr::Small(value) => BigRational::new_raw(BigInt::from(*value.numer()), BigInt::from(*value.denom())),
            Repr::Big(value) => (**value).clone(),
        }
    }

    fn combine(
        &self,
        other: &Self,
        small: impl Fn(&Ratio<i128>, &Ratio<i128>) -> Option<Ratio<i128>>,
        big: impl Fn(BigRational, BigRational) -> BigRational,
    ) -> Self {
        if let (Repr::Small(a), Repr::Small(b)) = (&self.0, &other.0)
            && let Some(value) = small(a, b)
        {
            return Self(Repr::Small(value));
        }
        Self(Repr::Big(Box::new(big(self.big(), other.big()))))
    }
}

/// The same within 128 bits, where nearly every score is.
fn rounded_small(value: &Ratio<i128>, digits: u32) -> Option<i128> {
    let (numerator, denominator): (i128, i128) = (*value.numer(), *value.denom());
    let scaled = i128::checked_mul(numerator, 10i128.checked_pow(digits)?)?;
    let doubled = i128::checked_add(i128::checked_mul(scaled.checked_abs()?, 2)?, denominator)?;
    let size = doubled / i128::checked_mul(denominator, 2)?;
    Some(if scaled < 0 { -size } else { size })
}

impl Default for Exact {
    fn default() -> Self {
        Self::zero()
    }
}

impl From<i64> for Exact {
    fn from(value: i64) -> Self {
        Self(Repr::Small(Ratio::new_raw(i128::from(value), 1)))
    }
}

impl From<Decimal> for Exact {
    fn from(value: Decimal) -> Self {
        let mantissa = i128::from(value.mantissa());
        let power = u32::from(value.exponent().unsigned_abs());
        if power <= 18 {
            let ten = 10i128.pow(power);
            return Self(Repr::Small(if value.exponent() < 0 { Ratio::new(mantissa, ten) } else { Ratio::new_raw(mantissa * ten, 1) }));
        }
        let (mantissa, ten) = (BigInt::from(mantissa), BigInt::from(10).pow(power));
        Self(Repr::Big(Box::new(if value.exponent() < 0 {
            BigRational::new(mantissa, ten)
        } else {
            BigRational::from_integer(mantissa * ten)
        })))
    }
}

impl Add<&Exact> for &Exact {
    type Output = Exact;
    fn add(self, other: &Exact) -> Exact {
        // Sums of marks share their denominator; one gcd fewer an addition.
        if let (Repr::Small(a), Repr::Small(b)) = (&self.0, &other.0)
            && a.denom() == b.denom()
            && let Some(numerator) = i128::checked_add(*a.numer(), *b.numer())
        {
            return Exact(Repr::Small(if *a.denom() == 1 { Ratio::new_raw(numerator, 1) } else { Ratio::new(numerator, *a.denom()) }));
        }
        self.combine(other, CheckedAdd::checked_add, |a, b| a + b)
    }
}

impl Sub<&Exact> for &Exact {
    type Output = Exact;
    fn sub(self, other: &Exact) -> Exact {
        self.combine(other, CheckedSub::checked_sub, |a, b| a - b)
    }
}

impl Mul<&Exact> for &Exact {
    type Output = Exact;
    fn mul(self, other: &Exact) -> Exact {
        self.combine(other, CheckedMul::checked_mul, |a, b| a * b)
    }
}

macro_rules! by_value {
    ($($op:ident $method:ident)*) => {$(
        impl $op for Exact {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                (&self).$method(&other)
            }
        }
    )*};
}
by_value!(Add add Sub sub Mul mul);

impl Div<i64> for Exact {
    type Output = Self;
    /// Panics on zero; divisors here are counts that the caller has checked. Use [`Exact::checked_div`] otherwise.
    fn div(self, divisor: i64) -> Self {
        assert!(divisor != 0, "division of a score by zero");
        self.checked_div(&Self::from(divisor)).unwrap_or_default()
    }
}

impl Neg for Exact {
    type Output = Self;
    fn neg(self) -> Self {
        Self::zero() - self
    }
}

impl Sum for Exact {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::zero(), |total, part| total + part)
    }
}

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Exact {}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Small(a), Repr::Small(b)) => a.cmp(b),
            _ => self.big().cmp(&other.big()),
        }
    }
}

/// The exact fraction in lowest terms: `6749/75`, whole numbers without a bar.
impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Small(value) => write!(f, "{value}"),
            Repr::Big(value) => write!(f, "{value}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Decimal, Exact};

    fn exact(text: &str) -> Exact {
        Exact::from(Decimal::parse(text).unwrap_or(Decimal::ZERO))
    }

    #[test]
    fn publishes_half_away_from_zero() {
        for (value, shown) in
            [("1.005", "1.01"), ("-1.005", "-1.01"), ("-0.001", "0.00"), ("91", "91.00"), ("0.994", "0.99"), ("-0.5", "-0.50")]
        {
            assert_eq!(exact(value).publish(2), shown, "{value}");
        }
        assert_eq!(exact("2.5").publish(0), "3");
    }

    #[test]
    fn rounds_alike_within_and_beyond_128_bits() {
        // A denominator that no longer fits once it is scaled sends the same value down the long way.
        let tiny = Exact::fraction(1, i64::MAX).expect("fraction");
        let tiny = tiny.clone() * tiny;
        for value in ["1.005", "-1.005", "2.675", "0", "-0.004", "99.995"] {
            let near = exact(value) + tiny.clone() - tiny.clone();
            assert_eq!(near.publish(2), exact(value).publish(2), "{value}");
        }
        assert_eq!((exact("0.005") - tiny).publish(2), "0.00");
    }

    #[test]
    fn keeps_fractions() {
        let total = Exact::from(1080) / 15 + exact("9.5") * Exact::from(2);
        assert_eq!(total.to_string(), "91");
        assert_eq!((Exact::from(1) / 3 + Exact::from(1) / 6).to_string(), "1/2");
    }

    #[test]
    fn outgrows_128_bits_without_loss() {
        let mut product = Exact::from(1);
        for _ in 0..12 {
            product = product * Exact::from(1_000_000_007);
        }
        for _ in 0..12 {
            product = product / 1_000_000_007;
        }
        assert_eq!(product, Exact::from(1));
    }

    #[test]
    fn floors_quotas() {
        let share = exact("0.05");
        for (members, quota) in [(19, 0), (20, 1), (39, 1), (40, 2)] {
            assert_eq!((share.clone() * Exact::from(members)).floor(), Some(quota));
        }
    }
}
