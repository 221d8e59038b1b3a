//! Lists that go across: a column per subject, per month, whatever their lines are about.
//!
//! ```text
//!   学号 科目 分数            姓名  语文 数学
//!   1    语文 90       ─▶     青云  90   85
//!   1    数学 85              长河  88
//!   2    语文 88
//! ```
//!
//! Lines that say the same in the heading belong to one column, in the order in which they are met first.

use std::collections::{BTreeMap, BTreeSet};

use super::shown;
use crate::diag::Said;
use crate::form::data::Record;
use crate::run::{RunError, refused};
use crate::template::Template;

/// The lists that a template repeats columns for, with the fields of their headings.
pub(super) struct Across(BTreeMap<&'static str, BTreeSet<&'static str>>);

impl Across {
    /// # Errors
    /// A list that the template takes down and across at once, and one across that no heading tells apart.
    pub(super) fn of(template: &Template) -> Result<Self, RunError> {
        let lists = template.column_lists();
        for (list, headings) in &lists {
            if template.has_rows_of(list) {
                return Err(refused(
                    format!("表样里“{list}”又往下重复、又往右重复，只能用一种"),
                    format!("the template repeats `{list}` down and across; take one of them"),
                ));
            }
            if headings.is_empty() && template.repeats("") {
                return Err(refused(
                    format!("表样里“{list}”往右重复的列没有列头；请写 {{>{list}.字段}}"),
                    format!("the columns that repeat for `{list}` have no heading; write {{>{list}.field}} in it"),
                ));
            }
        }
        Ok(Self(lists))
    }

    /// Lines of one row that would stand in one cell.
    pub(super) fn faults(&self, row: &Record) -> Vec<Said> {
        let mut faults = Vec::new();
        for (list, headings) in &self.0 {
            let mut known: BTreeSet<Vec<String>> = BTreeSet::new();
            for line in row.lists.get(list).into_iter().flatten() {
                let key = key(line, headings);
                let said = key.join(" ");
                if !known.insert(key) {
                    faults.push(Said::new(
                        format!("“{list}”里有两行都是“{said}”，不知道该填哪一行"),
                        format!("`{list}` has two lines for `{said}`: which of them counts is not known"),
                    ));
                }
            }
        }
        faults
    }

    /// Gives the document a column for each heading, and each member its lines in their order.
    pub(super) fn align(&self, own: &mut Record, members: &mut [Record]) {
        for (list, headings) in &self.0 {
            let mut columns: Vec<Record> = Vec::new();
            let mut known: BTreeMap<Vec<String>, usize> = BTreeMap::new();
            for line in members.iter().flat_map(|member| member.lists.get(list).into_iter().flatten()) {
                known.entry(key(line, headings)).or_insert_with(|| {
                    columns.push(line.clone());
                    columns.len() - 1
                });
            }
            for member in members.iter_mut() {
                let mut aligned = vec![Record::default(); columns.len()];
                for line in member.lists.remove(list).unwrap_or_default() {
                    if let Some(at) = known.get(&key(&line, headings)) {
                        aligned[*at] = line;
                    }
                }
                member.lists.insert(list, aligned);
            }
            own.lists.insert(list, columns);
        }
    }
}

/// What a line says in the heading, as it is shown: equal values of several rows may be of several kinds.
fn key(line: &Record, headings: &BTreeSet<&'static str>) -> Vec<String> {
    headings.iter().map(|field| shown(line.fields.get(field))).collect()
}
