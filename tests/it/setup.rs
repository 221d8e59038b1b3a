//! A new workspace: made, filled in, looked at, run, and taken into the next year.

use std::path::Path;

use scorebook::county::{WORKBOOK, load_register, settings};
use scorebook::diag::{Code, Lang};
use scorebook::doctor::doctor;
use scorebook::issue::issue;
use scorebook::run::{Options, RunError};
use scorebook::setup::{GUIDE, INBOX, REGISTER, init};
use scorebook::sheet::{Content, Limits, read};

use crate::support::{Sheets, Workdir, base, cells, done, silent, workbook};

/// A workbook as its cells, text by text.
fn drawn(path: &Path) -> Sheets {
    let book = read("x.xlsx", &std::fs::read(path).unwrap(), &Limits::default()).unwrap();
    let text = |content: &Content| match content {
        Content::Text(text) => format!("'{text}"),
        Content::Number(number) => number.to_string(),
        other => panic!("{other:?}"),
    };
    let sheet = |sheet: &scorebook::sheet::Sheet| {
        let mut rows = Vec::new();
        for row in &sheet.rows {
            rows.resize(row.index as usize + 1, Vec::new());
            for cell in &row.cells {
                let line: &mut Vec<String> = &mut rows[row.index as usize];
                line.resize(usize::from(cell.column) + 1, String::new());
                line[usize::from(cell.column)] = text(&cell.content);
            }
        }
        (sheet.name.to_string(), rows)
    };
    book.sheets.iter().map(sheet).collect()
}

/// Fills in 内容 of items, and rows below the headings of other sheets.
fn fill(root: &Path, items: &[(&str, &str)], rows: &[(&str, &str)]) {
    let mut book = drawn(&root.join(WORKBOOK));
    for (_, sheet) in &mut book {
        for row in sheet.iter_mut().filter(|row| row.len() > 2) {
            if let Some((_, value)) = items.iter().find(|(item, _)| row[0] == format!("'{item}")) {
                (*value).clone_into(&mut row[1]);
            }
        }
    }
    for (name, line) in rows {
        book.iter_mut().find(|(own, _)| own == name).unwrap().1.push(cells(line));
    }
    std::fs::write(root.join(WORKBOOK), workbook(&book, &[])).unwrap();
}

const BASIC: [(&str, &str); 4] = [("县名", "清源县"), ("发文机关", "中共清源县委组织部"), ("年度", "2026"), ("默认积分制", "积分登记制")];

fn options(root: &Path) -> Options {
    Options { workspace: root.to_owned(), ..Options::default() }
}

/// What the doctor wants mended.
fn wants(root: &Path) -> Vec<&'static str> {
    done(doctor(&options(root))).into_iter().filter(|line| !line.well).map(|line| line.about).collect()
}

#[test]
fn a_new_workspace_runs_when_its_blanks_are_filled_in() {
    let parent = tempfile::tempdir().unwrap();
    let root = parent.path().join("清源县");
    assert!(doctor(&options(&root)).is_err(), "there is no workspace yet");
    done(init(&root, None, Lang::Zh));
    for name in [WORKBOOK, REGISTER, INBOX, GUIDE] {
        assert!(root.join(name).exists(), "{name}");
    }
    assert!(matches!(init(&root, None, Lang::Zh), Err(RunError::Publish(_))), "nothing is made anew over it");
    assert_eq!(wants(&root), ["settings", "register"]);
    let said = done(doctor(&options(&root)))[0].found.zh.clone();
    for part in ["基本设置 › B4：“县名”没有填", "“发文机关”没有填", "“年度”没有填", "“默认积分制”没有填"]
    {
        assert!(said.contains(part), "{said}");
    }
    fill(&root, &[BASIC.as_slice(), &[("忽略文件", "*.jpg")]].concat(), &[("日期", "一季度 | 2026-04-08 | 2026-04-10")]);
    let mut register = drawn(&root.join(REGISTER));
    register.iter_mut().find(|(name, _)| name == "机构名册").unwrap().1.push(cells("'0101 | 第一支部 | 第一党委"));
    std::fs::write(root.join(REGISTER), workbook(&register, &[])).unwrap();
    assert_eq!(wants(&root), Vec::<&str>::new());
    std::fs::write(root.join(INBOX).join("0101.xlsx"), workbook(&base("register-60"), &[])).unwrap();
    std::fs::write(root.join(INBOX).join("照片.JPG"), "no spreadsheet").unwrap();
    let summary = done(scorebook::run::run(&Options { period: scorebook::period::RunPeriod::parse("2026"), ..options(&root) }, &silent));
    let found: Vec<Code> = summary.resolved.findings.iter().map(|finding| finding.code).collect();
    assert!(!found.contains(&Code::NotASpreadsheet) && !found.contains(&Code::MissingSubmission), "{found:?}");
    assert!(root.join("out/2026/manifest.json").is_file());
    assert_eq!(wants(&root), Vec::<&str>::new(), "a draft in which nobody was accepted has nothing to post");
}

