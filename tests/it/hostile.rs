//! What a stranger, or a stranger's program, may put into an inbox, a result or a bag. Nothing here harms anything: the paths
//! lead to a folder of the test, pipes are never written to, and every test ends by itself.

use std::path::{Path, PathBuf};
use std::time::Duration;

use scorebook::bag::{Columns, DamageKind, Field, Kind, RESULTS, Table, history, verify};
use scorebook::diag::{Code, Lang};
use scorebook::merge::merge;
use scorebook::run::{BranchState, Options, Summary, run};
use scorebook::table::Value;

use super::archive::{bag, county, damages, options, rerun, said, scored, sha256};
use super::order::Cells;
use super::support::{results, zip};

/// What work comes to, if it comes to an end.
fn within_a_minute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || done.send(work()));
    ended.recv_timeout(Duration::from_mins(1)).expect("it does not end")
}

#[cfg(unix)]
fn pipe(path: &Path) {
    let _ = std::fs::remove_file(path);
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

fn submissions(root: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = walkdir::WalkDir::new(root.join("inbox"))
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.is_file())
        .collect();
    all.sort();
    all
}

fn set(sheets: &mut [Cells], field: &str, value: &str) {
    for row in sheets.iter_mut().filter(|(name, _)| name == "支部信息").flat_map(|(_, rows)| rows) {
        if row[0] == Value::Text(field.into()) {
            row[1] = Value::Text(value.into());
        }
    }
}

fn codes(summary: &Summary, wanted: Code) -> usize {
    summary.resolved.findings.iter().filter(|finding| finding.code == wanted).count()
}

/// A bag of one table, listed as a manifest lists it.
fn bag_of(folder: &Path, table: &[u8]) {
    let path = "data/parquet/results/369901-2025.parquet";
    std::fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap();
    std::fs::write(folder.join(path), table).unwrap();
    std::fs::write(folder.join("bagit.txt"), "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n").unwrap();
    std::fs::write(folder.join("manifest-sha256.txt"), format!("{}  {path}\n", sha256(table))).unwrap();
}

/// A table of one row with these columns.
fn table(fields: &'static [Field]) -> Vec<u8> {
    let mut table = Table::new("results", fields).unwrap();
    table.push(fields.iter().map(|field| if field.kind == Kind::Text { "张三".into() } else { 2026.into() }).collect()).unwrap();
    table.finish().unwrap()
}

