//! Findings: what is wrong with a submission, where it stands and what to do about it.
//!
//! Bad data is a [`Finding`], never an `Err`; an `Err` is for the machine failing. This room holds the places
//! (file, sheet, cell), the closed list of codes and the catalogue of texts in both languages. It uses no other
//! room, and does not decide what a finding leads to: `run` does.

mod catalogue;
mod code;
mod finding;
mod place;
mod said;
mod terms;
mod unreadable;

pub use catalogue::{Lang, about, fill, fill_in, hint, message, severity_word, text, title, value_name};
pub use code::{Code, Severity};
pub use finding::{Fact, Finding};
pub use place::{CellRef, Place};
pub use said::Said;
pub use terms::{Given, Terms};
pub use unreadable::Unreadable;
