use crate::diag::Place;
use crate::exact::Exact;

/// One step of a computation: a figure, a part of its formula, or a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// What it is: a figure's name, an item with its period, a value of the scheme.
    pub label: String,
    /// The rule as the scheme states it.
    pub rule: Option<String>,
    /// The value.
    pub value: Exact,
    /// Where it stood, for a leaf that was read from a cell.
    pub place: Option<Place>,
    /// What it was made of.
    pub parts: Vec<Trace>,
}

impl Trace {
    /// A step made of parts.
    pub fn step(label: impl Into<String>, value: Exact, parts: Vec<Self>) -> Self {
        Self { label: label.into(), rule: None, value, place: None, parts }
    }

    /// A value read from a cell.
    pub fn leaf(label: impl Into<String>, value: Exact, place: Option<Place>) -> Self {
        Self { label: label.into(), rule: None, value, place, parts: Vec::new() }
    }

    /// Leaves below this step.
    pub fn leaves(&self) -> usize {
        if self.parts.is_empty() { 1 } else { self.parts.iter().map(Self::leaves).sum() }
    }
}
