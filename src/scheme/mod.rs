//! Scoring systems as data: load a scheme file, prove it consistent, offer it as a model to score by.
//!
//! A scheme is a TOML file, never code; `docs/scheme.md` describes the language. What is here only reads and
//! proves; `score` computes. The language has three orthogonal parts: *items* (what branches enter, with limits),
//! *figures* (formulas over items, the poll and adjustments) and *outcomes* (bands, honours, vetoes, letters).

mod bands;
mod bounds;
mod facts;
mod figures;
mod formula;
mod item;
mod items;
mod load;
mod model;
mod outcomes;
mod polls;
mod ranking;
mod reach;
mod reader;
mod values;
mod words;

pub use crate::diag::Terms;
pub use bands::{Band, Bands};
pub use formula::{Builtin, Fold, Formula, Operator};
pub use item::{Amount, Change, Item, ItemKind, Measure, Per, Points, Step, Value, ZeroIf};
pub use load::{load, load_for, name_of};
pub use model::*;
pub use ranking::{Among, Most, RankPlace, Ranking, Rest, Rounding, Standing, share_of};
pub use reach::{End, Range, total as total_range};
pub use words::{RuleWords, each_word, plain, share};
