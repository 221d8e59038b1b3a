//! Templates as real offices save them, loaded, checked and filled.

mod as_drawn;
mod charts;
mod conditions;
mod errors;
mod language;
mod page;
pub mod pages;
mod pictures;
mod reading;
mod shown;

use rust_xlsxwriter::{Format, FormatBorder, Formula, Workbook, Worksheet};
use scorebook::diag::Lang;
use scorebook::exact::Decimal;
use scorebook::fill::fill;
use scorebook::form::data::{Datum, Direction, Field, List, Record, Schema};
use scorebook::form::model::{FilledBook, FilledSheet, Line, Range, Value};
use scorebook::forms::{BOARD, FORMS, REGISTRY, sample, sample_over};
use scorebook::template::Problem;
use scorebook::template::{Template, TemplateError};

fn file(path: &str) -> Vec<u8> {
    std::fs::read(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).expect("a file of the repository")
}

fn built_in(form: &str) -> Vec<u8> {
    file(&format!("templates/forms/{form}.xlsx"))
}

fn load(bytes: &[u8], schema: &Schema) -> Template {
    Template::load(bytes, schema).unwrap_or_else(|errors| panic!("{}", told(&errors)))
}

fn told(errors: &[TemplateError]) -> String {
    errors.iter().map(|error| error.message(Lang::Zh)).collect::<Vec<_>>().join("\n")
}

fn field(name: &'static str) -> Field {
    Field { name, zh: name, en: name, example: Datum::Empty }
}

fn list(name: &'static str, direction: Direction, fields: &[&'static str], lists: Vec<List>) -> List {
    List { name, direction, fields: fields.iter().map(|name| field(name)).collect(), lists }
}

fn form() -> Schema {
    use Direction::{Columns, Rows};
    Schema {
        form: "test",
        title: "试表",
        fields: ["支部名称", "年度", "有星级", "制表日期", "分数"].map(field).to_vec(),
        lists: vec![
            list("期间", Columns, &["名称"], vec![]),
            list("分项", Columns, &["名称"], vec![]),
            list("奖惩", Rows, &["事由"], vec![]),
            list(
                "",
                Rows,
                &["序号", "姓名", "类别", "总分", "备注"],
                vec![
                    list("期间", Columns, &["得分"], vec![]),
                    list("分项", Columns, &["得分"], vec![]),
                    list("项目", Rows, &["名称", "满分"], vec![list("期间", Columns, &["分值"], vec![])]),
                ],
            ),
        ],
    }
}

fn number(text: &str) -> Datum {
    Datum::Number { value: Decimal::parse(text).expect("a number"), digits: 2 }
}

fn named(name: &str) -> Record {
    let mut record = Record::default();
    record.text("名称", name);
    record
}

/// Members with the scores 10, 11, …, `periods` periods, two items each.
fn data(members: usize, periods: usize) -> Record {
    let mut root = Record::default();
    root.text("支部名称", "向阳{.姓名}支部");
    root.text("年度", "2026");
    root.set("分数", number("91"));
    root.set("制表日期", Datum::Date(chrono::NaiveDate::from_ymd_opt(2026, 5, 6).expect("a day")));
    root.lists.insert("期间", (1..=periods).map(|period| named(&format!("{period}季"))).collect());
    let members = (0..members).map(|row| {
        let mut member = Record::default();
        member.count("序号", row + 1);
        member.text("姓名", format!("甲{}", row + 1));
        member.text("类别", if row < 2 { "农村" } else { "机关" });
        member.set("总分", number(&format!("{}", 10 + row)));
        let value = |period: usize, name: &'static str| {
            let mut record = Record::default();
            record.set(name, number(&format!("{}.5", row * 10 + period)));
            record
        };
        member.lists.insert("期间", (0..periods).map(|period| value(period, "得分")).collect());
        let item = |name: &str| {
            let mut item = named(name);
            item.lists.insert("期间", (0..periods).map(|period| value(period, "分值")).collect());
            item
        };
        member.lists.insert("项目", vec![item("学习"), item("纪律")]);
        member
    });
    root.lists.insert("", members.collect());
    root
}

