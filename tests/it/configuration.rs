//! Faults of the county's own files stop a run before a submission is opened.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use scorebook::config::{ConfigError, Fault, Spot};
use scorebook::county::{
    ASSIGN, CountyError, DATES, Known, WORKBOOK, Workspace, check_rules, items, load_register, load_workspace, settings, workspace_of,
};
use scorebook::diag::Lang;
use scorebook::period::Calendar;
use scorebook::run::{Options, RunError, check};
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

/// What a whole workspace with these further files is refused with.
fn workspace_refused(text: &str) -> Vec<[String; 2]> {
    let county = crate::support::Workdir::county("register-60");
    let county = text.lines().fold(county, |county, line| {
        let (name, content) = line.split_once(": ").unwrap();
        county.write(name, content.replace('¶', "\n").as_bytes())
    });
    let root = format!("{}/", county.path().display());
    let error = scorebook::run::prepare(&Options { workspace: county.path().to_owned(), ..Options::default() }).map(|_| ()).unwrap_err();
    let all = if let RunError::Several(all) = error { all } else { vec![error] };
    // Each fault is a line; what stands set in below shows its place.
    let told = |lang| -> Vec<String> {
        let lines = all.iter().flat_map(|error| error.message(lang).lines().map(|line| line.replace(&root, "")).collect::<Vec<_>>());
        lines.filter(|line| !line.starts_with(' ')).collect()
    };
    told(Lang::Zh).into_iter().zip(told(Lang::En)).map(|(zh, en)| [zh, en]).collect()
}

