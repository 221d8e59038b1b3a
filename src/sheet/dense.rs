//! xls and xlsb, calamine's; xls is decoded into a rectangle, so the rectangle is bounded before.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, Reader, SheetType, SheetVisible, Xls, XlsOptions, Xlsb};

use super::book::{Area, Book, Content, Sheet};
use super::colour::Colours;
use super::gather::{Gather, Results};
use super::style::Style;
use super::{Format, Limits, Refusal, biff, conditional, number, ole, properties, records, strings, workbook};
use crate::diag::Unreadable;
use crate::ooxml::{Package, Packer, Theme, xml};

type Source<'a> = Cursor<&'a [u8]>;

/// BIFF in an OLE container.
pub(super) fn xls(bytes: &[u8], limits: &Limits) -> Result<Book, Refusal> {
    let mut stream = ole::workbook(bytes)?;
    let checked = biff::check(&mut stream, limits)?;
    let container = ole::wrap("Workbook", stream);
    let mut options = XlsOptions::default();
    options.force_codepage = checked.code_page;
    let broken = |error: calamine::XlsError| Refusal::unreadable(Unreadable::Content, error.to_string());
    let mut reader: Xls<Source> = Xls::new_with_options(Cursor::new(container.as_slice()), options).map_err(broken)?;
    let date_1904 = reader.has_1904_epoch();
    let numbers: Vec<usize> = worksheets(&reader).map(|(number, _)| number).collect();
    let (modified, returns) = (properties::modified(bytes), properties::named(bytes, "scorebook.returns"));
    // Who calculates says when it last did, or when it saved; writers of few lines do neither.
    let calculated = checked.calculated || modified.is_some();
    let mut gather = Gather::new(limits);
    gather.results = if calculated { Results::Calculated } else { Results::Doubtful };
    let mut sheets = Vec::new();
    for (listed, number) in distinct(&reader)?.iter().zip(numbers) {
        let none = biff::Hidden::default();
        let hidden = checked.hidden.get(number).unwrap_or(&none);
        let mut sheet = xls_sheet(&mut reader, listed, hidden, &checked.styles, &mut gather)?;
        let merged = reader.merge_cells_by_sheet_name(&listed.name).unwrap_or_default();
        let cell = |(row, column): (u32, u32)| (row, column.min(u32::from(u16::MAX)) as u16);
        sheet.merge(merged.iter().filter_map(|area| Area::of(cell(area.start), cell(area.end))).take(Area::MOST).collect())?;
        sheet.hidden_rows = hides(&sheet, &|row| hidden.hides_row(row), &|column| hidden.hides(column));
        let ink = |place| style_of(hidden, &checked.styles, place).map(|style| style.ink).unwrap_or_default();
        conditional::apply(&mut sheet, &hidden.rules, &ink, date_1904);
        sheets.push(sheet);
    }
    gather.uncalculated(&mut sheets);
    Ok(Book { sheets, date_1904, modified, returns, format: Format::Xls })
}

/// True where a cell of the sheet stands in a hidden row or column.
fn hides(sheet: &Sheet, row: &dyn Fn(u32) -> bool, column: &dyn Fn(u32) -> bool) -> bool {
    sheet.rows.iter().any(|own| row(own.index) || own.cells.iter().any(|cell| column(cell.column.into())))
}

/// The style of a cell that has not the usual one.
fn style_of<'a>(hidden: &biff::Hidden, styles: &'a [Style], place: (u32, u32)) -> Option<&'a Style> {
    let at = hidden.styled.binary_search_by_key(&place, |(place, _)| *place).ok()?;
    styles.get(usize::from(hidden.styled[at].1))
}

