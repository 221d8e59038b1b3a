//! Closing years, and what is read back from the bags.

use std::path::{Path, PathBuf};

use scorebook::archive::{ArchiveOrder, Archived, archive};
use scorebook::bag::{Damage, Retention, history, verify};
use scorebook::diag::Lang;
use scorebook::forms::FORMS;
use scorebook::rollup::UnusualKind;
use scorebook::run::{Options, RunError, Summary, run};
use scorebook::sample::{County, Size};
use scorebook::scheme::load;
use scorebook::table::Value;

use super::order::{Cells, submissions, write};

/// A small county of one year in a folder of its own; `change` may turn each submission's sheets.
pub(super) fn county(root: &Path, year: i32, mut change: impl FnMut(usize, &mut Vec<Cells>)) {
    let scheme = load(std::str::from_utf8(&scorebook::builtin::scheme("register-60").unwrap()).unwrap()).unwrap();
    let planned = County::new(Size { branches: 3, members: 6, mess: 0, seed: 7 }, vec![scheme]).unwrap();
    std::fs::create_dir_all(root).unwrap();
    for (path, bytes) in planned.frame().unwrap() {
        let text = String::from_utf8(bytes.clone()).map(|text| text.replace("2026", &year.to_string()));
        std::fs::write(root.join(path), text.map_or(bytes, String::into_bytes)).unwrap();
    }
    for (at, (path, mut sheets)) in submissions(&planned).into_iter().enumerate() {
        for row in sheets.iter_mut().filter(|(name, _)| name == "支部信息").flat_map(|(_, rows)| rows) {
            if row[0] == Value::Text("年度".into()) {
                row[1] = Value::Text(year.to_string());
            }
        }
        change(at, &mut sheets);
        write(root, &path, &sheets);
    }
}

pub(super) fn options(root: &Path) -> Options {
    Options { workspace: root.to_owned(), forms: Some(Vec::new()), ..Options::default() }
}

pub(super) fn scored(options: &Options) -> Summary {
    run(options, &|_, _, _| {}).unwrap_or_else(|error| panic!("{}", error.message(Lang::En)))
}

fn closed(root: &Path, order: &ArchiveOrder) -> Result<Archived, RunError> {
    archive(&options(root), order, None, &|_, _, _| {})
}

fn order(to: PathBuf) -> ArchiveOrder {
    ArchiveOrder { to, incomplete: None }
}

/// Run and archived into a bag.
pub(super) fn bag(root: &Path, to: PathBuf) -> Archived {
    scored(&options(root));
    closed(root, &order(to)).unwrap_or_else(|error| panic!("{}", error.message(Lang::En)))
}

pub(super) fn damages(bag: &Path) -> Vec<Damage> {
    verify(bag).unwrap().damages
}

pub(super) fn said<T>(result: Result<T, RunError>) -> String {
    result.err().map(|error| error.message(Lang::En)).unwrap_or_default()
}

/// Deducts five points from everybody of a submission in every item and period.
fn deduct(sheets: &mut [Cells]) {
    let beside = ["序号", "姓名", "期间", "评分方", "加分", "加分事由", "记录人", "复核人"];
    for (_, rows) in sheets.iter_mut().filter(|(name, _)| name.starts_with("积分登记")) {
        let Some((head, body)) = rows.split_first_mut() else { continue };
        let items: Vec<usize> = (0..head.len()).filter(|at| !beside.iter().any(|name| head[*at] == Value::Text((*name).into()))).collect();
        for row in body {
            for at in &items {
                row[*at] = Value::Number((-5).into());
            }
        }
    }
}

