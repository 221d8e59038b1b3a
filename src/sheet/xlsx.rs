//! xlsx and xlsm: the package is checked, then one worksheet after the other is streamed; cells are never laid out as a
//! rectangle, which one cell in the last corner makes 17 thousand million cells large.

use super::book::Book;
use super::cells::{self, Tables};
use super::colour::Colours;
use super::conditional;
use super::gather::Gather;
use super::workbook::{self, Workbook};
use super::{Format, Limits, Refusal, strings};
use crate::diag::Unreadable;
use crate::ooxml::Package;

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Book, Refusal> {
    let mut package = Package::open(bytes, limits.package())?;
    let Workbook { date_1904, sheets: listed, strings, styles, theme, modified, returns, results, pictures } =
        Workbook::of(&mut package, limits)?;
    let mut colours = Colours { theme, ..Colours::default() };
    let mut part = |name: Option<String>| name.map(|name| Ok::<_, Refusal>((package.text(&name)?, name))).transpose();
    // The styles hold the palette that texts name colours of.
    let (styles, looks) = match part(styles)? {
        Some((Some(text), name)) => workbook::styles(&name, &text, date_1904, &mut colours)?,
        _ => (Vec::new(), Vec::new()),
    };
    let strings = match part(strings)? {
        Some((Some(text), name)) => strings::table(&name, &text, limits, &colours)?,
        _ => strings::Strings::default(),
    };
    let odd_texts = styles.iter().any(|style| !style.shows_texts());
    let unseen = styles.iter().any(|style| style.ink.unseen().is_some());
    let tables = Tables { strings, styles, odd_texts, unseen, looks, pictures, colours };
    let mut gather = Gather::new(limits);
    gather.results = results;
    let mut sheets = Vec::with_capacity(listed.len());
    for listed in listed {
        let missing = || Refusal::unreadable(Unreadable::Missing, format!("sheet {} is missing from the package", listed.name));
        let text = package.text(&listed.part)?.ok_or_else(missing)?;
        let shape = cells::stream(&listed.name, &text, &tables, &mut gather)?;
        let mut sheet = gather.sheet(&listed.name, listed.hidden)?;
        sheet.hidden_rows = shape.hides(&sheet);
        sheet.merge(shape.merged)?;
        let ink = |(row, column)| shape.inks.get(&(row, column as u16)).copied().unwrap_or_default();
        conditional::apply(&mut sheet, &shape.rules, &ink, date_1904);
        sheets.push(sheet);
    }
    gather.uncalculated(&mut sheets);
    Ok(Book { sheets, date_1904, modified, returns, format: Format::Xlsx })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Cursor;
    use std::path::{Path, PathBuf};

    use calamine::{DataRef, Reader, Xlsx};

    use super::super::gather::Gather;
    use super::super::{Content, Format, Limits, number, quiet, sniff, text};

    fn files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, found);
            } else {
                found.push(path);
            }
        }
    }

    /// Every cell by calamine: sheet name → rows.
    fn oracle(bytes: &[u8], limits: &Limits) -> Option<BTreeMap<String, Vec<super::super::Row>>> {
        let mut reader: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).ok()?;
        let mut sheets = BTreeMap::new();
        let mut gather = Gather::new(limits);
        for name in reader.sheet_names() {
            let Ok(mut cells) = reader.worksheet_cells_reader(&name) else { continue };
            while let Some(cell) = cells.next_cell_with_formula_metadata().ok()? {
                let content = match cell.value {
                    DataRef::Empty if cell.formula.is_some() => Content::Uncalculated("=".into()),
                    DataRef::Empty => continue,
                    DataRef::Float(value) => number::content(value),
                    DataRef::SharedString(text) => Content::Text(text.into()),
                    DataRef::String(text) if text::is_error(&text) => Content::Error(text.into()),
                    DataRef::String(text) => Content::Text(text.into()),
                    DataRef::Bool(value) => Content::Bool(value),
                    DataRef::DateTime(value) => number::date_content(value.as_f64(), reader_1904(bytes)),
                    DataRef::DateTimeIso(text) => number::iso_content(&text),
                    DataRef::Error(error) => Content::Error(error.to_string().into()),
                    other => panic!("{other:?}"),
                };
                gather.push(cell.pos.0, cell.pos.1, content).ok()?;
            }
            sheets.insert(name.clone(), gather.sheet(&name, false).ok()?.rows);
        }
        Some(sheets)
    }

    fn reader_1904(bytes: &[u8]) -> bool {
        Xlsx::new(Cursor::new(bytes)).is_ok_and(|reader: Xlsx<_>| reader.has_1904_epoch())
    }

    /// A formula's text is not compared: calamine puts another one on the cells of a group.
    fn plain(rows: &[super::super::Row]) -> Vec<(u32, u16, Content)> {
        let bare = |content: &Content| match content {
            Content::Uncalculated(_) => Content::Uncalculated("=".into()),
            other => other.clone(),
        };
        rows.iter().flat_map(|row| row.cells.iter().map(move |cell| (row.index, cell.column, bare(&cell.content)))).collect()
    }

    #[test]
    fn reads_the_cells_that_calamine_reads() {
        let mut paths = Vec::new();
        for folder in ["tests/cases", "templates", "samples"] {
            files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut paths);
        }
        paths.sort();
        let limits = Limits::default();
        let (mut compared, mut cells) = (0, 0);
        for path in paths {
            let bytes = std::fs::read(&path).unwrap();
            if sniff(&bytes) != Format::Xlsx {
                continue;
            }
            // calamine panics on some of what is refused here, and on some of what is read.
            let Ok(book) = super::read(&bytes, &limits) else { continue };
            let Some(oracle) = quiet::catch_panic(|| oracle(&bytes, &limits)).flatten() else { continue };
            for sheet in &book.sheets {
                // Of two sheets of one name calamine gives one twice.
                if book.sheets.iter().filter(|other| other.name == sheet.name).count() > 1 {
                    continue;
                }
                let Some(rows) = oracle.get(&*sheet.name) else { continue };
                assert_eq!(plain(&sheet.rows), plain(rows), "{} {}", path.display(), sheet.name);
                cells += sheet.count();
            }
            compared += 1;
        }
        assert!(compared > 100 && cells > 50_000, "{compared} files, {cells} cells");
    }
}
