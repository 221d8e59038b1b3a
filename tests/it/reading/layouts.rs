//! Workbooks as branches arrange them: several branches or parts of one in files, tables drawn in other ways.
//!
//! `tests/documents/variants.py` draws whole workbooks anew by another program; here is what must be said about them.

use scorebook::diag::{Code, Finding, Lang};
use scorebook::rollup::OutcomeKind;
use scorebook::run::{BranchState, Summary};

use crate::support::{Sheets, Workdir, base, cells, sheet_of, workbook};

pub const BOTH: [&str; 2] = ["0101 | 第一支部 | 第一党委", "0102 | 第二支部 | 第一党委"];

/// What a check says of these files, by name.
pub fn checked(scheme: &str, register: &[&str], period: &str, files: &[(&str, &Sheets)]) -> Summary {
    let county = Workdir::county(scheme).register(register);
    files.iter().fold(county, |county, (name, sheets)| county.workbook(name, sheets)).check(period)
}

fn all(summary: &Summary, code: Code) -> Vec<&Finding> {
    summary.resolved.findings.iter().filter(|finding| finding.code == code).collect()
}

/// `code branch sheet cell message` of each.
pub fn lines(summary: &Summary) -> Vec<String> {
    let line = |finding: &Finding| {
        let place = &finding.place;
        let cell = place.cell.map(|cell| cell.to_string()).unwrap_or_default();
        let branch = finding.branch_code.as_deref().unwrap_or_default();
        format!("{} {branch} {} {cell} {}", finding.code, place.sheet.as_deref().unwrap_or_default(), finding.message(Lang::Zh))
    };
    summary.resolved.findings.iter().map(line).collect()
}

fn totals(summary: &Summary) -> Vec<String> {
    let accepted = summary.resolved.states().filter_map(|state| match state {
        BranchState::Accepted(card) => Some(card),
        _ => None,
    });
    accepted
        .flat_map(|card| card.outcomes.iter())
        .filter(|outcome| matches!(outcome.kind, OutcomeKind::Member(_)))
        .filter_map(|outcome| outcome.score.total.as_ref().map(|total| total.publish(2)))
        .collect()
}

pub fn set(sheets: &mut Sheets, sheet: &str, row: usize, column: usize, value: &str) {
    value.clone_into(&mut sheet_of(sheets, sheet)[row][column]);
}

/// The base workbook as the second branch's.
fn second(scheme: &str) -> Sheets {
    let mut sheets = base(scheme);
    set(&mut sheets, "支部信息", 0, 1, "第二支部");
    set(&mut sheets, "支部信息", 1, 1, "'0102");
    for (row, (name, id)) in [("孙戊", "'360102198505180032"), ("周己", "'36010219720906004X")].into_iter().enumerate() {
        set(&mut sheets, "党员名册", row + 1, 1, name);
        set(&mut sheets, "党员名册", row + 1, 2, id);
    }
    for row in 1..5 {
        set(&mut sheets, "积分登记", row, 1, if row < 3 { "孙戊" } else { "周己" });
    }
    sheets
}

#[test]
fn two_branches_in_one_file_are_both_told() {
    // A second set of sheets with a number behind, another name of the cover, the branches' names before the sheets.
    let called = |way: usize, second: bool, sheet: &str| match (way, second) {
        (0, true) => format!("{sheet} (2)"),
        (1, true) if sheet == "支部信息" => "封面".to_owned(),
        (1, true) => format!("{sheet}二"),
        (2, _) => format!("{}支部{sheet}", if second { "二" } else { "一" }),
        _ => sheet.to_owned(),
    };
    for way in 0..3 {
        let mut book = Sheets::new();
        for (sheets, is_second) in [(base("community-4"), false), (second("community-4"), true)] {
            book.extend(sheets.into_iter().map(|(sheet, rows)| (called(way, is_second, &sheet), rows)));
        }
        let summary = checked("community-4", &BOTH, "2026", &[("两个支部.xlsx", &book)]);
        let found = all(&summary, Code::BranchMismatch);
        let branches: Vec<&str> = found.iter().filter_map(|finding| finding.branch_code.as_deref()).collect();
        assert_eq!(branches, ["0101", "0102"], "{:#?}", lines(&summary));
        assert!(found.iter().all(|finding| finding.message(Lang::Zh).contains("一个文件里有两个支部：编码 0101 和 0102")));
        assert!(summary.resolved.states().all(|state| matches!(state, BranchState::Returned)));
        assert_eq!(all(&summary, Code::MissingSubmission), Vec::<&Finding>::new());
    }
}

