//! A marked workbook written anew from cells: for files of other formats.

use chrono::{Datelike, NaiveDateTime, Timelike};
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, FormatUnderline, Formula, Note, Url, Worksheet,
};

use super::cells::Ground;
use super::dressed::{Dressed, dressed};
use super::{Added, LIST, Level, Marking, RETURNS, WIDTHS, list, marks_of, notes};
use crate::sheet::{Book, Content, Sheet};
use crate::words::width_in_cell;
use crate::xlsx::XlsxError;
use crate::xlsx::blank::Lists;
use crate::xlsx::tables::{DAY, bounded, day, sheet_name};

/// Widest column, in characters.
const WIDEST: u32 = 40;

pub fn write(book: &Book, marking: &Marking, added: &Added) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let created = day(marking.date)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created).set_custom_property(RETURNS, marking.returns.as_str()));
    let mut taken = std::collections::BTreeSet::new();
    let first = sheet_name(LIST, &mut taken);
    let mut sheets = Vec::new();
    let own = || book.sheets.iter().filter(|sheet| &*sheet.name != LIST);
    let all: Vec<Option<Dressed>> = own().map(|sheet| dressed(&marking.drawn, sheet)).collect();
    let mut names = own().zip(&all).filter(|(sheet, _)| &*sheet.name == crate::workbook::ROSTER.name);
    let names = names.find_map(|(sheet, dressed)| dressed.as_ref()?.names(&sheet.name));
    let mut lists = Lists::below(first.clone(), WIDTHS.len() as u16 + 1, 3);
    for (sheet, dressed) in own().zip(&all) {
        let mut worksheet = Worksheet::new();
        let marked = marking.marks.iter().any(|mark| mark.sheet.as_ref() == Some(&sheet.name));
        worksheet.set_name(sheet_name(&sheet.name, &mut taken))?.set_hidden(sheet.hidden && !marked);
        write_sheet(&mut worksheet, sheet, (marking, added), dressed.as_ref())?;
        if let Some(dressed) = dressed {
            dressed.write(&mut worksheet, names.as_ref(), &mut lists)?;
        }
        sheets.push(worksheet);
    }
    let names: Vec<(String, String)> =
        book.sheets.iter().filter(|sheet| &*sheet.name != LIST).zip(&sheets).map(|(own, new)| (own.name.to_string(), new.name())).collect();
    let worksheet = workbook.add_worksheet();
    worksheet.set_name(first)?;
    write_list(worksheet, marking, &names)?;
    for (row, column, word) in lists.cells() {
        worksheet.write_string(row, column, word)?.set_column_hidden(column)?;
    }
    worksheet.set_print_area(0, 0, 2 + marking.marks.len() as u32, WIDTHS.len() as u16 - 1)?;
    for worksheet in sheets {
        workbook.push_worksheet(worksheet);
    }
    workbook.save_to_buffer()
}

fn base() -> Format {
    Format::new().set_font_name("宋体").set_font_size(11).set_align(FormatAlign::VerticalCenter)
}

fn framed() -> Format {
    base().set_border(FormatBorder::Thin).set_border_color(Color::RGB(0x00A6_A6A6)).set_text_wrap().set_align(FormatAlign::Top)
}

