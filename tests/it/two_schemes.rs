//! A branch under two schemes: sent in parts, and in a county that is run in parts and merged.

use scorebook::diag::Code;
use scorebook::merge::merge;
use scorebook::run::{Options, run};

use crate::support::{Sheets, Workdir, base, cells, done, results, sheet_of, silent, workbook};

/// Farmers by quarters, everybody else by months.
const RULE: &str = "[[assign]]\ncategory = \"农村党员\"\nscheme = \"register-60\"\n";
const MONTHLY: &str = "积分登记";
const QUARTERLY: &str = "积分登记-农村党员";

/// A branch with a farmer and an official, and their entries of the first quarter.
fn branch(code: &str, name: &str, people: [(&str, &str); 2]) -> Sheets {
    let (months, quarters) = (base("ju-10star"), base("register-60"));
    let mut sheets: Sheets =
        quarters.iter().filter(|(sheet, _)| ["支部信息", "党员名册", QUARTERLY].contains(&sheet.as_str())).cloned().collect();
    sheets.extend(months.into_iter().filter(|(sheet, _)| sheet == MONTHLY));
    name.clone_into(&mut sheet_of(&mut sheets, "支部信息")[0][1]);
    *sheet_of(&mut sheets, "支部信息")[1].last_mut().unwrap() = format!("'{code}");
    for (row, (person, id)) in people.iter().enumerate() {
        (*person).clone_into(&mut sheet_of(&mut sheets, "党员名册")[row + 1][1]);
        sheet_of(&mut sheets, "党员名册")[row + 1][2] = format!("'{id}");
    }
    sheet_of(&mut sheets, MONTHLY).truncate(4);
    sheet_of(&mut sheets, MONTHLY)[1..].iter_mut().for_each(|row| people[1].0.clone_into(&mut row[0]));
    people[0].0.clone_into(&mut sheet_of(&mut sheets, QUARTERLY)[1][1]);
    sheets
}

fn first() -> Sheets {
    branch("0101", "第一支部", [("张甲", "360102198505180016"), ("李乙", "360102197209060023")])
}

fn without(sheet: &str) -> Sheets {
    let mut sheets = first();
    sheets.retain(|(own, _)| own != sheet);
    sheets
}

#[test]
fn parts_of_a_branch_under_two_schemes_give_what_the_whole_gives() {
    let county = || Workdir::county("ju-10star").settings("ju-10star", RULE).register(&["0101 | 第一支部 | 第一党委"]);
    let rows = |county: &Workdir| results(&county.run("2026Q1", &[])).iter().map(|row| row["total"].clone()).collect::<Vec<_>>();
    let whole = rows(&county().workbook("整.xlsx", &first()));
    assert_eq!(whole, ["60.00", "90.00"]);
    let parts = county().workbook("农村.xlsx", &without(MONTHLY)).workbook("机关.xlsx", &without(QUARTERLY));
    assert_eq!(rows(&parts), whole);
    let found = parts.check("2026Q1").resolved.findings;
    assert_eq!(found.iter().filter(|finding| finding.code == Code::JoinedSubmission).count(), 2, "{found:#?}");
    // One part alone lacks what the other scheme's members need.
    let found = county().workbook("农村.xlsx", &without(MONTHLY)).check("2026Q1").resolved.findings;
    assert!(found.iter().any(|finding| finding.code == Code::MissingSheet), "{found:#?}");
}

