//! Every kind of template error, made by a workbook that has it, and hostile workbooks.

use scorebook::ooxml::Fault;
use scorebook::template::Feature;

use super::*;

#[test]
fn every_mistake_is_told_at_once() {
    let name = |text: &str| text.to_owned();
    let found =
        problem(&[("A1", "{支部名}"), ("B1", "{年度"), ("A2", "{.姓民}"), ("B2", "{.事由}"), ("A3", "{奖励.事由}"), ("B3", "{页码}")]);
    assert_eq!(
        found,
        [
            Problem::UnknownField { name: name("支部名"), nearest: Some(name("{支部名称}")) },
            Problem::Brace,
            Problem::UnknownField { name: name("姓民"), nearest: Some(name("{.姓名}")) },
            Problem::OtherList { name: name("事由"), instead: name("{奖惩.事由}") },
            Problem::UnknownList { name: name("奖励"), nearest: Some(name("奖惩")) },
            Problem::PageNumberInCell,
        ]
    );
    assert_eq!(problem(&[("A1", "{姓名}")]), [Problem::OtherList { name: name("姓名"), instead: name("{.姓名}") }]);
    assert_eq!(problem(&[("A1", "{>期间.名称}{>分项.名称}")])[0], Problem::TwoColumnLists(name("期间"), name("分项")));
    assert_eq!(problem(&[("A1", "{.姓名}"), ("B1", "{奖惩.事由}")])[0], Problem::TwoRowLists(name(""), name("奖惩")));
    assert_eq!(problem(&[("A1", "{.>得分}")]), [Problem::NoColumnList(name(".>得分"))]);
    assert_eq!(problem(&[("A1", "=IF(B1>1,2,3)")]), [Problem::Formula(name("IF(B1>1,2,3)"))]);
    assert_eq!(problem(&[("A1", "{.总分}"), ("A2", "=A1*2")]), [Problem::FormulaRepeats(name("A1"))]);
    assert!(matches!(problem(&[("A1", "=A2"), ("A2", "=A1")])[..], [Problem::FormulaCycle(_), Problem::FormulaCycle(_)]));
    let names: Vec<String> = (1..=16).map(|row| format!("A{row}")).collect();
    let products: Vec<String> = (0..16).map(|row| if row == 0 { "=B1*2".into() } else { format!("=A{row}*A{row}") }).collect();
    let squares: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(products.iter().map(String::as_str)).collect();
    assert!(matches!(problem(&squares)[..], [Problem::FormulaGrows(_)]), "{:?}", problem(&squares));
    assert_eq!(problem(&squares[..4]), []);
    assert_eq!(problem(&[("A1", "{本页.人数}"), ("A2", "{.姓名}")]), [Problem::PageTotal(name("本页.人数"))]);
    assert_eq!(problem(&[("A1", "{.姓名}"), ("A2", "{本组.人数}")]), [Problem::GroupTotal(name("本组.人数"))]);
    assert_eq!(problem(&[("A1", "{本页.人数}")]), [Problem::TotalWithoutBlock(name("本页.人数"))]);
}

#[test]
fn mistakes_of_the_sheet_are_told() {
    let block = [("A1", "头"), ("A2", "{.姓名}"), ("A3", "{.备注}"), ("B2", "{>期间.名称}")];
    let with = |more: fn(&mut Worksheet)| problems(&drawn(&block, more, &[]));
    assert_eq!(with(|sheet| drop(sheet.set_repeat_rows(0, 1))), [Problem::TitleBelowBlock]);
    assert_eq!(with(|sheet| drop(sheet.merge_range(0, 2, 1, 2, "", &Format::new()))), [Problem::MergeCrosses("C1:C2".into())]);
    assert_eq!(with(|sheet| drop(sheet.set_print_area(0, 0, 1, 1))), [Problem::PrintAreaCrosses("A1:B2".into())]);
    assert_eq!(with(|sheet| _ = sheet.set_header("&L{.姓名}")), [Problem::OutsideBlock(".姓名".into())]);
    let set = |settings: &[(&str, &str)]| problems(&drawn(&block, |_| {}, settings));
    assert_eq!(set(&[("每页行", "5")]), [Problem::UnknownSetting { name: "每页行".into(), nearest: Some("每页行数".into()) }]);
    assert!(matches!(set(&[("每页行数", "0")])[..], [Problem::SettingValue { .. }]));
    assert!(matches!(set(&[("每组一表", "类型")])[..], [Problem::UnknownField { .. }]));
    let error = Template::load(&drawn(&[("B7", "{支部名}")], |_| {}, &[]), &form()).expect_err("an error");
    assert_eq!(error[0].message(Lang::Zh), "表!B7：没有字段“支部名”，是否为“{支部名称}”？");
    assert_eq!(error[0].message(Lang::En), "表!B7: no field '支部名'; did you mean '{支部名称}'?");
}

