//! The language, feature by feature, where the tests beside this one do not already use it.

use super::*;

fn with(cells: &[(&str, &str)], settings: &[(&str, &str)], data: &Record) -> FilledBook {
    fill(&load(&drawn(cells, |_| {}, settings), &form()), data)
}

fn member(name: &str, class: &str, total: &str) -> Record {
    let mut member = Record::default();
    member.text("姓名", name);
    member.text("类别", class);
    member.set("总分", if total.is_empty() { Datum::Empty } else { number(total) });
    member
}

fn of(members: Vec<Record>) -> Record {
    let mut root = Record::default();
    root.lists.insert("", members);
    root
}

#[test]
fn records_are_sorted_by_several_keys() {
    let data = of(vec![
        member("乙", "机关", "80"),
        member("甲", "农村", "9"),
        member("丙", "机关", "100"),
        member("丁", "机关", ""),
        member("戊", "农村", "9"),
    ]);
    let names = |order: &str| lines(&with(&[("A1", "{.姓名}")], &[("排序", order)], &data).sheets[0]).concat();
    // 丁 has no total and stands last, up or down; equal ones keep their order.
    assert_eq!(names("总分"), "甲戊乙丙丁");
    assert_eq!(names("总分 降序"), "丙乙甲戊丁");
    assert_eq!(names("类别、总分 降序"), "甲戊丙乙丁");
    assert_eq!(names("{.类别} 降序, {.姓名}"), "丁丙乙戊甲");
}

#[test]
fn sheets_of_one_name_are_numbered() {
    let data =
        of(vec![member("甲", "农村/社区", "1"), member("乙", "农村：社区", "2"), member("丙", "", "3"), member("丁", "农村／社区", "4")]);
    let bytes = drawn(
        &[("A1", "{.姓名}{.总分}"), ("A2", "{本组.人数}/{合计.人数}")],
        |sheet| _ = sheet.set_name("{.类别}").expect("a name"),
        &[("每组一表", "类别")],
    );
    let book = fill(&load(&bytes, &form()), &data);
    let names: Vec<&str> = book.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(names, ["农村／社区", "农村：社区", "试表", "农村／社区(2)"]);
    assert!(book.sheets.iter().all(|sheet| lines(sheet)[1] == "1/4"));
}

#[test]
fn a_list_may_be_a_condition() {
    let cells = [("A1", "{?奖惩}奖惩："), ("A2", "{奖惩.事由}"), ("A3", "{?>奖惩}有"), ("B3", "末"), ("C3", "{?>期间}期")];
    let mut data = Record::default();
    assert_eq!(lines(&with(&cells, &[], &data).sheets[0]), ["", "末"]);
    let mut award = Record::default();
    award.text("事由", "表彰");
    data.lists.insert("奖惩", vec![award.clone(), award]);
    data.lists.insert("期间", vec![named("一季")]);
    assert_eq!(lines(&with(&cells, &[], &data).sheets[0]), ["奖惩：", "表彰", "表彰", "有 末 期"]);
}

#[test]
fn group_and_page_totals_stand_in_each_pages_foot() {
    let cells = [("A1", "{.姓名}"), ("B1", "{.总分}"), ("A2", "页{本页.总分} 组{本组.人数}{本组.总分} 共{合计.总分}")];
    let settings = [("每组一页", "类别"), ("每页行数", "2"), ("每页页脚", "是"), ("补空行", "是")];
    let members = vec![member("甲", "农村", "1"), member("乙", "农村", "2"), member("丙", "农村", "3"), member("丁", "机关", "4.5")];
    let sheet = with(&cells, &settings, &of(members)).sheets.remove(0);
    assert_eq!(
        lines(&sheet),
        ["甲 #1", "乙 #2", "页3.00 组36.00 共10.50", "丙 #3", "", "页3.00 组36.00 共10.50", "丁 #4.5", "", "页4.50 组14.50 共10.50"]
    );
    let breaks: Vec<usize> = (0..sheet.rows.len()).filter(|row| sheet.rows[*row].break_before).collect();
    assert_eq!(breaks, [3, 6]);
}

#[test]
fn formulas_grow_over_nested_rows_and_repeated_columns() {
    let cells = [
        ("C1", "{>期间.名称}"),
        ("A2", "{.姓名}"),
        ("A3", "{.项目.名称}"),
        ("C3", "{.项目>分值}"),
        ("D3", "=SUM(C3)"),
        ("C4", "=SUM(C3)"),
        ("D4", "=SUM(D3)-SUM(C4)"),
        ("A4", "{.类别}小计"),
        ("A5", "总"),
        ("C5", "=SUM(C4)"),
        ("D5", "=C6*3-1"),
        ("C6", "=1/3"),
    ];
    // A column of its own stands beside the list's, so the single cell C6 is one a period.
    let sheet = with(&[&cells[..10], &[("D5", "=D6*3-1"), ("D6", "=1/3")]].concat(), &[], &data(2, 2)).sheets.remove(0);
    assert_eq!(
        lines(&sheet),
        [
            ". . 1季 2季",
            "甲1",
            "学习 . #0.5 #1.5 =SUM(C3:D3)#2",
            "纪律 . #0.5 #1.5 =SUM(C4:D4)#2",
            "农村小计 . =SUM(C3:C4)#1 =SUM(D3:D4)#3 =SUM(E3:E4)-SUM(C5:D5)#0",
            "甲2",
            "学习 . #10.5 #11.5 =SUM(C7:D7)#22",
            "纪律 . #10.5 #11.5 =SUM(C8:D8)#22",
            "农村小计 . =SUM(C7:C8)#21 =SUM(D7:D8)#23 =SUM(E7:E8)-SUM(C9:D9)#0",
            // A third times three is one, not 0.999999999999.
            "总 . =SUM(C5,C9)#22 =SUM(D5,D9)#26 =(E11*3)-1#0",
            ". . . . =1/3#0.333333333333"
        ]
    );
}

