//! Pages that end where the paper does: what stands on each, and what is counted there.

use std::sync::OnceLock;

use scorebook::fill::fill_pages;
use scorebook::font::{FontData, FontSet};
use scorebook::layout::{LaidOut, layout};

use super::*;

/// The bundled fonts, parsed once.
pub fn fonts() -> &'static FontSet {
    static SET: OnceLock<FontSet> = OnceLock::new();
    SET.get_or_init(|| {
        let faces = scorebook::builtin::fonts().into_iter().map(|(name, bytes)| FontData::new(name, bytes.into_owned())).collect();
        FontSet::new(faces).expect("the bundled fonts")
    })
}

pub fn day() -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2026, 12, 14).expect("a day")
}

pub fn printed(bytes: &[u8], data: &Record) -> (FilledBook, LaidOut) {
    let book = fill_pages(&load(bytes, &form()), data, fonts());
    let laid = layout(&book, fonts(), day()).book;
    (book, laid)
}

/// The texts of each page, rows joined by `|`.
pub fn texts(laid: &LaidOut) -> Vec<String> {
    let row = |row: &scorebook::layout::PageRow| -> String {
        row.cells.iter().flat_map(|cell| &cell.texts).map(|text| text.text.as_str()).collect()
    };
    laid.pages.iter().map(|page| page.rows.iter().map(row).collect::<Vec<_>>().join("|")).collect()
}

/// A head, records 40 pt high, and a foot with the page's and the whole number.
fn tall(settings: &[(&str, &str)]) -> Vec<u8> {
    let cells = [("A1", "头"), ("A2", "{.姓名}"), ("B2", "{.总分}"), ("A3", "本页{本页.人数}人{本页.总分}分，共{合计.人数}人")];
    let more = |sheet: &mut Worksheet| {
        sheet.set_row_height(0, 40).expect("a height");
        sheet.set_row_height(1, 40).expect("a height");
        sheet.set_row_height(2, 40).expect("a height");
        sheet.set_column_width(0, 40).expect("a width");
        sheet.set_repeat_rows(0, 0).expect("titles");
        sheet.set_paper_size(9);
    };
    drawn(&cells, more, settings)
}

#[test]
fn totals_of_a_page_go_by_the_paper_where_no_number_of_rows_is_set() {
    // A4 upright within 0.75 in has 734 pt less half a percent: 18 rows of 40 pt.
    let (_, laid) = printed(&tall(&[("每页页脚", "是")]), &data(40, 0));
    let pages = texts(&laid);
    assert_eq!(pages.len(), 3);
    let feet: Vec<&str> = pages.iter().filter_map(|page| page.rsplit('|').next()).collect();
    // 16 records, a head and a foot to a page; the sums are of exactly those.
    assert_eq!(feet, ["本页16人280.00分，共40人", "本页16人536.00分，共40人", "本页8人364.00分，共40人"]);
    assert_eq!(pages.iter().map(|page| page.matches('甲').count()).collect::<Vec<_>>(), [16, 16, 8]);
    // Without a foot on each page the last page's stands below the last record.
    let (_, laid) = printed(&tall(&[]), &data(40, 0));
    let pages = texts(&laid);
    assert_eq!(pages.iter().map(|page| page.matches('甲').count()).collect::<Vec<_>>(), [17, 17, 6]);
    assert!(pages[2].ends_with("本页6人279.00分，共40人"), "{}", pages[2]);
}

#[test]
fn a_foot_that_no_longer_fits_takes_the_last_record_with_it() {
    let (_, laid) = printed(&tall(&[]), &data(17, 0));
    let pages = texts(&laid);
    assert_eq!(pages.iter().map(|page| page.matches('甲').count()).collect::<Vec<_>>(), [16, 1]);
    assert!(pages[1].ends_with("本页1人26.00分，共17人"), "{}", pages[1]);
}

#[test]
fn empty_rows_fill_the_paper() {
    let count = |members: usize, settings: &[(&str, &str)]| {
        let (book, laid) = printed(&tall(settings), &data(members, 0));
        (book.sheets[0].rows.len(), laid.pages.len())
    };
    // Head, three records, 13 empty ones, foot.
    assert_eq!(count(3, &[("补空行", "是")]), (18, 1));
    assert_eq!(count(0, &[("补空行", "是")]), (18, 1));
    assert_eq!(count(16, &[("补空行", "是")]), (18, 1));
    assert_eq!(count(17, &[("补空行", "是"), ("每页页脚", "是")]), (1 + 2 * 17, 2));
}

