//! Closing years, and what is read back from the bags.

use std::path::{Path, PathBuf};

use scorebook::archive::{Damage, history, verify};
use scorebook::diag::Lang;
use scorebook::form::table::Value;
use scorebook::rollup::UnusualKind;
use scorebook::run::{ArchiveOrder, Archived, Options, RunError, Summary, archive, run};
use scorebook::sample::{County, Size};
use scorebook::scheme::load;

use super::order::{Cells, submissions, write};

/// A small county of one year in a folder of its own; `change` may turn each submission's sheets.
fn county(root: &Path, year: i32, mut change: impl FnMut(usize, &mut Vec<Cells>)) {
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

fn options(root: &Path) -> Options {
    Options { workspace: root.to_owned(), forms: Some(Vec::new()), ..Options::default() }
}

fn scored(options: &Options) -> Summary {
    run(options, &|_, _, _| {}).unwrap_or_else(|error| panic!("{}", error.message(Lang::En)))
}

fn closed(root: &Path, order: &ArchiveOrder) -> Result<Archived, RunError> {
    archive(&options(root), order, None, &|_, _, _| {})
}

fn order(to: PathBuf) -> ArchiveOrder {
    ArchiveOrder { to, incomplete: None }
}

/// Run and archived into a bag.
fn bag(root: &Path, to: PathBuf) -> Archived {
    scored(&options(root));
    closed(root, &order(to)).unwrap_or_else(|error| panic!("{}", error.message(Lang::En)))
}

fn damages(bag: &Path) -> Vec<Damage> {
    verify(bag).unwrap().damages
}

fn said<T>(result: Result<T, RunError>) -> String {
    result.err().map(|error| error.message(Lang::En)).unwrap_or_default()
}

/// Deducts five points from everybody of a submission in every item and period.
fn deduct(sheets: &mut [Cells]) {
    let beside = ["序号", "姓名", "期间", "评分方", "加分", "加分事由", "记录人", "复核人"];
    for (_, rows) in sheets.iter_mut().filter(|(name, _)| name.starts_with("积分登记")) {
        let Some((head, body)) = rows.split_first_mut() else { continue };
        let items: Vec<usize> = (0..head.len()).filter(|at| !beside.iter().any(|name| head[*at] == Value::Text((*name).into()))).collect();
        for row in body {
            items.iter().for_each(|at| row[*at] = Value::Number((-5).into()));
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
        assert!(name.ends_with("year=2025/part.parquet") && name.starts_with("last-year/") && digest.len() == 64, "{name}");
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
    let table = at("bags/then/data/parquet/results/county=369901/year=2025/part.parquet");
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
