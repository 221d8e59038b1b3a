//! Faults of the county's own files stop a run before a submission is opened.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use scorebook::config::{ConfigError, Fault, Spot};
use scorebook::county::{
    ASSIGN, CountyError, DATES, Known, WORKBOOK, Workspace, items, load_register, load_workspace, settings, workspace_of,
};
use scorebook::diag::Lang;
use scorebook::period::Calendar;
use scorebook::run::{Options, check};
use scorebook::submission::Intake;

use crate::support::{Sheets, cells, workbook};

pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &target) } else { std::fs::copy(entry.path(), target).map(|_| ()).unwrap() }
    }
}

#[test]
fn a_scheme_that_names_a_category_the_county_lacks_is_refused() {
    let county = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/clean-register-60"), county.path());
    let scheme = String::from_utf8(scorebook::builtin::scheme("register-60").unwrap().into_owned()).unwrap();
    std::fs::create_dir(county.path().join("schemes")).unwrap();
    std::fs::write(
        county.path().join("schemes/register-60.toml"),
        scheme.replace("categories = [\"农村党员\"]", "categories = [\"农村党\"]"),
    )
    .unwrap();
    let options = Options { workspace: county.path().to_owned(), ..Options::default() };
    let error = check(&options, &|_, _, _| {}).map(|_| ()).unwrap_err().message(Lang::Zh);
    // Three items name it; each is said with its line.
    assert_eq!(error.matches("本县没有“农村党”这个类别").count(), 3, "{error}");
    assert!(error.contains("register-60.toml:37:15: ") && error.contains("是否想写“农村党员”？"), "{error}");
    // A county that has the category may use it.
    let file = county.path().join("scorebook.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("categories = [\"农村党\"]\n{text}")).unwrap();
    assert!(check(&options, &|_, _, _| {}).is_ok());
}

#[test]
fn a_fault_in_the_passwords_shows_none() {
    let county = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/clean-register-60"), county.path());
    let file = county.path().join("scorebook.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    for faulty in [
        "passwords = \"Zq7\"\n",
        "passwords = [\"a\", 777]\n",
        "passwords = [\n  \"a\",\n  777,\n]\n",
        "passwords = [\n  \"Zq7=1\" \"b\"\n]\n",
        "passwords = [\"Zq7\n",
        "passwords = { Zq7 = 1 }\n",
        "password = [\"Zq7\"]\n",
        "passwords = [\"Zq7\"]\npasswords = [\"Zq7\"]\n",
    ] {
        std::fs::write(&file, format!("{faulty}{text}")).unwrap();
        let error = check(&Options { workspace: county.path().to_owned(), ..Options::default() }, &|_, _, _| {}).map(|_| ()).unwrap_err();
        for said in [error.message(Lang::Zh), error.message(Lang::En), format!("{error} {error:?}")] {
            assert!(!said.contains("Zq7") && !said.contains("777"), "{faulty}: {said}");
        }
    }
}

/// What a case of a kind is refused with, and the name of its file.
fn refused(kind: &str, text: &str) -> (PathBuf, ConfigError) {
    let schemes = [("ju-10star", "评星定格积分制"), ("register-60", "积分登记制")].map(|(id, name)| (id.to_owned(), name.to_owned()));
    let known = Known { schemes: &schemes, forms: &[("board", "考核公示栏"), ("registry", "积分登记表")] };
    let folder = tempfile::tempdir().unwrap();
    let own = |name: &str| folder.path().join(name);
    let error = match kind {
        "scorebook" => workspace_of(text, &known).map(|_| ()),
        "settings" => {
            std::fs::write(own(WORKBOOK), workbook(&sheets(text), &[])).unwrap();
            load_workspace(folder.path(), &known).map(|_| ())
        }
        "register" => {
            std::fs::write(own("机构名册.xlsx"), workbook(&sheets(text), &[])).unwrap();
            let intake = crate::support::intake();
            load_register(&own("机构名册.xlsx"), &|heading| intake.register_column(heading).to_owned()).map(|_| ())
        }
        "folder" => {
            text.lines().for_each(|name| std::fs::write(own(name), "").unwrap());
            load_workspace(folder.path(), &known).map(|_| ())
        }
        "intake" => Intake::default().add(text).map_err(|error| CountyError::Config { path: "intake.toml".into(), error }),
        _ => Calendar::default().add(text).map_err(|error| CountyError::Config { path: "calendar.toml".into(), error }),
    };
    match error {
        Err(CountyError::Config { path, error }) => (path.strip_prefix(folder.path()).unwrap_or(&path).to_owned(), error),
        other => panic!("{other:?}"),
    }
}

/// What `settings` and `register` cases draw: `[sheet]` and rows below it.
fn sheets(text: &str) -> Sheets {
    let mut sheets = Sheets::new();
    for line in text.lines() {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(name) => sheets.push((name.to_owned(), Vec::new())),
            None => sheets.last_mut().unwrap().1.push(cells(line)),
        }
    }
    sheets
}

const HEAD: &str = "# Faults of the county's own files

