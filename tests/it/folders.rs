//! Folders that people use too, and who writes there at the same time.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use scorebook::publish::{LockWish, lock, lock_place};
use scorebook::run::{self, Options};
use serde_json::Value;

use crate::support::{Workdir, base, done, silent};

const SCHEME: &str = "community-4";

fn county() -> Workdir {
    Workdir::county(SCHEME).workbook("一支部.xlsx", &base(SCHEME))
}

/// Runs the program: its code, standard output, standard error.
fn scorebook(arguments: &[&dyn AsRef<std::ffi::OsStr>]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scorebook"));
    command.args(["--lang", "en"]).args(arguments.iter().map(AsRef::as_ref)).stdin(Stdio::null());
    let done = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (done.status.code().unwrap(), text(done.stdout), text(done.stderr))
}

/// Every file below a folder with its bytes, hidden ones too.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap).filter(|entry| !entry.file_type().is_dir());
    let bytes = |entry: &walkdir::DirEntry| {
        if entry.path_is_symlink() { b"a link".to_vec() } else { std::fs::read(entry.path()).unwrap() }
    };
    files.map(|entry| (entry.path().strip_prefix(folder).unwrap().to_string_lossy().into_owned(), bytes(&entry))).collect()
}

fn board(workspace: &Path) -> std::path::PathBuf {
    workspace.join("out/2026/支部/0101-第一支部/考核公示栏.xlsx")
}

#[test]
fn a_scan_and_a_changed_board_outlive_the_next_run() {
    let workspace = county();
    workspace.run("2026", &["board", "registry"]);
    let board = board(workspace.path());
    let (scan, own) = (board.with_file_name("盖章扫描件.pdf"), std::fs::read(&board).unwrap());
    std::fs::write(&scan, "scan").unwrap();
    std::fs::write(&board, "changed").unwrap();
    let (code, out, error) = scorebook(&[&"run", &workspace.path(), &"--forms", &"board", &"--format", &"json"]);
    assert_eq!(code, 0, "{error}");
    let said: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(said["foreign"], 1);
    assert_eq!(said["renamed"], serde_json::json!(["支部/0101-第一支部/考核公示栏（改动1）.xlsx"]));
    assert_eq!(std::fs::read(&scan).unwrap(), b"scan");
    assert_eq!(std::fs::read(board.with_file_name("考核公示栏（改动1）.xlsx")).unwrap(), b"changed");
    assert_eq!(std::fs::read(&board).unwrap(), own);
    assert!(board.with_file_name("积分登记表.xlsx").exists(), "a form that was not named does not go");
    let (_, out, _) = scorebook(&[&"run", &workspace.path(), &"--forms", &"board"]);
    assert!(out.contains("2 files there are not the program's"), "{out}");
}

#[test]
fn a_blank_that_was_filled_in_keeps_its_name() {
    let workspace = county();
    let issue = || done(scorebook::issue::issue(&workspace.options("2026"), None, None, &silent));
    let folder = issue().folder;
    let (blank, note) = (folder.join("第一党委/0101-第一支部.xlsx"), folder.join("第一党委/收到.txt"));
    let own = std::fs::read(&blank).unwrap();
    std::fs::write(&blank, "filled in").unwrap();
    std::fs::write(&note, "note").unwrap();
    let kept = issue().kept;
    assert_eq!((kept.foreign, kept.renamed), (1, vec!["第一党委/0101-第一支部（新）.xlsx".to_owned()]));
    assert_eq!(std::fs::read(&blank).unwrap(), b"filled in");
    assert_eq!(std::fs::read(&note).unwrap(), b"note");
    assert_eq!(std::fs::read(folder.join("第一党委/0101-第一支部（新）.xlsx")).unwrap(), own);
}