#[test]
fn the_return_names_the_files_in_question() {
    let root = Workdir::county("community-4").register(&BOTH);
    let mut both = base("community-4");
    both.extend(second("community-4").into_iter().map(|(sheet, rows)| (format!("{sheet}2"), rows)));
    let inbox = root.path().join("inbox");
    std::fs::write(inbox.join("两个支部.xlsx"), workbook(&both, &[])).unwrap();
    let told = |branch: &str| -> String {
        let summary = root.run("2026", &["return"]);
        let path = summary.folder.unwrap().join(format!("支部/{branch}/退回意见.xlsx"));
        let book = scorebook::sheet::read("x", &std::fs::read(path).unwrap(), &scorebook::sheet::Limits::default()).unwrap();
        super::told(&book).join("\n")
    };
    assert!(told("0102-第二支部").contains("退回的文件：两个支部.xlsx"));
    // Two that contradict, of one day.
    let mut other = base("community-4");
    set(&mut other, "积分登记", 1, 3, "31");
    std::fs::remove_file(inbox.join("两个支部.xlsx")).unwrap();
    for (name, sheets) in [("一.xlsx", base("community-4")), ("最终版.xlsx", other)] {
        std::fs::write(inbox.join(name), workbook(&sheets, &[])).unwrap();
    }
    assert!(told("0101-第一支部").contains("退回的文件：一.xlsx、最终版.xlsx"));
}

#[test]
fn a_branch_with_a_file_of_its_own_does_not_suffer_from_another_s() {
    let mut book = base("community-4");
    book.extend(second("community-4").into_iter().map(|(sheet, rows)| (format!("{sheet}2"), rows)));
    let own = second("community-4");
    let summary = checked("community-4", &BOTH, "2026", &[("两个支部.xlsx", &book), ("二.xlsx", &own)]);
    let states: Vec<bool> = summary.resolved.states().map(|state| matches!(state, BranchState::Accepted(_))).collect();
    assert_eq!(states, [false, true], "{:#?}", lines(&summary));
}

#[test]
fn a_list_of_branches_and_an_example_are_no_second_branch() {
    let mut book = base("community-4");
    book.push(("填报说明".to_owned(), vec![cells("支部名称 | 示例支部"), cells("支部编码 | '9999"), cells("年度 | 2026")]));
    book.push(("机构".to_owned(), vec![cells("支部编码 | 支部名称 | 上级党组织 | 人数"), cells("'0102 | 第二支部 | 第一党委 | 20")]));
    // The same code again, its zero lost.
    book.push(("支部信息2".to_owned(), vec![cells("支部名称 | 第一支部"), cells("支部编码 | 101")]));
    let summary = checked("community-4", &BOTH[..1], "2026", &[("一.xlsx", &book)]);
    assert_eq!(totals(&summary).len(), 2, "{:#?}", lines(&summary));
}