/// Binary OOXML. Its cells are streamed too.
pub(super) fn xlsb(bytes: &[u8], limits: &Limits) -> Result<Book, Refusal> {
    let mut package = Package::open(bytes, limits.package())?;
    // Names are in lower case here; macros and printer settings are of no use.
    let binary = |name: &&str| [".bin", ".rels"].iter().any(|end| name.ends_with(end));
    let names: Vec<String> = package.names().filter(binary).map(str::to_owned).collect();
    let names = names.into_iter().filter(|name| !name.starts_with("xl/printersettings") && !name.ends_with("vbaproject.bin"));
    let (mut checked, mut waiting) = (Packer::stored(package.declared(), bytes.len()), Vec::new());
    let (mut texts, mut rich) = (0, BTreeMap::new());
    for name in names {
        let Some(part) = package.part(&name)? else { continue };
        match records::part(&part) {
            records::Part::Strings => {
                let strings = records::strings(&part)?;
                checked.add(&name, &strings.bytes)?;
                (texts, rich) = (strings.count, strings.rich);
            }
            // Their cells point into the string table, which may come later.
            records::Part::Sheet => waiting.push((name, part)),
            records::Part::Other => checked.add(&name, &part)?,
        }
    }
    let mut property = |part: &str| package.text(part).ok().flatten();
    let (core, custom) = (property("docProps/core.xml"), property("docProps/custom.xml"));
    let theme = property("xl/theme/theme1.xml").map(|text| Theme::read(&text)).unwrap_or_default();
    let mut colours = Colours { theme, ..Colours::default() };
    let records::List { sheets: listed, asks, date_1904 } =
        package.part("xl/workbook.bin")?.map_or_else(|| Ok(records::List::default()), |part| records::list(&part))?;
    let relations = package.relations("xl/workbook.bin")?;
    let part_of = |id: &str| relations.iter().find(|relation| relation.id == id)?.part.as_deref().map(str::to_lowercase);
    let style_part = relations.iter().find(|relation| relation.kind == "styles").and_then(|relation| relation.part.clone());
    let style_part = package.part(style_part.as_deref().unwrap_or("xl/styles.bin"))?;
    let records::Styles { cells: styles, fonts, looks } =
        style_part.map_or_else(|| Ok(records::Styles::default()), |part| records::styles(&part, date_1904, &mut colours))?;
    let mut parts = BTreeMap::new();
    for (name, part) in waiting {
        let mut sheet = records::sheet(&part, texts, &rich, &looks)?;
        checked.add(&name, &std::mem::take(&mut sheet.bytes))?;
        parts.insert(name, sheet);
    }
    let written = checked.finish()?;
    let mut reader: Xlsb<Source> = open(&written)?;
    let list: Vec<calamine::Sheet> = distinct(&reader)?;
    if list.len() > limits.max_sheets {
        return Err(Refusal::too_large("sheets", limits.max_sheets));
    }
    let mut gather = Gather::new(limits);
    gather.results = if asks { Results::Never } else { Results::Calculated };
    let mut sheets = Vec::new();
    for sheet in &list {
        let broken = |error: calamine::XlsbError| Refusal::unreadable(Unreadable::Content, format!("{}: {error}", sheet.name));
        let part = listed.iter().find(|(name, _)| *name == sheet.name).and_then(|(_, id)| part_of(id));
        let own = part.and_then(|part| parts.get(&part));
        let of_sheet = |number: u32| own?.rich.get(number.checked_sub(texts)? as usize);
        let mut cells = reader.worksheet_cells_reader(&sheet.name).map_err(broken)?;
        while let Some(cell) = cells.next_cell().map_err(broken)? {
            let (row, column) = cell.get_position();
            let own = own.map(|sheet| sheet.cell(row, column)).unwrap_or_default();
            let style = styles.get(own.style as usize);
            let mut content = content(&Data::from(cell.get_value().clone()), style);
            let ink = style.map(|style| style.ink).unwrap_or_default();
            let mut why = ink.unseen();
            if let Some(rich) = own.text.and_then(|number| rich.get(&number).or_else(|| of_sheet(number)))
                && let Some((lost, left)) =
                    strings::lost(&rich.text, &rich.ends(&|font| fonts.get(usize::from(font)).copied()), &ink).of(&rich.text)
            {
                why = Some(lost);
                content = left.map_or_else(|| content.clone(), |left| content.clone().map(|text| super::style::seen(&left, text, "")));
            }
            if let Some(why) = why.filter(|_| content.is_some()) {
                gather.unseen(row, column, why);
            }
            match content {
                Some(content) if own.formula => gather.result(row, column, "", Some(content))?,
                Some(content) => gather.push(row, column, content)?,
                None => {}
            }
        }
        let mut gathered = gather.sheet(&sheet.name, sheet.visible != SheetVisible::Visible)?;
        if let Some(own) = own {
            gathered.merge(own.merged.clone())?;
            gathered.hidden_rows = hides(&gathered, &|row| own.hidden_rows.binary_search(&row).is_ok(), &|column| own.hides(column));
            let ink = |(row, column)| styles.get(own.cell(row, column).style as usize).map(|style| style.ink).unwrap_or_default();
            conditional::apply(&mut gathered, &own.rules.all, &ink, date_1904);
        }
        sheets.push(gathered);
    }
    gather.uncalculated(&mut sheets);
    let modified = core.and_then(|text| xml::first_text(&text, "modified"));
    let returns = custom.and_then(|text| workbook::custom_property(&text, "scorebook.returns"));
    Ok(Book { sheets, date_1904, modified, returns, format: Format::Xlsb })
}