#[test]
fn damaged_files_are_refused_without_panic() {
    assert!(matches!(problems(b"")[..], [Problem::Fault(Fault::Unreadable { .. })]));
    assert!(matches!(problems(b"PK\x03\x04 not a zip")[..], [Problem::Fault(Fault::Unreadable { .. })]));
    let good = built_in("board");
    for cut in (0..good.len()).step_by(97) {
        let _ = Template::load(&good[..cut], &BOARD.schema());
        let mut flipped = good.clone();
        flipped[cut] ^= 0x55;
        let _ = Template::load(&flipped, &BOARD.schema());
    }
    let far = drawn(&[], |sheet| drop(sheet.write_string(1_048_575, 16_383, "x")), &[]);
    assert_eq!(problems(&far), [Problem::TooLarge]);
}

#[test]
fn a_field_apart_from_its_block_is_outside() {
    let name = |text: &str| text.to_owned();
    // A label between two rows of a record is the record's; a total is not.
    assert_eq!(problem(&[("A1", "{.姓名}"), ("A2", "备注："), ("A3", "{.备注}")]), []);
    assert_eq!(problem(&[("A1", "{.姓名}"), ("A2", "共{合计.人数}人"), ("A3", "{.备注}")]), [Problem::OutsideBlock(name(".备注"))]);
    let error = Template::load(&drawn(&[("A1", "{.姓名}"), ("A2", "{合计.人数}"), ("B3", "{.>得分}")], |_| {}, &[]), &form());
    assert!(told(&error.expect_err("errors")).contains("表!B3：{.>得分}"));
    assert_eq!(problem(&[("A1", "{.项.名称}")]), [Problem::UnknownList { name: name("项"), nearest: Some(name("项目")) }]);
    let tab = |settings: &[(&str, &str)]| {
        let bytes = drawn(&[("A1", "{.姓名}")], |sheet| _ = sheet.set_name("{.类别}{本组.人数}").expect("a name"), settings);
        problems(&bytes)
    };
    assert_eq!(tab(&[]), [Problem::OutsideBlock(name(".类别")), Problem::GroupTotal(name("本组.人数"))]);
    assert_eq!(tab(&[("每组一表", "类别")]), []);
}

#[test]
fn what_the_paper_does_not_hold_is_told() {
    let cells = [("A1", "题"), ("B1", "宽"), ("A2", "{.姓名}")];
    let with = |more: fn(&mut Worksheet)| problems(&drawn(&cells, more, &[]));
    let wide = |sheet: &mut Worksheet| {
        sheet.set_column_width(1, 200).expect("a width");
    };
    let error = Template::load(&drawn(&cells, wide, &[]), &form()).expect_err("an error");
    assert_eq!(
        error.iter().map(|error| (error.cell.map(|cell| cell.to_string()), error.kind.clone())).collect::<Vec<_>>(),
        [(Some("B1".to_owned()), Problem::TooNarrow)]
    );
    // Fitted or scaled it goes; a repeated title column beside it takes room too.
    assert_eq!(
        with(|sheet| {
            sheet.set_column_width(1, 200).expect("a width");
            sheet.set_print_fit_to_pages(1, 0);
        }),
        []
    );
    assert_eq!(
        with(|sheet| {
            sheet.set_column_width(1, 100).expect("a width");
            sheet.set_print_scale(70);
        }),
        []
    );
    assert_eq!(
        with(|sheet| {
            sheet.set_column_width(0, 50).expect("a width");
            sheet.set_column_width(1, 50).expect("a width");
            sheet.set_repeat_columns(0, 0).expect("titles");
        }),
        [Problem::TooNarrow]
    );
    assert_eq!(with(|sheet| _ = sheet.set_margins(4.0, 4.0, 1.0, 1.0, 0.3, 0.3)), [Problem::NoRoom]);
    assert_eq!(
        with(|sheet| {
            sheet.set_row_height(0, 409).expect("a height");
            sheet.set_repeat_rows(0, 0).expect("titles");
        }),
        [Problem::TitleTooHigh]
    );
}

