//! Grades by rank beyond one branch: whole runs, runs of some branches, and runs that are merged.

use std::path::PathBuf;

use scorebook::diag::Lang;
use scorebook::explain::{Explained, Originals, Wanted, explain, statements};
use scorebook::merge::merge;
use scorebook::run::{Options, check, run};

use crate::support::{Sheets, Workdir, cells, done, results, silent};

/// One is 标兵, a quarter is 后进 and gets a letter; branches are ranked over the county by the mean of their members.
fn scheme(within: &str) -> String {
    format!(
        r#"
id = "ranked"
name = "排名制"
version = "1"
decimals = 1
decimals_origin = "source"
entries = {{ every = "year" }}
item = [{{ name = "表现", kind = "mark", max = 100, origin = "source" }}]
publication = {{ year = 7, year_origin = "source", shorter = 5, shorter_origin = "source" }}
board = {{ period = "sum(items)", heading = "积分", note = "说明", note_part = "说明" }}

[[figure]]
id = "total"
name = "积分"
runs = ["year"]
value = "sum(表现)"

[grades.rank]
within = "{within}"
top = {{ name = "标兵", count = 1, origin = "source" }}
bottom = {{ name = "后进", share = "25%", origin = "source" }}
rest = "合格"

[[letter]]
grade = "后进"
name = "告诫通知书"
months = 6
origin = "source"

[[quota]]
grade = "合格"
count = 1
origin = "source"

[[branch.figure]]
id = "total"
name = "支部得分"
runs = ["year"]
value = "mean(members)"

[branch.grades.rank]
within = "county"
top = {{ name = "先进支部", count = 1, origin = "source" }}
rest = "一般"
"#
    )
}