#[test]
fn a_branch_in_two_files_is_told_what_is_where() {
    let whole = base("two-way-rank");
    let parts = |rows: &[usize]| -> Sheets {
        let mut sheets = base("two-way-rank");
        let marks = sheet_of(&mut sheets, "积分登记");
        *marks = rows.iter().map(|row| marks[*row].clone()).collect();
        sheets
    };
    // One file has the entries of 1月, the other those of 2月.
    let (first, mut later) = (parts(&[0, 1, 2]), parts(&[0, 1, 2]));
    for row in 1..3 {
        set(&mut later, "积分登记", row, 1, "2月");
    }
    set(&mut later, "支部信息", 3, 1, "2026-12-21");
    let summary = checked("two-way-rank", &BOTH[..1], "2026", &[("一月.xlsx", &first), ("二月.xlsx", &later)]);
    let units = |summary: &Summary| -> Vec<String> {
        all(summary, Code::JoinedSubmission).iter().map(|finding| finding.message(Lang::Zh)).collect()
    };
    let told = |units: &str| format!("同一支部分几个文件报送，已合并；取自这份的有：{units}");
    assert_eq!(units(&summary), [told("积分登记 1月"), told("党员名册；支部信息；积分登记 2月")], "{:#?}", lines(&summary));
    // What is missing is missing in the whole.
    let missing: Vec<String> = all(&summary, Code::MissingEntry).iter().map(|finding| finding.message(Lang::Zh)).collect();
    assert_eq!(missing, ["缺少登记：3月至12月 全体党员都没有登记"], "{:#?}", lines(&summary));
    // Roster in one, marks in the other.
    let of = |names: &[&str]| -> Sheets { whole.iter().filter(|(name, _)| names.contains(&name.as_str())).cloned().collect() };
    let (roster, marks) = (of(&["支部信息", "党员名册"]), of(&["支部信息", "积分登记"]));
    let summary = checked("two-way-rank", &BOTH[..1], "2026M01", &[("名册.xlsx", &roster), ("积分.xlsx", &marks)]);
    let expected = checked("two-way-rank", &BOTH[..1], "2026M01", &[("一.xlsx", &whole)]);
    assert_eq!(totals(&summary), totals(&expected), "{:#?}", lines(&summary));
    assert!(!totals(&summary).is_empty() && units(&summary).len() == 2, "{:#?}", lines(&summary));
    let BranchState::Accepted(card) = &summary.resolved.branches[0].state else { panic!() };
    let file = |spot| card.submission.place(spot).file.unwrap().to_string();
    assert_eq!((file(card.submission.members[0].at), file(card.submission.entries[0].at)), ("名册.xlsx".into(), "积分.xlsx".into()));
}

#[test]
fn a_branch_founded_in_february_owes_no_january_in_several_files_either() {
    let part = |month: &str, date: &str| -> Sheets {
        let mut sheets = base("two-way-rank");
        let marks = sheet_of(&mut sheets, "积分登记");
        marks.truncate(3);
        for row in 1..3 {
            set(&mut sheets, "积分登记", row, 1, month);
        }
        set(&mut sheets, "支部信息", 3, 1, date);
        sheets
    };
    let (first, later) = (part("2月", "2026-12-20"), part("3月", "2026-12-21"));
    let row = format!("'{}", BOTH[0]);
    let register = vec![cells("支部编码 | 支部名称 | 上级党组织 | 党员数 | 设立月"), [cells(&row), cells("| 2")].concat()];
    let county = Workdir::county("two-way-rank").write("机构名册.xlsx", &workbook(&vec![("机构名册".to_owned(), register)], &[]));
    let summary = county.workbook("二月.xlsx", &first).workbook("三月.xlsx", &later).check("2026");
    assert_eq!(all(&summary, Code::JoinedSubmission).len(), 2, "{:#?}", lines(&summary));
    let missing: Vec<String> = all(&summary, Code::MissingEntry).iter().map(|finding| finding.message(Lang::Zh)).collect();
    assert_eq!(missing, ["缺少登记：4月至12月 全体党员都没有登记"], "{:#?}", lines(&summary));
}

/// A roster that was written before the branch was founded: its months begin with the branch, and a quarter without it asks for nothing.
#[test]
fn a_month_before_the_branch_was_founded_is_none_of_its_own() {
    let mut sheets = base("two-way-rank");
    let first = sheet_of(&mut sheets, "党员名册")[0].iter().position(|heading| heading == "起始月").unwrap();
    set(&mut sheets, "党员名册", 1, first, "3");
    sheet_of(&mut sheets, "积分登记").retain(|row| !["1月", "2月", "3月"].contains(&row[1].as_str()));
    let row = format!("'{}", BOTH[0]);
    let register = vec![cells("支部编码 | 支部名称 | 上级党组织 | 党员数 | 设立月"), [cells(&row), cells("| 4")].concat()];
    let county = Workdir::county("two-way-rank").write("机构名册.xlsx", &workbook(&vec![("机构名册".to_owned(), register)], &[]));
    let county = county.workbook("四月.xlsx", &sheets);
    let summary = county.check("2026Q1");
    let BranchState::Accepted(card) = &summary.resolved.branches[0].state else { panic!("{:#?}", lines(&summary)) };
    assert_eq!(card.submission.members.iter().map(|member| member.first_month).collect::<Vec<_>>(), [4]);
    // From its own months on everything is asked for.
    let summary = county.check("2026H1");
    let missing: Vec<String> = all(&summary, Code::MissingEntry).iter().map(|finding| finding.message(Lang::Zh)).collect();
    assert_eq!(missing, ["缺少登记：4月至6月 全体党员都没有登记"], "{:#?}", lines(&summary));
}

