//! The first sheet of a marked package: what is wrong, line by line, with links.

use std::fmt::Write as _;

use super::styles::{Listed, Styles};
use super::{Marking, WIDTHS};
use crate::diag::CellRef;
use crate::ooxml::escaped;
use crate::words::width_in_cell;

/// Lines that a text takes in a width of characters.
pub fn lines(text: &str, width: u16) -> u32 {
    text.lines()
        .map(|line| (width_in_cell(line) as u32).div_ceil(u32::from(width.saturating_sub(2)).max(2)).max(1))
        .sum::<u32>()
        .clamp(1, 25)
}

/// The worksheet's part; `sheets` are those of the workbook, for only these can be led to.
pub fn sheet(marking: &Marking, styles: &Styles, sheets: &[String]) -> String {
    let (mut rows, mut links, mut merges) = (String::new(), String::new(), String::new());
    let text = |row: u32, column: u16, text: &str, style: Listed| {
        let cell = CellRef { row, column };
        // A text longer than a cell takes would make the workbook unreadable.
        let text: String = text.chars().take(16_000).collect();
        format!(
            "<c r=\"{cell}\" s=\"{}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
            styles.listed(style),
            escaped(&text)
        )
    };
    let last = WIDTHS.len() as u16 - 1;
    let whole: u16 = WIDTHS.iter().sum();
    for (row, (line, style, least)) in (0u32..).zip([(&marking.title, Listed::Title, 30), (&marking.instructions, Listed::Text, 18)]) {
        let height = least.max(15 * lines(line, whole) + 4);
        let _ = write!(rows, "<row r=\"{}\" ht=\"{height}\" customHeight=\"1\">{}</row>", row + 1, text(row, 0, line, style));
        let _ = write!(merges, "<mergeCell ref=\"A{0}:{1}\"/>", row + 1, CellRef { row, column: last });
    }
    let head: String = (0u16..).zip(marking.headings()).map(|(column, heading)| text(2, column, heading, Listed::Heading)).collect();
    let _ = write!(rows, "<row r=\"3\" ht=\"22\" customHeight=\"1\">{head}</row>");
    for (at, mark) in marking.marks.iter().enumerate() {
        let row = at as u32 + 3;
        let there = mark.sheet.as_deref().filter(|name| sheets.iter().any(|own| own == name));
        let cell = mark.cell.map(|cell| cell.to_string()).unwrap_or_default();
        let linked = there.is_some();
        let (number, sheet) = ((at + 1).to_string(), mark.sheet.as_deref().unwrap_or_default());
        let shown = if mark.cell.is_some() || !linked { cell.as_str() } else { marking.headings()[2] };
        let texts = [&number, mark.severity.as_str(), sheet, shown, &mark.value, &mark.message, &mark.hint];
        let cells: String = (0u16..)
            .zip(texts)
            .map(|(column, words)| text(row, column, words, if linked && column == 3 { Listed::Link } else { Listed::Cell }))
            .collect();
        let height = 15 * texts.iter().zip(WIDTHS).map(|(words, width)| lines(words, width)).max().unwrap_or(1) + 4;
        let _ = write!(rows, "<row r=\"{}\" ht=\"{height}\" customHeight=\"1\">{cells}</row>", row + 1);
        if let Some(name) = there {
            let target = format!("'{}'!{}", name.replace('\'', "''"), if cell.is_empty() { "A1" } else { &cell });
            let _ =
                write!(links, "<hyperlink ref=\"{}\" location=\"{}\" display=\"{cell}\"/>", CellRef { row, column: 3 }, escaped(&target));
        }
    }
    let columns = (1..).zip(WIDTHS).fold(String::new(), |mut columns, (number, width)| {
        let _ = write!(columns, "<col min=\"{number}\" max=\"{number}\" width=\"{width}\" customWidth=\"1\"/>");
        columns
    });
    let links = if links.is_empty() { String::new() } else { format!("<hyperlinks>{links}</hyperlinks>") };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet \
         xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetPr><tabColor rgb=\"FFFF5050\"/><pageSetUpPr fitToPage=\"1\"/>\
         </sheetPr><sheetViews><sheetView tabSelected=\"1\" workbookViewId=\"0\"><pane ySplit=\"3\" topLeftCell=\"A4\" activePane=\"bottomLeft\" \
         state=\"frozen\"/></sheetView></sheetViews><cols>{columns}</cols><sheetData>{rows}</sheetData><mergeCells>{merges}</mergeCells>{links}\
         <pageMargins left=\"0.5\" right=\"0.5\" top=\"0.6\" bottom=\"0.7\" header=\"0.3\" footer=\"0.3\"/><pageSetup paperSize=\"9\" \
         orientation=\"landscape\" fitToHeight=\"0\"/></worksheet>"
    )
}