/// The register is looked at while the settings are wrong, posted periods need no day, and English names no period in Chinese.
#[test]
fn the_doctor_looks_at_everything_and_names_what_is_open() {
    let county = Workdir::county("register-60").settings("register-60", "nonsense = 1\n").register(&["0101 | 第一支部 | 第一党委"]);
    let lines = done(doctor(&options(county.path())));
    let register = lines.iter().find(|line| line.about == "register").unwrap();
    assert!(register.well && register.found.en == "1 committee, 1 branch", "{register:?}");
    // One committee in three ways of writing is one.
    let county =
        Workdir::county("register-60").register(&["0101 | 甲 | 一（镇）党委a", "0102 | 乙 | 一(镇) 党委a", "0103 | 丙 | 一(镇)党委Ａ"]);
    let lines = done(doctor(&options(county.path())));
    let said: Vec<&str> = lines.iter().filter(|line| line.about == "register").map(|line| line.found.en.as_str()).collect();
    assert_eq!(said[0], "1 committee, 3 branches");
    assert!(said[1].contains("(1 row from C3 on) is taken as `一（镇）党委a`"), "{said:?}");
    let county = Workdir::county("register-60").register(&["0101 | 第一支部 | 第一党委"]).workbook("0101.xlsx", &base("register-60"));
    let root = county.path();
    let dates = |root: &Path| done(doctor(&options(root))).into_iter().find(|line| line.about == "dates").unwrap().found;
    let before = dates(root);
    assert!(before.zh.contains("没有写公示开始：一季度至四季度"), "{before:?}");
    assert!(before.en.contains("2026Q1–2026Q4") && !before.en.contains('季'), "{before:?}");
    let run = Options { period: scorebook::period::RunPeriod::parse("2026Q1"), ..options(root) };
    done(scorebook::run::run(&run, &silent));
    let day = Options { date: "2026-04-10".parse().ok(), ..run };
    done(scorebook::post::post(&day, &scorebook::post::PostOrder::default()));
    let after = dates(root);
    assert!(after.zh.contains("二季度至四季度") && !after.en.contains("Q1"), "{after:?}");
    let next = done(doctor(&options(root))).into_iter().find(|line| line.about == "next").unwrap();
    assert!(
        next.found.zh.contains("下一期：2026年二季度") && next.mend.unwrap().zh.contains("--period 二季度"),
        "a quarter after a quarter"
    );
}

