//! Faults of the county's own files stop a run before a submission is opened.

use std::path::{Path, PathBuf};

use scorebook::config::ConfigError;
use scorebook::county::{CountyError, Known, workspace_of};
use scorebook::diag::Lang;
use scorebook::period::Calendar;
use scorebook::run::{Options, check};
use scorebook::submission::Intake;

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
fn a_register_s_fault_names_the_cell_and_the_column_that_is_near() {
    let told = |rows: &[&str]| {
        let county = tempfile::tempdir().unwrap();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/clean-register-60"), county.path());
        let rows = rows.iter().map(|row| crate::support::cells(row)).collect();
        let register = crate::support::workbook(&vec![("机构名册".to_owned(), rows)], &[]);
        std::fs::write(county.path().join("机构名册.xlsx"), register).unwrap();
        let options = Options { workspace: county.path().to_owned(), ..Options::default() };
        check(&options, &|_, _, _| {}).map(|_| ()).unwrap_err().message(Lang::Zh)
    };
    let missing = told(&["支部编码 | 支部名称 | 上级党委", "'0101 | 第一支部 | 第一党委"]);
    assert!(missing.ends_with("单元格C1：缺少“上级党组织”列；写成“上级党委”的请改为“上级党组织”"), "{missing}");
    let error = told(&["支部编码 | 支部名称 | 上级党组织", "#REF! | 第一支部 | 第一党委"]);
    assert!(error.ends_with("单元格A2：“支部编码”应是文字，写的是 #REF!"), "{error}");
    let empty = told(&["支部编码 | 支部名称 | 上级党组织", " | 第一支部 | 第一党委"]);
    assert!(empty.ends_with("单元格A2：“支部编码”是空的"), "{empty}");
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

fn faults_of(kind: &str, text: &str) -> ConfigError {
    let known = Known { schemes: &["ju-10star".into(), "register-60".into()], forms: &["board", "registry"] };
    let error = match kind {
        "scorebook" => match workspace_of(text, &known) {
            Err(CountyError::Config { error, .. }) => Err(error),
            other => panic!("{other:?}"),
        },
        "intake" => Intake::default().add(text),
        _ => Calendar::default().add(text),
    };
    error.expect_err(text)
}

/// Each file of `tests/cases/configuration` is wrong, and ends with the faults that are to be found in it, as
/// `#zh line:column text` and `#en …`; `BLESS=1` writes them anew.
#[test]
fn every_fault_of_the_county_s_files_is_said_at_once_with_its_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/configuration");
    let mut seen = 0;
    for kind in ["scorebook", "intake", "calendar"] {
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder.join(kind)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for path in files {
            seen += 1;
            let kept = std::fs::read_to_string(&path).unwrap();
            let text = kept.split("\n#zh ").next().unwrap().trim_end();
            let error = faults_of(kind, &format!("{text}\n"));
            let mut lines = vec![text.to_owned(), String::new()];
            for fault in &error.faults {
                let place = format!("{}:{}", fault.spot.line, fault.spot.column);
                lines.push(format!("#zh {place} {}", fault.said.zh));
                lines.push(format!("#en {place} {}", fault.said.en));
            }
            let told = lines.join("\n") + "\n";
            let shown = path.display();
            if std::env::var_os("BLESS").is_some() {
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
        }
    }
    assert!(seen >= 15, "{seen}");
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
        "机构名册.xlsx：",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
}