/// Each of these once deleted a workspace, an inbox, or was deleted itself.
#[test]
fn places_that_belong_to_people_are_refused() {
    let refused = |workspace: &Workdir, out: Option<&Path>| {
        let before = tree(workspace.path());
        let options = Options { out: out.map(Path::to_owned), ..workspace.options("2026") };
        let error = run::run(&options, &silent).err().unwrap_or_else(|| panic!("{out:?} was not refused"));
        assert!(!error.message(scorebook::diag::Lang::Zh).is_empty());
        assert_eq!(tree(workspace.path()), before, "{out:?}: {error}");
        assert!(!workspace.path().join("out/.2026.staging-1").exists());
    };
    for (inbox, out) in
        [("out/2026/inbox", None), ("2026", Some("")), ("out", None), (".", None), ("", None), ("..", None), ("inbox", Some("inbox"))]
    {
        let workspace = county();
        let settings = workspace.path().join("scorebook.toml");
        let text = std::fs::read_to_string(&settings).unwrap().replace("inbox = \"inbox\"", &format!("inbox = \"{inbox}\""));
        std::fs::write(settings, text).unwrap();
        std::fs::create_dir_all(workspace.path().join(inbox)).unwrap();
        let out = out.map(|out| workspace.path().join(out));
        refused(&workspace, out.as_deref());
    }
    // A workspace that bears a period's name.
    let parent = tempfile::tempdir().unwrap();
    let (from, moved) = (county(), parent.path().join("2026"));
    std::fs::rename(from.path(), &moved).unwrap();
    let before = tree(parent.path());
    let options = Options { out: Some(parent.path().to_owned()), workspace: moved, ..from.options("2026") };
    assert!(run::run(&options, &silent).is_err());
    assert_eq!(tree(parent.path()), before);
    // The register, by itself.
    let register = county();
    std::fs::create_dir_all(register.path().join("out/2026")).unwrap();
    std::fs::rename(register.path().join("机构名册.xlsx"), register.path().join("out/2026/机构名册.xlsx")).unwrap();
    let settings = std::fs::read_to_string(register.path().join("scorebook.toml")).unwrap();
    std::fs::write(register.path().join("scorebook.toml"), settings.replace("\"机构名册.xlsx\"", "\"out/2026/机构名册.xlsx\"")).unwrap();
    refused(&register, None);
    let file = county().write("out/2026", b"a file");
    refused(&file, None);
    std::fs::remove_file(file.path().join("out/2026")).unwrap();
    file.run("2026", &["board"]);
    #[cfg(unix)]
    {
        let linked = county().write("elsewhere/x", b"theirs").write("out/x", b"theirs");
        std::os::unix::fs::symlink("../elsewhere", linked.path().join("out/2026")).unwrap();
        refused(&linked, None);
    }
}

#[test]
fn a_merge_does_not_replace_what_it_merges() {
    let workspace = county();
    let folder = workspace.run("2026", &["board"]).folder.unwrap();
    let before = tree(&folder);
    assert!(scorebook::merge::merge(std::slice::from_ref(&folder), folder.parent().unwrap()).is_err());
    assert_eq!(tree(&folder), before);
    let whole = workspace.path().join("whole");
    for foreign in 0..2 {
        let merged = done(scorebook::merge::merge(std::slice::from_ref(&folder), &whole));
        assert_eq!(merged.kept.foreign, foreign);
        std::fs::write(merged.folder.join("note.txt"), "theirs").unwrap();
    }
    assert_eq!(std::fs::read(whole.join("2026/note.txt")).unwrap(), b"theirs");
}

#[test]
fn named_files_are_written_over_by_force_only() {
    let workspace = county();
    let root = workspace.path();
    let out = root.join("papers");
    let member = "党员01";
    let name = scorebook::explain::known_names(&workspace.check("2026")).next().map_or(member.to_owned(), str::to_owned);
    let template = out.join("board.xlsx");
    let commands: [(Vec<&dyn AsRef<std::ffi::OsStr>>, &str); 3] = [
        (vec![&"template", &"export", &"board", &"--out", &template], "board.xlsx"),
        (vec![&"check", &root, &"--out", &out], "findings.jsonl"),
        (vec![&"explain", &root, &name, &"--out", &out], "积分说明-"),
    ];
    for (arguments, file) in commands {
        let run = |force: bool| {
            let mut arguments = arguments.clone();
            if force {
                arguments.push(&"--force");
            }
            scorebook(&arguments)
        };
        assert!(run(false).0 < 2, "{file}");
        let found = std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path());
        let path = found.into_iter().find(|path| path.file_name().unwrap().to_string_lossy().starts_with(file)).unwrap();
        let own = std::fs::read(&path).unwrap();
        assert!(run(false).0 < 2, "{file}: the same bytes are there");
        std::fs::write(&path, "drawn on").unwrap();
        let (code, _, error) = run(false);
        assert!(code == 2 && error.contains("--force"), "{file}: {code} {error}");
        assert_eq!(std::fs::read(&path).unwrap(), b"drawn on");
        assert!(run(true).0 < 2, "{file}");
        assert_eq!(std::fs::read(&path).unwrap(), own);
    }
}

