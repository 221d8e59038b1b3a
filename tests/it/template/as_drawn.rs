//! What an office prints of a template is printed: heights, widths, areas, lines that run on, days, colours, texts in sums.

use rust_xlsxwriter::{FormatScript, FormatUnderline, Image};
use scorebook::form::model::Color;
use scorebook::layout::{PIXEL, POINT};
use scorebook::template::Feature;

use super::pages::{printed, texts};
use super::*;

/// The workbook with one of its parts changed.
fn with_part(bytes: &[u8], part: &str, change: impl Fn(&str) -> String) -> Vec<u8> {
    changed(bytes, |name, text| {
        let text = if name == part { change(&text) } else { text };
        (name.to_owned(), text)
    })
}

fn warned(bytes: &[u8]) -> Vec<(Option<String>, Feature)> {
    let feature = |warning: &TemplateError| match &warning.kind {
        Problem::NotCarried(feature) => Some((warning.cell.map(|cell| cell.to_string()), *feature)),
        _ => None,
    };
    load(bytes, &form()).warnings().iter().filter_map(feature).collect()
}

#[test]
fn columns_that_nothing_is_said_about_are_as_wide_as_in_an_office() {
    // 宋体 11 counts in digits of 8 px: eight of them and 5 px, in steps of 8.
    let bytes = drawn(&[("A1", "一"), ("B1", "二")], |_| {}, &[]);
    let bytes = with_part(&bytes, "xl/worksheets/sheet1.xml", |xml| {
        let start = xml.find("<sheetFormatPr").expect("a part");
        let end = xml.find("<sheetData").expect("a part");
        format!("{}{}", &xml[..start], &xml[end..])
    });
    let (_, laid) = printed(&bytes, &data(0, 0));
    let digit = laid.sheets[0].digit;
    let wanted = (8 * digit + 5).div_ceil(8) * 8;
    assert!(laid.sheets[0].widths.iter().all(|width| *width == i64::from(wanted) * PIXEL), "{:?}", laid.sheets[0].widths);
}

#[test]
fn whole_columns_are_a_print_area() {
    let more = |sheet: &mut Worksheet| _ = sheet.set_print_area(0, 0, 1_048_575, 1).expect("an area");
    let bytes = drawn(&[("A1", "甲"), ("B2", "乙"), ("D1", "草稿")], more, &[]);
    let (_, laid) = printed(&bytes, &data(0, 0));
    assert_eq!(texts(&laid), ["甲|乙"]);
    let lost = with_part(&bytes, "xl/workbook.xml", |xml| xml.replace("!$A:$B", "!#REF!"));
    assert_eq!(warned(&lost), [(None, Feature::PrintArea)]);
}

#[test]
fn a_line_longer_than_the_table_runs_on_over_the_paper() {
    let title = "示例县某镇某村党支部二〇二六年度党员积分考核公示栏";
    let (book, laid) = printed(&drawn(&[("A1", title), ("A2", "甲"), ("B2", "乙")], |_| {}, &[]), &data(0, 0));
    assert_eq!(texts(&laid)[0].matches(title).count(), 1, "one line");
    assert!(laid.sheets[0].adjusted.is_empty(), "neither smaller nor wrapped");
    assert!(laid.sheets[0].widths.len() > book.sheets[0].columns.len());
    assert!(laid.sheets[0].printed.is_some_and(|area| area.last_column > 1), "the workbook prints it too");
}

#[test]
fn a_line_that_crosses_the_page_s_edge_stands_on_both_pages() {
    let line = "这一段文字从第一页的最后几列开始写并且要越过分页线到第二页上去";
    let more = |sheet: &mut Worksheet| {
        sheet.set_column_range_width(0, 11, 11).expect("widths");
    };
    let (_, laid) = printed(&drawn(&[("E1", line), ("L2", "末列")], more, &[]), &data(0, 0));
    let pages = texts(&laid);
    assert_eq!(pages.len(), 2);
    let together: String = pages.concat().replace(['|', ' '], "").replace("末列", "");
    assert_eq!(together, line, "no sign is lost or said twice");
    assert!(pages.iter().all(|page| page.chars().count() > 3), "{pages:?}");
}

#[test]
fn a_seal_below_everything_is_within_what_the_workbook_prints() {
    let more = |sheet: &mut Worksheet| {
        let image = Image::new_from_buffer(&file("tests/cases/templates/seal.png")).expect("a picture").set_scale_to_size(140, 140, false);
        sheet.insert_image(1, 1, &image).expect("a picture");
    };
    let (_, laid) = printed(&drawn(&[("A1", "甲"), ("B2", "（盖章）")], more, &[]), &data(0, 0));
    let area = laid.sheets[0].printed.expect("an area");
    let high: i64 = laid.sheets[0].heights[1..=area.last_row as usize].iter().sum();
    let wide: i64 = laid.sheets[0].widths[1..=usize::from(area.last_column)].iter().sum();
    assert!(high >= 104 * POINT && wide >= 104 * POINT, "{high} {wide}");
    assert_eq!(laid.pages.len(), 1);
}