#[test]
fn widths_are_kept_or_shared() {
    let cells = [("A1", "{>期间.名称}"), ("B1", "末")];
    let widths = |value: &str, periods: usize| -> Vec<f64> {
        let more = |sheet: &mut Worksheet| {
            sheet.set_column_width(0, 40).expect("a width");
            sheet.set_column_width(1, 10).expect("a width");
        };
        let book = fill(&load(&drawn(&cells, more, &[("列宽", value)]), &form()), &data(0, periods));
        book.sheets[0].columns.iter().map(|column| column.width.round()).collect()
    };
    assert_eq!(widths("保持", 2), [41.0, 41.0, 11.0]);
    assert_eq!(widths("均分", 4), [10.0, 10.0, 10.0, 10.0, 11.0]);
    // At most 10 a column: what is over goes to all, and the sheet is as wide as drawn.
    let shared: f64 = widths("均分 10", 2).iter().sum();
    assert!((shared - 51.0).abs() < 2.0, "{shared}");
}

#[test]
fn headings_that_say_the_same_become_one_and_head_their_columns() {
    let mut data = data(1, 4);
    for (heading, name) in data.lists.get_mut("期间").expect("columns").iter_mut().zip(["一季度", "一季度", "二季度", "一季度"])
    {
        heading.text("名称", name);
    }
    let cells = [("A1", "姓名"), ("B1", "{>期间.名称}"), ("C1", "末"), ("A2", "{.姓名}"), ("B2", "{.>得分}"), ("C2", "一"), ("A3", "完")];
    let merged = |settings: &[(&str, &str)]| -> Vec<(u32, u16, u16)> {
        let sheet = &with(&cells, settings, &data).sheets[0];
        assert_eq!(sheet.rows.iter().map(|row| row.heading).collect::<Vec<_>>(), [true, false, false]);
        sheet.merges.iter().map(|range| (range.first_row, range.first_column, range.last_column)).collect()
    };
    assert_eq!(merged(&[]), []);
    assert_eq!(merged(&[("合并表头", "是")]), [(0, 1, 2)], "neighbours alone, and no values");
    // Plain texts right above rows that repeat head them too.
    let plain = with(&[("A1", "名单"), ("A2", "姓名"), ("B2", "总分"), ("A3", "{.姓名}"), ("B3", "{.总分}")], &[], &data);
    assert_eq!(plain.sheets[0].rows.iter().map(|row| row.heading).collect::<Vec<_>>(), [false, true, false]);
}

#[test]
fn several_blocks_and_cover_sheets_stand_together() {
    let mut data = data(2, 0);
    let mut award = Record::default();
    award.text("事由", "表彰");
    data.lists.insert("奖惩", vec![award]);
    let cells = [("A1", "{奖惩.事由}"), ("A2", "名单"), ("A3", "{.姓名}"), ("A4", "共{合计.人数}")];
    assert_eq!(lines(&with(&cells, &[], &data).sheets[0]), ["表彰", "名单", "甲1", "甲2", "共2"]);
    // A sheet without a block may tell how many there are.
    assert_eq!(lines(&with(&[("A1", "共{合计.人数}人，{合计.总分}分")], &[], &data).sheets[0]), ["共2人，21.00分"]);
}

#[test]
fn tab_names_headers_and_footers_have_fields() {
    let more = |sheet: &mut Worksheet| {
        sheet.set_name("{年度}年").expect("a name").set_header("&L{支部名称}&R{合计.人数}人").set_footer("&C第{页码}页共{总页数}页 {{&&}}");
    };
    let book = fill(&load(&drawn(&[("A1", "{.姓名}")], more, &[]), &form()), &data(2, 0));
    let sheet = &book.sheets[0];
    assert_eq!(sheet.name, "2026年");
    assert_eq!((&*sheet.page.header, &*sheet.page.footer), ("&L向阳{.姓名}支部&R2人", "&C第&P页共&N页 {&&}"));
}

#[test]
fn numbers_of_a_column_take_the_places_of_the_longest_where_the_template_asks() {
    let members = vec![member("甲", "农村", "9"), member("乙", "农村", "-87.25"), member("丙", "农村", "")];
    let cells = [("A1", "{.姓名}"), ("B1", "{.总分}"), ("C1", "得{.总分}分"), ("B2", "{合计.人数}")];
    let shown = |settings: &[(&str, &str)]| -> Vec<(String, Value)> {
        let book = with(&cells, settings, &of(members.clone()));
        let rows = book.sheets[0].rows.iter();
        let cells = rows.filter_map(|row| row.cells.iter().find(|cell| cell.column == 1));
        cells.map(|cell| (book.styles[cell.style.0 as usize].number_format.clone(), cell.value.clone())).collect()
    };
    let formats = |settings: &[(&str, &str)]| shown(settings).into_iter().map(|(format, _)| format).collect::<Vec<_>>();
    let drawn = formats(&[]);
    assert_eq!(formats(&[("小数位", "保持")]), drawn);
    let aligned = shown(&[("小数位", "对齐")]);
    assert_eq!(aligned[0], ("0.00;−0.00".into(), Value::Number(Decimal::parse("9").expect("a number"))), "still a number");
    assert_eq!(aligned[1].0, "0.00;−0.00");
    assert_eq!((aligned.len(), &aligned[2].0), (3, &drawn[2]), "what stands below the block stays as drawn");
    // Within text a number has its own places and a minus sign.
    let text = with(&cells, &[], &of(members.clone()));
    assert!(lines(&text.sheets[0]).concat().contains("得−87.25分"), "{:?}", lines(&text.sheets[0]));
}
