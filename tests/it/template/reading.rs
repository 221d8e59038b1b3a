//! Workbooks as other programs write them.

use super::*;

const CELLS: [(&str, &str); 4] = [("A1", "{支部名称}登记"), ("A2", "{.姓名}"), ("B2", "{.总分}"), ("B3", "=SUM(B2)*2")];
const WANTED: [&str; 4] = ["向阳{.姓名}支部登记", "甲1 #10", "甲2 #11", ". =SUM(B2:B3)*2#42"];

fn read(bytes: &[u8]) -> Vec<String> {
    lines(&fill(&load(bytes, &form()), &data(2, 0)).sheets[0])
}

#[test]
fn other_writers_ways_read_alike() {
    let plain = drawn(&CELLS, |_| {}, &[]);
    assert_eq!(read(&plain), WANTED);
    let sheet = |change: fn(String) -> String| {
        changed(&plain, |name, text| (name.to_owned(), if name == "xl/worksheets/sheet1.xml" { change(text) } else { text }))
    };
    // Strings in the cells instead of a table.
    let inline = sheet(|text| {
        let mut text = text;
        for (index, string) in ["{支部名称}登记", "{.姓名}", "{.总分}"].into_iter().enumerate() {
            text = text.replace(&format!("t=\"s\"><v>{index}</v>"), &format!("t=\"inlineStr\"><is><t>{string}</t></is>"));
        }
        text
    });
    assert_eq!(read(&inline), WANTED);
    // A prefix before every name.
    let prefixed = sheet(|text| {
        let text = text.replace("</", "</x:").replace("<c ", "<x:c ").replace("<v>", "<x:v>").replace("<f>", "<x:f>");
        let text =
            text.replace("<row ", "<x:row ").replace("<sheetData>", "<x:sheetData>").replace("<worksheet xmlns=", "<x:worksheet xmlns:x=");
        text.replace("<sheetViews>", "<x:sheetViews>").replace("<cols>", "<x:cols>")
    });
    assert_eq!(read(&prefixed), WANTED);
    // The strict variant of the format has other namespaces; relations may be absolute; the properties may be missing.
    let strict = changed(&plain, |name, text| {
        let text = text
            .replace("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
            .replace(
                "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                "http://purl.oclc.org/ooxml/officeDocument/relationships",
            );
        let text = text
            .replace("Target=\"worksheets/", "Target=\"/xl/worksheets/")
            .replace("Target=\"xl/workbook.xml\"", "Target=\"/xl/workbook.xml\"");
        (name.to_owned(), if name.starts_with("docProps/") { String::new() } else { text })
    });
    assert_eq!(read(&strict), WANTED);
    // Cells and rows without their places; no default of rows and columns.
    let bare = sheet(|text| {
        let text = text.replace(" r=\"A1\"", "").replace(" r=\"A2\"", "").replace(" r=\"B2\"", "").replace("<row r=\"2\"", "<row");
        let start = text.find("<sheetFormatPr").unwrap_or(0);
        let end = start + text[start..].find("/>").map_or(0, |end| end + 2);
        format!("{}{}", &text[..start], &text[end..])
    });
    assert_eq!(read(&bare), WANTED);
    // Other letter case in the archive.
    let shouting = repacked(&plain, |name, bytes| (name.replace("worksheets/sheet1.xml", "Worksheets/Sheet1.xml"), bytes));
    assert_eq!(read(&shouting), WANTED);
}

#[test]
fn shared_formulas_and_rich_text_are_read() {
    let bytes = changed(&drawn(&[("A1", "一"), ("B1", "=A9"), ("B2", "=A9"), ("C9", "x")], |_| {}, &[]), |name, text| {
        let text = if name == "xl/worksheets/sheet1.xml" {
            let mut formulas = ["<f t=\"shared\" ref=\"B1:B2\" si=\"0\">$C1+C$4*2</f>", "<f t=\"shared\" si=\"0\"/>"].into_iter();
            let mut out = String::new();
            for (index, part) in text.split("<f>A9</f>").enumerate() {
                out.push_str(if index == 0 { "" } else { formulas.next().unwrap_or_default() });
                out.push_str(part);
            }
            out
        } else {
            text.replace(
                "<si><t>一</t></si>",
                "<si><r><rPr><b/><sz val=\"20\"/><rFont val=\"黑体\"/></rPr><t>{支部</t></r><r><t>名称}</t></r></si>",
            )
        };
        (name.to_owned(), text)
    });
    let book = fill(&load(&bytes, &form()), &data(0, 0));
    assert_eq!(lines(&book.sheets[0])[..2], ["向阳{.姓名}支部 =C1+(C4*2)#0", ". =C2+(C4*2)#0"]);
    let font = &book.styles[book.sheets[0].rows[0].cells[0].style.0 as usize].font;
    assert_eq!((&*font.family, font.size, font.bold), ("黑体", 20.0, true));
}

/// A sheet with this XML in place of what stands from the first word to the second.
fn with_sheet(cells: &[(&str, &str)], from: &str, to: &str, new: &str) -> FilledSheet {
    let bytes = changed(&drawn(cells, |_| {}, &[]), |name, text| {
        let text = match (name == "xl/worksheets/sheet1.xml", text.find(from)) {
            (true, Some(start)) => {
                let end = start + text[start..].find(to).expect("the end");
                format!("{}{new}{}", &text[..start], &text[end..])
            }
            _ => text,
        };
        (name.to_owned(), text)
    });
    fill(&load(&bytes, &form()), &data(0, 0)).sheets.remove(0)
}

#[test]
fn defaults_of_rows_and_columns_are_read() {
    let cells = [("A1", "一"), ("B3", "二")];
    let sheet = with_sheet(
        &cells,
        "<sheetFormatPr",
        "<sheetData",
        "<sheetFormatPr defaultRowHeight=\"30\" customHeight=\"1\" defaultColWidth=\"20\"/>",
    );
    assert_eq!(sheet.rows.iter().map(|row| row.height).collect::<Vec<_>>(), [Some(30.0); 3]);
    assert!(sheet.columns.iter().all(|column| (column.width - 20.0).abs() < 0.001));
    // Rows that are not mentioned are hidden together; those that are stand for themselves.
    let sheet = with_sheet(&cells, "<sheetFormatPr", "<sheetData", "<sheetFormatPr defaultRowHeight=\"15\" zeroHeight=\"1\"/>");
    assert_eq!(sheet.rows.iter().map(|row| row.hidden).collect::<Vec<_>>(), [false, true, false]);
    let cols = "<cols><col min=\"2\" max=\"16384\" width=\"3.5\" hidden=\"1\" customWidth=\"1\"/></cols>";
    let sheet = with_sheet(&cells, "<sheetData", "<row", &format!("{cols}<sheetData>"));
    assert_eq!(sheet.columns.iter().map(|column| column.hidden).collect::<Vec<_>>(), [false, true]);
    // A height that the office measured itself is what it prints.
    let sheet = with_sheet(&cells, "<row r=\"1\"", "><c", "<row r=\"1\" ht=\"44\"");
    assert_eq!(sheet.rows[0].height, Some(44.0));
    let sheet = with_sheet(&cells, "<row r=\"1\"", "><c", "<row r=\"1\" ht=\"44\" customHeight=\"true\"");
    assert_eq!(sheet.rows[0].height, Some(44.0));
}

#[test]
fn looks_are_inherited_where_a_cell_is_left_out() {
    let framed = Format::new().set_border(FormatBorder::Thin).set_background_color(rust_xlsxwriter::Color::Theme(4, 0));
    let more = |sheet: &mut Worksheet| {
        sheet.set_row_format(1, &framed).expect("a format");
        sheet.set_column_format(2, &framed).expect("a format");
        sheet.write_blank(1, 1, &Format::new().set_bold()).expect("a cell");
    };
    let book = fill(&load(&drawn(&[("A1", "一"), ("D3", "二")], more, &[]), &form()), &data(0, 0));
    let filled = |row: usize, column: u16| {
        let cell = book.sheets[0].rows[row].cells.iter().find(|cell| cell.column == column);
        cell.and_then(|cell| book.styles[cell.style.0 as usize].fill).is_some()
    };
    assert!(filled(1, 0) && filled(1, 3) && filled(0, 2) && filled(2, 2));
    // A cell that is there has its own look.
    assert!(!filled(1, 1) && !filled(0, 0));
}

#[test]
fn only_styles_in_use_are_kept() {
    let more = |sheet: &mut Worksheet| {
        for size in 1..200 {
            sheet.write_blank(200, 1, &Format::new().set_font_size(f64::from(size))).expect("a cell");
        }
    };
    let book = fill(&load(&drawn(&[("A1", "一")], more, &[]), &form()), &data(0, 0));
    assert!(book.styles.len() <= 3, "{}", book.styles.len());
}
