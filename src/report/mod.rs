//! Reports: which forms there are and which data each offers to its template.
//!
//! `schema` lists the fields; filling them from results is done beside it. What a form looks like is the template's
//! affair, not this room's. May use every room below but `inbox`.

mod sample;
pub mod schema;

pub use sample::{sample, sample_over};