fn write_list(worksheet: &mut Worksheet, marking: &Marking, names: &[(String, String)]) -> Result<(), XlsxError> {
    let last = WIDTHS.len() as u16 - 1;
    let whole: u16 = WIDTHS.iter().sum();
    for (column, width) in (0u16..).zip(WIDTHS) {
        worksheet.set_column_width(column, f64::from(width))?;
    }
    let title = base().set_bold().set_font_size(16).set_align(FormatAlign::Center);
    worksheet.merge_range(0, 0, 0, last, &marking.title, &title)?.set_row_height(0, 30)?;
    let text = base().set_text_wrap().set_align(FormatAlign::Top);
    worksheet.merge_range(1, 0, 1, last, &marking.instructions, &text)?;
    worksheet.set_row_height(1, 15 * list::lines(&marking.instructions, whole) + 4)?;
    let heading = framed().set_bold().set_align(FormatAlign::Center);
    for (column, name) in (0u16..).zip(marking.headings()) {
        worksheet.write_string_with_format(2, column, name, &heading)?;
    }
    let (cell, link) = (framed(), framed().set_font_color(Color::RGB(0x0005_63C1)).set_underline(FormatUnderline::Single));
    for (row, mark) in (3u32..).zip(&marking.marks) {
        let target = mark.sheet.as_deref().and_then(|name| names.iter().find(|(own, _)| own == name)).map(|(_, new)| new);
        let place = mark.cell.map(|cell| cell.to_string());
        let number = (row - 2).to_string();
        let shown = place.as_deref().unwrap_or(if target.is_some() { marking.headings()[2] } else { "" });
        let texts = [&number, &mark.severity, mark.sheet.as_deref().unwrap_or_default(), shown, &mark.value, &mark.message, &mark.hint];
        for (column, words) in (0u16..).zip(texts) {
            match target.filter(|_| column == 3) {
                Some(sheet) => {
                    let address = format!("internal:'{}'!{}", sheet.replace('\'', "''"), place.as_deref().unwrap_or("A1"));
                    worksheet.write_url_with_options(row, column, Url::new(address), words, "", Some(&link))?;
                }
                None => drop(worksheet.write_string_with_format(row, column, bounded(words), &cell)?),
            }
        }
        let lines = texts.iter().zip(WIDTHS).map(|(words, width)| list::lines(words, width)).max().unwrap_or(1);
        worksheet.set_row_height(row, 15 * lines + 4)?;
    }
    worksheet.set_freeze_panes(3, 0)?.set_tab_color(Color::RGB(0x00FF_5050));
    worksheet.set_paper_size(9).set_landscape().set_print_fit_to_pages(1, 0);
    Ok(())
}

/// A cell's ground.
fn coloured(format: Format, ground: Option<&Ground>) -> Format {
    let Some(ground) = ground else { return format };
    let format = match ground.level {
        Some(Level::Bad) => format.set_background_color(Color::RGB(0x00FF_5050)),
        Some(Level::Doubtful) => format.set_background_color(Color::RGB(0x00FF_E699)),
        None => format,
    };
    if ground.as_text { format.set_num_format("@") } else { format }
}

fn write_sheet(
    worksheet: &mut Worksheet,
    sheet: &Sheet,
    (marking, added): (&Marking, &Added),
    dressed: Option<&Dressed>,
) -> Result<(), XlsxError> {
    let (mut grounds, texts) = marks_of(marking, added, &sheet.name);
    let mut widths: std::collections::BTreeMap<u16, u32> = std::collections::BTreeMap::new();
    // Lines below each other and nothing beside them: instructions.
    let prose = dressed.is_none() && sheet.rows.iter().all(|row| row.cells.len() == 1);
    let plain = base().set_border(FormatBorder::Thin).set_border_color(Color::RGB(0x00D0_D0D0));
    let plain = if prose { plain.set_text_wrap() } else { plain };
    let look = |row: u32, column: u16, content: Option<&Content>| match dressed {
        Some(dressed) => dressed.format(row, column, &plain, content),
        None => plain.clone(),
    };
    let shift = added.get(&sheet.name).map(|added| added.shift);
    for row in &sheet.rows {
        let index = shift.map_or(row.index, |shift| shift.row(row.index));
        for cell in &row.cells {
            let ground = grounds.remove(&crate::diag::CellRef { row: index, column: cell.column });
            let format = coloured(look(index, cell.column, Some(&cell.content)), ground.as_ref());
            write_cell(worksheet, index, cell.column, &cell.content, &format)?;
            if prose && let Content::Text(text) = &cell.content {
                worksheet.set_column_width(cell.column, f64::from(PROSE))?;
                worksheet.set_row_height(index, 15 * list::lines(text, PROSE) + 4)?;
            }
            // A line above a table runs on over its columns and tells nothing about theirs.
            if row.cells.len() > 1 {
                let width = shown_width(&cell.content);
                let most = widths.entry(cell.column).or_insert(8);
                *most = (*most).max(width.min(WIDEST));
            }
        }
    }
    for (cell, ground) in &grounds {
        let format = coloured(look(cell.row, cell.column, None), Some(ground));
        match ground.text.as_deref().map(|text| (text, text.parse::<u32>())) {
            None => worksheet.write_blank(cell.row, cell.column, &format)?,
            Some((_, Ok(number))) => worksheet.write_number_with_format(cell.row, cell.column, number, &format)?,
            Some((text, Err(_))) => worksheet.write_string_with_format(cell.row, cell.column, bounded(text), &format)?,
        };
    }
    for (cell, text) in texts {
        let height = 15 * list::lines(&text, 34) + 20;
        let note = Note::new(bounded(&text)).add_author_prefix(false).set_author(notes::AUTHOR).set_font_name("宋体").set_font_size(9);
        worksheet.insert_note(cell.row, cell.column, &note.set_width(250).set_height(height))?;
    }
    for (column, width) in widths {
        worksheet.set_column_width(column, f64::from(width + 2))?;
    }
    Ok(())
}