fn open<'a, R: Reader<Source<'a>>>(bytes: &'a [u8]) -> Result<R, Refusal>
where
    R::Error: std::fmt::Display,
{
    R::new(Cursor::new(bytes)).map_err(|error| Refusal::unreadable(Unreadable::Content, error.to_string()))
}

/// The cells of one sheet. calamine goes by built-in formats where the file gives their numbers another meaning.
fn xls_sheet(
    reader: &mut Xls<Source>,
    listed: &calamine::Sheet,
    hidden: &biff::Hidden,
    styles: &[Style],
    gather: &mut Gather,
) -> Result<Sheet, Refusal> {
    let broken = |error: calamine::XlsError| Refusal::unreadable(Unreadable::Content, format!("{}: {error}", listed.name));
    let range = reader.worksheet_range(&listed.name).map_err(broken)?;
    let formulas = reader.worksheet_formula(&listed.name).map_err(broken)?;
    let style = |place| style_of(hidden, styles, place);
    let rich = |place| Some(&hidden.rich[hidden.rich.binary_search_by_key(&place, |(place, ..)| *place).ok()?]);
    let formula = |place: (u32, u32)| formulas.get_value(place).filter(|formula| !formula.is_empty());
    let (top, left) = range.start().unwrap_or((0, 0));
    for (row, column, value) in range.used_cells() {
        let place = (row as u32 + top, column as u32 + left);
        let mut content = content(value, style(place));
        let mut why = style(place).and_then(|style| style.ink.unseen());
        if let Some((_, lost, left)) = rich(place) {
            why = Some(*lost);
            content = content.map(|text| left.as_ref().map_or_else(|| text.clone(), |left| super::style::seen(left, text.clone(), "")));
        }
        if let Some(why) = why.filter(|_| content.is_some()) {
            gather.unseen(place.0, place.1, why);
        }
        match formula(place) {
            Some(formula) => gather.result(place.0, place.1, formula, content)?,
            None => content.map_or(Ok(()), |content| gather.push(place.0, place.1, content))?,
        }
    }
    // Formulas beside the values: this format's errors and texts stand in the range.
    let (top, left) = formulas.start().unwrap_or((0, 0));
    for (row, column, formula) in formulas.used_cells() {
        let (row, column) = (row as u32 + top, column as u32 + left);
        if !formula.is_empty() && range.get_value((row, column)).is_none_or(|value| *value == Data::Empty) {
            gather.result(row, column, formula, None)?;
        }
    }
    gather.sheet(&listed.name, listed.visible != SheetVisible::Visible)
}

/// Worksheets. These readers keep them by name: of two of one name they would give one twice.
fn distinct<'a, R: Reader<Source<'a>>>(reader: &R) -> Result<Vec<calamine::Sheet>, Refusal> {
    let list: Vec<calamine::Sheet> = worksheets(reader).map(|(_, sheet)| sheet.clone()).collect();
    match list.iter().enumerate().find(|(at, sheet)| list[..*at].iter().any(|before| before.name == sheet.name)) {
        Some((_, twice)) => Err(Refusal::unreadable(Unreadable::Twice, format!("two sheets are named {}", twice.name))),
        None => Ok(list),
    }
}

/// Worksheets with their number among all sheets.
fn worksheets<'a, 'r, R: Reader<Source<'a>>>(reader: &'r R) -> impl Iterator<Item = (usize, &'r calamine::Sheet)> + use<'a, 'r, R> {
    reader.sheets_metadata().iter().enumerate().filter(|(_, sheet)| sheet.typ == SheetType::WorkSheet)
}

fn content(value: &Data, style: Option<&Style>) -> Option<Content> {
    let number = |value: f64| style.map_or_else(|| number::content(value), |style| style.number(value));
    Some(match value {
        Data::Empty => return None,
        Data::Int(value) => number(*value as f64),
        Data::Float(value) => number(*value),
        Data::String(text) | Data::DurationIso(text) => {
            let text = Content::Text(text.as_str().into());
            style.map_or_else(|| text.clone(), |style| style.seen(text.clone()))
        }
        Data::Bool(value) => Content::Bool(*value),
        // A date by calamine's reckoning; ours is the style's.
        Data::DateTime(value) => number(value.as_f64()),
        Data::DateTimeIso(text) => number::iso_content(text),
        Data::Error(error) => Content::Error(error.to_string().into()),
    })
}

#[cfg(test)]
mod tests {
    use super::{Limits, xls};
    use crate::sheet::{Content, Sheet, ole};