/// What a case of a kind is refused with: the faults, each in both languages.
fn refused(kind: &str, text: &str) -> Vec<[String; 2]> {
    if kind == "workspace" {
        return workspace_refused(text);
    }
    let mut schemes = vec![("ju-10star", "评星定格积分制"), ("register-60", "积分登记制")];
    schemes.extend((kind == "rules").then_some(("own", "评星定格积分制")));
    let schemes: Vec<(String, String)> = schemes.into_iter().map(|(id, name)| (id.to_owned(), name.to_owned())).collect();
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
            let categories = ["农村党员", "社区党员", "机关党员", "企业党员", "社会组织党员"].map(String::from);
            load_register(&own("机构名册.xlsx"), &|heading| intake.register_column(heading).to_owned(), &categories).map(|_| ())
        }
        "rules" => workspace_of(text, &known).and_then(|workspace| {
            let sheets = sheets("[机构名册]\n支部编码 | 支部名称 | 上级党组织\n'0101 | 第一支部 | 第一党委\n'0201 | 第二支部 | 第二党委\n");
            std::fs::write(own("机构名册.xlsx"), workbook(&sheets, &[])).unwrap();
            check_rules(&workspace, &load_register(&own("机构名册.xlsx"), &str::to_owned, &[]).unwrap())
        }),
        "files" => {
            for line in text.lines() {
                match (line.split_once(": "), line.strip_suffix('/')) {
                    (Some((name, content)), _) => std::fs::write(own(name), content).unwrap(),
                    (None, Some(name)) => std::fs::create_dir(own(name)).unwrap(),
                    (None, None) => std::fs::write(own(line), "").unwrap(),
                }
            }
            load_register(&own("机构名册.xlsx"), &str::to_owned, &[]).map(|_| ())
        }
        "folder" => {
            text.lines().for_each(|name| std::fs::write(own(name), "").unwrap());
            load_workspace(folder.path(), &known).map(|_| ())
        }
        "intake" => Intake::default().add(text).map_err(|error| CountyError::Config { path: "intake.toml".into(), error }),
        _ => Calendar::default().add(text).map_err(|error| CountyError::Config { path: "calendar.toml".into(), error }),
    };
    let shown = |path: &Path| {
        let own = path.strip_prefix(folder.path()).unwrap_or(path).display().to_string();
        if own.is_empty() { "demo-county".to_owned() } else { own }
    };
    match error {
        Err(CountyError::Config { path, error }) => {
            // Neither the message nor the error as programs print it shows a secret.
            let all = format!("{}{}{error:?}", error.message("", Lang::Zh), error.message("", Lang::En));
            assert!(!all.contains("geheim") && !all.contains("777"), "{text}: {all}");
            let alone = |fault: &Fault| ConfigError {
                faults: vec![Fault { spot: Spot { source: String::new(), ..fault.spot.clone() }, ..fault.clone() }],
            };
            error.faults.iter().map(|fault| [Lang::Zh, Lang::En].map(|lang| alone(fault).message(&shown(&path), lang))).collect()
        }
        Err(CountyError::Io { path, source }) => {
            let error = CountyError::Io { path: shown(&path).into(), source };
            vec![[Lang::Zh, Lang::En].map(|lang| error.message(lang))]
        }
        Ok(()) => panic!("{text}: nothing is wrong"),
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
const KINDS: [(&str, &str); 9] = [
    ("folder", "Which file holds the settings"),
    ("files", "Files that cannot be opened"),
    ("settings", "设置.xlsx"),
    ("scorebook", "scorebook.toml"),
    ("rules", "Settings beside the register and the schemes"),
    ("register", "机构名册"),
    ("calendar", "calendar/<year>.toml"),
    ("intake", "templates/intake.toml"),
    ("workspace", "Several files of a workspace"),
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
            let faults = refused(kind, &format!("{text}\n"));
            let mut lines = vec![text.to_owned(), String::new()];
            lines.extend(faults.iter().flat_map(|[zh, en]| [format!("#zh {zh}"), format!("#en {en}")]));
            let told = lines.join("\n") + "\n";
            let shown = path.display();
            if bless {
                std::fs::write(&path, &told).unwrap();
            } else {
                assert_eq!(told, kept, "{shown}");
            }
            for [zh, en] in &faults {
                assert!(zh.contains(is_chinese), "{shown}: {zh}");
                assert_ne!(zh, en, "{shown}");
            }
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

fn is_chinese(c: char) -> bool {
    ('\u{4E00}'..='\u{9FFF}').contains(&c)
}

/// What the sources of faults say, and which case has it: every text that is written in a call that makes a fault stands in some case,
/// of the county's files or, as far as both are read by the same reader, of schemes.
#[test]
fn every_fault_of_the_source_is_in_a_case() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut told = String::new();
    for folder in ["tests/cases/configuration", "tests/cases/schemes/errors"] {
        for entry in walk(&root.join(folder)) {
            told.push_str(&std::fs::read_to_string(entry).unwrap());
        }
    }
    let told: Vec<&str> = told.lines().collect();
    let mut sources = walk(&root.join("src/county"));
    sources.extend(walk(&root.join("src/config")));
    sources.extend(["src/period/calendar.rs", "src/submission/intake.rs", "src/run/prepare.rs"].map(|name| root.join(name)));
    let (mut seen, mut missing) = (0, Vec::new());
    for path in sources.iter().filter(|path| !path.ends_with("tests.rs")) {
        let source = std::fs::read_to_string(path).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap();
        // The TOML reader's words and the system's reasons stand in tables, not in calls.
        let listed = ["fault.rs", "error.rs"].iter().any(|name| path.ends_with(name));
        for said in texts_of_faults(source, listed) {
            seen += 1;
            // What only a system says that a test cannot make: a full disk, a file that an office holds.
            let of_system = [
                "磁盘已满",
                "是文件夹，不是文件",
                "磁盘是只读的",
                "系统没有说明原因",
                "系统错误号",
                "没有权限",
                "正被其他程序打开",
                "同名文件",
            ];
            // What is said of options is no fault of a file.
            let is_there =
                said.starts_with("--") || of_system.iter().any(|own| said.contains(own)) || told.iter().any(|line| stands_in(&said, line));
            if !is_there {
                missing.push(format!("{}: {said}", path.display()));
            }
        }
    }
    assert!(missing.is_empty(), "no case of tests/cases/configuration says:\n{}", missing.join("\n"));
    assert!(seen > 80, "{seen} texts found; the search finds nothing any more");
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(walk(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// Chinese texts with some length that stand within a call of `Said::new`, `fault` or `wrong`, in a table of what to say, or that a
/// `format!` makes.
fn texts_of_faults(source: &str, listed: bool) -> Vec<String> {
    let mut found = Vec::new();
    let makes = ["Said::new(", ".fault(", "fault(", "wrong(", "format!("];
    let mut calls: Vec<(usize, bool)> = Vec::new();
    let mut depth = 0;
    let bytes = source.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'/' if source[at..].starts_with("//") => at += source[at..].find('\n').unwrap_or(0),
            b'\'' if source[at..].starts_with("'\"'") || source[at..].starts_with("'('") || source[at..].starts_with("')'") => at += 2,
            b'(' => {
                depth += 1;
                calls.push((depth, makes.iter().any(|make| source[..=at].ends_with(make))));
            }
            b')' => {
                calls.pop();
                depth -= 1;
            }
            b'"' => {
                let mut end = at + 1;
                while bytes[end] != b'"' {
                    end += if bytes[end] == b'\\' { 2 } else { 1 };
                }
                let text = &source[at + 1..end];
                let in_table = listed && (source[..at].ends_with("=> ") || source[..at].trim_end().ends_with("\","));
                let said = in_table || calls.iter().any(|(_, makes)| *makes);
                if said && text.chars().filter(|c| is_chinese(*c)).count() > 3 {
                    found.push(text.replace("\\\"", "\"").replace("\\\\", "\\"));
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The parts of a text between its braces stand in the line, one behind the other.
fn stands_in(text: &str, line: &str) -> bool {
    let text = text.replace("{{", "\u{1}").replace("}}", "\u{2}");
    let mut rest = line;
    for part in text.split('{').enumerate().map(|(at, part)| if at == 0 { part } else { part.split_once('}').map_or("", |(_, part)| part) })
    {
        let part = part.replace('\u{1}', "{").replace('\u{2}', "}");
        let Some(at) = rest.find(&part) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
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