/// A member and the mark.
type Marked = (&'static str, u32);

/// Code and committee of each branch, and its members.
const BRANCHES: [(&str, &str, [Marked; 2]); 4] = [
    ("0101", "第一党委", [("张甲", 95), ("李乙", 88)]),
    ("0102", "第一党委", [("王丙", 92), ("赵丁", 70)]),
    ("0201", "第二党委", [("孙戊", 90), ("周己", 60)]),
    ("0202", "第二党委", [("吴庚", 85), ("郑辛", 93)]),
];

fn county(within: &str, committees: &[&str]) -> Workdir {
    let own = || BRANCHES.iter().filter(|(_, committee, _)| committees.contains(committee));
    let register: Vec<String> = own().map(|(code, committee, _)| format!("{code} | {code}支部 | {committee}")).collect();
    let register: Vec<&str> = register.iter().map(String::as_str).collect();
    let dir = Workdir::county("ranked").write("schemes/ranked.toml", scheme(within).as_bytes()).register(&register);
    own().fold(dir, |dir, (code, _, members)| {
        let rows = |line: &dyn Fn(&(&str, u32)) -> String, head: &str| -> Vec<Vec<String>> {
            std::iter::once(cells(head)).chain(members.iter().map(|member| cells(&line(member)))).collect()
        };
        let sheets: Sheets = vec![
            (
                "支部信息".into(),
                vec![cells(&format!("支部名称 | {code}支部")), cells(&format!("支部编码 | '{code}")), cells("年度 | 2026")],
            ),
            ("党员名册".into(), rows(&|(name, _)| format!("{name} | 机关党员"), "姓名 | 类别")),
            ("积分登记".into(), rows(&|(name, mark)| format!("{name} | 全年 | {mark}"), "姓名 | 期间 | 表现")),
        ];
        dir.workbook(&format!("{code}.xlsx"), &sheets)
    })
}

const BOTH: [&str; 2] = ["第一党委", "第二党委"];

/// Grade and letter of everybody, in the order of the register; of the branches themselves their grade.
fn graded(summary: &scorebook::run::Summary) -> Vec<String> {
    let word = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap_or("—").to_owned();
    results(summary).iter().map(|row| format!("{} {} {}", word(row, "name"), word(row, "grade"), word(row, "letter"))).collect()
}

#[test]
fn grades_by_rank_over_a_committee_look_at_all_its_branches() {
    // 95 92 88 70, and 93 90 85 60: one 标兵 and of four the last one each.
    let summary = county("committee", &BOTH).check("2026");
    let expected = [
        "张甲 标兵 —",
        "李乙 合格 —",
        "0101支部 先进支部 —",
        "王丙 合格 —",
        "赵丁 后进 告诫通知书",
        "0102支部 一般 —",
        "孙戊 合格 —",
        "周己 后进 告诫通知书",
        "0201支部 一般 —",
        "吴庚 合格 —",
        "郑辛 标兵 —",
        "0202支部 一般 —",
    ];
    assert_eq!(graded(&summary), expected);
}

#[test]
fn grades_by_rank_over_the_county_look_at_everybody() {
    // Of eight one is 标兵 and two are 后进: 60 and 70. In no branch more than one is 合格 but in the last.
    let summary = county("county", &BOTH).check("2026");
    let grades = graded(&summary);
    for (name, grade) in
        [("张甲", "标兵"), ("郑辛", "合格"), ("赵丁", "后进"), ("周己", "后进"), ("吴庚", "合格"), ("0101支部", "先进支部")]
    {
        assert!(grades.iter().any(|line| line.starts_with(&format!("{name} {grade} "))), "{name}: {grades:?}");
    }
    let quotas: Vec<_> = summary.resolved.findings.iter().filter(|finding| finding.code == scorebook::diag::Code::QuotaExceeded).collect();
    assert_eq!(quotas.iter().map(|finding| finding.branch_code.as_deref().unwrap()).collect::<Vec<_>>(), ["0202"]);
    let wanted = Wanted { name: "赵丁", branch: None, seq: None, lang: Lang::Zh };
    let found = explain(&summary, wanted);
    assert!(matches!(found[0].what, Explained::Decided { .. }));
    let told = statements(&summary, &found[0], Lang::Zh, &mut Originals::default());
    let text = "后进：全县参评 8 人，标兵最多 1 人，后进最多 2 人，其余合格；总分不低于本人的（含本人）7 人，不高于本人的（含本人）2 人";
    assert!(told.iter().any(|(_, said)| said == text), "{told:?}");
}

#[test]
fn a_run_of_some_branches_is_refused_where_others_are_ranked_with_them() {
    let some = |within: &str, only: &[&str]| {
        let dir = county(within, &BOTH);
        check(&Options { only: only.iter().map(|code| (*code).to_owned()).collect(), ..dir.options("2026") }, &silent).map(|_| ())
    };
    let refused = some("county", &["0101", "0102"]).unwrap_err().message(Lang::En);
    assert!(refused.contains("0201") && refused.contains("--only"), "{refused}");
    assert!(some("committee", &["0101"]).is_err());
    // Branches are ranked over the county whatever their members are.
    assert!(some("committee", &["0101", "0102"]).is_err());
}

#[test]
fn parts_of_a_county_that_is_ranked_as_a_whole_are_not_merged() {
    let parts = BOTH.map(|committee| {
        let dir = county("county", &[committee]);
        let folder: PathBuf = done(run(&Options { forms: Some(Vec::new()), ..dir.options("2026") }, &silent)).folder.unwrap();
        (dir, folder)
    });
    let folders: Vec<PathBuf> = parts.iter().map(|(_, folder)| folder.clone()).collect();
    let into = tempfile::tempdir().unwrap();
    let refused = merge(&folders, into.path()).unwrap_err().message(Lang::En);
    assert!(refused.contains("grades by rank over the whole county"), "{refused}");
}

/// A committee is in one part as a whole: its ranks are those of the county's run.
#[test]
fn parts_that_hold_whole_committees_merge_into_the_run_of_all() {
    let text = |within: &str| scheme(within).split("[[branch.figure]]").next().unwrap().to_owned();
    let prepared = |committees: &[&str]| county("committee", committees).write("schemes/ranked.toml", text("committee").as_bytes());
    let whole = prepared(&BOTH);
    let parts = BOTH.map(|committee| prepared(&[committee]));
    let folders: Vec<PathBuf> = parts.iter().map(|part| part.run("2026", &[]).folder.unwrap()).collect();
    let merged = done(merge(&folders, &whole.path().join("merged"))).folder;
    let read = |folder: &std::path::Path| std::fs::read_to_string(folder.join("results.jsonl")).unwrap();
    assert_eq!(read(&merged), read(whole.run("2026", &[]).folder.as_ref().unwrap()));
}

/// Houses of a school compete each half by what their pupils have brought together, over all houses.
#[test]
fn branches_are_ranked_each_half_by_the_sum_of_their_members() {
    let text = scheme("branch")
        .replace("every = \"year\"", "every = \"half\"")
        .replace("runs = [\"year\"]", "runs = [\"half\", \"year\"]")
        .replace("mean(members)", "sum(members)")
        .replace("[branch.grades.rank]", "[branch.grades]\nruns = [\"half\", \"year\"]\n\n[branch.grades.rank]");
    // 0101 first 40 + 30, then 10 + 10; 0102 first 20 + 20, then 40 + 35.
    let halves = [("0101", [[40, 30], [10, 10]]), ("0102", [[20, 20], [40, 35]])];
    let dir = Workdir::county("ranked")
        .write("schemes/ranked.toml", text.as_bytes())
        .register(&["0101 | 红队 | 第一党委", "0102 | 蓝队 | 第一党委"]);
    let dir = halves.iter().fold(dir, |dir, (code, halves)| {
        let name = if *code == "0101" { "红队" } else { "蓝队" };
        let mut entries = vec![cells("姓名 | 期间 | 表现")];
        for (period, marks) in ["上半年", "下半年"].iter().zip(halves) {
            entries.extend(["张甲", "李乙"].iter().zip(marks).map(|(pupil, mark)| cells(&format!("{pupil} | {period} | {mark}"))));
        }
        let sheets: Sheets = vec![
            ("支部信息".into(), vec![cells(&format!("支部名称 | {name}")), cells(&format!("支部编码 | '{code}")), cells("年度 | 2026")]),
            ("党员名册".into(), vec![cells("姓名 | 类别"), cells("张甲 | 机关党员"), cells("李乙 | 机关党员")]),
            ("积分登记".into(), entries),
        ];
        dir.workbook(&format!("{code}.xlsx"), &sheets)
    });
    let houses = |period: &str| {
        let rows = results(&dir.check(period));
        let of = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap_or("—").to_owned();
        rows.iter()
            .filter(|row| of(row, "name").contains('队'))
            .map(|row| format!("{} {}", of(row, "name"), of(row, "grade")))
            .collect::<Vec<_>>()
    };
    assert_eq!(houses("2026H1"), ["红队 先进支部", "蓝队 一般"]);
    assert_eq!(houses("2026H2"), ["红队 一般", "蓝队 先进支部"]);
    // 90 and 115.
    assert_eq!(houses("2026"), ["红队 一般", "蓝队 先进支部"]);
}
