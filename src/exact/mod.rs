//! Exact numbers: what a cell holds ([`Decimal`]) and what a rule makes of it ([`Exact`]).
//!
//! No floating point lives here. Scores stay fractions from cell to threshold; rounding happens once,
//! when a figure is published ([`Exact::publish`]).

mod decimal;
mod rational;

pub use decimal::Decimal;
pub use rational::Exact;