/// The same with other numbers of rows and values in its footer, of which that of the file is one.
fn with_counts(bytes: &[u8], count: u64) -> Vec<u8> {
    let length = u32::from_le_bytes(bytes[bytes.len() - 8..bytes.len() - 4].try_into().unwrap()) as usize;
    let (body, footer) = bytes[..bytes.len() - 8].split_at(bytes.len() - 8 - length);
    let mut number = Vec::new();
    let mut rest = count << 1; // zigzag
    while rest >= 0x80 {
        number.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    number.push(rest as u8);
    let mut changed = Vec::new();
    let mut at = 0;
    while at < footer.len() {
        // A field of type i64 with the value 1, the number of rows.
        if footer[at..].starts_with(&[0x16, 0x02]) {
            changed.push(0x16);
            changed.extend(&number);
            at += 2;
        } else {
            changed.push(footer[at]);
            at += 1;
        }
    }
    assert!(changed.len() > footer.len());
    [body, &changed, &(changed.len() as u32).to_le_bytes(), b"PAR1"].concat()
}

#[test]
fn one_bad_bag_stops_neither_history_nor_last_year() {
    const WITHOUT: &[Field] = &[Field { name: "name", kind: Kind::Text }, Field { name: "period", kind: Kind::Text }];
    const OTHERWISE: &[Field] = &[Field { name: "name", kind: Kind::Text }, Field { name: "person", kind: Kind::Count }];
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    county(&at("then"), 2025, |_, _| {});
    bag(&at("then"), at("bags/then"));
    county(&at("now"), 2026, |_, _| {});
    let with = |place: PathBuf| {
        let options = Options { last_year: Some(place), ..options(&at("now")) };
        within_a_minute(move || {
            run(&options, &|_, _, _| {}).unwrap_or_else(|error| panic!("{}", error.message(Lang::En))).resolved.comparison
        })
    };
    let wanted = with(at("bags"));
    assert!(wanted.unusable.is_empty());
    let name = {
        let bytes = std::fs::read(at("then/out/2025/results.jsonl")).unwrap();
        let row: serde_json::Value = serde_json::from_slice(bytes.split(|byte| *byte == b'\n').next().unwrap()).unwrap();
        row["name"].as_str().unwrap().to_owned()
    };
    let known = history(&at("bags"), &name).unwrap();
    assert!(!known.people.is_empty() && known.unusable.is_empty());

    let whole = table(RESULTS);
    let bad: [(&str, Vec<u8>); 6] = [
        ("a-no-person", table(WITHOUT)),
        ("b-number-for-person", table(OTHERWISE)),
        ("c-rows", with_counts(&whole, 20_000)),
        ("d-rows", with_counts(&whole, 60_000)),
        ("e-text", b"PAR1 and no more".to_vec()),
        ("f-nothing", Vec::new()),
    ];
    for (name, bytes) in &bad {
        bag_of(&at("bags").join(name), bytes);
    }
    // A path out of the bag to a table that is whole and has the digest.
    bag_of(&at("bags/g-outside"), &whole);
    std::fs::write(at("outside.parquet"), &whole).unwrap();
    let out = format!("{}  data/parquet/results/../../../../../outside.parquet\n", sha256(&whole));
    std::fs::write(at("bags/g-outside/manifest-sha256.txt"), out).unwrap();
    // Rows are counted as they come, so those two can be read: they hold nobody of that name.
    let unread = bad.iter().map(|(name, _)| *name).filter(|name| !name.ends_with("rows"));
    let mut unusable: Vec<PathBuf> = unread.chain(["g-outside"]).map(|name| at("bags").join(name)).collect();
    #[cfg(unix)]
    {
        bag_of(&at("bags/h-pipe"), &whole);
        pipe(&at("bags/h-pipe/data/parquet/results/369901-2025.parquet"));
        bag_of(&at("bags/i-manifest"), &whole);
        pipe(&at("bags/i-manifest/manifest-sha256.txt"));
        bag_of(&at("bags/j-device"), &whole);
        let table = at("bags/j-device/data/parquet/results/369901-2025.parquet");
        std::fs::remove_file(&table).unwrap();
        std::os::unix::fs::symlink("/dev/zero", table).unwrap();
        unusable.extend(["h-pipe", "i-manifest", "j-device"].map(|name| at("bags").join(name)));
    }
    let bags = at("bags");
    let found = within_a_minute(move || history(&bags, &name).unwrap());
    assert_eq!(found.people, known.people);
    assert_eq!(found.unusable, unusable);
    let compared = with(at("bags"));
    assert_eq!(compared.unusual, wanted.unusual);
    // Last year is read from other columns, so a table without people might do; these have none of them.
    assert_eq!(compared.unusable, unusable);
}

#[test]
fn a_column_is_read_as_far_as_it_goes() {
    // Counts that are false and harmless: what a reader that believed them would reserve is small.
    for count in [200, 20_000, 60_000] {
        let bytes = with_counts(&table(RESULTS), count);
        let rows =
            within_a_minute(move || Columns::open(bytes, RESULTS).and_then(|columns| columns.rows_where("name", |name| name == "张三")));
        assert!(rows.is_err() || rows.unwrap() == [0], "{count}");
    }
}

#[cfg(unix)]
#[test]
fn verify_waits_for_no_pipe_and_reads_no_device() {
    use std::os::unix::fs::symlink;
    for name in ["bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "bag-info.txt", "sm3sums.txt", "signature.sha256"] {
        let folder = tempfile::tempdir().unwrap();
        bag_of(folder.path(), b"x");
        for tag in ["tagmanifest-sha256.txt", "bag-info.txt", "sm3sums.txt", "signature.bin"] {
            std::fs::write(folder.path().join(tag), "x\n").unwrap();
        }
        pipe(&folder.path().join(name));
        let path = folder.path().to_owned();
        let kinds: Vec<DamageKind> =
            within_a_minute(move || verify(&path).unwrap().damages.into_iter().map(|damage| damage.kind).collect());
        assert!(kinds.contains(&DamageKind::NotAFile), "{name}: {kinds:?}");
        std::fs::remove_file(folder.path().join(name)).unwrap();
        symlink("/dev/zero", folder.path().join(name)).unwrap();
        let path = folder.path().to_owned();
        assert!(within_a_minute(move || !verify(&path).unwrap().damages.is_empty()), "{name}");
    }
}

#[test]
fn a_part_of_a_merge_writes_and_links_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    county(&at("a"), 2026, |_, _| {});
    scored(&Options { forms: Some(vec!["board".into()]), ..options(&at("a")) });
    let result = at("a/out/2026");
    let manifest = std::fs::read_to_string(result.join("manifest.json")).unwrap();
    let state = std::fs::read_to_string(result.join("merge.json")).unwrap();
    merge(&[at("a/out")], &at("whole")).unwrap_or_else(|error| panic!("{}", error.message(Lang::En)));
    let links = |out: &str| {
        let bytes = std::fs::read(at(out).join("2026/全县汇总.xlsx")).unwrap();
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).filter(|name| name.contains("_rels/")).collect();
        let text = |name: &String| std::io::read_to_string(zip.by_name(name).unwrap()).unwrap();
        names.iter().map(text).collect::<String>().matches("relationships/hyperlink").count()
    };
    assert_eq!(links("whole"), 3);

    std::fs::create_dir(at("evil")).unwrap();
    let value: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let form = value["outputs"].as_array().unwrap().iter().find_map(|one| one["file"].as_str().filter(|file| file.contains('/'))).unwrap();
    std::fs::copy(result.join(form), at("evil/x.pdf")).unwrap();
    let absolute = at("evil/x.pdf").display().to_string();
    for path in [
        "../../../evil/x.pdf",
        "支部/../../../../evil/x.pdf",
        absolute.as_str(),
        "支部/con/x.pdf",
        "evil/x.pdf",
        "C:/x.pdf",
        "支部\\\\x/x.pdf",
    ] {
        std::fs::write(result.join("manifest.json"), manifest.replace(form, path)).unwrap();
        let told = said(merge(&[at("a/out")], &at("b")));
        assert!(told.contains("which no result has"), "{path}: {told}");
        assert!(!at("b/2026").exists());
    }
    std::fs::write(result.join("manifest.json"), &manifest).unwrap();
    let state: serde_json::Value = serde_json::from_str(&state).unwrap();
    for (number, link) in ["http://evil.example", "file:///x", "支部/../..", "党委", "支部/不在"].into_iter().enumerate() {
        let mut changed = state.clone();
        changed["branches"][0]["folder"] = link.into();
        std::fs::write(result.join("merge.json"), changed.to_string()).unwrap();
        let out = format!("c{number}");
        merge(&[at("a/out")], &at(&out)).unwrap_or_else(|error| panic!("{}", error.message(Lang::En)));
        assert_eq!(links(&out), 2, "{link}");
    }
}

