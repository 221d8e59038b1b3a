//! Exact numbers: what a cell holds ([`Decimal`]) and what a rule makes of it ([`Exact`]).
//!
//! No floating point lives here. Scores stay fractions from cell to threshold; rounding happens once,
//! when a figure is published ([`Exact::publish`]).

mod decimal;
mod rational;

pub use decimal::Decimal;
pub use rational::Exact;

/// A written number as paper shows it: with a minus sign (U+2212) where data have a hyphen.
pub fn with_minus_sign(number: &str) -> String {
    number.replace('-', "−")
}