/// One part has its settings as a text, the other as a workbook that says the same in other words.
#[test]
fn runs_of_parts_under_two_schemes_merge_into_the_whole_run() {
    let second = branch("0201", "第二支部", [("孙丙", "360102198505180032"), ("周丁", "36010219720906004X")]);
    let registers = [&["0101 | 第一支部 | 第一党委"][..], &["0201 | 第二支部 | 第二党委"]];
    let whole = Workdir::county("ju-10star").settings("ju-10star", RULE).register(&registers.concat());
    let whole = whole.workbook("一.xlsx", &first()).workbook("二.xlsx", &second);
    let text = Workdir::county("ju-10star").settings("ju-10star", RULE).register(registers[0]).workbook("一.xlsx", &first());
    let other = Workdir::county("ju-10star").register(registers[1]).workbook("二.xlsx", &second);
    std::fs::remove_file(other.path().join("scorebook.toml")).unwrap();
    let book = |grade: &str| {
        let basic = "项目 | 内容\n县名 | 示范县\n发文机关 | 中共示范县委组织部\n年度 | 2026\n机构名册 | 机构名册.xlsx\n收件文件夹 | inbox\n默认积分制 | 评星定格积分制\n更正公示 | 仅报送变化";
        let sheets = vec![
            ("基本设置".to_owned(), basic.lines().map(cells).collect()),
            ("积分制分配".to_owned(), vec![cells("类别 | 积分制"), cells(&format!("{grade} | 积分登记制"))]),
        ];
        workbook(&sheets, &[])
    };
    let other = other.write("设置.xlsx", &book("农村党员"));
    let folders: Vec<_> = [&text, &other].map(|part| part.run("2026Q1", &["board", "yearly"]).folder.unwrap()).into();
    let into = whole.path().join("merged");
    let merged = done(merge(&folders, &into));
    assert_eq!(merged.absent, ["年度综合得分登记表"], "of the county, which only all submissions give");
    let merged = merged.folder;
    let read = |folder: &std::path::Path| std::fs::read_to_string(folder.join("results.jsonl")).unwrap();
    let at_once = whole.run("2026Q1", &["board"]);
    assert_eq!(read(&merged), read(at_once.folder.as_ref().unwrap()));
    assert_eq!(results(&at_once).len(), 4);
    // Settings that mean something else are no part of the same county.
    let other = other.write("设置.xlsx", &book("机关党员"));
    let again = done(run(&Options { period: scorebook::period::RunPeriod::parse("2026Q1"), ..other.options("2026Q1") }, &silent));
    let error = merge(&[folders[0].clone(), again.folder.unwrap()], &into).unwrap_err().message(scorebook::diag::Lang::En);
    assert!(error.contains("the settings (but for register, inbox, passwords) differs"), "{error}");
}

/// All texts of a workbook's sheets, one text per sheet.
fn texts(file: &std::path::Path) -> Vec<String> {
    let book = scorebook::sheet::read("x.xlsx", &std::fs::read(file).unwrap(), &scorebook::sheet::Limits::default()).unwrap();
    let cells = |sheet: &scorebook::sheet::Sheet| {
        let texts = sheet.rows.iter().flat_map(|row| &row.cells).filter_map(|cell| match &cell.content {
            scorebook::sheet::Content::Text(text) => Some(text.to_string()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join("\n")
    };
    book.sheets.iter().map(cells).collect()
}

/// A form that bears a seal says which branches it lacks; one of another scheme's members is no branch of it.
#[test]
fn a_scheme_s_part_of_the_county_lacks_only_its_own_branches() {
    let county = Workdir::copy_of("../../samples/county");
    let out = county.run("2026", &["yearly"]).folder.unwrap();
    let parts = texts(&out.join("年度综合得分登记表.xlsx"));
    let line = |scheme: &str| {
        let own = parts.iter().find(|text| text.contains(&format!("积分制：{scheme}"))).unwrap();
        own.lines().find(|line| line.starts_with("应报")).unwrap().to_owned()
    };
    assert_eq!(
        line("评星定格积分制"),
        "应报11个支部，已采用8个；未含：青溪福塘村党支部（退回）、永溪石湖社区党支部（退回）、清桥机关党支部（未报）。"
    );
    assert_eq!(line("积分登记制"), "应报4个支部，已采用3个；未含：青溪福塘村党支部（退回）。");
    // The list in front of a registry names the code of each scheme's pages behind it.
    let (only, forms) = (vec!["0102".to_owned()], Some(vec!["registry".to_owned()]));
    let out = done(run(&Options { only, forms, ..county.options("2026") }, &silent)).folder.unwrap();
    let registry = texts(&out.join("支部/0102-青溪清湖村党支部/积分登记表.xlsx"));
    let code = |text: &str| text.rsplit_once("校验码：").unwrap().1.trim().to_owned();
    let behind: std::collections::BTreeSet<String> = registry[1..].iter().map(|text| code(text)).collect();
    assert_eq!(behind.len(), 2, "{behind:?}");
    assert!(behind.iter().all(|code| registry[0].contains(code.as_str())), "{behind:?} {}", registry[0]);
}