#[test]
fn last_year_is_read_from_the_tables_of_bags() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    county(&at("then"), 2025, |at, sheets| {
        if at == 0 {
            deduct(sheets);
        }
    });
    bag(&at("then"), at("bags/then"));
    county(&at("now"), 2026, |_, _| {});
    let with = |place: &str| run(&Options { last_year: Some(at(place)), ..options(&at("now")) }, &|_, _, _| {});
    // The result of the year itself, as a folder, is what the bag must come to.
    let wanted = with("then/out").unwrap().resolved.comparison.unusual;
    assert!(wanted.iter().any(|one| one.branch == 0 && one.kind == UnusualKind::Mean), "{wanted:?}");
    for place in ["bags/then", "bags"] {
        let summary = with(place).unwrap_or_else(|error| panic!("{}", error.message(Lang::En)));
        let (name, digest) = &summary.resolved.comparison.inputs[0];
        assert_eq!(summary.resolved.comparison.unusual, wanted, "{place}");
        assert!(name.ends_with("results/369901-2025.parquet") && name.starts_with("last-year/") && digest.len() == 64, "{name}");
    }

    // Other years and other counties beside it change nothing, another part of the year is not there.
    bag(&at("now"), at("bags/now"));
    county(&at("other"), 2025, |_, sheets| deduct(sheets));
    let config = std::fs::read_to_string(at("other/scorebook.toml")).unwrap();
    assert!(config.contains("369901"), "{config}");
    std::fs::write(at("other/scorebook.toml"), config.replace("369901", "369902").replace("示范县", "别县")).unwrap();
    bag(&at("other"), at("bags/other"));
    assert_eq!(with("bags").unwrap().resolved.comparison.unusual, wanted);
    assert!(said(with("bags/other")).contains("there is no result of 示范县 of 2025; found others:"), "{}", said(with("bags/other")));
    let half = Options { period: scorebook::period::RunPeriod::parse("2026H1"), last_year: Some(at("bags")), ..options(&at("now")) };
    assert!(said(run(&half, &|_, _, _| {})).contains("of 2025H1"));

    // The same branches in two bags leave open which counts.
    std::fs::create_dir_all(at("twice")).unwrap();
    bag(&at("then"), at("twice/a"));
    bag(&at("then"), at("twice/b"));
    assert!(said(with("twice")).contains("is in both"), "{}", said(with("twice")));

    // Damage to the table is one error, whether it is found by digest or by absence.
    let table = at("bags/then/data/parquet/results/369901-2025.parquet");
    let bytes = std::fs::read(&table).unwrap();
    let mut other = bytes.clone();
    other[bytes.len() / 2] ^= 1;
    std::fs::write(&table, other).unwrap();
    for damage in ["changed", "missing", "manifest"] {
        match damage {
            "missing" => std::fs::remove_file(&table).unwrap(),
            "manifest" => std::fs::remove_file(at("bags/then/manifest-sha256.txt")).unwrap(),
            _ => {}
        }
        assert!(said(with("bags")).contains("`results` is missing or damaged"), "{damage}: {}", said(with("bags")));
        assert_eq!(history(&at("bags"), "nobody").unwrap().unusable, [at("bags/then")], "{damage}");
    }
    assert!(!damages(&at("bags/then")).is_empty());
}

/// Changes the county's settings.
/// Bags made before the tables' files bore county and year in their own names.
#[test]
fn a_bag_with_folders_by_county_and_year_stays_readable() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/archive/folders-by-county-and-year");
    assert!(kept.join("data/parquet/results/county=369901/year=2025/part.parquet").is_file());
    assert_eq!(damages(&kept), []);
    for row in rows(&kept.join("data/run/results.jsonl")).iter().filter(|row| row["subject"] == "member") {
        let found = history(&kept, row["name"].as_str().unwrap()).unwrap();
        assert_eq!((found.bags, found.unusable.len(), found.people.len()), (1, 0, 1));
        assert_eq!(found.people[0].years[0].total.as_deref(), row["total"].as_str());
    }
    let differing: Vec<_> = rerun(&kept).differences.into_iter().filter(|one| one.subject.starts_with("data/parquet/results")).collect();
    assert_eq!(differing, []);
    let folder = tempfile::tempdir().unwrap();
    county(folder.path(), 2026, |_, _| {});
    let summary = run(&Options { last_year: Some(kept), ..options(folder.path()) }, &|_, _, _| {})
        .unwrap_or_else(|error| panic!("{}", error.message(Lang::En)));
    assert!(summary.resolved.comparison.inputs[0].0.ends_with("year=2025/part.parquet"));
}

fn configure(root: &Path, change: impl FnOnce(String) -> String) {
    let path = root.join("scorebook.toml");
    std::fs::write(&path, change(std::fs::read_to_string(&path).unwrap())).unwrap();
}

/// Every file below a folder with its bytes.
pub(super) fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries =
        walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file());
    entries.map(|entry| (entry.path().strip_prefix(folder).unwrap().to_owned(), std::fs::read(entry.path()).unwrap())).collect()
}

