//! A workbook or CSV file as a table: the first sheet that is seen is the table, each further one a list of its rows.

use std::collections::{BTreeMap, BTreeSet};

use super::value::of_cell;
use super::{Fault, MOST_FIELDS, MOST_ROWS, Row, Table, fields_of, lasting, list_of, nameable};
use crate::diag::{CellRef, Said};
use crate::form::data::{Datum, Record};
use crate::sheet::{Book, Content, Sheet};

/// A sheet by its headings, before anything is made of it.
struct Headed<'a> {
    sheet: &'a Sheet,
    /// Column and name, in order.
    columns: Vec<(u16, &'static str)>,
    /// The first row below the headings, by its place in the sheet's rows.
    first: usize,
}

/// The table of a workbook, with the lists that its further sheets hold.
///
/// # Errors
/// No sheet that is seen, no headings, a heading twice.
pub fn of_book(book: &Book) -> Result<Table, Fault> {
    let mut seen = book.sheets.iter().filter(|sheet| !sheet.hidden && !sheet.rows.is_empty());
    let none = || Said::new("里面没有看得见的、有内容的工作表", "it has no sheet that is seen and holds anything");
    let main = headed(seen.next().ok_or_else(none)?)?;
    let mut table = Table { rows: rows(&main), ..Table::default() };
    let names: Vec<&'static str> = main.columns.iter().map(|(_, name)| *name).collect();
    table.fields = fields_of(&names, table.rows.iter().map(|row| &row.record));
    table.notes.extend(main.sheet.hidden_rows.then(|| {
        let name = &main.sheet.name;
        Said::new(
            format!("工作表“{name}”有隐藏的行或列，其中的内容也已使用"),
            format!("sheet {name} has hidden rows or columns; what they hold is used too"),
        )
    }));
    for sheet in seen {
        add_list(&mut table, &nameable(&sheet.name), sheet)?;
    }
    table.notes.extend(book.sheets.iter().filter(|sheet| sheet.hidden && !sheet.rows.is_empty()).map(|sheet| {
        let name = &sheet.name;
        Said::new(format!("工作表“{name}”是隐藏的，没有使用"), format!("sheet {name} is hidden and not used"))
    }));
    Ok(table)
}

/// Hangs the rows of another workbook's first sheet on the rows of a table, as a list of that name.
///
/// # Errors
/// As for [`of_book`], and a first column that the table does not have.
pub fn join(table: &mut Table, name: &str, book: &Book) -> Result<(), Fault> {
    let none = || Said::new("里面没有看得见的、有内容的工作表", "it has no sheet that is seen and holds anything");
    let sheet = book.sheets.iter().find(|sheet| !sheet.hidden && !sheet.rows.is_empty()).ok_or_else(none)?;
    let before = table.lists.len();
    add_list(table, &nameable(name), sheet)?;
    if table.lists.len() == before {
        return Err(table.notes.pop().unwrap_or_default());
    }
    Ok(())
}

/// A further sheet: its first column names the row that each of its rows belongs to. A sheet whose first column is none of the
/// table's is something else, and stays out with a note.
fn add_list(table: &mut Table, name: &str, sheet: &Sheet) -> Result<(), Fault> {
    let list = headed(sheet)?;
    let Some(key) = list.columns.first().map(|(_, key)| *key).filter(|key| table.fields.iter().any(|field| field.name == *key)) else {
        let first = list.columns.first().map_or("", |(_, name)| name);
        table.notes.push(Said::new(
            format!("“{name}”的第一列“{first}”不是主表的列，不知道各行属于主表的哪一行，没有使用"),
            format!("the first column of {name}, {first}, is no column of the table: whose its rows are is not known, and it is not used"),
        ));
        return Ok(());
    };
    let name = lasting(name);
    if name.is_empty() || table.lists.iter().any(|known| known.name == name) {
        return Err(Said::new(format!("有两个列表都叫“{name}”"), format!("two lists are called `{name}`")));
    }
    let mut owners: BTreeMap<String, usize> = BTreeMap::new();
    for (at, row) in table.rows.iter_mut().enumerate() {
        let value = key_of(&row.record, key);
        if value.is_empty() {
            continue;
        }
        if owners.contains_key(&value) {
            row.faults.push(Said::new(
                format!("{key}“{value}”与前面一行相同，不知道“{name}”里的各行属于哪一行"),
                format!("{key} `{value}` stands in a row above too: to which of them rows of {name} belong is not known"),
            ));
        }
        owners.entry(value).or_insert(at);
    }
    let own = rows(&list);
    let names: Vec<&'static str> = list.columns.iter().map(|(_, name)| *name).collect();
    table.lists.push(list_of(name, fields_of(&names, own.iter().map(|row| &row.record))));
    for row in own {
        let value = key_of(&row.record, key);
        match owners.get(&value) {
            Some(owner) => {
                let owner = &mut table.rows[*owner];
                owner
                    .faults
                    .extend(row.faults.into_iter().map(|fault| Said::new(row.place.zh.clone(), row.place.en.clone()).joined(&fault)));
                owner.record.lists.entry(name).or_default().push(row.record);
            }
            None => table.faults.push(row.place.joined(&Said::new(
                format!("的{key}“{value}”在主表里没有，这一行没有用上"),
                format!(": {key} `{value}` is in no row of the table, so that this row is not used"),
            ))),
        }
    }
    Ok(())
}