Every kind of mistake in settings, register, calendar and `intake.toml`, with what is said of it in both languages. All faults of a
file are said at once, before a submission is opened, and the command ends with exit code 2.

This page is made of `tests/cases/configuration` by the test `configuration`, which fails where the two differ;
`BLESS=1 cargo test --test it configuration` writes it anew.
";

/// Kinds of cases in the order of the page: folder, title.
const KINDS: [(&str, &str); 6] = [
    ("folder", "Which file holds the settings"),
    ("settings", "设置.xlsx"),
    ("scorebook", "scorebook.toml"),
    ("register", "机构名册"),
    ("calendar", "calendar/<year>.toml"),
    ("intake", "templates/intake.toml"),
];

/// Each file of `tests/cases/configuration` is wrong, and ends with the faults that are to be found in it, as
/// `#zh …` and `#en …`; `BLESS=1` writes them anew, and the page that shows them.
#[test]
fn every_fault_of_the_county_s_files_is_said_at_once_with_its_place() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("tests/cases/configuration");
    let bless = std::env::var_os("BLESS").is_some();
    let mut page = HEAD.to_owned();
    for (kind, title) in KINDS {
        let _ = write!(page, "\n## {title}\n");
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder.join(kind)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert!(!files.is_empty(), "{kind}");
        for path in files {
            let kept = std::fs::read_to_string(&path).unwrap();
            let text = kept.split("\n#zh ").next().unwrap().trim_end();
            let (file, error) = refused(kind, &format!("{text}\n"));
            let file = if file.as_os_str().is_empty() { "demo-county".to_owned() } else { file.display().to_string() };
            let mut lines = vec![text.to_owned(), String::new()];
            for fault in &error.faults {
                let whole =
                    ConfigError { faults: vec![Fault { spot: Spot { source: String::new(), ..fault.spot.clone() }, ..fault.clone() }] };
                for (mark, lang) in [("#zh", Lang::Zh), ("#en", Lang::En)] {
                    lines.push(format!("{mark} {}", whole.message(&file, lang)));
                }
            }
            let told = lines.join("\n") + "\n";
            let shown = path.display();
            if bless {
                std::fs::write(&path, &told).unwrap();
            } else {
                assert_eq!(told, kept, "{shown}\n{}", error.message("", Lang::Zh));
            }
            for fault in &error.faults {
                assert!(fault.said.zh.contains(|c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c)), "{shown}: {}", fault.said.zh);
                assert_ne!(fault.said.zh, fault.said.en, "{shown}");
            }
            // Neither the message nor the error as programs print it shows a secret.
            let all = format!("{}{}{error:?}", error.message("", Lang::Zh), error.message("", Lang::En));
            assert!(!all.contains("geheim") && !all.contains("777"), "{shown}: {all}");
            let said = lines[2..].iter().map(|line| format!("* {}", &line[4..])).collect::<Vec<_>>().join("\n");
            let _ = write!(page, "\n```text\n{text}\n```\n\n{said}\n");
        }
    }
    let path = root.join("docs/settings-errors.md");
    if bless {
        std::fs::write(&path, &page).unwrap();
    }
    assert!(page == std::fs::read_to_string(&path).unwrap_or_default(), "docs/settings-errors.md differs; BLESS=1 writes it anew");
}