    fn record(kind: u16, data: &[&[u8]]) -> Vec<u8> {
        let data = data.concat();
        [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), &data].concat()
    }

    fn number(row: u16, column: u16, style: u16, value: f64) -> Vec<u8> {
        record(0x0203, &[&place(row, column, style), &value.to_le_bytes()])
    }

    fn place(row: u16, column: u16, style: u16) -> [u8; 6] {
        let mut bytes = [0; 6];
        for (at, part) in [row, column, style].into_iter().enumerate() {
            bytes[at * 2..at * 2 + 2].copy_from_slice(&part.to_le_bytes());
        }
        bytes
    }

    /// A formula in a record of this number: `=2` with its result, of which the length may lead out of the record.
    fn formula(kind: u16, row: u16, column: u16, result: [u8; 8], length: u16) -> Vec<u8> {
        record(kind, &[&place(row, column, 0), &result, &[0; 6], &length.to_le_bytes(), &[0x1e, 2, 0]])
    }

    /// A workbook of one sheet with these records; styles: General, 50 as `0.0`, 50 as the file has it.
    fn workbook(globals: &[Vec<u8>], records: &[Vec<u8>]) -> Sheet {
        let code = |id: u16, code: &str| record(0x041e, &[&id.to_le_bytes(), &(code.len() as u16).to_le_bytes(), &[0], code.as_bytes()]);
        let xf = |id: u16| record(0x00e0, &[&[0, 0], &id.to_le_bytes(), &[0; 16]]);
        let begin = |kind: u16| record(0x0809, &[&0x0600u16.to_le_bytes(), &kind.to_le_bytes(), &[0; 12]]);
        let end = || record(0x000a, &[]);
        let mut stream = [begin(5), globals.concat(), code(50, "0.0"), xf(0), xf(50), xf(57)].concat();
        let at = stream.len() + 4 + 8 + 1 + 4;
        stream.extend(record(0x0085, &[&(at as u32).to_le_bytes(), &[0, 0, 1, 0], b"S"]));
        stream.extend(end());
        assert_eq!(stream.len(), at);
        stream.extend([begin(0x10), records.concat(), end()].concat());
        xls(&ole::wrap("Workbook", stream), &Limits::default()).expect("a workbook").sheets.remove(0)
    }

    fn held(sheet: &Sheet) -> Vec<String> {
        let cells = sheet.rows.iter().flat_map(|row| row.cells.iter().map(move |cell| (row.index, cell)));
        let said = |content: &Content| match content {
            Content::Number(number) => number.to_string(),
            Content::Date(at) => at.date().to_string(),
            other => format!("{other:?}"),
        };
        cells.map(|(row, cell)| format!("{row},{} {}", cell.column, said(&cell.content))).collect()
    }

    const EMPTY: [u8; 8] = [3, 0, 0, 0, 0, 0, 0xff, 0xff];

    #[test]
    fn formulas_of_older_kinds_are_there() {
        let result = (-2f64).to_le_bytes();
        let sheet = workbook(
            &[],
            &[number(0, 0, 0, 1.0), formula(0x0206, 0, 1, result, 3), formula(0x0406, 0, 2, result, 900), formula(0x0006, 0, 3, result, 3)],
        );
        assert_eq!(held(&sheet), ["0,0 1", "0,1 -2", "0,2 -2", "0,3 -2"]);
    }

    #[test]
    fn a_built_in_number_means_what_the_file_says() {
        let sheet = workbook(&[], &[number(0, 0, 1, 9.9), number(0, 1, 2, 46_204.0), number(0, 2, 0, 46_204.0)]);
        assert_eq!(held(&sheet)[0], "0,0 9.9");
        assert_eq!(held(&sheet)[2], "0,2 46204");
        assert!(!held(&sheet)[1].contains("46204"), "{:?}", held(&sheet));
    }

    #[test]
    fn empty_results_are_none_where_no_formula_has_another() {
        let formulas = [formula(0x0006, 0, 0, EMPTY, 3), formula(0x0006, 0, 1, EMPTY, 3)];
        assert_eq!(held(&workbook(&[], &formulas)).len(), 2);
        // RECALCID, and a result that somebody worked out.
        assert!(held(&workbook(&[record(0x01c1, &[&[0; 8]])], &formulas)).is_empty());
        let more = [&formulas[..], &[formula(0x0006, 0, 2, 1f64.to_le_bytes(), 3)]].concat();
        assert_eq!(held(&workbook(&[], &more)), ["0,2 1"]);
    }

    #[test]
    fn what_lies_beneath_a_merged_area_is_taken_out() {
        let merged = record(0x00e5, &[&[1, 0], &[0, 0, 1, 0, 0, 0, 1, 0]]);
        let sheet = workbook(&[], &[number(0, 0, 0, 1.0), number(0, 1, 0, 2.0), number(1, 0, 0, 3.0), number(2, 0, 0, 4.0), merged]);
        assert_eq!(held(&sheet), ["0,0 1", "2,0 4"]);
        assert_eq!(sheet.covered.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [(0, 1), (1, 0)]);
        assert_eq!(sheet.beneath(1, 1).map(|area| area.last), Some((1, 1)));
        assert!(sheet.beneath(0, 0).is_none() && sheet.beneath(2, 0).is_none());
    }
}
