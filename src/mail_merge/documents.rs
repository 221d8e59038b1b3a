//! Which documents there are, which rows go into each, and what stands against it.

use std::collections::BTreeSet;

use super::across::Across;
use super::{gathered, shown};
use crate::diag::Said;
use crate::form::data::{Datum, Record};
use crate::layout::Note;
use crate::tabular::{Row, Table};
use crate::template::{Line, Template};

/// A document in the making.
pub(super) struct Document<'a> {
    members: Vec<&'a Row>,
    /// True if its rows stand in a block; else it is one row's.
    block: bool,
    /// The group's value as a name.
    pub(super) group: Option<String>,
    /// Fields of the document itself: of its row, or what all its rows agree on.
    pub(super) own: Record,
    /// Why it is not made.
    pub(super) faults: Vec<Said>,
}

/// What became of a document.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Its files' name without ending.
    pub name: String,
    /// The rows in it, for people.
    pub rows: Said,
    /// How many pages it has.
    pub pages: usize,
    /// Why it was not made.
    pub faults: Vec<Said>,
    /// What the layout noticed.
    pub notes: Vec<Note>,
}

/// The documents of a table, in the order of their first rows.
pub(super) fn documents<'a>(
    table: &'a Table,
    template: &Template,
    by: Option<&'static str>,
    name: Option<&Line>,
    across: &Across,
) -> Vec<Document<'a>> {
    if !template.repeats("") {
        let one =
            |row: &'a Row| Document { members: vec![row], block: false, group: None, own: row.record.clone(), faults: row.faults.clone() };
        return table.rows.iter().map(one).collect();
    }
    let mut needed = template.own_fields();
    needed.extend(name.into_iter().flat_map(Line::fields));
    let wanted = Wanted { needed: &needed, summed: &template.summed(), across };
    let Some(by) = by else { return vec![group(table.rows.iter().collect(), None, &wanted)] };
    let mut groups: Vec<(&Datum, Vec<&'a Row>)> = Vec::new();
    let mut known = std::collections::BTreeMap::new();
    for row in &table.rows {
        let value = row.record.fields.get(by).unwrap_or(&Datum::Empty);
        let at = *known.entry(shown(Some(value))).or_insert_with(|| {
            groups.push((value, Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push(row);
    }
    let made = |(value, rows): (&Datum, Vec<&'a Row>)| {
        let mut made = group(rows, Some(shown(Some(value))), &wanted);
        if made.group.as_deref() == Some("") {
            made.faults
                .insert(0, Said::new(format!("“{by}”是空的，不知道属于哪一份"), format!("{by} is empty, so that no document is theirs")));
        }
        made
    };
    groups.into_iter().map(made).collect()
}

/// What a template asks of the rows of a document.
struct Wanted<'a> {
    /// Fields that the rows must agree on.
    needed: &'a BTreeSet<&'static str>,
    /// Fields that are added up.
    summed: &'a BTreeSet<&'static str>,
    across: &'a Across,
}

/// A document of several rows.
fn group<'a>(members: Vec<&'a Row>, name: Option<String>, wanted: &Wanted<'_>) -> Document<'a> {
    let mut faults: Vec<Said> = Vec::new();
    for row in &members {
        faults.extend(row.faults.iter().map(|fault| placed(row, fault)));
        faults.extend(wanted.across.faults(&row.record).iter().map(|fault| placed(row, fault)));
        for field in wanted.summed {
            if let Some(value) = row.record.fields.get(field).filter(|value| !matches!(value, Datum::Empty | Datum::Number { .. })) {
                let value = shown(Some(value));
                faults.push(placed(
                    row,
                    &Said::new(
                        format!("{field}“{value}”不是数，表样要对它求和"),
                        format!("{field} `{value}` is no number, and the template adds it up"),
                    ),
                ));
            }
        }
    }
    let mut own = Record { lists: gathered(members.iter().map(|row| &row.record)), ..Record::default() };
    let first = members.first().map(|row| &row.record.fields);
    for (field, value) in first.into_iter().flatten() {
        if members.iter().all(|row| row.record.fields.get(field) == Some(value)) {
            own.set(field, value.clone());
        }
    }
    for field in wanted.needed.iter().filter(|field| !own.fields.contains_key(*field)) {
        let mut values: Vec<String> = Vec::new();
        for row in &members {
            let value = shown(row.record.fields.get(field));
            if !values.contains(&value) {
                values.push(value);
            }
            if values.len() == 3 {
                break;
            }
        }
        if values.len() > 1 {
            let all = values.join("、");
            faults.push(Said::new(
                format!("{{{field}}} 在表头处只能有一个值，而各行不一样：{all}…；每行的值请写成 {{.{field}}}"),
                format!(
                    "{{{field}}} stands for one value of the whole, and the rows differ: {all}…; write {{.{field}}} for each row's own"
                ),
            ));
        }
    }
    Document { members, block: true, group: name, own, faults }
}

/// A fault behind its row.
fn placed(row: &Row, fault: &Said) -> Said {
    let space = if fault.en.starts_with([' ', ':']) { "" } else { ": " };
    Said::new(format!("{}：{}", row.place.zh, fault.zh), format!("{}{space}{}", row.place.en, fault.en))
}

impl Document<'_> {
    /// The data of the document.
    pub(super) fn record(&self, across: &Across) -> Record {
        let mut record = self.own.clone();
        if self.block {
            let mut members: Vec<Record> = self.members.iter().map(|row| row.record.clone()).collect();
            across.align(&mut record, &mut members);
            record.lists.insert("", members);
        }
        record
    }

    /// Which rows it is made of.
    pub(super) fn rows(&self) -> Said {
        match self.members.as_slice() {
            [] => Said::default(),
            [one] => one.place.clone(),
            [first, .., last] => {
                let count = self.members.len();
                Said::new(
                    format!("{} 至 {}（{count}行）", first.place.zh, last.place.zh),
                    format!("{} to {} ({count} rows)", first.place.en, last.place.en),
                )
            }
        }
    }
}
