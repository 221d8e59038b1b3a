//! Scoring systems as data: load a scheme file, prove it consistent, offer it as a model to score by.
//!
//! A scheme is a TOML file, never code; `docs/scheme.md` describes the language. What is here only reads and
//! proves; `score` computes. The language has three orthogonal parts: *items* (what branches enter, with limits),
//! *figures* (formulas over items, the poll and adjustments) and *outcomes* (bands, honours, vetoes, letters).

mod bands;
mod file;
mod formula;
mod load;
mod model;
mod words;

pub use bands::{Band, Bands};
pub use formula::{Builtin, Formula, Operator};
pub use load::{SchemeError, load};
pub use model::*;
