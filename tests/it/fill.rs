//! `scorebook fill`: any table into any form, the five examples of `samples/fill` among them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use scorebook::diag::Lang;
use scorebook::mail_merge::{FillOrder, FilledAll, Kinds, fill_all};
use scorebook::sheet::{Content, Limits, read};

use crate::support::silent;

fn sample(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/fill").join(path)
}

/// A workbook of plain cells; `=` begins a formula, a number is a number.
fn drawn(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(*name).unwrap();
        for (row, cells) in rows.iter().enumerate() {
            for (column, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
                let (row, column) = (row as u32, column as u16);
                match text.parse::<f64>() {
                    Ok(number) => sheet.write_number(row, column, number).unwrap(),
                    Err(_) if text.starts_with('=') => sheet.write_formula(row, column, *text).unwrap(),
                    Err(_) => sheet.write_string(row, column, *text).unwrap(),
                };
            }
        }
    }
    book.save_to_buffer().unwrap()
}

/// A folder with a form, its data, and what is made of them.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new(form: &[(&str, &[&[&str]])], name: &str, data: &[u8]) -> (Self, FillOrder) {
        let folder = tempfile::tempdir().unwrap();
        let order = FillOrder {
            template: folder.path().join("表.xlsx"),
            data: folder.path().join(name),
            out: folder.path().join("out"),
            ..FillOrder::default()
        };
        std::fs::write(&order.template, drawn(form)).unwrap();
        std::fs::write(&order.data, data).unwrap();
        (Self(folder), order)
    }

    fn files(&self) -> Vec<String> {
        files(&self.0.path().join("out")).into_keys().filter(|name| name != "manifest.json").collect()
    }
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return BTreeMap::new() };
    entries
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .collect()
}

fn made(order: &FillOrder) -> FilledAll {
    match fill_all(order, &silent) {
        Ok(made) => made,
        Err(error) => panic!("{}", error.message(Lang::En)),
    }
}

fn refused(order: &FillOrder) -> String {
    match fill_all(order, &silent) {
        Ok(_) => panic!("not refused"),
        Err(error) => error.message(Lang::Zh),
    }
}

/// What the first sheet of a workbook shows, row by row, blanks between cells.
fn shown(path: &Path) -> Vec<String> {
    let book = read("x", &std::fs::read(path).unwrap(), &Limits::default()).unwrap();
    let cell = |content: &Content| match content {
        Content::Text(text) => text.to_string(),
        Content::Number(value) => value.to_string(),
        Content::Date(at) => at.date().to_string(),
        Content::Disguised(own) => own.shown.to_string(),
        other => panic!("{other:?}"),
    };
    book.sheets[0].rows.iter().map(|row| row.cells.iter().map(|one| cell(&one.content)).collect::<Vec<_>>().join(" ")).collect()
}

fn pdf_pages(path: &Path) -> usize {
    lopdf::Document::load(path).unwrap().get_pages().len()
}