/// Who stands first in the roster of the first submission, with the identity number.
fn first_member(root: &Path) -> (String, String) {
    let mut found = None;
    for (path, bytes) in files(&root.join("inbox")) {
        let book = scorebook::sheet::read(&path.to_string_lossy(), &bytes, &scorebook::sheet::Limits::default()).unwrap();
        let roster = book.sheets.iter().find(|sheet| &*sheet.name == "党员名册").unwrap();
        let texts: Vec<String> = roster.rows[1].cells.iter().map(|cell| format!("{:?}", cell.content)).collect();
        let number = texts.iter().find_map(|text| text.split('"').nth(1).filter(|text| text.len() == 18)).unwrap().to_owned();
        found.get_or_insert((texts[1].split('"').nth(1).unwrap().to_owned(), number));
    }
    found.unwrap()
}

#[test]
fn a_person_key_ties_years_and_counties_and_reaches_no_output() {
    const KEY: &str = "one-key-of-the-province-2026";
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    // The same people in two counties and two years, as if everybody had moved.
    for (name, year, code, key) in [("a", 2025, "369901", KEY), ("b", 2026, "369902", KEY), ("c", 2026, "369902", "another-key-than-that")]
    {
        county(&at(name), year, |_, _| {});
        configure(&at(name), |text| format!("person_key = \"{key}\"\n{}", text.replace("369901", code)));
    }
    let (name, number) = first_member(&at("a"));
    bag(&at("a"), at("bags/a"));
    bag(&at("b"), at("bags/b"));
    let found = history(&at("bags"), &name).unwrap();
    let person = found.people.iter().find(|person| person.years.len() == 2).unwrap();
    assert!(person.by_number && person.transfers() == [1], "{person:?}");
    assert_eq!((found.keys.len(), person.years[0].county.as_str(), person.years[1].county.as_str()), (1, "369901", "369902"));

    // No plain digest in any table, the secret nowhere, and still all of it verifies and scores the same again.
    let plain = scorebook::bag::PersonKey::new(None).of(&number);
    let keyed = scorebook::bag::PersonKey::new(Some(KEY)).of(&number);
    let holds = |folder: &Path, text: &str| -> Vec<PathBuf> {
        let holds = |bytes: &[u8]| memchr::memmem::find(bytes, text.as_bytes()).is_some();
        files(folder).into_iter().filter(|(_, bytes)| holds(bytes)).map(|(path, _)| path).collect()
    };
    for place in [at("a/out"), at("bags/a")] {
        assert_eq!(holds(&place, KEY), Vec::<PathBuf>::new());
        assert_eq!(holds(&place, &plain), Vec::<PathBuf>::new());
        assert!(!holds(&place, &keyed).is_empty());
    }
    assert_eq!(damages(&at("bags/a")), []);
    let again = scorebook::archive::rerun(&at("bags/a"), None, None, &|_, _, _| {}).unwrap();
    assert!(again.results > 10 && again.differences.is_empty(), "{again:?}");

    // Under another key nobody is recognised, and history says why.
    std::fs::create_dir(at("mixed")).unwrap();
    std::fs::rename(at("bags/a"), at("mixed/a")).unwrap();
    bag(&at("c"), at("mixed/c"));
    let found = history(&at("mixed"), &name).unwrap();
    assert!(found.people.iter().all(|person| person.years.len() == 1) && found.keys.len() == 2, "{found:?}");
}

/// Lines of a JSON file.
fn rows(path: &Path) -> Vec<serde_json::Value> {
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    scorebook::digest::sha256_hex(bytes)
}

pub(super) fn rerun(bag: &Path) -> scorebook::archive::Rerun {
    scorebook::archive::rerun(bag, None, None, &|_, _, _| {}).unwrap_or_else(|error| panic!("{}", error.message(Lang::En)))
}