/// A drawing: cells, then whatever else is done to the sheet; settings by key and value.
fn drawn(cells: &[(&str, &str)], more: impl FnOnce(&mut Worksheet), settings: &[(&str, &str)]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("表").expect("a name");
    for (cell, text) in cells {
        let (row, column) = place(cell);
        if let Some(formula) = text.strip_prefix('=') {
            sheet.write_formula(row, column, Formula::new(formula)).expect("a formula");
        } else {
            sheet.write_string(row, column, *text).expect("a text");
        }
    }
    more(sheet);
    if !settings.is_empty() {
        let sheet = book.add_worksheet();
        sheet.set_name("设置").expect("a name");
        for (row, (key, value)) in settings.iter().enumerate() {
            sheet.write_string(row as u32, 0, *key).expect("a text");
            sheet.write_string(row as u32, 1, *value).expect("a text");
        }
    }
    book.save_to_buffer().expect("a workbook")
}

fn place(cell: &str) -> (u32, u16) {
    (cell[1..].parse::<u32>().expect("a row") - 1, u16::from(cell.as_bytes()[0] - b'A'))
}

fn filled(cells: &[(&str, &str)], data: &Record) -> FilledBook {
    fill(&load(&drawn(cells, |_| {}, &[]), &form()), data)
}

fn shown(value: &Value) -> String {
    match value {
        Value::Empty => String::new(),
        Value::Text(text) => text.clone(),
        Value::Number(number) => format!("#{number}"),
        Value::Date(day) => format!("@{day}"),
        Value::Truth(truth) => truth.to_string(),
        Value::Formula { text, result } => format!("={text}#{result}"),
    }
}

/// The sheet as lines of cells, the gaps shown as `.`.
fn lines(sheet: &FilledSheet) -> Vec<String> {
    let line = |row: &scorebook::form::model::Row| {
        let mut out = vec![".".to_owned(); row.cells.last().map_or(0, |cell| usize::from(cell.column) + 1)];
        for cell in &row.cells {
            let text = shown(&cell.value);
            out[usize::from(cell.column)] = if text.is_empty() { ".".into() } else { text };
        }
        let text = out.join(" ");
        text.trim_end_matches(['.', ' ']).to_owned()
    };
    sheet.rows.iter().map(line).collect()
}

fn problems(bytes: &[u8]) -> Vec<Problem> {
    match Template::load(bytes, &form()) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.into_iter().map(|error| error.kind).collect(),
    }
}

fn problem(cells: &[(&str, &str)]) -> Vec<Problem> {
    problems(&drawn(cells, |_| {}, &[]))
}

#[test]
fn built_in_templates_load_and_fill() {
    for form in FORMS {
        let template = load(&built_in(form.id), &form.schema());
        assert_eq!(template.warnings(), [], "{}", form.id);
        for rows in [0, 1, 40, 60] {
            let book = fill(&template, &sample(form, rows));
            assert!(!book.sheets.is_empty());
            assert!(!format!("{book:?}").contains("{."), "a placeholder is left over in {}", form.id);
        }
    }
}

/// A board's columns beside those of its periods.
const COLUMNS: usize = 12;

#[test]
fn boards_fit_any_number_of_periods() {
    let template = load(&built_in(BOARD.id), &BOARD.schema());
    let width = |periods: &[&str]| -> (usize, f64) {
        let book = fill(&template, &sample_over(&BOARD, 3, periods));
        (book.sheets[0].columns.len(), book.sheets[0].columns.iter().map(|column| column.width).sum())
    };
    let months: Vec<String> = (1..=12).map(|month| format!("{month}月")).collect();
    let months: Vec<&str> = months.iter().map(String::as_str).collect();
    let (columns, drawn) = width(&["一", "二", "三", "四"]);
    // Three parts of the total, and no remarks: their column goes.
    assert_eq!(columns, COLUMNS + 4);
    for (periods, expected) in [(&months[..], COLUMNS + 12), (&months[..3], COLUMNS + 3), (&months[..1], COLUMNS + 1), (&[], COLUMNS)] {
        let (columns, total) = width(periods);
        assert_eq!(columns, expected);
        assert!((total - drawn).abs() < 0.5, "{total} against {drawn}");
    }
}

#[test]
fn a_file_of_libreoffice_reads_as_the_one_it_was_made_from() {
    let schema = REGISTRY.schema();
    let data = sample(&REGISTRY, 3);
    let (ours, theirs) = (load(&built_in("registry"), &schema), load(&file("tests/cases/templates/registry-libreoffice.xlsx"), &schema));
    let (ours, theirs) = (fill(&ours, &data), fill(&theirs, &data));
    assert_eq!(ours.sheets.len(), theirs.sheets.len());
    for (one, two) in ours.sheets.iter().zip(&theirs.sheets) {
        assert_eq!(lines(one), lines(two));
        assert_eq!(one.merges, two.merges);
        assert_eq!(one.title_rows, two.title_rows);
    }
}