#[test]
fn the_five_examples() {
    let out = tempfile::tempdir().unwrap();
    let run = |form: &str, data: &str, change: &dyn Fn(&mut FillOrder)| {
        let folder = out.path().join(form.split('/').next().unwrap());
        let mut order = FillOrder { template: sample(form), data: sample(data), out: folder.clone(), ..FillOrder::default() };
        change(&mut order);
        let done = made(&order);
        assert_eq!((done.exit_code(), done.warnings.len(), done.notes.len()), (0, 0, 0), "{form}: {:?} {:?}", done.warnings, done.notes);
        assert!(done.documents.iter().all(|one| one.notes.is_empty()), "{form}: {:?}", done.documents);
        for one in &done.documents {
            assert_eq!(pdf_pages(&folder.join(format!("{}.pdf", one.name))), one.pages, "{form}");
        }
        (folder, done.documents)
    };
    let (folder, all) =
        run("certificates/证书.xlsx", "certificates/获奖名单.xlsx", &|order| order.name = Some("{姓名}-{称号}".into()));
    assert_eq!((all.len(), all[0].name.as_str()), (12, "青云-一等奖"));
    assert_eq!(
        shown(&folder.join("青云-一等奖.xlsx")),
        [
            "荣 誉 证 书",
            "青云 同志：",
            "　　在2026年度“清洁家园”活动中表现突出，被评为一等奖。特发此证，以资鼓励。",
            "青溪镇文化服务中心",
            "2026-11-20"
        ]
    );
    let (folder, all) =
        run("payslips/工资条.xlsx", "payslips/工资表.xlsx", &|order| order.name = Some("{月份}-{工号}-{姓名}".into()));
    assert_eq!((all.len(), all[0].name.as_str()), (20, "2026年7月-0001-青云"));
    let slip = shown(&folder.join("2026年7月-0001-青云.xlsx"));
    // 4200 + 800 + 300; 441 + 294 + 0.
    assert_eq!(slip[4], "应发 5300 扣除 735 实发 4565");
    assert!(!slip.iter().any(|line| line.starts_with("备注")), "{slip:?}");
    assert!(shown(&folder.join(format!("{}.xlsx", all[4].name))).contains(&"备注：含6月补发绩效".to_owned()));
    let (folder, all) = run("receipts/收据.xlsx", "receipts/收据.json", &|order| order.name = Some("收据{编号}".into()));
    assert_eq!(all.len(), 6);
    let receipt = shown(&folder.join("收据2026-0003.xlsx"));
    // 30 × 6.90 + 12 × 4.25 + 2 × 18.00
    assert!(receipt.contains(&"合计（共3项） 294".to_owned()), "{receipt:?}");
    let (folder, all) = run("class-reports/成绩单.xlsx", "class-reports/成绩.csv", &|order| order.by = Some("班级".into()));
    assert_eq!(all.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["四（1）班", "四（2）班", "四（3）班"]);
    let book = std::fs::read(folder.join("四（1）班.xlsx")).unwrap();
    let mut sheet = String::new();
    std::io::Read::read_to_string(
        &mut zip::ZipArchive::new(std::io::Cursor::new(book)).unwrap().by_name("xl/worksheets/sheet1.xml").unwrap(),
        &mut sheet,
    )
    .unwrap();
    assert!(sheet.contains("sqref=\"C3:E32\"") && sheet.contains("sqref=\"F3:F32\""), "rules over thirty pupils");
    let report = shown(&folder.join("四（1）班.xlsx"));
    assert_eq!(report[0], "四（1）班 2025—2026学年第二学期成绩单");
    assert!(report.iter().any(|line| line.starts_with("平均分（30人） ")), "{report:?}");
    let (folder, all) = run("labels/标签.xlsx", "labels/资产.parquet", &|_| {});
    assert_eq!((all.len(), all[0].pages), (1, 1));
    let labels = shown(&folder.join("标签.xlsx"));
    assert_eq!(labels.len(), 8 * 7, "three by eight");
    assert_eq!(labels[5], "启用日期 2021-01-01 启用日期 2022-02-01 启用日期 2023-03-01");
}

#[test]
fn a_bad_row_stands_alone() {
    let form: &[(&str, &[&[&str]])] = &[("证", &[&["{姓名}得{分}分"]])];
    let good = drawn(&[("表", &[&["姓名", "分"], &["甲", "1"], &["丙", "3"]])]);
    let (desk, order) = Desk::new(form, "数据.xlsx", &good);
    let order = FillOrder { name: Some("{姓名}".into()), ..order };
    assert_eq!(made(&order).exit_code(), 0);
    let before = files(&order.out);
    std::fs::write(&order.data, "姓名,分\n甲,1\n乙,#N/A\n丙,3\n,4,5\n").unwrap();
    let order = FillOrder { data: order.data.with_extension("csv"), ..order };
    std::fs::write(&order.data, "姓名,分\n甲,1\n乙,#N/A\n丙,3\n丁,4,5\n").unwrap();
    let done = made(&order);
    assert_eq!((done.exit_code(), done.made()), (1, 2));
    let faults: Vec<String> =
        done.documents.iter().flat_map(|one| one.faults.iter().map(|fault| format!("{} {}", one.rows.zh, fault.zh))).collect();
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(faults[0].starts_with("数据 第3行 B3（分）是错误值 #N/A"), "{faults:?}");
    assert!(faults[1].starts_with("数据 第5行 C5 有内容"), "{faults:?}");
    assert_eq!(desk.files(), ["丙.pdf", "丙.xlsx", "文件清单.xlsx", "甲.pdf", "甲.xlsx"]);
    let after = files(&order.out);
    for name in ["甲.pdf", "甲.xlsx", "丙.pdf", "丙.xlsx"] {
        assert!(before[name] == after[name], "{name}");
    }
    let list = shown(&order.out.join("文件清单.xlsx"));
    assert!(list.iter().any(|line| line.contains("没有写出：B3（分）是错误值 #N/A")), "{list:?}");
}