/// A workbook of settings says what the text says.
#[test]
fn settings_are_a_workbook_or_a_text() {
    let text = "county = '示范县'\ncounty_code = '360102'\nissuer = '中共示范县委组织部'\nyear = 2026\nregister = 'r.xlsx'\ninbox = 'in'\n\
        scheme = 'ju-10star'\ncategories = ['离退休党员', '流动党员']\nperiod = '2026Q3'\npaper = 'A3'\nparts = 'refuse'\ntransfers = 'each'\n\
        corrections = 'all'\nlast_year = '../2025'\nlanguage = 'en'\npasswords = ['a,b', '八']\ndate = 2026-12-31\nignore = ['*.jpg', '*.docx']\n\
        notice.phone = '0791-12380'\nnotice.count_posting_day = true\nreturns.days = 7\ncollect.'2026Q1'.due = 2026-04-08\n\
        notice.'2026Q1'.posted = 2026-04-10\nnotice.'2026M01'.posted = 2026-02-05\nforms.month = ['board']\narchive.fonds = '0031'\n\
        [[assign]]\ncategory = '农村党员'\nscheme = 'register-60'\n[[assign]]\ncommittee = '第一党委'\nscheme = 'ju-10star'\npaper = 'A3'\n";
    let book = "[填写说明]\n怎么填\n[基本设置]\n设置\n\n项目 | 内容 | 说明 | 示例\n县名 | 示范县\n行政区划代码 | 360102\n发文机关 | 中共示范县委组织部\n\
        年度 | 2026年\n机构名册 | r.xlsx\n收件文件夹 | in\n默认积分制 | 评星定格积分制\n类别 | 离退休党员、流动党员\n期间 | 三季度\n公示电话 | 0791-12380\n\
        张贴日计入 | 是\n公示纸张 | a3\n退回期限 | 7\n分送合并 | 不合并\n调动计分 | 各计各的\n更正公示 | 全部\n上年结果 | ../2025\n语言 | 英文\n密码 | a,b¶八\n\
        [积分制分配]\n类别 | 党委 | 支部 | 积分制 | 公示纸张\n农村党员 | | | 积分登记制\n | 第一党委 | | ju-10star | A3\n\
        [日期]\n期间 | 报送截止 | 公示开始\n一季度 | @46120 | 2026年4月10日\n46023 as yyyy-m | | 2026.2.5\n下半年\n\
        [其他]\n项目 | 内容\n成文日期 | 20261231\n忽略文件 | *.jpg，*.docx\n月度表册 | 考核公示栏\n全宗号 | '0031\n[Sheet2]\n";
    let schemes = [("ju-10star", "评星定格积分制"), ("register-60", "积分登记制")].map(|(id, name)| (id.to_owned(), name.to_owned()));
    let known = Known { schemes: &schemes, forms: &[("board", "考核公示栏")] };
    let folder = tempfile::tempdir().unwrap();
    let load = || load_workspace(folder.path(), &known).map_err(|error| error.message(Lang::Zh)).unwrap();
    let mut drawn = sheets(book);
    drawn.iter_mut().flat_map(|(_, rows)| rows).flatten().for_each(|cell| *cell = cell.replace('¶', "\n"));
    std::fs::write(folder.path().join(WORKBOOK), workbook(&drawn, &[])).unwrap();
    let of_book = load();
    assert!(settings(folder.path()).unwrap().text.contains("passwords = [\"a,b\", \"八\"]\n"));
    std::fs::remove_file(folder.path().join(WORKBOOK)).unwrap();
    std::fs::write(folder.path().join("scorebook.toml"), text).unwrap();
    let of_text = load();
    let plain = |workspace: &Workspace| {
        // Places are each file's own.
        let shown = format!("{workspace:#?}").replace(WORKBOOK, "scorebook.toml");
        let lines = shown.lines().filter(|line| {
            let line = line.trim_start();
            !["line:", "column:", "width:", "source:", "cell:", "sheet:", "row:"].iter().any(|own| line.starts_with(own))
        });
        lines
            .map(|line| line.trim().to_owned())
            .filter(|line| line.len() > 2 && !line.starts_with("InSheet") && !line.starts_with("CellRef"))
            .collect::<Vec<_>>()
    };
    assert_eq!(plain(&of_book), plain(&of_text));
}

#[test]
fn faults_of_all_files_are_said_together() {
    let county = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/clean-register-60"), county.path());
    let file = county.path().join("scorebook.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("县 = \"示范县\"\n{text}")).unwrap();
    std::fs::create_dir(county.path().join("calendar")).unwrap();
    std::fs::write(county.path().join("calendar/2027.toml"), "year = 2027\nholidays = []\n").unwrap();
    std::fs::create_dir(county.path().join("templates")).unwrap();
    std::fs::write(county.path().join("templates/intake.toml"), "[sheet]\n").unwrap();
    std::fs::write(county.path().join("机构名册.xlsx"), "no workbook").unwrap();
    let options = Options { workspace: county.path().to_owned(), ..Options::default() };
    let said = check(&options, &|_, _, _| {}).map(|_| ()).unwrap_err().message(Lang::Zh);
    for part in [
        "scorebook.toml:1:1: 没有“县”这一项，应写 county\n 1 | 县 = \"示范县\"\n   | ^^",
        "2027.toml:2:1: 没有“holidays”这一项，应写 off\n 2 | holidays = []\n   | ^^^^^^^^",
        "intake.toml:1:2: 没有“sheet”这个键",
        "机构名册.xlsx：这个文件不是电子表格",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
}

/// Both pages of settings list every key of the code.
#[test]
fn the_pages_of_settings_list_every_key() {
    let page = |name: &str| std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)).unwrap();
    let pages = [page("settings.md"), page("settings.zh.md")];
    let mut words: Vec<String> = items().flat_map(|item| [format!("`{}`", item.key), format!("| {} |", item.name)]).collect();
    words.extend(ASSIGN.iter().flat_map(|(heading, key, ..)| [(*heading).to_owned(), format!("`{key}`")]));
    words.extend(DATES.iter().map(|(heading, _)| (*heading).to_owned()));
    words.extend(["`due`", "`posted`", "[[assign]]", "[archive.retention]", "[collect.\"2026Q1\"]", "[notice."].map(String::from));
    for page in &pages {
        let missing: Vec<&String> = words.iter().filter(|word| !page.contains(word.as_str())).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
    // What the text may hold is what the items hold, and tables that are told of above.
    let known = Known { schemes: &[], forms: &[] };
    let Err(CountyError::Config { error, .. }) = workspace_of("nonsense = 1\n", &known) else { panic!("refused") };
    let said = error.faults.iter().find_map(|fault| fault.said.en.strip_prefix("unknown key `nonsense`; allowed here: ")).unwrap();
    for key in said.split_whitespace() {
        let is = |own: &str| own == key || own.starts_with(&format!("{key}."));
        assert!(items().any(|item| is(item.key)) || ["assign", "collect"].contains(&key), "{key}");
    }
}
