//! What keeps a scheme's formulas finite: how long they may be, how many there are, how large what they come to may become.
//!
//! A hostile file, or one that a program wrote, could ask for more memory and time than there is: a sum of thousands of terms is
//! as deep as it is long when it is worked out, and figures that each square the one before double their digits each time.

use std::collections::BTreeMap;

use super::formula::{Formula, Operator};

/// Bounds that no scheme of an office comes near; tests lower them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Numbers, names and signs of one formula.
    pub words: usize,
    /// Figures of one part of the file.
    pub figures: usize,
    /// Digits of what a figure may come to.
    pub digits: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { words: 500, figures: 200, digits: 200 }
    }
}

/// Digits of what comes out of items, ballots and facts: their sums, and the means of twelve periods.
const OF_ENTRIES: usize = 16;

/// Digits that a formula may come to, numerator and denominator together. Sums take the digits of their longest part: they add up
/// with the length of the formula, which is bounded by itself; only products multiply.
pub(super) fn digits(formula: &Formula, figures: &BTreeMap<String, usize>) -> usize {
    let of = |formula: &Formula| digits(formula, figures);
    match formula {
        Formula::Number(number) => number.to_string().len(),
        Formula::Value(_)
        | Formula::Builtin(_)
        | Formula::Poll { .. }
        | Formula::OfKind { .. }
        | Formula::Sum(_)
        | Formula::Mean(_)
        | Formula::Entered(_)
        | Formula::Members(_) => OF_ENTRIES,
        Formula::Figure(id) => figures.get(id).copied().unwrap_or(OF_ENTRIES),
        Formula::Over(_, id) => figures.get(id).copied().unwrap_or(OF_ENTRIES).saturating_add(3),
        Formula::Ratio(parts) => of(&parts[0]).saturating_add(of(&parts[1])).max(of(&parts[2])),
        Formula::Negate(inner) => of(inner),
        Formula::Binary(Operator::Add | Operator::Subtract, left, right) => of(left).max(of(right)) + 1,
        Formula::Binary(Operator::Multiply | Operator::Divide, left, right) => of(left).saturating_add(of(right)),
        Formula::Min(parts) | Formula::Max(parts) => parts.iter().map(of).max().unwrap_or(0),
    }
}