#[test]
fn facts_that_a_newer_file_lacks_are_told() {
    let older = base("ju-10star");
    // The sheet is not there at all: it is taken from the older.
    let mut newer = base("ju-10star");
    newer.retain(|(name, _)| name != "奖惩");
    set(&mut newer, "支部信息", 3, 1, "2026-12-30");
    let summary = checked("ju-10star", &BOTH[..1], "2026", &[("旧.xlsx", &older), ("新.xlsx", &newer)]);
    assert_eq!(all(&summary, Code::JoinedSubmission).len(), 2, "{:#?}", lines(&summary));
    assert!(all(&summary, Code::KeptFromEarlier).is_empty());
    // It has other rows: those of the older do not count, and that is said where they are missing.
    let mut newer = older.clone();
    set(&mut newer, "支部信息", 3, 1, "2026-12-31");
    let day = sheet_of(&mut newer, "奖惩")[0].iter().position(|heading| heading == "日期").unwrap();
    set(&mut newer, "奖惩", 1, day, "2026-11-11");
    let summary = checked("ju-10star", &BOTH[..1], "2026", &[("旧.xlsx", &older), ("新.xlsx", &newer)]);
    let found = all(&summary, Code::KeptFromEarlier);
    assert_eq!(found.len(), 1, "{:#?}", lines(&summary));
    assert_eq!((found[0].place.file.as_deref(), found[0].place.sheet.as_deref()), (Some("新.xlsx"), Some("奖惩")));
    assert!(found[0].message(Lang::Zh).contains("旧.xlsx 里还有“张甲"), "{}", found[0].message(Lang::Zh));
    assert_eq!(all(&summary, Code::SupersededSubmission)[0].message(Lang::Zh), "这份里的内容都以另一份为准：新.xlsx");
}

#[test]
fn a_second_sheet_of_a_kind_is_not_read_and_said() {
    let mut book = base("community-4");
    // An empty sheet of the right name beside the filled one under another.
    let roster = std::mem::take(sheet_of(&mut book, "党员名册"));
    sheet_of(&mut book, "党员名册").push(cells("（见后表）"));
    book.push(("花名册".to_owned(), roster.clone()));
    let summary = checked("community-4", &BOTH[..1], "2026", &[("一.xlsx", &book)]);
    assert_eq!(totals(&summary).len(), 2, "{:#?}", lines(&summary));
    assert_eq!(all(&summary, Code::ExtraSheet)[0].message(Lang::Zh), "工作表“党员名册”重复，没有读取，读取的是“花名册”");
    // Two under names of their own: the first is read, the second said to be left.
    let mut book = base("community-4");
    book.retain(|(name, _)| name != "党员名册");
    book.extend([("东村".to_owned(), roster.clone()), ("西村".to_owned(), roster)]);
    let summary = checked("community-4", &BOTH[..1], "2026", &[("一.xlsx", &book)]);
    let messages: Vec<String> = all(&summary, Code::ExtraSheet).iter().map(|finding| finding.message(Lang::Zh)).collect();
    assert_eq!(messages, ["工作表“东村”没有按规定命名，已按栏目当作“党员名册”读取", "工作表“西村”不属于报送表，没有读取"]);
}

#[test]
fn nominations_of_every_quarter_s_sheet_are_read() {
    let mut book = base("ju-10star");
    book.retain(|(name, _)| name != "评优推荐");
    for quarter in ["一季度", "二季度"] {
        book.push((format!("评优推荐-{quarter}"), vec![cells("姓名 | 荣誉"), cells("张甲 | 季度之星")]));
    }
    let summary = checked("ju-10star", &BOTH[..1], "2026", &[("一.xlsx", &book)]);
    let BranchState::Accepted(card) = &summary.resolved.branches[0].state else { panic!("{:#?}", lines(&summary)) };
    let periods: Vec<String> = card.submission.nominations.iter().map(|nomination| nomination.period.zh()).collect();
    assert_eq!(periods, ["一季度", "二季度"]);
}

