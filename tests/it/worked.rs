//! The worked numbers of the schemes, from a workbook's cells to the published figure.

use scorebook::builtin;
use scorebook::diag::Code;
use scorebook::exact::Decimal;
use scorebook::rollup::Outcome;
use scorebook::scheme::{Scheme, load};
use scorebook::table::Sheet;

use crate::support::{Scored, plain_sheet, score, value};

const JU: [&str; 10] =
    ["理想信念", "学习教育", "组织生活", "遵章守纪", "履职尽责", "服务群众", "承诺践诺", "团结协作", "廉洁自律", "道德风尚"];
const RURAL: [&str; 6] = ["组织生活", "党费交纳", "村级事务", "环境卫生", "带富帮富", "遵纪守法"];

/// A sheet of plain cells: numbers where they read as such, else text.
fn plain(name: &str, rows: &[Vec<String>]) -> Sheet {
    plain_sheet(name, rows.iter().map(|row| row.iter().map(|text| value(text)).collect()).collect())
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

/// Roster rows: seq, name, category, months.
fn roster(people: &[(&str, &str)]) -> Vec<Vec<String>> {
    let mut rows = vec![words(&["序号", "姓名", "类别"])];
    rows.extend(people.iter().enumerate().map(|(at, (name, category))| vec![(at + 1).to_string(), (*name).into(), (*category).into()]));
    rows
}

fn codes(read: &Scored) -> Vec<Code> {
    read.findings.iter().map(|finding| finding.code).collect()
}

fn scheme(id: &str, change: impl Fn(String) -> String) -> Scheme {
    load(&change(String::from_utf8(builtin::scheme(id).unwrap().into_owned()).unwrap())).unwrap()
}

/// Month rows of one member, from each item's sum over twelve months in tenths.
fn months(name: &str, sums: [i64; 10]) -> Vec<Vec<String>> {
    (0..12)
        .map(|month| {
            let mut row = words(&[name]);
            row.push(format!("{}月", month + 1));
            row.extend(sums.iter().map(|sum| {
                // Eleven months get the rounded-down mean, the last one the rest: all between 0 and 10.
                let share = sum / 12;
                Decimal::new(if month == 11 { sum - share * 11 } else { share }, -1).to_string()
            }));
            row
        })
        .collect()
}

fn month_sheet(rows: Vec<Vec<String>>) -> Sheet {
    let mut all = vec![[words(&["姓名", "期间"]), words(&JU)].concat()];
    all.extend(rows);
    plain("积分登记", &all)
}

/// One row of twenty summed ballots from means in hundredths.
fn poll_sheet(rows: &[(&str, [i64; 10])]) -> Sheet {
    let mut all = vec![[words(&["姓名", "票数"]), words(&JU)].concat()];
    all.extend(rows.iter().map(|(name, means)| {
        let mut row = words(&[name, "20"]);
        row.extend(means.iter().map(|mean| Decimal::new(mean * 20, -2).to_string()));
        row
    }));
    plain("民主测评", &all)
}

fn adjustments(facts: &[[&str; 2]]) -> Sheet {
    let mut all = vec![words(&["姓名", "种类", "级别", "事由", "日期"])];
    all.extend(facts.iter().map(|[kind, level]| words(&["张三", kind, level, "事由", "2026-05-06"])));
    plain("奖惩", &all)
}

fn ju(scheme: &Scheme, sums: [i64; 10], means: [i64; 10], facts: &[[&str; 2]]) -> Outcome {
    let sheets = vec![
        plain("党员名册", &roster(&[("张三", "机关党员")])),
        month_sheet(months("张三", sums)),
        poll_sheet(&[("张三", means)]),
        adjustments(facts),
    ];
    let read = score(scheme, "2026", sheets);
    assert!(read.findings.is_empty(), "{:?}", read.findings);
    read.outcomes[0].clone()
}

fn shown(outcome: &Outcome) -> (String, Option<u8>, Option<&str>) {
    (outcome.score.total.as_ref().unwrap().publish(2), outcome.score.stars, outcome.score.grade.as_deref())
}

#[test]
fn ju_10star_adds_awards_and_deductions() {
    let all_nine = |scheme: &Scheme, facts: &[[&str; 2]]| ju(scheme, [1080; 10], [950; 10], facts);
    let max_each = scheme("ju-10star", |text| text);
    assert_eq!(shown(&all_nine(&max_each, &[])), ("91.00".into(), Some(9), Some("合格")));
    let award = ["表彰奖励", "省部级"];
    assert_eq!(shown(&all_nine(&max_each, &[award])), ("95.00".into(), Some(10), Some("优秀")));
    let both = [award, ["通报批评", "县级"]];
    assert_eq!(shown(&all_nine(&max_each, &both)).0, "93.00");
    let max_abs = scheme("ju-10star", |text| text.replace("\"max_each\"", "\"max_abs\""));
    assert_eq!(shown(&all_nine(&max_abs, &both)).0, "95.00");
    let deduction_first = scheme("ju-10star", |text| text.replace("\"max_each\"", "\"deduction_first\""));
    assert_eq!(shown(&all_nine(&deduction_first, &both)).0, "89.00");
    let region = [["党纪政纪处分", "区"], ["通报批评", "自治区"]];
    assert_eq!(shown(&all_nine(&max_each, &region)).0, "86.00", "区 is a province's level, the larger deduction counts");
    let figures = all_nine(&max_each, &both).score;
    let published: Vec<String> =
        ["monthly", "poll", "year_end", "award", "deduct"].iter().map(|id| figures.figure(id).unwrap().publish(2)).collect();
    assert_eq!(published, ["72.00", "19.00", "91.00", "4.00", "-2.00"]);
}

#[test]
fn ju_10star_bands_look_at_the_exact_total() {
    let scheme = scheme("ju-10star", |text| text);
    let stars = scheme.member.stars.as_ref().unwrap();
    let scorebook::scheme::Grades::Bands(grades) = &scheme.member.gradings[0].by else { panic!("bands") };
    for (value, star, grade) in [
        ("95", 10, "优秀"),
        ("94.999", 9, "合格"),
        ("89.9999", 8, "合格"),
        ("80", 8, "合格"),
        ("79.99", 7, "基本合格"),
        ("60", 6, "基本合格"),
        ("59.99", 5, "不合格"),
        ("10", 1, "不合格"),
        ("9.99", 0, "不合格"),
        ("-5", 0, "不合格"),
    ] {
        let value = Decimal::parse(value).unwrap().into();
        assert_eq!((*stars.get(&value), grades.get(&value).as_str()), (star, grade));
    }
    // Rounding each item to two places first would make this 90.00 and nine stars.
    let trap =
        ju(&scheme, [1071, 1090, 1084, 1086, 1048, 1079, 1075, 1074, 1065, 1087], [950, 830, 975, 795, 900, 845, 860, 985, 1000, 990], &[]);
    assert_eq!(trap.score.total.as_ref().unwrap().to_string(), "6749/75");
    assert_eq!(shown(&trap), ("89.99".into(), Some(8), Some("合格")));
}

#[test]
fn ju_10star_quotas_round_down() {
    let scheme = scheme("ju-10star", |text| text);
    for (members, nominated, held) in [(19, 1, 0), (20, 1, 1), (20, 2, 0), (39, 1, 1), (39, 2, 0), (40, 2, 2)] {
        let names: Vec<String> = (0..members).map(|at| format!("党员{}", char::from_u32(0x4E00 + at).unwrap())).collect();
        let people: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "机关党员")).collect();
        let marks = names.iter().flat_map(|name| months(name, [1080; 10])).collect();
        let mut honours = vec![words(&["姓名", "荣誉", "期间"])];
        honours.extend(names.iter().take(nominated).map(|name| words(&[name, "季度之星", "三季度"])));
        let sheets = vec![plain("党员名册", &roster(&people)), month_sheet(marks), plain("评优推荐", &honours)];
        let read = score(&scheme, "2026Q3", sheets);
        let given = read.outcomes.iter().filter(|outcome| outcome.honours == ["季度之星-三季度"]).count();
        assert_eq!(given, held, "{nominated} of {members}");
        assert_eq!(codes(&read).contains(&Code::QuotaExceeded), nominated != held);
        assert_eq!(read.submission.members.len(), members as usize);
    }
}