#[test]
fn groups_longer_than_a_page_go_on_with_the_foot_on_each() {
    let mut data = data(20, 0);
    for member in data.lists.get_mut("").expect("members").iter_mut().skip(2) {
        member.text("类别", "机关");
    }
    let (_, laid) = printed(&tall(&[("每组一页", "类别"), ("每页页脚", "是")]), &data);
    let pages = texts(&laid);
    assert_eq!(pages.iter().map(|page| page.matches('甲').count()).collect::<Vec<_>>(), [2, 16, 2]);
    assert!(pages.iter().all(|page| page.contains("共20人") && page.starts_with('头')));
}

#[test]
fn rows_that_grow_are_counted_as_high_as_they_grow() {
    let mut data = data(30, 0);
    for member in data.lists.get_mut("").expect("members").iter_mut().step_by(2) {
        member.text("备注", "很长的备注".repeat(20));
    }
    let wrapped = Format::new().set_text_wrap();
    let more = |sheet: &mut Worksheet| {
        sheet.write_string_with_format(0, 1, "{.备注}", &wrapped).expect("a cell");
        sheet.set_column_width(1, 20).expect("a width");
        sheet.set_paper_size(11);
    };
    let bytes = drawn(&[("A1", "{.姓名}"), ("A2", "{本页.人数}")], more, &[("每页页脚", "是")]);
    let (book, laid) = printed(&bytes, &data);
    let pages = texts(&laid);
    assert!(pages.len() > 2, "{pages:?}");
    for page in &pages {
        let own = page.matches('甲').count();
        assert_eq!(page.rsplit('|').next(), Some(own.to_string().as_str()), "{page}");
    }
    // Every page begins where the filler said, so the workbook's breaks are the template's own.
    let forced: Vec<u32> = (0..book.sheets[0].rows.len() as u32).filter(|row| book.sheets[0].rows[*row as usize].break_before).collect();
    assert_eq!(laid.sheets[0].row_breaks, forced);
}

#[test]
fn a_drawn_column_break_begins_a_page() {
    let more = |sheet: &mut Worksheet| drop(sheet.set_vertical_page_breaks(&[2]));
    let (book, laid) = printed(&drawn(&[("A1", "左"), ("B1", "{>期间.名称}"), ("C1", "右")], more, &[]), &data(0, 3));
    assert_eq!(book.sheets[0].column_breaks, [4]);
    assert_eq!(texts(&laid), ["左1季2季3季", "右"]);
}

#[test]
fn repeated_columns_are_as_large_as_their_neighbours_where_they_have_room() {
    let sizes = |count: usize, settings: &[(&str, &str)]| -> Vec<f64> {
        let small = Format::new().set_font_size(7);
        let more = |sheet: &mut Worksheet| {
            sheet.set_paper_size(9).set_column_width(1, 12).expect("a width");
            sheet.write_string_with_format(1, 1, "{.>得分}", &small).expect("a cell");
            sheet.set_row_height(1, 24).expect("a height");
        };
        let bytes = drawn(&[("A1", "姓名"), ("B1", "{>期间.名称}"), ("C1", "末"), ("A2", "{.姓名}"), ("C2", "{.总分}")], more, settings);
        let (book, laid) = printed(&bytes, &data(2, count));
        let row = &book.sheets[0].rows[1];
        assert!(laid.sheets[0].adjusted.range((1, 0)..(2, 0)).next().is_none(), "nothing is made smaller");
        row.cells[1..=count].iter().map(|cell| book.styles[cell.style.0 as usize].font.size).collect()
    };
    let stretched = [("撑满", "是"), ("列宽", "均分")];
    assert_eq!(sizes(2, &[("列宽", "均分")]), [7.0; 2], "as drawn");
    assert!(sizes(2, &stretched).iter().all(|size| *size >= 11.0), "{:?}", sizes(2, &stretched));
    // Three digits wide each: a number of larger letters would be made smaller again.
    assert_eq!(sizes(4, &stretched), [7.0; 4]);
}