/// `姓名 项目 上半年 下半年`: a row a member and item.
fn by_item() -> Sheets {
    let mut book = base("community-4");
    *sheet_of(&mut book, "积分登记") = [
        "党员积分登记表（2026年） |  |  |  |  | ",
        "序号 | 姓名 | 考核项目 | 上半年 | 下半年 | 全年 | 记录人 | 复核人",
        "1 | 张甲 | 三会一课(40分) | 38 | 37 | 75 | 王丙 | 赵丁",
        " |  | 民主评议 | 28 | 28 | 56 |  | ",
        " |  | 党费交纳 | 20 | 20 | 40 |  | ",
        " |  | 其它奖惩 | 9 | 9 | 18 |  | ",
        " |  | 小计 | 95 | 94 | 189 |  | ",
        "2 | 李乙 | 民主评议 | 28 | 28 | 56 | 王丙 | 赵丁",
        "2 | 李乙 | 三会一课 | 36 | 35 | 71 | 王丙 | 赵丁",
        "2 | 李乙 | 党费交纳 | 20 | 20 | 40 | 王丙 | 赵丁",
        "2 | 李乙 | 其它奖惩 | 9 | 9 | 18 | 王丙 | 赵丁",
        "合计 |  |  | 188 | 186 | 374 |  | ",
    ]
    .map(cells)
    .to_vec();
    book
}

#[test]
fn a_row_an_item_with_periods_side_by_side_is_read() {
    let expected = checked("community-4", &BOTH[..1], "2026", &[("一.xlsx", &base("community-4"))]);
    let mut book = by_item();
    let summary = checked("community-4", &BOTH[..1], "2026", &[("一.xlsx", &book)]);
    assert_eq!(totals(&expected).len(), 2);
    assert_eq!(totals(&summary), totals(&expected), "{:#?}", lines(&summary));
    // Every mark keeps its own cell.
    let BranchState::Accepted(card) = &summary.resolved.branches[0].state else { panic!() };
    let entry = &card.submission.entries_of(1)[1];
    let cells: Vec<String> =
        (0..4).map(|item| card.submission.place(card.submission.mark_spot(entry, item).unwrap()).cell.unwrap().to_string()).collect();
    assert_eq!(cells, ["E9", "E8", "E10", "E11"]);
    // What is wrong is told where it stands.
    set(&mut book, "积分登记", 3, 4, "优秀");
    set(&mut book, "积分登记", 4, 3, "");
    set(&mut book, "积分登记", 9, 2, "党费");
    let summary = checked("community-4", &BOTH[..1], "2026", &[("一.xlsx", &book)]);
    let errors: Vec<String> = summary
        .resolved
        .findings
        .iter()
        .filter(|finding| finding.severity() == scorebook::diag::Severity::Error)
        .map(|finding| format!("{} {}", finding.code, finding.place.cell.map(|cell| cell.to_string()).unwrap_or_default()))
        .collect();
    assert_eq!(errors, ["missing-entry ", "not-a-number E4", "missing-entry D5", "unknown-value C10"], "{:#?}", lines(&summary));
}

#[test]
fn a_period_over_a_column_says_nothing_without_items() {
    let mut book = base("community-4");
    *sheet_of(&mut book, "积分登记") =
        ["序号 | 姓名 | 上半年 | 下半年 | 记录人 | 复核人", "1 | 张甲 | 95 | 94 | 王丙 | 赵丁"].map(cells).to_vec();
    let summary = checked("community-4", &BOTH[..1], "2026", &[("一.xlsx", &book)]);
    assert_eq!(totals(&summary), Vec::<String>::new());
    assert!(!all(&summary, Code::MissingColumn).is_empty(), "{:#?}", lines(&summary));
}