/// The fixture is the first branch's submission under the password 县委2026.
#[test]
fn what_a_password_opened_is_kept_open() {
    let root = crate::support::Workdir::copy_of("clean-register-60");
    let at = |name: &str| root.path().join(name);
    let own = at("inbox/第一党委/第一东1支部.xlsx");
    let plain = std::fs::read(&own).unwrap();
    let locked = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/reading/submission.xlsx")).unwrap();
    configure(root.path(), |text| format!("passwords = [\"12345\", \"县委2026\"]\n{text}"));
    let closed = tempfile::tempdir().unwrap();
    std::fs::write(&own, &locked).unwrap();
    // A branch of this county has sent nothing.
    let bag = |name: &str| {
        scored(&options(root.path()));
        let order = ArchiveOrder { incomplete: Some("x".into()), ..order(closed.path().join(name)) };
        super::archive::closed(root.path(), &order).unwrap_or_else(|error| panic!("{}", error.message(Lang::En)))
    };
    let first = bag("file");
    // The same inside an archive: that cannot be kept as it is, so what is in it is.
    std::fs::remove_file(&own).unwrap();
    std::fs::write(at("inbox/第一党委/东.zip"), crate::support::zip(&[("第一东1支部.xlsx", &locked), ("说明.txt", "x".as_bytes())]))
        .unwrap();
    let second = bag("zip");
    for (bag, first_name) in [(&first.folder, "第一党委/第一东1支部.xlsx"), (&second.folder, "第一党委/东.zip!/第一东1支部.xlsx")]
    {
        let originals = rows(&bag.join("data/originals.jsonl"));
        let one = originals.iter().find(|one| one["first_name"] == first_name).unwrap_or_else(|| panic!("{originals:?}"));
        assert_eq!((one["sha256"].as_str(), one["opened_sha256"].as_str()), (Some(&*sha256(&locked)), Some(&*sha256(&plain))));
        assert_eq!(std::fs::read(bag.join("data/originals").join(one["path"].as_str().unwrap())).unwrap(), plain);
        assert_eq!(one["archive_sha256"].is_string(), first_name.contains("zip"));
        let config = std::fs::read_to_string(bag.join("data/workspace/scorebook.toml")).unwrap();
        assert!(!config.contains("县委2026") && config.contains("register-60"), "{config}");
        assert_eq!(damages(bag), []);
        let again = rerun(bag);
        assert!(again.results > 10 && again.differences.is_empty(), "{again:?}");
    }
}

#[test]
fn an_unfinished_year_is_closed_with_its_reason_only() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    county(&at("w"), 2026, |_, _| {});
    let inbox = files(&at("w/inbox"));
    let of = |code: &str| at("w/inbox").join(&inbox.iter().find(|(path, _)| path.to_string_lossy().contains(code)).unwrap().0);
    std::fs::remove_file(of("0101")).unwrap();
    std::fs::write(of("0201"), "no workbook").unwrap();
    scored(&options(&at("w")));
    let refused = said(closed(&at("w"), &order(at("bag"))));
    assert!(refused.contains("the year is unfinished: 0 returned (), 2 missing (0101 0201)"), "{refused}");
    assert!(!at("bag").exists() && std::fs::read_dir(folder.path()).unwrap().count() == 1, "nothing is left");

    // With the reason it is in the bag for good: for people, and for programs.
    county(&at("w"), 2026, |at, sheets| {
        if at == 1 {
            sheets.retain(|(name, _)| name != "党员名册");
        }
    });
    std::fs::remove_file(of("0101")).unwrap();
    scored(&options(&at("w")));
    let reason = ArchiveOrder { incomplete: Some("大雪封山，\n年后补".into()), ..order(at("bag")) };
    let done = closed(&at("w"), &reason).unwrap();
    assert_eq!(done.unfinished, (vec!["0201".to_owned()], vec!["0101".to_owned()]));
    let verdict = verify(&at("bag")).unwrap();
    assert_eq!(verdict.damages, []);
    let info = |label: &str| verdict.info.get(label).cloned().unwrap_or_default();
    assert_eq!(info("Scorebook-Incomplete"), "大雪封山， 年后补", "a value is one line");
    assert_eq!((info("Scorebook-Returned-Branches"), info("Scorebook-Missing-Branches")), ("0201".into(), "0101".into()));
    let report = std::fs::read(at("bag/data/四性检测报告.xlsx")).unwrap();
    let report = scorebook::sheet::read("x.xlsx", &report, &scorebook::sheet::Limits::default()).unwrap();
    assert!(format!("{report:?}").contains("未完成即归档，原因：大雪封山"));

    // A finished year takes no reason, whatever is said.
    county(&at("whole"), 2026, |_, _| {});
    scored(&options(&at("whole")));
    closed(&at("whole"), &ArchiveOrder { to: at("bag-2"), ..reason }).unwrap();
    assert_eq!(verify(&at("bag-2")).unwrap().info.get("Scorebook-Incomplete"), None);
}