#[test]
fn who_writes_keeps_others_out() {
    let workspace = county();
    let place = lock_place(&workspace.path().join("out/2026"));
    let held = lock(&place, LockWish::default(), &|_| {}).unwrap();
    let before = tree(workspace.path());
    let (root, bag) = (workspace.path(), workspace.path().join("bag"));
    let commands: [&[&dyn AsRef<std::ffi::OsStr>]; 3] =
        [&[&"run", &root, &"--forms", &"board"], &[&"issue", &root], &[&"archive", &root, &"--to", &bag]];
    for arguments in commands {
        let (code, _, error) = scorebook(arguments);
        let process = std::process::id().to_string();
        assert!(code == 2 && error.contains(&process) && error.contains("--wait"), "{code} {error}");
    }
    assert_eq!(tree(workspace.path()), before);
    let waiting = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| scorebook(&[&"issue", &workspace.path(), &"--wait"]));
        std::thread::sleep(Duration::from_millis(500));
        let text = std::fs::read(&place).unwrap();
        drop(held);
        // As it stays behind when its process is killed.
        (waiting.join().unwrap(), text)
    });
    let ((code, _, error), text) = waiting;
    assert!(code == 0 && error.contains("waiting"), "{code} {error}");
    assert!(!place.exists());
    std::fs::write(&place, &text).unwrap();
    let (code, _, error) = scorebook(&[&"issue", &workspace.path()]);
    assert!(code == 0 && error.contains("did not end as it should"), "{code} {error}");

    let mut elsewhere: Value = serde_json::from_slice(&text).unwrap();
    elsewhere["host"] = "another-machine".into();
    let elsewhere = elsewhere.to_string();
    std::fs::write(&place, &elsewhere).unwrap();
    let (code, _, error) = scorebook(&[&"issue", &workspace.path()]);
    assert!(code == 2 && error.contains("another-machine") && error.contains("--break-lock"), "{code} {error}");
    assert_eq!(std::fs::read_to_string(&place).unwrap(), elsewhere);
    assert_eq!(scorebook(&[&"issue", &workspace.path(), &"--break-lock"]).0, 0);
    assert!(!place.exists());
}

#[test]
fn an_archive_is_refused_where_results_and_submissions_lie() {
    let workspace = county().write("bag/data/note.txt", b"theirs");
    workspace.run("2026", &["board"]);
    let before = tree(workspace.path());
    for to in ["bag", "out/2026/bag", "out/2026", "inbox/bag", "."] {
        let to = workspace.path().join(to);
        let (code, _, error) = scorebook(&[&"archive", &workspace.path(), &"--to", &to]);
        assert_eq!(code, 2, "{error}");
        assert_eq!(tree(workspace.path()), before, "{}", to.display());
    }
}

#[test]
fn an_archive_stands_beside_what_people_have_there() {
    let workspace = county().write("bag/note.txt", b"theirs");
    workspace.run("2026", &["board"]);
    let to = workspace.path().join("bag");
    let (code, out, error) = scorebook(&[&"archive", &workspace.path(), &"--to", &to]);
    assert!(code < 2 && out.contains("1 file there is not the program's"), "{code} {out} {error}");
    assert_eq!(std::fs::read(to.join("note.txt")).unwrap(), b"theirs");
    let (code, out, error) = scorebook(&[&"verify", &to]);
    assert_eq!(code, 0, "{out} {error}");
}