/// A workbook of community-4 with as many members as there are contents, each in the member's 三会一课 of both halves and, where
/// dates are meant, in 出生日期.
fn with_contents(marks: &[&str], born: &[&str]) -> Sheets {
    let mut book = base("community-4");
    let roster = sheet_of(&mut book, "党员名册");
    roster.truncate(1);
    let members = marks.len().max(born.len());
    for at in 0..members {
        let day = born.get(at).copied().unwrap_or_default();
        roster.push(vec![
            (at + 1).to_string(),
            format!("党员{}", at + 1),
            String::new(),
            day.to_owned(),
            String::new(),
            "社区党员".to_owned(),
        ]);
    }
    let entries = sheet_of(&mut book, "积分登记");
    entries.truncate(1);
    for at in 0..members {
        for half in ["上半年", "下半年"] {
            let mark = marks.get(at).copied().unwrap_or("38");
            let name = format!("党员{}", at + 1);
            let row = [&(at + 1).to_string(), &name, half, mark, "28", "20", "9", "王丙", "赵丁"];
            entries.push(row.map(str::to_owned).to_vec());
        }
    }
    book
}

#[test]
fn numbers_in_every_form_are_the_same_number() {
    let forms = ["38", "３８", "38分", "\u{3000}38 ", "'38", "38.0", "37.999999999999996", "＋38", "38．0"];
    let summary = checked("community-4", &BOTH[..1], "2026", &[("一.xlsx", &with_contents(&forms, &[]))]);
    let BranchState::Accepted(card) = &summary.resolved.branches[0].state else { panic!("{:#?}", lines(&summary)) };
    let marks: Vec<String> = card.submission.entries.iter().map(|entry| entry.marks[0].decimal().unwrap().to_string()).collect();
    assert_eq!(marks, ["38"; 18], "{:#?}", lines(&summary));
    let noted: Vec<String> = all(&summary, Code::TextNumber).iter().map(|finding| finding.place.cell.unwrap().to_string()).collect();
    assert_eq!(noted, ["D4", "D5", "D6", "D7", "D8", "D9", "D10", "D11", "D16", "D17", "D18", "D19"]);
}

#[test]
fn what_is_no_number_is_told_with_its_cell() {
    let forms = [
        ("优秀", "not-a-number"),
        ("37-38", "not-a-number"),
        ("#REF!", "error-value"),
        ("=1+2", "uncalculated-formula"),
        ("@46148", "not-a-number"),
        ("", "missing-entry"),
        ("／", "missing-entry"),
        ("无", "missing-entry"),
        ("41", "out-of-range"),
        ("-1", "out-of-range"),
        ("37.123", "too-many-decimals"),
    ];
    let summary = checked("community-4", &BOTH[..1], "2026", &[("一.xlsx", &with_contents(&forms.map(|(form, _)| form), &[]))]);
    let errors = summary.resolved.findings.iter().filter(|finding| finding.severity() == scorebook::diag::Severity::Error);
    let told: Vec<String> = errors.map(|finding| format!("{} {}", finding.place.cell.unwrap(), finding.code)).collect();
    let expected: Vec<String> =
        forms.iter().enumerate().flat_map(|(at, (_, code))| [2, 3].map(|row| format!("D{} {code}", at * 2 + row))).collect();
    assert_eq!(told, expected, "{:#?}", lines(&summary));
}

#[test]
fn dates_in_every_form_are_the_same_day() {
    let whole =
        ["@31185", "31185", "1985-5-18", "1985.5.18", "1985年5月18日", "'19850518", "19850518", "１９８５．０５．１８", "1985/05/18"];
    let months = ["1985.05", "'1985.05", "198505", "1985年5月"];
    let born: Vec<&str> = whole.iter().chain(&months).copied().collect();
    let summary = checked("community-4", &BOTH[..1], "2026", &[("一.xlsx", &with_contents(&[], &born))]);
    let BranchState::Accepted(card) = &summary.resolved.branches[0].state else { panic!("{:#?}", lines(&summary)) };
    let read: Vec<String> = card.submission.members.iter().map(|member| format!("{:?}", member.born.unwrap())).collect();
    let mut expected = vec!["Known(1985-05-18)"; whole.len()];
    expected.extend(["Month(1985, 5)"; 4]);
    assert_eq!(read, expected);
}