/// Read, archived, proven and scored again: names in Uyghur and Kazakh letters, in GBK on the disk, and longer than a file
/// system takes where a zip file is taken apart.
#[cfg(unix)]
#[test]
fn names_in_any_letters_last_ten_years() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("county");
    county(&root, 2026, |_, _| {});
    let mut sent = submissions(&root);
    let on_disk: [&[u8]; 3] = ["ئۇيغۇرچە ұйым.xlsx".as_bytes(), b"\xb1\xb1\xb9\xd8.xlsx", "北关.xlsx".as_bytes()];
    for (path, name) in sent.iter_mut().zip(on_disk) {
        let to = root.join("inbox").join(std::ffi::OsStr::from_bytes(name));
        std::fs::rename(&*path, &to).unwrap();
        *path = to;
    }
    let made = bag(&root, folder.path().join("bag"));
    assert_eq!(damages(&made.folder), []);
    let again = rerun(&made.folder);
    assert!(again.results > 0 && again.differences.is_empty(), "{:?}", again.differences);
    let kept = std::fs::read_to_string(made.folder.join("data/originals.jsonl")).unwrap();
    assert!(kept.contains("ئۇيغۇرچە ұйым.xlsx") && kept.contains("\"first_bytes\":\"b1b1b9d82e786c7378\""), "{kept}");
}