#[test]
fn a_new_year_takes_along_what_is_not_one_year_s() {
    let old = Workdir::county("register-60").settings(
        "register-60",
        "period = \"2026Q1\"\n[[assign]]\nbranch = \"0102\"\nscheme = \"register-60\"\n[[assign]]\nbranch = \"0101\"\nscheme = \"register-60\"\n[notice]\nposted = 2026-12-14\nphone = \"12380\"\n[archive.retention]\nboard = \"10年\"\n",
    );
    let old = old.write("schemes/own.toml", "name = '本县积分制'\n".as_bytes()).write("templates/intake.toml", b"[reading]\n");
    // One branch has become a part of the other.
    let heads = "支部编码 | 支部名称 | 上级党组织 | 党员数 | 并入 | 并入月";
    let rows = vec![cells(heads), cells("'0101 | 第一支部 | 第一党委 | | |"), cells("'0102 | 第二支部 | 第一党委 | | '0101 | 7")];
    let old = old.write("机构名册.xlsx", &workbook(&vec![("机构名册".to_owned(), rows)], &[]));
    let parent = tempfile::tempdir().unwrap();
    let root = parent.path().join("2027");
    let made = done(init(&root, Some(old.path()), Lang::Zh));
    assert_eq!((made.year, made.branches, made.files), (Some(2027), 1, 2));
    assert_eq!(made.lost, ["archive.retention.board"]);
    let text = settings(&root).unwrap().text;
    for part in ["year = 2027\n", "notice.phone = \"12380\"\n", "scheme = \"积分登记制\"\n", "branch = \"0101\"\n", "last_year = "] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains("posted") && !text.contains("period") && !text.contains("0102"), "{text}");
    let register = load_register(&root.join(REGISTER), &|heading: &str| heading.to_owned(), &[]).unwrap();
    assert_eq!(register.branches.iter().map(|branch| branch.code.as_str()).collect::<Vec<_>>(), ["0101"]);
    assert!(root.join("schemes/own.toml").is_file() && root.join("templates/intake.toml").is_file());
    assert!(init(&old.path().join("inside"), Some(old.path()), Lang::Zh).is_err());
    // Next year's holidays are not known yet; everything else is in order.
    assert_eq!(wants(&root), ["calendar", "last-year"]);
}

#[test]
fn a_member_list_fills_rosters_and_says_what_it_lacks() {
    let county = Workdir::county("register-60").register(&["0101 | 第一支部 | 第一党委", "0102 | 第二支部 | 第一党委"]);
    let list = |rows: &[&str]| {
        let mut all = vec![cells("全县党员"), cells("序号 | 党员姓名 | 公民身份号码 | 所在党支部 | 人员类别 | 类别")];
        all.extend(rows.iter().map(|row| cells(row)));
        workbook(&vec![("Sheet1".to_owned(), all)], &[])
    };
    let file = county.path().join("党员.xlsx");
    let issued = |rows: &[&str]| {
        std::fs::write(&file, list(rows)).unwrap();
        let out = tempfile::tempdir().unwrap();
        let options = Options { out: Some(out.path().to_owned()), ..options(county.path()) };
        let issued = done(issue(&options, Some(&file), None, &silent));
        (issued.rosters, issued.source.rows, issued.source.with_ids, issued.source.why.map(|why| why.zh).unwrap_or_default())
    };
    let rows = [
        "1 | 张三 | '11010519491231002X | 第一支部 | | 农村党员",
        "2 | 李四 | | 0102 |",
        "3 | 王五 | 440524188001010000 | 第二 支部",
        "合计 | 3",
    ];
    let (rosters, count, with_ids, why) = issued(&rows[..1]);
    assert_eq!((rosters, count, with_ids, why.as_str()), (1, 1, 1, ""));
    let (rosters, count, with_ids, why) = issued(&[rows[0], rows[2], rows[3], "4 | 赵六 | | 第九支部"]);
    assert_eq!((rosters, count, with_ids), (2, 2, 1));
    assert!(why.contains("第九支部") && why.contains("1 个身份证号存成了数字"), "{why}");
    std::fs::write(&file, workbook(&vec![("Sheet1".to_owned(), vec![cells("姓名 | 电话"), cells("张三 | 1")])], &[])).unwrap();
    let refused = issue(&options(county.path()), Some(&file), None, &silent).unwrap_err().message(Lang::Zh);
    assert!(refused.contains("表头要有“姓名”和“支部名称”"), "{refused}");
}
