//! Organisations with words of their own: a school's classes and a street's grid workers, from their workbooks to their forms.

use std::path::Path;

use scorebook::diag::{Code, Lang, Severity};
use scorebook::issue::issue;
use scorebook::run::{Options, Summary, run};

use crate::support::{Workdir, checked, done, results, silent};

/// Total and grade of everybody, `赵一 97.10 合格`.
fn told(summary: &Summary) -> Vec<String> {
    let word = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap_or("—").to_owned();
    results(summary).iter().map(|row| [word(row, "name"), word(row, "total"), word(row, "grade")].join(" ")).collect()
}

/// Pupils in September: 65 − lost + homework + duty (2 a time, 10 at most) + praise; a class has the mean of its pupils, and the best
/// class of each grade the red flag.
#[test]
fn a_schools_classes_score_as_its_rules_say() {
    let summary = checked("samples/school", "2026M09");
    assert_eq!((summary.count(Severity::Error), summary.count(Severity::Warning)), (0, 0), "{:?}", summary.resolved.findings);
    let expected = [
        "赵小一 104.00 —",           // 65 + 28 + 6 + 5
        "钱小二 97.00 —",            // 65 − 3 + 25 + 10
        "孙小三 85.00 —",            // 65 − 2 + 20 + 2
        "七年级一班 95.33 流动红旗", // 286 ÷ 3
        "李小四 105.00 —",           // 65 + 30 + 10
        "周小五 65.00 —",            // 65 − 10 + 10
        "七年级二班 85.00 普通班级",
        "吴小六 95.00 —", // 65 − 1 + 27 + 4
        "郑小七 93.50 —", // 65 + 26.5 + 2
        "八年级一班 94.25 流动红旗",
    ];
    assert_eq!(told(&summary), expected);
}

/// The first quarter: (100 − lost) × 60% + residents × 25% + street × 15% + reward; of five one is 优秀, from 90 on.
#[test]
fn a_streets_grid_workers_score_as_its_rules_say() {
    let summary = checked("samples/grid", "2026Q1");
    assert_eq!((summary.count(Severity::Error), summary.count(Severity::Warning)), (0, 0), "{:?}", summary.resolved.findings);
    let expected = [
        "赵一 97.10 合格", // 96 → 57.6; 90 → 22.5; 80 → 12; 5
        "钱二 69.00 合格", // 75 → 45; 60 → 15; 60 → 9
        "柳岸 83.05 达标",
        "孙三 97.25 优秀",   // 60; 95 → 23.75; 90 → 13.5
        "李四 45.50 不合格", // 45 → 27; 50 → 12.5; 40 → 6
        "石桥 71.38 不达标",
        "周五 88.55 合格", // 93 → 55.8; 80 → 20; 85 → 12.75
        "桥西 88.55 达标",
    ];
    assert_eq!(told(&summary), expected);
    let letters: Vec<String> = results(&summary).iter().filter_map(|row| row["letter"].as_str().map(str::to_owned)).collect();
    assert_eq!(letters, ["约谈告诫书"]);
}

/// Every text of a folder's workbooks, with the file it is from.
fn texts(folder: &Path) -> Vec<(String, String)> {
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    let books = files.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "xlsx"));
    let mut all = Vec::new();
    for entry in books {
        let name = entry.file_name().to_string_lossy().into_owned();
        let book = scorebook::sheet::read("x.xlsx", &std::fs::read(entry.path()).unwrap(), &scorebook::sheet::Limits::default()).unwrap();
        for sheet in &book.sheets {
            all.push((name.clone(), sheet.name.to_string()));
            for content in sheet.rows.iter().flat_map(|row| &row.cells).map(|cell| &cell.content) {
                if let scorebook::sheet::Content::Text(text) = content {
                    all.push((name.clone(), text.to_string()));
                }
            }
        }
    }
    all
}

/// What a branch gets to fill in and what a run writes about it speak of the organisation's people, not of Party members.
#[test]
fn blanks_and_forms_are_in_the_organisations_words() {
    for (sample, period, own) in [("school", "2026M09", ["学生", "班级"]), ("grid", "2026Q1", ["网格员", "工作站"])] {
        let county = Workdir::copy_of(&format!("../../samples/{sample}"));
        let options = Options { date: "2026-12-31".parse().ok(), ..county.options(period) };
        let folder = done(run(&options, &silent)).folder.unwrap();
        let blank = done(issue(&options, None, None, &silent)).folder;
        for (what, folder) in [("forms", folder.join("支部")), ("blanks", blank)] {
            let all = texts(&folder);
            assert!(own.iter().all(|word| all.iter().any(|(_, text)| text.contains(word))), "{sample} {what}");
            // Reasons for leaving and the Party's constitution in letters are texts about Party members alone.
            let usual = |text: &str| text.contains("党员") || text.contains("支部") || text.contains("党委");
            let left: Vec<_> = all.iter().filter(|(_, text)| usual(text)).collect();
            assert!(left.is_empty(), "{sample} {what}: {left:?}");
        }
    }
}

/// A blank workbook that is filled in comes back under its own headings, and findings speak as it does.
#[test]
fn findings_are_in_the_organisations_words() {
    let county = Workdir::copy_of("../../samples/school");
    let file = county.path().join("inbox/0702-七年级二班.xlsx");
    std::fs::remove_file(file).unwrap();
    let sheets: crate::support::Sheets = vec![
        ("班级信息".into(), ["班级名称 | 七年级二班", "班级编码 | '0702", "年度 | 2026"].map(crate::support::cells).to_vec()),
        ("学生名册".into(), ["姓名 | 学段 | 起始月", "李小四 | 高小 | 9"].map(crate::support::cells).to_vec()),
        ("积分登记".into(), ["姓名 | 期间 | 纪律 | 作业 | 值日", "王小九 | 9月 | | 30 | 5"].map(crate::support::cells).to_vec()),
    ];
    let summary = county.workbook("二班.xlsx", &sheets).check("2026M09");
    let said = |code: Code, lang: Lang| {
        let finding = summary.resolved.findings.iter().find(|finding| finding.code == code).unwrap_or_else(|| panic!("{code}"));
        format!("{} {}", finding.message(lang), finding.hint(lang))
    };
    let unknown = said(Code::UnknownMember, Lang::Zh);
    assert!(unknown.contains("学生名册") && !unknown.contains("党员"), "{unknown}");
    let category = said(Code::UnknownCategory, Lang::Zh);
    assert!(category.contains("学段") && category.contains("初中、高中") && !category.contains("党员"), "{category}");
    assert!(said(Code::UnknownMember, Lang::En).contains("学生名册"));
}

#[test]
fn schemes_of_one_workspace_use_the_same_words() {
    let county = Workdir::copy_of("../../samples/school");
    let settings = std::fs::read_to_string(county.path().join("scorebook.toml")).unwrap();
    let more = "\n[[assign]]\ncategory = \"高中\"\nscheme = \"ju-10star\"\n";
    let county = county.write("scorebook.toml", (settings + more).as_bytes());
    let error = scorebook::run::check(&county.options("2026M09"), &silent).unwrap_err().message(Lang::En);
    assert!(error.contains("class-points and ju-10star have different [words]"), "{error}");
}