#[test]
fn two_workbooks_of_one_name_in_a_zip_file_are_both_sent_back() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("county");
    let other = folder.path().join("other");
    county(&root, 2026, |_, _| {});
    county(&other, 2026, |_, sheets| {
        set(sheets, "支部书记", "另一人");
        set(sheets, "报出日期", "2026-12-30");
    });
    let (own, changed) = (submissions(&root)[0].clone(), submissions(&other)[0].clone());
    let mut bytes = zip(&[("QQ.xlsx", &std::fs::read(&own).unwrap()), ("ZZ.xlsx", &std::fs::read(changed).unwrap())]);
    let places: Vec<usize> = (0..bytes.len() - 7).filter(|&at| &bytes[at..at + 7] == b"ZZ.xlsx").collect();
    for at in places {
        bytes[at..at + 2].copy_from_slice(b"QQ");
    }
    std::fs::remove_file(&own).unwrap();
    std::fs::write(root.join("inbox/a.zip"), bytes).unwrap();
    let summary = scored(&options(&root));
    assert_eq!(summary.resolved.states().filter(|state| matches!(state, BranchState::Returned)).count(), 1);
    let found: Vec<&str> =
        summary.resolved.findings.iter().filter(|f| f.code == Code::DuplicateSubmission).filter_map(|f| f.place.file.as_deref()).collect();
    assert_eq!(found, ["a.zip!/QQ(2).xlsx", "a.zip!/QQ.xlsx"]);
}

/// A file with the code and name of a branch cannot replace its faultless one from another committee's folder, and neither
/// can a copy that claims to correct it.
#[test]
fn nobody_else_s_file_counts_in_silence() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("county");
    let other = folder.path().join("other");
    county(&root, 2026, |_, _| {});
    county(&other, 2026, |_, sheets| set(sheets, "报出日期", "2026-12-31"));
    let before = scored(&options(&root));
    let own = submissions(&root)[0].clone();
    let name = own.strip_prefix(root.join("inbox")).unwrap().to_str().unwrap();
    let branch = (0..before.resolved.branches.len()).find(|at| before.resolved.files(*at).as_deref() == Some(name)).unwrap();
    std::fs::create_dir_all(root.join("inbox/别处")).unwrap();
    // No committee's folder: an ordinary later file.
    std::fs::copy(&submissions(&other)[0], root.join("inbox/别处/x.xlsx")).unwrap();
    let later = scored(&options(&root));
    assert_eq!((later.resolved.files(branch).as_deref(), codes(&later, Code::SupersededSubmission)), (Some("别处/x.xlsx"), 1));
    // The folder of the register's other committee.
    std::fs::remove_file(root.join("inbox/别处/x.xlsx")).unwrap();
    let committees = later.county.register.committees();
    let home = later.county.register.branches[branch].committee.as_str();
    let Some(away) = committees.into_iter().find(|name| *name != home).map(str::to_owned) else { panic!("one committee only") };
    std::fs::create_dir_all(root.join("inbox").join(&away)).unwrap();
    std::fs::copy(&submissions(&other)[0], root.join("inbox").join(&away).join("x.xlsx")).unwrap();
    let aside = scored(&options(&root));
    assert_eq!(aside.resolved.files(branch).as_deref(), Some(name));
    assert!(matches!(aside.resolved.branches[branch].state, BranchState::Accepted(_)));
    let finding = aside.resolved.findings.iter().find(|finding| finding.code == Code::DuplicateSubmission).unwrap();
    assert_eq!(
        (finding.branch_code.as_deref(), finding.value.as_deref()),
        (None, Some(aside.county.register.branches[branch].code.as_str()))
    );
    let book = std::fs::read(root.join("out/2026/全县汇总.xlsx")).unwrap();
    let book = scorebook::sheet::read("全县汇总.xlsx", &book, &scorebook::sheet::Limits::default()).unwrap();
    let text = format!("{:?}", book.sheets.iter().find(|sheet| &*sheet.name == "支部一览").unwrap().rows);
    assert!(text.contains("x.xlsx（同一支部多份报送表）"), "{text}");
}