#[test]
fn nothing_is_written_of_a_form_with_an_unknown_field() {
    let (desk, order) = Desk::new(&[("证", &[&["{姓名}", "{分数}"]])], "数据.csv", "姓名,得分\n甲,1\n".as_bytes());
    let said = refused(&order);
    assert!(said.contains("B1") && said.contains("分数") && said.contains("数据里有：姓名 得分"), "{said}");
    assert!(!order.out.exists());
    let by = refused(&FillOrder { by: Some("班级".into()), template: desk.0.path().join("表.xlsx"), ..order.clone() });
    assert!(by.contains("B1"), "the form comes first: {by}");
    std::fs::write(&order.template, drawn(&[("证", &[&["{姓名}"]])])).unwrap();
    for (change, word) in [
        (FillOrder { by: Some("班级".into()), ..order.clone() }, "班级"),
        (FillOrder { by: Some("姓名".into()), ..order.clone() }, "--by"),
        (FillOrder { name: Some("{名}".into()), ..order.clone() }, "姓名"),
        (FillOrder { name: Some("{.姓名}".into()), ..order.clone() }, "--name"),
        (FillOrder { out: desk.0.path().to_owned(), ..order.clone() }, "什么也没有写"),
    ] {
        let said = refused(&change);
        assert!(said.contains(word), "{said}");
        assert!(!order.out.exists());
    }
}

#[test]
fn a_folder_of_somebody_s_own_is_left_alone() {
    let (_desk, order) = Desk::new(&[("证", &[&["{姓名}"]])], "数据.csv", "姓名,得分\n甲,1\n".as_bytes());
    std::fs::create_dir(&order.out).unwrap();
    std::fs::write(order.out.join("我的.txt"), "mine").unwrap();
    assert!(refused(&order).contains("不是空的"));
    assert_eq!(files(&order.out).into_keys().collect::<Vec<_>>(), ["我的.txt"]);
    std::fs::remove_file(order.out.join("我的.txt")).unwrap();
    assert_eq!(made(&order).made(), 1, "an empty one may be filled");
}

#[test]
fn names_collide_safely() {
    let data = "名\nA/B\na/b\n文件清单\n文件清单\nCON\n";
    let (desk, order) = Desk::new(&[("证", &[&["{名}"]])], "数据.jsonl", b"");
    let lines: Vec<String> = data.lines().skip(1).map(|name| format!("{{\"名\": \"{name}\"}}")).collect();
    std::fs::write(&order.data, lines.join("\n")).unwrap();
    let order = FillOrder { name: Some("{名}".into()), kinds: Kinds::Xlsx, ..order };
    assert!(made(&order).documents.iter().all(|one| one.pages == 1), "pages are known without a PDF");
    assert_eq!(desk.files(), ["A_B.xlsx", "_CON.xlsx", "a_b(2).xlsx", "文件清单(2).xlsx", "文件清单(3).xlsx", "文件清单.xlsx"]);
}

#[test]
fn the_number_of_threads_changes_no_byte_and_what_people_have_stays() {
    let rows: Vec<String> = (0..40).map(|number| format!("{{\"编号\": {number}, \"金额\": {number}.50}}")).collect();
    let (_desk, order) = Desk::new(&[("单", &[&["第{编号}号"], &["{金额}"]])], "数据.json", format!("[{}]", rows.join(",")).as_bytes());
    made(&FillOrder { jobs: Some(1), ..order.clone() });
    let before = files(&order.out);
    assert_eq!(before.len(), 82);
    std::fs::write(order.out.join("备忘.txt"), "mine").unwrap();
    std::fs::write(order.out.join("表-01.xlsx"), "changed by hand").unwrap();
    let done = made(&FillOrder { jobs: Some(4), ..order.clone() });
    assert_eq!((done.kept.foreign, done.kept.renamed.len()), (1, 1));
    let after = files(&order.out);
    assert_eq!(after["备忘.txt"], b"mine");
    assert_eq!(after["表-01.xlsx"], b"changed by hand");
    for (name, bytes) in before.iter().filter(|(name, _)| !["表-01.xlsx", "manifest.json"].contains(&name.as_str())) {
        assert!(after[name] == *bytes, "{name}");
    }
    // A number is what was written: 7.50 within text, 7.5 as a number.
    assert_eq!(shown(&order.out.join("表-08.xlsx")), ["第7号", "7.5"]);
}