#[test]
fn looks_page_and_names_are_read() {
    let mut schema = form();
    schema.title = "试表";
    let book = fill(&load(&file("tests/cases/templates/looks-openpyxl.xlsx"), &schema), &data(0, 0));
    let sheet = &book.sheets[0];
    let style = |row: usize, column: u16| {
        let cell = sheet.rows[row].cells.iter().find(|cell| cell.column == column).expect("a cell");
        &book.styles[cell.style.0 as usize]
    };
    // A placeholder split by rich text takes the first run's look.
    assert_eq!(lines(sheet)[0], "向阳{.姓名}支部登记");
    let font = &style(0, 0).font;
    assert_eq!((&*font.family, font.size, font.bold), ("黑体", 20.0, true));
    assert_eq!(lines(sheet)[1], "#3.25 =A2*2#6.5 =SUM(A2:B2)#9.75");
    assert!(style(1, 0).fill.is_some());
    assert_eq!(style(1, 1).font.color.map(|color| (color.0, color.1, color.2)), Some((255, 0, 0)));
    assert_eq!((style(1, 1).align.rotation, style(1, 1).align.wrap, style(1, 1).align.indent), (255, true, 1));
    assert_eq!(style(3, 3).borders.left.map(|edge| edge.line), Some(Line::Double));
    assert!((sheet.columns[1].width - 20.5).abs() < 0.001 && sheet.columns[2].hidden);
    assert_eq!((sheet.rows[0].height, sheet.rows[1].height, sheet.rows[2].break_before), (Some(40.0), None, true));
    assert_eq!((sheet.page.paper, sheet.page.landscape, sheet.page.scale, sheet.page.fit), (8, true, 80, None));
    assert!((sheet.page.margins.left - 72.0).abs() < 0.001);
    assert_eq!(sheet.title_rows, Some((0, 0)));
    assert_eq!(sheet.print_area, Some(Range { first_row: 0, first_column: 0, last_row: 3, last_column: 3 }));
    assert_eq!((&*sheet.page.header, &*sheet.page.footer), ("&L2026", "&C&P/&N"));
}

#[test]
fn fields_keep_their_kind_alone_and_are_printed_in_text() {
    let book =
        filled(&[("A1", "{分数}"), ("B1", "得{分数}分"), ("C1", "{制表日期}"), ("D1", "{{{年度}}}"), ("E1", "{支部名称}")], &data(0, 0));
    assert_eq!(lines(&book.sheets[0]), ["#91 得91.00分 2026年5月6日 {2026} 向阳{.姓名}支部"]);
    let format = Format::new().set_num_format("yyyy/m/d");
    let dated = drawn(&[], |sheet| drop(sheet.write_string_with_format(0, 0, "{制表日期}", &format)), &[]);
    assert_eq!(lines(&fill(&load(&dated, &form()), &data(0, 0)).sheets[0]), ["@46148"]);
}

#[test]
fn rows_repeat_with_nested_rows_merges_and_columns() {
    let cells = [
        ("A1", "表头"),
        ("C1", "各季"),
        ("A2", "姓名"),
        ("C2", "{>期间.名称}"),
        ("D2", "计"),
        ("A3", "{.姓名}"),
        ("B3", "总"),
        ("C3", "{.>得分}"),
        ("D3", "{.总分}"),
        ("B4", "{.项目.名称}"),
        ("C4", "{.项目>分值}"),
        ("A5", "完"),
    ];
    let bytes = drawn(
        &cells,
        |sheet| {
            sheet.merge_range(2, 0, 3, 0, "{.姓名}", &Format::new()).expect("a merge");
            sheet.merge_range(0, 2, 0, 3, "各季", &Format::new()).expect("a merge");
        },
        &[],
    );
    let template = load(&bytes, &form());
    let book = fill(&template, &data(2, 2));
    let sheet = &book.sheets[0];
    assert_eq!(
        lines(sheet),
        [
            "表头 . 各季",
            "姓名 . 1季 2季 计",
            "甲1 总 #0.5 #1.5 #10",
            ". 学习 #0.5 #1.5",
            ". 纪律 #0.5 #1.5",
            "甲2 总 #10.5 #11.5 #11",
            ". 学习 #10.5 #11.5",
            ". 纪律 #10.5 #11.5",
            "完"
        ]
    );
    let range = |first_row, first_column, last_row, last_column| Range { first_row, first_column, last_row, last_column };
    assert_eq!(sheet.merges, [range(0, 2, 0, 4), range(2, 0, 4, 0), range(5, 0, 7, 0)]);
    let keeps: Vec<bool> = sheet.rows.iter().map(|row| row.keep_with_previous).collect();
    assert_eq!(keeps, [false, false, false, true, true, false, true, true, true]);
    // Without a period the column goes, and the heading over it shrinks to what is left.
    let book = fill(&template, &data(1, 0));
    assert_eq!(lines(&book.sheets[0])[..3], ["表头 . 各季", "姓名 . 计", "甲1 总 #10"]);
    assert_eq!(book.sheets[0].merges, [range(2, 0, 4, 0)]);
}