#[test]
fn names_and_identity_numbers_are_read_as_they_are_meant() {
    let mut book = base("community-4");
    set(&mut book, "党员名册", 1, 1, "买买提•艾力");
    set(&mut book, "党员名册", 2, 1, "李\u{3000}乙\u{a0}");
    set(&mut book, "党员名册", 2, 2, "３６０１０２１９７２０９０６００４ｘ");
    set(&mut book, "党员名册", 2, 3, "1972-09-06");
    for (row, name) in [(1, "买买提·艾力"), (2, " 买买提・艾力"), (3, "李乙"), (4, "李 乙")] {
        set(&mut book, "积分登记", row, 1, name);
    }
    let summary = checked("community-4", &BOTH[..1], "2026", &[("一.xlsx", &book)]);
    let BranchState::Accepted(card) = &summary.resolved.branches[0].state else { panic!("{:#?}", lines(&summary)) };
    let members: Vec<(&str, Option<&str>)> = card.submission.members.iter().map(|member| (&*member.name, member.id.as_deref())).collect();
    assert_eq!(members, [("买买提·艾力", Some("360102198505180016")), ("李乙", Some("36010219720906004X"))]);
    assert_eq!(card.submission.entries.len(), 4);
}

/// Codes and cells of a check of the base workbook with rows below a sheet.
fn below(scheme: &str, sheet: &str, rows: &[&str]) -> Vec<String> {
    let mut book = base(scheme);
    if book.iter().all(|(name, _)| name != sheet) {
        book.push((sheet.to_owned(), Vec::new()));
    }
    sheet_of(&mut book, sheet).extend(rows.iter().map(|row| cells(row)));
    let summary = checked(scheme, &BOTH[..1], "2026", &[("一.xlsx", &book)]);
    let found = summary.resolved.findings.iter();
    found.map(|finding| format!("{} {}", finding.code, finding.place.cell.map(|cell| cell.to_string()).unwrap_or_default())).collect()
}

#[test]
fn rows_that_are_no_data_are_passed_over() {
    for (scheme, sheet, rows) in [
        // Printed numbers without names; nothing to report.
        ("community-4", "党员名册", &["3", "4 | | /", "5 | 无"][..]),
        ("community-4", "积分登记", &["5", "6 | | 上半年", "7 | — | | | | |"]),
        ("ju-10star", "奖惩", &["无", "本年度无 | / | / | / | ", "无奖惩情况"]),
        ("ju-10star", "评优推荐", &["无", " | | 全年"]),
        ("ju-10star", "一票否决", &["第一支部一票否决情况", "无"]),
        ("ju-10star", "一票否决", &["序号 | 姓名 | 情形 | 依据 | 日期", "1 | 无", "2 | | / | 无"]),
        // Lines to sign.
        ("community-4", "党员名册", &["支部书记签字： | | 日期：2026年12月20日", "（盖章）", "经办人：王丙 | | | 审核： | 赵丁"]),
        ("community-4", "党员名册", &["支部书记签字： | 张甲 | | 日期： | 2026-12-20"]),
        (
            "community-4",
            "积分登记",
            &["支部书记签字： | 张甲 | | | | 日期：", " | | | （公章） | | 2026年12月", "经办人 | 王丙 | 电话 | 8860012"],
        ),
        ("ju-10star", "积分登记", &["填表人：李某 | | 审核人：赵某", "| 第1页 | 共2页"]),
        // Totals and notes.
        ("community-4", "党员名册", &["合计 | 2", "共2人", " | 共2人"]),
        ("community-4", "积分登记", &["合计 | 2人", "总分 | | | 146 | 112 | 80 | 36", " | 平均分 | | 36.5 | 28 | 20 | 9", "平均分 9.5"]),
        ("ju-10star", "积分登记", &["第1页 共2页", "1、本表一式两份", "*带星号为必填", "以上情况属实 | | | | 特此说明"]),
        ("ju-10star", "奖惩", &["合计 | 1", "共1人", "1、本表一式两份，支部留存一份"]),
    ] {
        assert_eq!(below(scheme, sheet, rows), Vec::<String>::new(), "{sheet} {rows:?}");
    }
}

