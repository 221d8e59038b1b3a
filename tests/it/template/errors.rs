//! Every kind of template error, made by a workbook that has it, and hostile workbooks.

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
    assert!(matches!(problems(b"")[..], [Problem::Unreadable(_)]));
    assert!(matches!(problems(b"PK\x03\x04 not a zip")[..], [Problem::Unreadable(_)]));
    let good = built_in("board");
    for cut in (0..good.len()).step_by(97) {
        let _ = Template::load(&good[..cut], &schema::board());
        let mut flipped = good.clone();
        flipped[cut] ^= 0x55;
        let _ = Template::load(&flipped, &schema::board());
    }
    let far = drawn(&[], |sheet| drop(sheet.write_string(1_048_575, 16_383, "x")), &[]);
    assert_eq!(problems(&far), [Problem::TooLarge]);
}