/// A value by which rows of two tables are known to belong together.
fn key_of(record: &Record, key: &str) -> String {
    match record.fields.get(key) {
        Some(Datum::Text(text)) => crate::words::folded(text),
        Some(Datum::Number { value, .. }) => value.to_string(),
        Some(Datum::Date(day)) => day.to_string(),
        _ => String::new(),
    }
}

/// Finds the headings: the first row, or the one below a title that stands alone in its row.
fn headed(sheet: &Sheet) -> Result<Headed<'_>, Fault> {
    let title = sheet.rows.len() > 1 && sheet.rows[0].cells.len() == 1 && sheet.rows[1].cells.len() > 1;
    let at = usize::from(title);
    let row = &sheet.rows[at];
    let mut columns: Vec<(u16, &'static str)> = Vec::new();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for cell in &row.cells {
        let name = match &cell.content {
            Content::Text(text) => nameable(text),
            Content::Number(number) => nameable(&number.to_string()),
            Content::Disguised(own) => nameable(&own.shown),
            Content::Date(at) => at.date().to_string(),
            _ => String::new(),
        };
        let place = CellRef { row: row.index, column: cell.column };
        let sheet = &sheet.name;
        if name.is_empty() {
            return Err(Said::new(
                format!("工作表“{sheet}”的 {place} 应当是列名（第一行是各列的名字）"),
                format!("sheet {sheet}: {place} should be the name of a column (the first row names the columns)"),
            ));
        }
        let name = lasting(&name);
        if !known.insert(name) {
            return Err(Said::new(
                format!("工作表“{sheet}”有两列都叫“{name}”（{place}）；请给其中一列改名"),
                format!("sheet {sheet}: two columns are called `{name}` ({place}); give one another name"),
            ));
        }
        columns.push((cell.column, name));
    }
    if columns.len() > MOST_FIELDS {
        return Err(Said::new(format!("列数超过 {MOST_FIELDS}"), format!("it has more than {MOST_FIELDS} columns")));
    }
    if sheet.rows.len() > MOST_ROWS {
        return Err(Said::new(format!("行数超过 {MOST_ROWS}"), format!("it has more than {MOST_ROWS} rows")));
    }
    Ok(Headed { sheet, columns, first: at + 1 })
}

fn rows(headed: &Headed<'_>) -> Vec<Row> {
    let sheet = headed.sheet;
    sheet.rows[headed.first..]
        .iter()
        .map(|row| {
            let number = row.index + 1;
            let place = Said::new(format!("{} 第{number}行", sheet.name), format!("{} row {number}", sheet.name));
            let mut out = Row { place, ..Row::default() };
            let mut cells = row.cells.iter().peekable();
            for (column, name) in &headed.columns {
                while let Some(stray) = cells.next_if(|cell| cell.column < *column) {
                    out.faults.push(stray_value(row.index, stray.column));
                }
                let own = cells.next_if(|cell| cell.column == *column).map(|cell| &cell.content);
                let Some(content) = own.or_else(|| sheet.merged_into(row.index, *column)) else { continue };
                match of_cell(content) {
                    Ok(Datum::Empty) => {}
                    Ok(value) => out.record.set(name, value),
                    Err(fault) => {
                        let place = CellRef { row: row.index, column: *column };
                        out.faults.push(Said::new(format!("{place}（{name}）"), format!("{place} ({name}) ")).joined(&fault));
                    }
                }
            }
            out.faults.extend(cells.map(|stray| stray_value(row.index, stray.column)));
            out
        })
        .collect()
}

/// A value below no heading, which no placeholder could name.
fn stray_value(row: u32, column: u16) -> Said {
    let place = CellRef { row, column };
    Said::new(
        format!("{place} 有内容，但这一列没有列名；请补上列名或删去内容"),
        format!("{place} holds something, and its column has no name; name the column or empty the cell"),
    )
}