#[test]
fn a_row_about_somebody_is_never_passed_over() {
    for (scheme, sheet, row, found) in [
        ("community-4", "党员名册", "3 | | '36010219720906004X | | | 社区党员", "unknown-member B4"),
        ("community-4", "党员名册", "3 | 王戊(预备) | | | | 社区党员", "missing-id C4"),
        ("community-4", "积分登记", "5 | | 上半年 | 38 | 28 | 20 | 9 | 王丙 | 赵丁", "unknown-member B6"),
        ("community-4", "积分登记", " | 王戊(预备) | 上半年 | 38 | 28 | 20 | 9 | 王丙 | 赵丁", "unknown-member B6"),
        ("community-4", "积分登记", "5 | 王戊 | 上半年", "unknown-member B6"),
        ("community-4", "积分登记", "王戊", "unknown-member B6"),
        ("ju-10star", "奖惩", " | 表彰奖励 | 县级 | 说明：见义勇为 | 2026-05-01", "unknown-member A3"),
        ("ju-10star", "奖惩", "无名 | 表彰奖励 | 县级 | 见义勇为 | 2026-05-01", "unknown-member A3"),
        ("ju-10star", "评优推荐", "张甲、李乙 | 年度之星 | 全年", "unknown-member A2"),
    ] {
        let said = below(scheme, sheet, &[row]);
        assert!(said.iter().any(|said| said == found), "{sheet} {row}: {said:?}");
    }
}

#[test]
fn maxima_below_the_headings_belong_to_them() {
    let headings = ["序号 | 姓名 | 期间 | 基本分 | | 其他 | | 记录人 | 复核人", " | | | 三会一课 | 民主评议 | 党费交纳 | 其它奖惩"];
    for (rows, code) in [
        (&[" | | | （40分） | （30分） | （20分） | （10分）"][..], None),
        (&[" | | | 40 | 30 | 20 | 10"], None),
        (&[" | 满分 | | 40分 | 30分 | 20分 | 10分"], None),
        (&[" | | | （40分） | （30分） | （20分） | （15分）"], Some(Code::HeaderMaxMismatch)),
        (&[" | | | 40 | 30 | 20 | 9"], Some(Code::UnknownMember)),
    ] {
        let mut book = base("community-4");
        let marks = sheet_of(&mut book, "积分登记");
        marks.splice(..1, headings.iter().chain(rows).map(|row| cells(row)));
        let summary = checked("community-4", &BOTH[..1], "2026", &[("一.xlsx", &book)]);
        let codes: Vec<Code> = summary.resolved.findings.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, Vec::from_iter(code), "{rows:?} {:#?}", lines(&summary));
        let mut single = base("community-4");
        let marks = sheet_of(&mut single, "积分登记");
        marks.splice(1..1, rows.iter().map(|row| cells(row)));
        let summary = checked("community-4", &BOTH[..1], "2026", &[("一.xlsx", &single)]);
        let codes: Vec<Code> = summary.resolved.findings.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, Vec::from_iter(code), "{rows:?} {:#?}", lines(&summary));
    }
}

/// A hospital's branch whose one member is not scored, with its own marks of a quarter.
pub fn hospital() -> Sheets {
    let mut book = base("community-4");
    book.retain(|(name, _)| name != "积分登记");
    sheet_of(&mut book, "党员名册").truncate(2);
    set(&mut book, "党员名册", 1, 8, "年老体弱");
    let rows = [
        "组织建设 | 一季度 | 20 | 20",
        "组织生活 | 一季度 | 20 | 20",
        "党员教育 | 一季度 | 15 | 15",
        "服务临床 | 一季度 | 20 | 20",
        "廉洁行医 | 一季度 | 9 | 9",
    ];
    let mut table = vec![cells("项目 | 期间 | 自评得分 | 审核得分")];
    table.extend(rows.iter().map(|row| cells(row)));
    book.push(("支部积分".to_owned(), table));
    book
}

#[test]
fn a_first_row_without_marks_is_no_heading() {
    let mut book = hospital();
    let summary = checked("hospital-dual", &BOTH[..1], "2026Q1", &[("一.xlsx", &book)]);
    assert_eq!(lines(&summary), Vec::<String>::new());
    for first in [1, 2] {
        sheet_of(&mut book, "支部积分").swap(1, first);
        let mut blank = book.clone();
        for column in [2, 3] {
            set(&mut blank, "支部积分", 1, column, "");
        }
        let summary = checked("hospital-dual", &BOTH[..1], "2026Q1", &[("一.xlsx", &blank)]);
        let cells: Vec<String> = lines(&summary).iter().map(|line| line.split(' ').take(4).collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(cells, ["missing-entry 0101 支部积分 D2"], "{:#?}", lines(&summary));
    }
}