#[test]
fn a_group_says_what_its_rows_agree_on() {
    let form: &[(&str, &[&[&str]])] = &[("单", &[&["{班}（{老师}）"], &["{.姓名}", "{.分}"], &["共{合计.人数}人", "{合计.分}"]])];
    let data = "班,老师,姓名,分\n一班,甲老师,赵一,1.5\n二班,乙老师,钱二,2\n一班,甲老师,孙三,2\n二班,丙老师,李四,缺\n,丁老师,周五,1\n";
    let (_desk, order) = Desk::new(form, "数据.csv", data.as_bytes());
    let order = FillOrder { by: Some("班".into()), ..order };
    let done = made(&order);
    assert_eq!(done.documents.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["一班", "二班", "_"]);
    assert_eq!(shown(&order.out.join("一班.xlsx")), ["一班（甲老师）", "赵一 1.5", "孙三 2", "共2人 3.5"]);
    let faults: Vec<&str> = done.documents[1].faults.iter().map(|fault| fault.zh.as_str()).collect();
    assert!(faults[0].contains("第5行") && faults[0].contains("“缺”不是数"), "{faults:?}");
    assert!(faults[1].contains("{老师}") && faults[1].contains("乙老师、丙老师"), "{faults:?}");
    assert!(done.documents[2].faults[0].zh.contains("“班”是空的"), "{:?}", done.documents[2].faults);
    // Without --by all rows are one document, which is not made of less than all.
    let whole = made(&FillOrder { by: None, out: order.out.with_file_name("whole"), ..order.clone() });
    assert_eq!((whole.documents.len(), whole.made()), (1, 0));
}

#[test]
fn lists_hang_on_their_rows() {
    let form: &[(&str, &[&[&str]])] = &[("单", &[&["{单号}"], &["{明细.品名}", "{明细.数量}"], &["计", "{合计.数量}"]])];
    let book = drawn(&[
        ("订单", &[&["单号", "客户"], &["A1", "甲"], &["A2", "乙"]]),
        ("明细", &[&["单号", "品名", "数量"], &["A2", "纸", "2"], &["A1", "笔", "3"], &["A1", "墨", "4"], &["A9", "尺", "1"]]),
        ("说明", &[&["这里是说明"]]),
    ]);
    let (desk, order) = Desk::new(form, "数据.xlsx", &book);
    let order = FillOrder { name: Some("{单号}".into()), ..order };
    let done = made(&order);
    assert_eq!(shown(&order.out.join("A1.xlsx")), ["A1", "笔 3", "墨 4", "计 7"]);
    assert_eq!(shown(&order.out.join("A2.xlsx")), ["A2", "纸 2", "计 2"]);
    assert_eq!(done.exit_code(), 1, "a line that belongs to no order is not dropped without a word");
    assert!(done.faults[0].zh.contains("明细 第5行") && done.faults[0].zh.contains("A9"), "{:?}", done.faults);
    assert!(done.notes[0].zh.contains("说明"), "{:?}", done.notes);
    // The same from two CSV files.
    let (data, list) = (desk.0.path().join("订单.csv"), desk.0.path().join("明细.csv"));
    std::fs::write(&data, "单号,客户\nA1,甲\nA2,乙\n").unwrap();
    std::fs::write(&list, "单号,品名,数量\nA2,纸,2\nA1,笔,3\nA1,墨,4\n").unwrap();
    let before = files(&order.out);
    let order = FillOrder { data, lists: vec![("明细".into(), list)], ..order };
    assert_eq!(made(&order).exit_code(), 0);
    let after = files(&order.out);
    assert!(before["A1.xlsx"] == after["A1.xlsx"] && before["A1.pdf"] == after["A1.pdf"]);
}

#[test]
fn what_json_holds_is_exact_and_told_apart() {
    let form: &[(&str, &[&[&str]])] = &[("单", &[&["{号}"], &["金额{金额}元"], &["{标签}"], &["{地址.市}"]])];
    let json = r#"{"数据": [
        {"号": 360102198905181234, "金额": 90.10, "标签": ["甲", 2], "地址": {"市": "南昌"}},
        {"号": 7, "金额": 1e2, "标签": null, "地址": []},
        [1],
        {"号": 8, "号": 9}
    ]}"#;
    let (_desk, order) = Desk::new(form, "数据.json", json.as_bytes());
    let done = made(&order);
    assert_eq!(shown(&order.out.join("表-1.xlsx")), ["360102198905181234", "金额90.10元", "甲、2", "南昌"]);
    assert_eq!(shown(&order.out.join("表-2.xlsx"))[..2], ["7", "金额100元"]);
    assert_eq!((done.made(), done.exit_code()), (2, 1));
    assert!(done.documents[2].faults[0].zh.contains("不是一个对象") && done.documents[3].faults[0].zh.contains("出现两次"));
    std::fs::write(&order.data, "[{\"号\": 1},\n {\"号\": }]").unwrap();
    assert!(refused(&order).contains("第2行"));
}

