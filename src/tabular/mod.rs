//! Any table as records with named fields, whoever made it: a sheet or CSV file by its first row, JSON and JSON Lines by their
//! keys, Parquet by its columns.
//!
//! What is seen is what counts: a number that is shown with two places has two, `80%` is a text, what a merged cell shows
//! belongs to each of its rows. A row that cannot be used as it is keeps what is wrong with it in [`Row::faults`]; nothing
//! of it is guessed. A file that is no table at all is an error.
//!
//! A template holds names as long as the process lives, so that thousands of documents share them; those of a table are kept
//! (leaked) the same way, once per heading.

mod json;
mod parquet;
mod sheets;
mod value;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::diag::Said;
use crate::form::data::{Datum, Direction, Field, List, Record};

/// A table and the lists that hang on its rows.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Fields by their headings, in the table's order.
    pub fields: Vec<Field>,
    /// Lists of each row.
    pub lists: Vec<List>,
    /// Its rows, in order.
    pub rows: Vec<Row>,
    /// What is wrong and belongs to no row: rows of a list that nobody has.
    pub faults: Vec<Said>,
    /// What was passed over, and is worth knowing.
    pub notes: Vec<Said>,
}

/// A row, its fields and its lists.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Where it stands, for people: `Sheet1 第3行`.
    pub place: Said,
    /// Fields and lists by name.
    pub record: Record,
    /// Why no document may be made of it.
    pub faults: Vec<Said>,
}

/// Why a file is no table.
pub type Fault = Said;

/// Rows of a table at most.
const MOST_ROWS: usize = 1_000_000;
/// Fields of a table at most.
const MOST_FIELDS: usize = 2_000;

/// Reads a file that is no workbook of an office: JSON, JSON Lines, Parquet. `None` if it is something else.
///
/// # Errors
/// What makes the file unusable as a whole.
pub fn read_plain(name: &str, bytes: &[u8]) -> Option<Result<Table, Fault>> {
    if bytes.starts_with(b"PAR1") {
        return Some(parquet::read(bytes));
    }
    json::is_json(name, bytes).then(|| json::read(name, bytes))
}

pub use sheets::{join, of_book};

/// The name that lasts as long as the process.
pub fn lasting(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeMap<String, &'static str>> = Mutex::new(BTreeMap::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return known;
    }
    let kept: &'static str = Box::leak(name.to_owned().into_boxed_str());
    names.insert(name.to_owned(), kept);
    kept
}

/// A heading as placeholders write it: without blanks, and without the signs that have a meaning there.
pub fn nameable(heading: &str) -> String {
    let without = |c: &char| !c.is_whitespace() && !c.is_control() && !"{}.>?．。＞》？".contains(*c);
    heading.chars().filter(without).collect()
}

/// Fields of these names, each with the first value that the records have for it.
fn fields_of<'a>(names: &[&'static str], records: impl Iterator<Item = &'a Record>) -> Vec<Field> {
    let mut examples: Vec<Datum> = vec![Datum::Empty; names.len()];
    let mut missing = names.len();
    for record in records {
        if missing == 0 {
            break;
        }
        for (name, example) in names.iter().zip(&mut examples).filter(|(_, example)| **example == Datum::Empty) {
            if let Some(value) = record.fields.get(name).filter(|value| **value != Datum::Empty) {
                *example = value.clone();
                missing -= 1;
            }
        }
    }
    names.iter().zip(examples).map(|(name, example)| Field { name, zh: "", en: "", example }).collect()
}

/// A list down the sheet.
fn list_of(name: &'static str, fields: Vec<Field>) -> List {
    List { name, direction: Direction::Rows, fields, lists: Vec::new() }
}
