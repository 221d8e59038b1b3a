//! Names in placeholders, looked up among a form's fields and lists.

use super::error::Problem;
use super::placeholder::{Kind, Path};
use crate::form::data::{Direction, Field, List, Schema};

/// The nearest of some names, if one is near enough to be meant.
pub(super) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    crate::words::nearest(name, names).map(str::to_owned)
}

/// A list of row records by name; `None` for a column list or an unknown name.
pub(super) fn row_list<'a>(lists: &'a [List], name: &str) -> Option<&'a List> {
    lists.iter().find(|list| list.name == name && list.direction == Direction::Rows)
}

pub(super) fn column_list<'a>(lists: &'a [List], name: &str) -> Option<&'a List> {
    lists.iter().find(|list| list.name == name && list.direction == Direction::Columns)
}

fn has(fields: &[Field], name: &str) -> Option<&'static str> {
    fields.iter().find(|field| field.name == name).map(|field| field.name)
}

/// The field's own name out of the schema, or what is wrong with it; `write` makes a placeholder of a name.
fn field(schema: &Schema, fields: &[Field], name: &str, write: &dyn Fn(&str) -> String) -> Result<&'static str, Problem> {
    if let Some(name) = has(fields, name) {
        return Ok(name);
    }
    if let Some(instead) = elsewhere(schema, name) {
        return Err(Problem::OtherList { name: name.to_owned(), instead });
    }
    let nearest = nearest(name, fields.iter().map(|field| field.name)).map(|near| write(&near));
    Err(Problem::UnknownField { name: name.to_owned(), nearest })
}

/// How a field that stands elsewhere in the form is written.
fn elsewhere(schema: &Schema, name: &str) -> Option<String> {
    if has(&schema.fields, name).is_some() {
        return Some(format!("{{{name}}}"));
    }
    schema.lists.iter().find_map(|list| {
        let prefix = match list.direction {
            Direction::Rows => list.name.to_owned(),
            Direction::Columns => format!(">{}", list.name),
        };
        if has(&list.fields, name).is_some() {
            return Some(format!("{{{prefix}.{name}}}"));
        }
        list.lists.iter().find_map(|inner| match inner.direction {
            Direction::Columns => {
                has(&inner.fields, name).map(|name| format!("{{{}>{name}}}", if list.name.is_empty() { "." } else { list.name }))
            }
            Direction::Rows => has(&inner.fields, name).map(|name| format!("{{{}.{}.{name}}}", list.name, inner.name)).or_else(|| {
                let deepest = inner.lists.iter().find(|deepest| has(&deepest.fields, name).is_some())?;
                Some(format!("{{{}.{}>{name}}}", list.name, inner.name)).filter(|_| deepest.direction == Direction::Columns)
            }),
        })
    })
}

/// A placeholder with every name found in the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// A field of the form.
    Root(&'static str),
    /// A field of the record of the block.
    Record(&'static str),
    /// A field of the nested row.
    Nested(&'static str),
    /// A field of the column list's element.
    Heading(&'static str),
    /// The record's value for the element.
    RecordColumn(&'static str),
    /// The nested row's value for the element.
    NestedColumn(&'static str),
}

/// Where a placeholder stands: what repeats there.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Standing<'a> {
    pub row_list: Option<&'a str>,
    pub nested: Option<&'a str>,
    pub column_list: Option<&'a str>,
}

/// Finds a field placeholder's names. Totals, page numbers and conditions are not for here.
pub(super) fn slot(schema: &Schema, path: &Path, standing: Standing<'_>) -> Result<Slot, Problem> {
    match &path.kind {
        Kind::Root(name) => field(schema, &schema.fields, name, &|near| format!("{{{near}}}")).map(Slot::Root),
        Kind::Column { list, field: name } => {
            let found = find_list(schema, list, Direction::Columns)?;
            if standing.column_list != Some(list) {
                return Err(Problem::OutsideBlock(path.written.clone()));
            }
            field(schema, &found.fields, name, &|near| format!("{{>{list}.{near}}}")).map(Slot::Heading)
        }
        Kind::Row { list, nested, column, field: name } => {
            let main = find_list(schema, list, Direction::Rows)?;
            // A nested list that is not there is told before the place, which it decides.
            if let Some(nested) = nested.as_deref().filter(|nested| row_list(&main.lists, nested).is_none()) {
                return Err(unknown_list(nested, &main.lists, Direction::Rows));
            }
            if standing.row_list != Some(list) || nested.as_deref().is_some_and(|nested| standing.nested != Some(nested)) {
                return Err(Problem::OutsideBlock(path.written.clone()));
            }
            let owner = match nested {
                None => main,
                Some(nested) => row_list(&main.lists, nested).ok_or_else(|| unknown_list(nested, &main.lists, Direction::Rows))?,
            };
            let dot = if list.is_empty() { "." } else { list };
            let prefix = nested.as_ref().map_or_else(|| list.clone(), |nested| format!("{list}.{nested}"));
            if !column {
                let found = field(schema, &owner.fields, name, &|near| format!("{{{prefix}.{near}}}"))?;
                return Ok(if nested.is_some() { Slot::Nested(found) } else { Slot::Record(found) });
            }
            let Some(of) = standing.column_list else { return Err(Problem::NoColumnList(path.written.clone())) };
            let values = column_list(&owner.lists, of);
            let fields = values.map(|values| values.fields.as_slice()).unwrap_or_default();
            let prefix = if nested.is_some() { &*prefix } else { dot };
            let found = field(schema, fields, name, &|near| format!("{{{prefix}>{near}}}"))?;
            Ok(if nested.is_some() { Slot::NestedColumn(found) } else { Slot::RecordColumn(found) })
        }
        _ => Err(Problem::Malformed(path.written.clone())),
    }
}

/// A list of the form by name and direction.
pub(super) fn find_list<'a>(schema: &'a Schema, name: &str, direction: Direction) -> Result<&'a List, Problem> {
    schema
        .lists
        .iter()
        .find(|list| list.name == name && list.direction == direction)
        .ok_or_else(|| unknown_list(name, &schema.lists, direction))
}

fn unknown_list(name: &str, lists: &[List], direction: Direction) -> Problem {
    if let Some(other) = lists.iter().find(|list| list.name == name) {
        let instead = match other.direction {
            Direction::Columns => format!("{{>{name}.…}}"),
            Direction::Rows => format!("{{{name}.…}}"),
        };
        return Problem::OtherList { name: name.to_owned(), instead };
    }
    Problem::UnknownList {
        name: name.to_owned(),
        nearest: nearest(name, lists.iter().filter(|list| list.direction == direction && !list.name.is_empty()).map(|list| list.name)),
    }
}