#[test]
fn a_picture_wider_than_the_page_is_made_smaller_and_told() {
    let more = |sheet: &mut Worksheet| {
        let image = Image::new_from_buffer(&file("tests/cases/templates/seal.png")).expect("a picture").set_scale_to_size(1000, 300, false);
        sheet.insert_image(3, 1, &image).expect("a picture");
    };
    let bytes = drawn(&[("A1", "甲"), ("B1", "乙")], more, &[]);
    assert_eq!(warned(&bytes), [(Some("B4".into()), Feature::PictureSize)]);
    let (_, laid) = printed(&bytes, &data(0, 0));
    assert_eq!(laid.pages.len(), 1);
    let (page, picture) = (&laid.pages[0], &laid.pages[0].pictures[0]);
    assert!(picture.x + picture.width <= page.width - 45.0, "{} {}", picture.x, picture.width);
}

#[test]
fn days_of_the_1904_system_are_those_days() {
    let day = Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
    let more = |sheet: &mut Worksheet| {
        sheet.write_number_with_format(0, 0, 44_742.0, &day).expect("a day");
        sheet.write_formula_with_format(1, 0, Formula::new("A1+30"), &day).expect("a formula");
        sheet.write_number(2, 0, 44_742.0).expect("a number");
    };
    let bytes = with_part(&drawn(&[], more, &[]), "xl/workbook.xml", |xml| xml.replace("<workbookPr ", "<workbookPr date1904=\"1\" "));
    assert_eq!(texts(&printed(&bytes, &data(0, 0)).1), ["2026年7月1日|2026年7月31日|44742"]);
}

#[test]
fn texts_and_truth_values_count_as_in_an_office() {
    let more = |sheet: &mut Worksheet| {
        sheet.write_string(0, 1, "3").expect("a text");
        sheet.write_boolean(1, 1, true).expect("a truth value");
        sheet.write_formula(0, 0, Formula::new("B1+1")).expect("a formula");
        sheet.write_formula(1, 0, Formula::new("B2+1")).expect("a formula");
        sheet.write_formula(2, 0, Formula::new("SUM(B1:B2)")).expect("a formula");
    };
    assert_eq!(texts(&printed(&drawn(&[], more, &[]), &data(0, 0)).1), ["43|2TRUE|0"]);
    let errors = Template::load(&drawn(&[("B1", "8.5分")], |sheet| _ = sheet.write_formula(0, 0, Formula::new("B1+1")), &[]), &form());
    let errors = errors.expect_err("a text that is no number");
    assert!(matches!(&errors[0].kind, Problem::FormulaText { cell, .. } if cell == "B1"), "{}", told(&errors));
}

#[test]
fn lines_below_and_raised_signs_are_drawn_or_told() {
    let more = |sheet: &mut Worksheet| {
        sheet.write_string_with_format(0, 0, "双线", &Format::new().set_underline(FormatUnderline::Double)).expect("a text");
        sheet.write_string_with_format(1, 0, "单线", &Format::new().set_underline(FormatUnderline::Single)).expect("a text");
        sheet.write_string_with_format(2, 0, "注", &Format::new().set_font_script(FormatScript::Superscript)).expect("a text");
    };
    let bytes = drawn(&[], more, &[]);
    assert_eq!(warned(&bytes), [(Some("A3".into()), Feature::RaisedText)]);
    let (_, laid) = printed(&bytes, &data(0, 0));
    assert_eq!(laid.pages[0].strokes.len(), 3, "two lines and one");
}

#[test]
fn a_header_may_name_a_colour_of_the_theme() {
    let more = |sheet: &mut Worksheet| _ = sheet.set_header("&L&K01+000内部&C&K04-024示例&&K1");
    let (_, laid) = printed(&drawn(&[("A1", "甲")], more, &[]), &data(0, 0));
    let said: Vec<(&str, Color)> = laid.pages[0].furniture.iter().map(|text| (text.text.as_str(), text.color)).collect();
    assert_eq!(said[0].0, "内部");
    assert_eq!(said[1].0, "示例&K1");
    assert_ne!(said[1].1, Color(0, 0, 0));
}

#[test]
fn accounting_numbers_stand_at_both_edges() {
    let format = Format::new().set_num_format("_ \"￥\"* #,##0.00_ ;_ \"￥\"* \\-#,##0.00_ ;_ \"￥\"* \"-\"??_ ;_ @_ ");
    let more = |sheet: &mut Worksheet| {
        sheet.write_number_with_format(0, 0, 1234.5, &format).expect("a number");
        sheet.set_column_width(0, 40).expect("a width");
    };
    let (_, laid) = printed(&drawn(&[], more, &[]), &data(0, 0));
    let text = &laid.pages[0].rows[0].cells[0].texts[0];
    assert_eq!(text.text, " ￥ 1,234.50 ");
    let width: f32 = text.glyphs.iter().map(|glyph| glyph.advance).sum::<f32>() * text.size;
    assert!(width > 200.0, "{width}");
}
