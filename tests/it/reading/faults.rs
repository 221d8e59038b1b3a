//! One fault is told once and buries nothing; none hides another in the same file.

use scorebook::diag::Lang;
use scorebook::run::{BranchState, Summary};

use super::layouts::{BOTH, checked, hospital, lines, set};
use crate::support::{Sheets, base, cells, sheet_of};

/// `code cell` of each finding.
fn told(summary: &Summary) -> Vec<String> {
    let found = summary.resolved.findings.iter();
    found.map(|finding| format!("{} {}", finding.code, finding.place.cell.map(|cell| cell.to_string()).unwrap_or_default())).collect()
}

fn check(scheme: &str, period: &str, book: &Sheets) -> Vec<String> {
    told(&checked(scheme, &BOTH[..1], period, &[("一.xlsx", book)]))
}

/// The base workbook with some cells changed, `sheet row column value`, counted from nought.
fn with(scheme: &str, changes: &[(&str, usize, usize, &str)]) -> Sheets {
    let mut book = base(scheme);
    for (sheet, row, column, value) in changes {
        let cells = &mut sheet_of(&mut book, sheet)[*row];
        cells.resize(cells.len().max(column + 1), String::new());
        set(&mut book, sheet, *row, *column, value);
    }
    book
}

#[test]
fn no_fault_hides_another() {
    let marks = "积分登记";
    for (scheme, period, changes, found) in [
        ("community-4", "2026", &[(marks, 1, 2, "上学期"), (marks, 1, 3, "优秀")][..], &["unknown-period C2", "not-a-number D2"][..]),
        ("community-4", "2026", &[(marks, 1, 2, "上学期"), (marks, 1, 3, "")], &["unknown-period C2", "missing-entry D2"]),
        (
            "community-4",
            "2026H1",
            &[(marks, 1, 1, "某某"), (marks, 1, 3, "优秀"), (marks, 1, 8, "")],
            &["missing-entry ", "unknown-member B2", "not-a-number D2", "missing-reviewer I2"],
        ),
        ("community-4", "2026", &[("支部信息", 1, 1, "'0109"), (marks, 1, 3, "优秀")], &["missing-submission ", "unknown-branch B2"]),
        (
            "ju-10star",
            "2026",
            &[("民主测评", 1, 0, "某某"), ("民主测评", 1, 2, "优秀")],
            &["too-few-ballots A11", "unknown-member A2", "not-a-number C2"],
        ),
    ] {
        let mut said = check(scheme, period, &with(scheme, changes));
        let mut found: Vec<String> = found.iter().map(|found| (*found).to_owned()).collect();
        said.sort();
        found.sort();
        assert_eq!(said, found, "{changes:?}");
    }
    // An unknown period may be one that is not due; a known one that is not due is left alone, whoever it is of.
    let later = with("community-4", &[(marks, 2, 1, "某某"), (marks, 2, 3, "优秀")]);
    assert_eq!(check("community-4", "2026H1", &later), ["unknown-member B3"]);
    let mut bare = base("community-4");
    bare.retain(|(name, _)| name == "支部信息");
    assert_eq!(check("community-4", "2026", &bare), ["missing-sheet ", "missing-sheet "]);
}

#[test]
fn both_of_two_files_are_told_what_is_wrong_in_them() {
    let (one, other) = (with("community-4", &[("积分登记", 1, 3, "优秀")]), with("community-4", &[("积分登记", 2, 3, "良好")]));
    let summary = checked("community-4", &BOTH[..1], "2026", &[("一.xlsx", &one), ("二.xlsx", &other)]);
    assert_eq!(told(&summary), ["duplicate-submission ", "not-a-number D2", "duplicate-submission ", "not-a-number D3"]);
}

#[test]
fn a_file_of_an_unknown_branch_counts_once() {
    let stranger = with("community-4", &[("支部信息", 1, 1, "'0109")]);
    let summary = checked("community-4", &BOTH[..1], "2026", &[("一.xlsx", &stranger), ("二.xlsx", &stranger)]);
    assert_eq!(told(&summary), ["missing-submission ", "unknown-branch B2", "identical-submission "]);
}

#[test]
fn a_fault_of_the_roster_is_told_once() {
    let mut bare = base("community-4");
    bare.retain(|(name, _)| name != "党员名册");
    assert_eq!(check("community-4", "2026", &bare), ["missing-sheet "]);
    let roster = "党员名册";
    for (scheme, changes, found) in [
        ("community-4", &[(roster, 0, 1, "称呼")][..], &["missing-column ", "extra-column B1"][..]),
        // One identity number under two names.
        ("community-4", &[(roster, 2, 2, "'360102198505180016")], &["duplicate-member C3", "id-birthdate-mismatch D3"]),
        ("community-4", &[(roster, 2, 1, "")], &["unknown-member B3"]),
        ("community-4", &[(roster, 2, 1, "#N/A")], &["error-value B3"]),
        ("community-4", &[(roster, 2, 5, "")], &["unknown-category F3"]),
        ("register-60", &[(roster, 2, 5, "机关")], &["unknown-category F3"]),
        ("register-60", &[(roster, 2, 5, "")], &["unknown-category F3"]),
    ] {
        let period = if scheme == "register-60" { "2026Q1" } else { "2026" };
        assert_eq!(check(scheme, period, &with(scheme, changes)), found, "{changes:?}");
    }
}

