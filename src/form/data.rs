//! What a form is filled with: fields and lists by their Chinese names, and the schema a template is checked against.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::exact::Decimal;

/// One value for a placeholder.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Datum {
    /// Nothing: prints as blank, and `{?字段}` leaves its row or column out.
    #[default]
    Empty,
    /// Text as it is to be printed. It is data: braces in it mean nothing.
    Text(String),
    /// A published number; `digits` is how many places it is printed with where text surrounds it
    /// (`91.00`). Alone in its cell it stays a number with the cell's number format.
    Number {
        /// The published value.
        value: Decimal,
        /// Decimal places when printed within text.
        digits: u8,
    },
    /// A day; alone in its cell it stays a date with the cell's number format, within text `2026年5月6日`.
    Date(NaiveDate),
    /// One of a few classes; prints as its name, and totals count the members of each: `优秀12 合格3`.
    Class {
        /// Its place among the classes.
        order: usize,
        /// Its name.
        name: String,
    },
    /// A photo; alone in its cell it stands in the middle of it, within text it is nothing.
    Picture(Photo),
}

/// A photo of a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Photo {
    /// PNG or JPEG bytes that decode.
    pub bytes: Arc<[u8]>,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Who it shows.
    pub description: String,
}

/// Fields and lists of one record. The root of a form's data is a record too.
///
/// * `{支部名称}` is `root.fields["支部名称"]`
/// * `{.姓名}` is `root.lists[""][r].fields["姓名"]`: the form's main list has the empty name
/// * `{奖惩.事由}` is `root.lists["奖惩"][r].fields["事由"]`: another list
/// * `{.项目.名称}` is `root.lists[""][r].lists["项目"][n].fields["名称"]`: rows nested in a record
/// * `{>期间.名称}` is `root.lists["期间"][i].fields["名称"]`: a column list
/// * `{.>得分}` in such a column is `root.lists[""][r].lists["期间"][i].fields["得分"]`
/// * `{.项目>得分}` is `root.lists[""][r].lists["项目"][n].lists["期间"][i].fields["得分"]`
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// Values by field name. A schema field that is absent here is [`Datum::Empty`].
    pub fields: BTreeMap<&'static str, Datum>,
    /// Lists by name.
    pub lists: BTreeMap<&'static str, Vec<Record>>,
}

impl Record {
    /// Sets a field.
    pub fn set(&mut self, name: &'static str, value: Datum) {
        self.fields.insert(name, value);
    }

    /// Sets a text field; an empty text is [`Datum::Empty`].
    pub fn text(&mut self, name: &'static str, value: impl Into<String>) {
        let value = value.into();
        self.set(name, if value.is_empty() { Datum::Empty } else { Datum::Text(value) });
    }

    /// Sets a whole number.
    pub fn count(&mut self, name: &'static str, value: usize) {
        self.set(name, Datum::Number { value: Decimal::from(value as i64), digits: 0 });
    }
}

/// What a form offers to its template, for checking it and for `template fields`.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Form id: `board`.
    pub form: &'static str,
    /// Chinese title, also the stem of its files: `考核公示栏`.
    pub title: &'static str,
    /// Scalar fields of the form.
    pub fields: Vec<Field>,
    /// Its lists; the main list has the empty name.
    pub lists: Vec<List>,
}

/// A field a template may name.
#[derive(Clone, Debug)]
pub struct Field {
    /// Name between the braces.
    pub name: &'static str,
    /// Meaning, Chinese.
    pub zh: &'static str,
    /// Meaning, English.
    pub en: &'static str,
    /// What it may look like; the sample page is filled with it.
    pub example: Datum,
}

/// A list a template may repeat.
#[derive(Clone, Debug)]
pub struct List {
    /// Its name; empty for the form's main list.
    pub name: &'static str,
    /// Rows (`{.x}`, `{名.x}`) or columns (`{>名.x}`).
    pub direction: Direction,
    /// Fields of one element. For a column list: the heading's fields (`{>期间.名称}`).
    pub fields: Vec<Field>,
    /// Row lists nested in one element (`{.项目.名称}`), and, for each column list that a record has
    /// values for, a list of that column list's name whose fields are the values (`{.>得分}`).
    pub lists: Vec<List>,
}

/// Which way a list repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Down the sheet.
    Rows,
    /// To the right.
    Columns,
}