/// Labels side by side: three per row of the page, a title over all of them, the last row half full.
#[test]
fn records_stand_beside_each_other() {
    let form: &[(&str, &[&[&str]])] =
        &[("签", &[&["{会议}座签"], &["{.姓名}", ""], &["{.座位}", "=A3+1"], &["共{合计.人数}人"]]), ("设置", &[&["每行条数", "3"]])];
    let people: Vec<String> = (1..=7).map(|at| format!("{{\"会议\": \"年会\", \"姓名\": \"甲{at}\", \"座位\": {at}}}")).collect();
    let (_desk, order) = Desk::new(form, "数据.json", format!("[{}]", people.join(",")).as_bytes());
    let done = made(&order);
    assert_eq!((done.exit_code(), done.documents.len()), (0, 1));
    assert_eq!(
        shown(&order.out.join("表.xlsx")),
        ["年会座签", "甲1 甲2 甲3", "1 2 2 3 3 4", "甲4 甲5 甲6", "4 5 5 6 6 7", "甲7", "7 8", "共7人"]
    );
    // Two columns per label: the third one's begins in column E.
    let book = read("x", &std::fs::read(order.out.join("表.xlsx")).unwrap(), &Limits::default()).unwrap();
    assert_eq!(book.sheets[0].rows[1].cells.iter().map(|cell| cell.column).collect::<Vec<_>>(), [0, 2, 4]);
    // So many per page are counted as people, not as rows.
    let paged: &[(&str, &[&[&str]])] = &[("签", &[&["{.姓名}"]]), ("设置", &[&["每行条数", "3"], &["每页行数", "3"]])];
    std::fs::write(&order.template, drawn(paged)).unwrap();
    assert_eq!(made(&order).documents[0].pages, 3);
    let nested: &[(&str, &[&[&str]])] = &[("签", &[&["{>班.名}", "{.姓名}"]]), ("设置", &[&["每行条数", "2"]])];
    std::fs::write(&order.template, drawn(nested)).unwrap();
    std::fs::write(&order.data, "[{\"姓名\": \"甲\", \"班\": [{\"名\": \"一\"}]}]").unwrap();
    assert!(refused(&order).contains("每行条数"));
}

/// A column per subject, in the order of their first lines; who has no line has a blank.
#[test]
fn columns_come_out_of_a_list() {
    let form: &[(&str, &[&[&str]])] = &[("表", &[&["姓名", "{>成绩.科目}"], &["{.姓名}", "{.>分数}"], &["合计", "{合计.>分数}"]])];
    let book = drawn(&[
        ("名单", &[&["学号", "姓名"], &["1", "青云"], &["2", "白舟"], &["3", "石禾"]]),
        ("成绩", &[&["学号", "科目", "分数"], &["1", "语文", "90"], &["2", "体育", "88"], &["1", "数学", "72.5"], &["2", "语文", "81"]]),
    ]);
    let (desk, order) = Desk::new(form, "数据.xlsx", &book);
    let done = made(&order);
    assert_eq!((done.exit_code(), done.documents.len()), (0, 1));
    assert_eq!(shown(&order.out.join("表.xlsx")), ["姓名 语文 数学 体育", "青云 90 72.5", "白舟 81 88", "石禾", "合计 171 72.5 88"]);
    // A line too many for its cell is told and not guessed at.
    let twice = drawn(&[
        ("名单", &[&["学号", "姓名"], &["1", "青云"]]),
        ("成绩", &[&["学号", "科目", "分数"], &["1", "语文", "90"], &["1", "语文", "91"]]),
    ]);
    std::fs::write(&order.data, twice).unwrap();
    let done = made(&order);
    assert_eq!((done.exit_code(), done.made()), (1, 0));
    assert!(done.documents[0].faults[0].zh.contains("两行都是“语文”"), "{:?}", done.documents[0].faults);
    // In a document of one row the list stands across by itself.
    std::fs::write(&order.template, drawn(&[("表", &[&["{姓名}", "{>成绩.科目}"], &["", "{>成绩.分数}"]])])).unwrap();
    std::fs::write(&order.data, &book).unwrap();
    made(&order);
    assert_eq!(shown(&order.out.join("表-1.xlsx")), ["青云 语文 数学", "90 72.5"]);
    // One list does not go both ways.
    std::fs::write(&order.template, drawn(&[("表", &[&["{.姓名}", "{>成绩.科目}"], &["{.成绩.分数}", ""]])])).unwrap();
    assert!(refused(&order).contains("只能用一种"), "{}", refused(&order));
    drop(desk);
}