/// The width of a column of instructions.
const PROSE: u16 = 90;

fn shown_width(content: &Content) -> u32 {
    let text = match content {
        Content::Text(text) | Content::Error(text) => text.lines().next().unwrap_or_default().to_owned(),
        Content::Number(number) => number.to_string(),
        Content::Date(_) => "2026-05-06".to_owned(),
        Content::Disguised(own) => own.shown.to_string(),
        Content::Bool(_) | Content::Uncalculated(_) | Content::Picture => String::new(),
    };
    width_in_cell(&text) as u32
}

fn write_cell(worksheet: &mut Worksheet, row: u32, column: u16, content: &Content, format: &Format) -> Result<(), XlsxError> {
    match content {
        Content::Text(text) => drop(worksheet.write_string_with_format(row, column, bounded(text), format)?),
        Content::Number(number) => drop(worksheet.write_number_with_format(row, column, number.to_stored(), format)?),
        Content::Bool(value) => drop(worksheet.write_boolean_with_format(row, column, *value, format)?),
        Content::Date(at) => write_date(worksheet, row, column, *at, format)?,
        Content::Disguised(own) if own.code.is_empty() => write_cell(worksheet, row, column, &own.held, format)?,
        Content::Disguised(own) => write_cell(worksheet, row, column, &own.held, &format.clone().set_num_format(own.code.as_ref()))?,
        Content::Picture => drop(worksheet.write_blank(row, column, format)?),
        // The format has error values as results of formulas only.
        Content::Error(error) => {
            let formula = Formula::new("NA()").set_result(error.as_ref());
            worksheet.write_formula_with_format(row, column, formula, format)?;
        }
        // What would reach out of the workbook is shown, and not done.
        Content::Uncalculated(formula) if super::clean::reaches_out(formula) => {
            worksheet.write_string_with_format(row, column, bounded(formula), format)?;
        }
        Content::Uncalculated(formula) => {
            worksheet.write_formula_with_format(row, column, Formula::new(formula.as_ref()).set_result(""), format)?;
        }
    }
    Ok(())
}

fn write_date(worksheet: &mut Worksheet, row: u32, column: u16, at: NaiveDateTime, format: &Format) -> Result<(), XlsxError> {
    let year = at.year();
    // The format counts days from 1900; an earlier date can only be text.
    if !(1900..=9999).contains(&year) {
        worksheet.write_string_with_format(row, column, at.date().format("%Y-%m-%d").to_string(), format)?;
        return Ok(());
    }
    let date = ExcelDateTime::from_ymd(year as u16, at.month() as u8, at.day() as u8)?;
    let (date, shown) = if at.num_seconds_from_midnight() == 0 {
        (date, DAY)
    } else {
        (date.and_hms(at.hour() as u16, at.minute() as u8, f64::from(at.second()))?, "yyyy-mm-dd hh:mm:ss")
    };
    let format = format.clone().set_num_format(shown);
    worksheet.write_datetime_with_format(row, column, &date, &format)?;
    Ok(())
}