#[test]
fn settings_for_a_sheet_that_is_not_there_are_told() {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("公示").expect("a name").write_string(0, 0, "{.姓名}").expect("a text");
    let set = book.add_worksheet().set_name("设置").expect("a name");
    // Hidden settings count as well.
    set.set_hidden(true);
    for (column, text) in ["每页行数", "5", "公告"].into_iter().enumerate() {
        set.write_string(0, column as u16, text).expect("a text");
    }
    let bytes = book.save_to_buffer().expect("a workbook");
    let error = Template::load(&bytes, &form()).expect_err("an error");
    assert_eq!(told(&error), "设置!C1：“设置”中说的工作表“公告”不存在，是否为“公示”？");
}

#[test]
fn more_errors_than_anyone_reads_are_counted() {
    let more = |sheet: &mut Worksheet| {
        for row in 0..300 {
            sheet.write_string(row, 0, "{没有}").expect("a text");
        }
    };
    let found = problems(&drawn(&[], more, &[]));
    assert_eq!((found.len(), found.last()), (201, Some(&Problem::More(100))));
}

#[test]
fn overlapping_merges_are_told() {
    let bytes = changed(&drawn(&[("A1", "x")], |sheet| drop(sheet.merge_range(1, 0, 3, 2, "", &Format::new())), &[]), |name, text| {
        (name.to_owned(), text.replace("<mergeCell ref=\"A2:C4\"/>", "<mergeCell ref=\"A2:C4\"/><mergeCell ref=\"B3:D6\"/>"))
    });
    assert_eq!(problems(&bytes), [Problem::MergesOverlap("A2:C4".into(), "B3:D6".into())]);
}

#[test]
fn what_is_not_carried_is_told_with_its_cell() {
    let more = |sheet: &mut Worksheet| {
        let today = rust_xlsxwriter::ConditionalFormatDateRule::Today;
        let red = rust_xlsxwriter::ConditionalFormatDate::new().set_rule(today).set_format(Format::new().set_bold());
        sheet.add_conditional_format(1, 1, 3, 1, &red).expect("a format");
        let rule = rust_xlsxwriter::DataValidation::new().allow_list_strings(&["是", "否"]).expect("a rule");
        sheet.add_data_validation(2, 2, 2, 2, &rule).expect("a rule");
        sheet.write_url(4, 0, "https://example.org").expect("a link");
        sheet.insert_note(5, 1, &rust_xlsxwriter::Note::new("批注")).expect("a note");
        sheet.insert_shape(6, 3, &rust_xlsxwriter::Shape::textbox().set_text("框")).expect("a shape");
        let (bold, plain) = (Format::new().set_bold(), Format::new());
        sheet.write_rich_string(7, 0, &[(&bold, "粗"), (&plain, "细")]).expect("a text");
        let slanted =
            Format::new().set_border_diagonal(FormatBorder::Thin).set_border_diagonal_type(rust_xlsxwriter::FormatDiagonalBorder::BorderUp);
        sheet.write_string_with_format(8, 0, "斜", &slanted).expect("a text");
        let dotted = Format::new().set_pattern(rust_xlsxwriter::FormatPattern::Gray125);
        sheet.write_string_with_format(9, 0, "点", &dotted).expect("a text");
        sheet.set_print_gridlines(true);
        sheet.add_table(11, 0, 13, 1, &rust_xlsxwriter::Table::new()).expect("a table");
    };
    let template = load(&drawn(&[("A1", "{.姓名}")], more, &[]), &form());
    let mut told: Vec<(Option<String>, Feature)> = template
        .warnings()
        .iter()
        .filter_map(|warning| match warning.kind {
            Problem::NotCarried(feature) => Some((warning.cell.map(|cell| cell.to_string()), feature)),
            _ => None,
        })
        .collect();
    told.sort_by_key(|(_, feature)| *feature);
    let at = |cell: &str| Some(cell.to_owned());
    assert_eq!(
        told,
        [
            (at("D7"), Feature::Shape),
            (at("B2"), Feature::ConditionalFormat),
            (at("C3"), Feature::Validation),
            (at("A5"), Feature::Hyperlink),
            (at("B6"), Feature::Comment),
            (None, Feature::Table),
            (None, Feature::GridLines),
            (at("A8"), Feature::MixedFonts),
            (at("A9"), Feature::DiagonalBorder),
            (at("A10"), Feature::Pattern),
        ]
    );
}

#[test]
fn formulas_of_other_sheets_and_circles_are_told() {
    assert_eq!(problem(&[("A1", "=表2!A1+1")]), [Problem::Formula("表2!A1+1".into())]);
    assert_eq!(problem(&[("A1", "=SUM(A1:A3)")]), [Problem::FormulaCycle("SUM(A1:A3)".into())]);
    assert!(matches!(problem(&[("A1", "=B1"), ("B1", "=C1"), ("C1", "=A1+1"), ("D1", "=1+2")])[..], [_, _, _]));
}