#[test]
fn the_same_year_gives_the_same_bag_and_another_inbox_none() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    county(&at("w"), 2026, |_, _| {});
    let first = bag(&at("w"), at("first"));
    let workspace = files(&at("w"));
    let second = closed(&at("w"), &order(at("second"))).unwrap();
    assert!(first.new && second.new && first.digest == second.digest);
    assert!(files(&at("first")) == files(&at("second")), "the same bytes");
    assert!(!closed(&at("w"), &order(at("first"))).unwrap().new, "its own bag stands already");
    assert!(files(&at("w")) == workspace, "nothing in the workspace is touched");

    let own = at("w/inbox").join(&files(&at("w/inbox"))[0].0);
    let kept = std::fs::read(&own).unwrap();
    std::fs::write(at("w/inbox/late.xlsx"), "late").unwrap();
    let words = "# 字\n";
    for (change, word) in
        [("added", "added 1: late.xlsx"), ("changed", "changed 1: "), ("gone", "gone 1: "), ("words", "added 1: templates/intake.toml")]
    {
        match change {
            "changed" => {
                std::fs::remove_file(at("w/inbox/late.xlsx")).unwrap();
                std::fs::write(&own, "other").unwrap();
            }
            "gone" => std::fs::remove_file(&own).unwrap(),
            "words" => {
                std::fs::write(&own, &kept).unwrap();
                std::fs::create_dir(at("w/templates")).unwrap();
                std::fs::write(at("w/templates/intake.toml"), words).unwrap();
            }
            _ => {}
        }
        let refused = said(closed(&at("w"), &order(at("none"))));
        assert!(refused.contains("changed after the run") && refused.contains(word), "{change}: {refused}");
    }
    // What was read with the county's own words is archived with them.
    bag(&at("w"), at("with-words"));
    assert_eq!(std::fs::read_to_string(at("with-words/data/workspace/templates/intake.toml")).unwrap(), words);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 4, "nothing is left beside workspace and bags");
}

#[test]
fn a_bag_is_signed_or_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    county(&at("w"), 2026, |_, _| {});
    scored(&options(&at("w")));
    let asked = std::sync::Mutex::new(Vec::new());
    let sign = |digest: &str| -> Result<Vec<u8>, String> {
        asked.lock().unwrap().push(digest.to_owned());
        Ok(b"signature".to_vec())
    };
    let done = archive(&options(&at("w")), &order(at("signed")), Some(&sign), &|_, _, _| {}).unwrap();
    assert_eq!(asked.lock().unwrap().as_slice(), std::slice::from_ref(&done.digest));
    assert_eq!(done.digest, sha256(&std::fs::read(at("signed/tagmanifest-sha256.txt")).unwrap()));
    assert_eq!(std::fs::read(at("signed/signature.bin")).unwrap(), b"signature");
    let verdict = verify(&at("signed")).unwrap();
    assert!(verdict.signed && verdict.damages.is_empty(), "{verdict:?}");
    let fail = |_: &str| -> Result<Vec<u8>, String> { Err("no card in the reader".into()) };
    let failed = said(archive(&options(&at("w")), &order(at("none")), Some(&fail), &|_, _, _| {}));
    assert!(failed.contains("no card in the reader"), "{failed}");
    let mut left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["signed", "w"]);
}

/// docs/archive.md says for each form how long it is kept, each in the row of its period.
#[test]
fn the_page_names_the_retention_of_every_form() {
    let page = include_str!("../../docs/archive.md");
    let row = |retention: Retention| {
        let start = format!("| {} |", retention.zh());
        page.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("no row {start}"))
    };
    for form in FORMS {
        let id = format!("`{}`", form.id);
        let rows: Vec<&str> = Retention::ALL.into_iter().filter(|one| row(*one).contains(&id)).map(Retention::zh).collect();
        assert_eq!(rows, [form.retention.zh()], "{id}");
    }
    for kind in ["register", "county", "scheme", "submission", "findings", "data"] {
        assert!(row(Retention::of(kind)).contains(&format!("`{kind}`")), "{kind}");
    }
}