#[test]
fn a_row_that_cannot_be_taken_is_not_said_to_be_missing() {
    let marks = "积分登记";
    assert_eq!(check("community-4", "2026", &with("community-4", &[(marks, 1, 1, "=A1")])), ["uncalculated-formula B2"]);
    let alike = with("community-4", &[("党员名册", 2, 1, "张甲"), (marks, 3, 1, "张甲"), (marks, 4, 1, "张甲"), (marks, 4, 0, "9")]);
    assert_eq!(check("community-4", "2026", &alike), ["ambiguous-name B5"]);
    let mut swapped = base("register-60");
    let row = sheet_of(&mut swapped, "积分登记-机关党员").remove(1);
    sheet_of(&mut swapped, "积分登记-农村党员").push(row);
    let said = check("register-60", "2026Q1", &swapped);
    assert_eq!(said, ["category-mismatch B3"]);
}

#[test]
fn a_column_that_is_missing_is_told_once() {
    assert_eq!(
        check("two-way-rank", "2026", &with("two-way-rank", &[("积分登记", 0, 2, "谁评的")])),
        ["missing-column ", "extra-column C1"]
    );
    let mut book = hospital();
    set(&mut book, "支部积分", 0, 3, "分");
    assert_eq!(check("hospital-dual", "2026Q1", &book), ["missing-column ", "extra-column D1"]);
    let mut book = hospital();
    set(&mut book, "支部积分", 2, 0, "组织活动");
    assert_eq!(check("hospital-dual", "2026Q1", &book), ["unknown-value A3"]);
    // Under another name of the sheet rows are missed as well.
    let mut book = hospital();
    sheet_of(&mut book, "支部积分").pop();
    book.last_mut().unwrap().0 = "支部考核".to_owned();
    assert_eq!(check("hospital-dual", "2026Q1", &book), ["missing-entry "]);
}

#[test]
fn headings_are_understood_as_branches_write_them() {
    for heading in
        ["三会一课（40）", "三会一课（满分40分）", "三会一课(0-40)", "三会一课[40分]", "三会一课40分", "1.三会一课", "1、三会一课（40分）"]
    {
        assert_eq!(check("community-4", "2026", &with("community-4", &[("积分登记", 0, 3, heading)])), Vec::<String>::new(), "{heading}");
    }
    assert_eq!(check("community-4", "2026", &with("community-4", &[("积分登记", 0, 3, "三会一课（30）")])), ["header-max-mismatch D1"]);
    let own = [(0, 2, "身份证号（18位）"), (0, 4, "状态"), (0, 6, "开始月份"), (0, 7, "结束月"), (0, 8, "免积分"), (2, 8, "年老体弱")];
    let mut book = with("community-4", &own.map(|(row, column, value)| ("党员名册", row, column, value)));
    sheet_of(&mut book, "积分登记").truncate(3);
    let summary = checked("community-4", &BOTH[..1], "2026", &[("一.xlsx", &book)]);
    let BranchState::Accepted(card) = &summary.resolved.branches[0].state else { panic!("{:#?}", lines(&summary)) };
    let members = &card.submission.members;
    assert_eq!((members[1].exempt.as_deref(), members.iter().filter(|member| member.id.is_some()).count()), (Some("年老体弱"), 2));
    // What is near a column that counts, though nobody can be sure, is asked for.
    let summary = checked("community-4", &BOTH[..1], "2026", &[("一.xlsx", &with("community-4", &[("党员名册", 0, 6, "起始月（转入）")]))]);
    let hints: Vec<String> = summary.resolved.findings.iter().map(|finding| finding.hint(Lang::Zh)).collect();
    assert_eq!(hints, ["是否想写“起始月”？是的，请改成这个名称，否则这一栏不计；不是的，无须处理。"]);
}

#[test]
fn a_cover_is_read_as_it_is_written() {
    assert_eq!(check("community-4", "2026", &with("community-4", &[("支部信息", 1, 1, "''0101")])), Vec::<String>::new());
    let said = check("community-4", "2026", &with("community-4", &[("支部信息", 0, 1, "")]));
    assert!(said.len() == 1 && said[0].starts_with("missing-column"), "{said:?}");
    let mut book = base("community-4");
    *sheet_of(&mut book, "支部信息") = vec![cells("支部编码 | '0101"), cells("年度 | 2026"), cells("支部名称 | ")];
    assert_eq!(check("community-4", "2026", &book).len(), 1);
}