#[test]
fn an_empty_list_says_so_once() {
    let book = filled(&[("A1", "{.姓名}"), ("B1", "{.总分}"), ("A2", "{奖惩.事由}")], &data(0, 0));
    assert_eq!(lines(&book.sheets[0]), ["无", "无"]);
}

#[test]
fn conditions_leave_out_rows_and_columns() {
    let cells = [
        ("A1", "{?有星级}星级"),
        ("A2", "{?分数}有分"),
        ("B2", "{?>有星级}星"),
        ("C2", "末"),
        ("A3", "{.姓名}"),
        ("B3", "x"),
        ("A4", "{?.备注}{.备注}"),
    ];
    let mut data = data(2, 0);
    if let Some(member) = data.lists.get_mut("").and_then(|members| members.get_mut(1)) {
        member.text("备注", "调入");
    }
    assert_eq!(lines(&filled(&cells, &data).sheets[0]), ["有分 末", "甲1", "甲2", "调入"]);
    data.text("有星级", "是");
    assert_eq!(lines(&filled(&cells, &data).sheets[0]), ["星级", "有分 星 末", "甲1 x", "甲2 x", "调入"]);
}

#[test]
fn pages_are_cut_filled_and_footed() {
    let cells =
        [("A1", "头"), ("A2", "{.姓名}"), ("B2", "{.总分}"), ("A3", "本页{本页.人数}人{本页.总分}分，共{合计.人数}人"), ("A4", "签名")];
    let settings = [("每页行数", "2"), ("补空行", "是"), ("每页页脚", "是"), ("说明", "随便写")];
    let book = fill(&load(&drawn(&cells, |_| {}, &settings), &form()), &data(3, 0));
    let sheet = &book.sheets[0];
    assert_eq!(lines(sheet), ["头", "甲1 #10", "甲2 #11", "本页2人21.00分，共3人", "签名", "甲3 #12", "", "本页1人12.00分，共3人", "签名"]);
    let breaks: Vec<usize> = (0..sheet.rows.len()).filter(|row| sheet.rows[*row].break_before).collect();
    assert_eq!(breaks, [5]);
    // One record a page gives outline entries.
    let book = fill(&load(&drawn(&cells[..2], |_| {}, &[("每页行数", "1")]), &form()), &data(2, 0));
    let marks: Vec<Option<&str>> = book.sheets[0].rows.iter().map(|row| row.bookmark.as_deref()).collect();
    assert_eq!(marks, [None, Some("甲1"), Some("甲2")]);
}

#[test]
fn groups_get_pages_sheets_and_order() {
    let cells = [("A1", "{.姓名}"), ("A2", "本组{本组.人数}")];
    let of = |settings: &[(&str, &str)]| fill(&load(&drawn(&cells, |_| {}, settings), &form()), &data(3, 0));
    let book = of(&[("每组一页", "类别"), ("每页页脚", "是"), ("排序", "总分 降序")]);
    assert_eq!(lines(&book.sheets[0]), ["甲3", "本组1", "甲2", "甲1", "本组2"]);
    assert!(book.sheets[0].rows[2].break_before);
    let book = of(&[("每组一表", "{.类别}")]);
    assert_eq!(book.sheets.iter().map(|sheet| &*sheet.name).collect::<Vec<_>>(), ["表", "表(2)"]);
    assert_eq!(lines(&book.sheets[0]), ["甲1", "甲2", "本组2"]);
}