/// A file that is dated in 2099 is no later than any other.
#[test]
fn a_date_far_ahead_orders_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("county");
    let other = folder.path().join("other");
    county(&root, 2026, |_, _| {});
    county(&other, 2026, |_, sheets| {
        set(sheets, "报出日期", "2099-01-01");
        for row in sheets.iter_mut().filter(|(name, _)| name == "奖惩").flat_map(|(_, rows)| rows) {
            if row.iter().any(|cell| matches!(cell, Value::Number(_))) {
                row.clear(); // deductions and bonuses that the first file has
            }
        }
    });
    let before = scored(&options(&root));
    let own = submissions(&root)[0].clone();
    let name = own.strip_prefix(root.join("inbox")).unwrap().to_str().unwrap();
    let branch = (0..before.resolved.branches.len()).find(|at| before.resolved.files(*at).as_deref() == Some(name)).unwrap();
    std::fs::create_dir_all(root.join("inbox/别处")).unwrap();
    std::fs::copy(&submissions(&other)[0], root.join("inbox/别处/x.xlsx")).unwrap();
    let after = scored(&options(&root));
    // One document date for both: what both have alike may be taken from either, and what only one has is taken from that.
    assert!(matches!(after.resolved.branches[branch].state, BranchState::Accepted(_)));
    assert_eq!(results(&after), results(&before));
    assert_eq!(codes(&after, Code::SupersededSubmission), 1);
}

/// Whoever changes a form and seals the bag anew is found by the records in it; so is a table that says something else.
#[test]
fn scoring_again_holds_every_file_against_the_bag_s_own_records() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("county");
    county(&root, 2026, |_, _| {});
    let options = Options { forms: Some(vec!["board".into()]), ..options(&root) };
    scored(&options);
    let order = scorebook::archive::ArchiveOrder { to: folder.path().join("bag"), incomplete: None };
    let made =
        scorebook::archive::archive(&options, &order, None, &|_, _, _| {}).unwrap_or_else(|error| panic!("{}", error.message(Lang::En)));
    let whole = rerun(&made.folder);
    assert!(whole.files > 15 && whole.differences.is_empty(), "{whole:?}");
    let all: Vec<PathBuf> = walkdir::WalkDir::new(made.folder.join("data")).into_iter().map(|entry| entry.unwrap().into_path()).collect();
    let one = |ending: &str| all.iter().find(|path| path.to_string_lossy().ends_with(ending)).unwrap().clone();
    let changed = |path: &Path, bytes: &[u8]| {
        let before = std::fs::read(path).ok();
        std::fs::write(path, bytes).unwrap();
        let found = rerun(&made.folder).differences;
        match before {
            Some(before) => std::fs::write(path, before).unwrap(),
            None => std::fs::remove_file(path).unwrap(),
        }
        let inside = path.strip_prefix(&made.folder).unwrap().to_string_lossy().into_owned();
        assert!(found.iter().any(|one| one.subject.starts_with(&inside)), "{inside}: {found:?}");
    };
    for ending in ["考核公示栏.pdf", "考核公示栏.xlsx", "results.csv", "全县汇总.xlsx", "entries/369901-2026.parquet"] {
        let path = one(ending);
        let mut bytes = std::fs::read(&path).unwrap();
        let at = bytes.len() / 2;
        bytes[at] ^= 1;
        changed(&path, &bytes);
    }
    changed(&made.folder.join("data/originals/添.xlsx"), b"x");
    changed(&made.folder.join("data/run/支部/添.pdf"), b"x");
    let results = one("results/369901-2026.parquet");
    changed(&results, &table(RESULTS));
    let normalized = all.iter().find(|path| path.starts_with(made.folder.join("data/normalized")) && path.is_file()).unwrap();
    changed(normalized, b"x");
}

#[cfg(unix)]
#[test]
fn a_pipe_among_the_county_s_own_files_stops_the_run_and_does_not_hold_it() {
    for place in [
        "机构名册.xlsx",
        "scorebook.toml",
        "templates/fonts/x.ttf",
        "templates/board.xlsx",
        "schemes/register-60.toml",
        "calendar/2026.toml",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_owned();
        county(&root, 2026, |_, _| {});
        std::fs::create_dir_all(root.join(place).parent().unwrap()).unwrap();
        pipe(&root.join(place));
        let options = Options { forms: Some(vec!["board".into()]), ..options(&root) };
        let told = within_a_minute(move || said(run(&options, &|_, _, _| {})));
        assert!(!told.is_empty(), "{place}");
    }
}