/// Quarter rows of one rural member: the whole deduction on the first item, and a bonus with its reason.
fn quarters(deductions: [&str; 4], bonuses: [&str; 4]) -> Sheet {
    let mut all = vec![[words(&["姓名", "期间"]), words(&RURAL), words(&["加分", "加分事由"])].concat()];
    for (at, quarter) in ["一季度", "二季度", "三季度", "四季度"].iter().enumerate() {
        let mut row = words(&["张三", quarter, deductions[at], "", "/", "无", "0", "—"]);
        row.extend(words(&[bonuses[at], "志愿服务"]));
        all.push(row);
    }
    plain("积分登记-农村党员", &all)
}

#[test]
fn register_60_has_two_views_of_one_year() {
    let scheme = scheme("register-60", |text| text);
    let poll = plain("民主测评", &[words(&["姓名", "票号", "评议分"]), words(&["张三", "1", "17.5"]), words(&["张三", "2", "18.5"])]);
    let people = plain("党员名册", &roster(&[("张三", "农村党员")]));
    let read = score(&scheme, "2026", vec![people.clone(), quarters(["2", "0", "3.5", "1"], ["2", "0", "1", "0"]), poll]);
    assert!(read.findings.is_empty(), "{:?}", read.findings);
    let score_of = &read.outcomes[0].score;
    let published = |id: &str| score_of.figure(id).unwrap().publish(2);
    assert_eq!(["q1", "q2", "q3", "q4"].map(published), ["-2.00", "0.00", "-3.50", "-1.00"]);
    assert_eq!(["base", "bonus", "review", "total", "board"].map(published), ["53.50", "3.00", "18.00", "74.50", "96.50"]);
    assert_eq!(score_of.grade.as_deref(), Some("合格"));

    let part = score(&scheme, "2026Q3", vec![people, quarters(["2", "0", "3.5", "1"], ["2", "0", "1", "0"])]);
    let published = |id: &str| part.outcomes[0].score.figure(id).unwrap().publish(2);
    assert_eq!(["base", "bonus", "total", "board"].map(published), ["54.50", "3.00", "57.50", "97.50"]);
    assert_eq!(part.outcomes[0].score.grade, None);
}

#[test]
fn a_bonus_may_carry_its_reason_and_needs_one() {
    let scheme = scheme("register-60", |text| text);
    let people = plain("党员名册", &roster(&[("张三", "农村党员")]));
    let rows = |bonus: &str| {
        let mut all = vec![[words(&["姓名", "期间"]), words(&RURAL), words(&["加分"])].concat()];
        all.extend(["一季度", "二季度", "三季度"].iter().map(|quarter| words(&["张三", quarter, "", "", "", "", "", "", bonus])));
        plain("积分登记", &all)
    };
    let read = score(&scheme, "2026Q3", vec![people.clone(), rows("+3（县级优秀党员 5月）")]);
    assert!(read.findings.is_empty(), "{:?}", read.findings);
    assert_eq!(read.outcomes[0].score.figure("bonus").unwrap().publish(2), "9.00");
    assert_eq!(read.submission.entries[0].reasons.first().map(|(_, why)| &**why), Some("县级优秀党员 5月"));
    assert_eq!(codes(&score(&scheme, "2026Q3", vec![people, rows("3")])), [Code::MissingReason; 3]);
}