#[test]
fn formulas_are_exact_and_grow() {
    let cells = [
        ("A1", "{.姓名}"),
        ("B1", "{.>得分}"),
        ("C1", "=SUM(B1:B1)/3"),
        ("D1", "=ROUND(C1,2)"),
        ("B2", "=SUM(B1)"),
        ("C2", "=AVERAGE(C1:C1)"),
        ("D2", "=A3"),
        ("A3", "=COUNT(B1:B1)+1*2"),
        ("B4", "{>期间.名称}"),
    ];
    let sheet = &filled(&cells, &data(2, 2)).sheets[0];
    assert_eq!(
        lines(sheet),
        [
            "甲1 #0.5 #1.5 =SUM(B1:C1)/3#0.666666666667 =ROUND(D1,2)#0.67",
            "甲2 #10.5 #11.5 =SUM(B2:C2)/3#7.333333333333 =ROUND(D2,2)#7.33",
            ". =SUM(B1:B2)#11 =SUM(C1:C2)#13 =AVERAGE(D1:D2)#4 =A4#6",
            "=COUNT(B1:C2)+(1*2)#6",
            ". 1季 2季"
        ]
    );
}

#[test]
fn a_frame_stays_a_frame() {
    let framed =
        Format::new().set_border(FormatBorder::Thin).set_border_bottom(FormatBorder::Medium).set_border_right(FormatBorder::Medium);
    let bytes =
        drawn(&[("A1", "{.姓名}"), ("B2", "{>期间.名称}")], |sheet| drop(sheet.write_string_with_format(0, 1, "{.>得分}", &framed)), &[]);
    let book = fill(&load(&bytes, &form()), &data(2, 2));
    let borders = |row: usize, column: usize| book.styles[book.sheets[0].rows[row].cells[column].style.0 as usize].borders;
    let line = |edge: Option<scorebook::form::model::Edge>| edge.map(|edge| edge.line);
    assert_eq!((line(borders(0, 1).bottom), line(borders(0, 1).right)), (Some(Line::Thin), Some(Line::Thin)));
    assert_eq!((line(borders(1, 2).bottom), line(borders(1, 2).right)), (Some(Line::Medium), Some(Line::Medium)));
}

/// A part of a workbook as text.
fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
    let mut text = String::new();
    std::io::Read::read_to_string(&mut archive.by_name(name).expect("the part"), &mut text).expect("text");
    text
}

/// The same workbook with some parts changed.
fn changed(bytes: &[u8], change: impl Fn(&str, String) -> (String, String)) -> Vec<u8> {
    repacked(bytes, |name, bytes| match String::from_utf8(bytes) {
        Ok(text) => {
            let (name, text) = change(name, text);
            (name, text.into_bytes())
        }
        Err(binary) => (name.to_owned(), binary.into_bytes()),
    })
}

/// The same archive with every entry as `change` gives it; an entry made empty goes.
fn repacked(bytes: &[u8], change: impl Fn(&str, Vec<u8>) -> (String, Vec<u8>)) -> Vec<u8> {
    use std::io::{Read, Write};
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).expect("an entry");
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("bytes");
        let (name, bytes) = change(&entry.name().expect("a name"), bytes);
        if !bytes.is_empty() {
            out.start_file(name, zip::write::SimpleFileOptions::default()).expect("an entry");
            out.write_all(&bytes).expect("bytes");
        }
    }
    out.finish().expect("a zip").into_inner()
}

/// The format with hundredths that every office has built in would put a hyphen before them.
#[test]
fn figures_below_zero_bear_a_minus_sign_on_every_form() {
    const HUNDREDTHS: &str = r#"numFmtId="2""#;
    for form in FORMS {
        let bytes = built_in(form.id);
        let styles = part(&bytes, "xl/styles.xml");
        let looks = styles.split_once("<cellXfs").unwrap().1.split_once("</cellXfs>").unwrap().0;
        let plain: Vec<usize> =
            looks.split("<xf ").skip(1).enumerate().filter(|(_, look)| look.contains(HUNDREDTHS)).map(|(at, _)| at).collect();
        for sheet in ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"] {
            let sheet = part(&bytes, sheet);
            for cell in sheet.split("<c ").skip(1).filter(|cell| cell.contains('{')) {
                let hyphen = plain.iter().any(|at| cell.contains(&format!(r#" s="{at}" "#)));
                assert!(!hyphen, "{}: {}", form.id, cell.split('>').next().unwrap_or_default());
            }
        }
    }
}
