//! Folders with everything in them that people leave there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::tree::walk;
use super::*;

/// Every file by path, with its text; a link as where it points; an empty folder as such.
fn tree(folder: &Path) -> BTreeMap<String, String> {
    let shown = |entry: &super::tree::Entry| {
        let path = folder.join(&entry.path);
        if entry.meta.is_symlink() {
            return Some(format!("-> {}", fs::read_link(path).expect("link").display()));
        }
        if entry.meta.is_dir() {
            return (fs::read_dir(&path).expect("folder").count() == 0).then(|| "empty".to_owned());
        }
        Some(String::from_utf8_lossy(&fs::read(path).expect("file")).into_owned())
    };
    walk(folder).expect("folder").iter().filter_map(|entry| Some((entry.path.to_string_lossy().into_owned(), shown(entry)?))).collect()
}

/// The same without the manifest.
fn content(folder: &Path) -> BTreeMap<String, String> {
    let mut all = tree(folder);
    all.remove("manifest.json");
    all
}

fn put(path: PathBuf, text: &str) {
    fs::create_dir_all(path.parent().expect("parent")).expect("folder");
    fs::write(path, text).expect("file");
}

fn staged(out: &Path, files: &[(&str, &str)]) -> Staging {
    let staging = Staging::open(out, "2026").expect("staging");
    for (path, text) in files {
        staging.write(path, text.as_bytes()).expect("written");
    }
    staging
}

fn result(out: &Path, files: &[(&str, &str)]) -> Published {
    let staging = staged(out, files);
    let outputs: Vec<_> = staging.written().into_iter().map(|(file, written)| json!({ "file": file, "sha256": written.digest })).collect();
    staging.write_manifest(json!({ "program": "scorebook", "outputs": outputs })).expect("manifest");
    staging.publish().expect("published")
}

fn of(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn nothing_beside(out: &Path) {
    let names: Vec<_> = fs::read_dir(out).expect("folder").map(|entry| entry.expect("entry").file_name()).collect();
    assert_eq!(names, ["2026"], "nothing is left beside the result");
}

#[test]
fn replaces_a_result_whole() {
    let out = tempfile::tempdir().expect("folder");
    for content in ["one", "two"] {
        let published = result(out.path(), &[("a/b.txt", content)]);
        assert_eq!(fs::read_to_string(published.folder.join("a/b.txt")).expect("file"), content);
        assert_eq!(published.kept, Kept::default());
    }
    nothing_beside(out.path());
}

#[test]
fn never_replaces_what_must_be_new() {
    let out = tempfile::tempdir().expect("folder");
    fs::create_dir_all(out.path().join("2026")).expect("an empty folder counts as nothing");
    for (content, new) in [("one", true), ("two", false)] {
        assert_eq!(staged(out.path(), &[("x", content)]).publish_new().is_ok(), new);
        assert_eq!(fs::read_to_string(out.path().join("2026/x")).expect("file"), "one");
    }
    nothing_beside(out.path());
}

#[test]
fn what_people_put_there_stays() {
    let out = tempfile::tempdir().expect("folder");
    let folder = out.path().join("2026");
    result(out.path(), &[("支部/一/公示栏.pdf", "one"), ("支部/二/公示栏.pdf", "one"), ("x", "1")]);
    put(folder.join("支部/一/盖章扫描件.pdf"), "scan");
    put(folder.join("支部/二/.~lock.公示栏.pdf#"), "lock");
    put(folder.join("资料/深/a b.txt"), "note");
    fs::create_dir_all(folder.join("空")).expect("folder");
    #[cfg(unix)]
    std::os::unix::fs::symlink("/nowhere", folder.join("链接")).expect("link");
    let theirs = [
        ("支部/一/盖章扫描件.pdf", "scan"),
        ("支部/二/.~lock.公示栏.pdf#", "lock"),
        ("资料/深/a b.txt", "note"),
        ("空", "empty"),
        #[cfg(unix)]
        ("链接", "-> /nowhere"),
    ];
    for (files, number) in [(&[("支部/一/公示栏.pdf", "two")][..], 1), (&[("支部/一/公示栏.pdf", "three"), ("y", "2")][..], 2)]
    {
        let published = result(out.path(), files);
        assert_eq!(content(&folder), of(&[&theirs[..], files].concat()), "run {number}");
        assert_eq!(published.kept, Kept { foreign: if cfg!(unix) { 4 } else { 3 }, ..Kept::default() });
    }
    nothing_beside(out.path());
}

#[cfg(unix)]
#[test]
fn odd_names_and_closed_folders_stay() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::PermissionsExt;
    let out = tempfile::tempdir().expect("folder");
    let folder = out.path().join("2026");
    result(out.path(), &[("x", "1")]);
    let odd = [&b"\xb9\xab\xca\xbe.txt"[..], b"line\nbreak", b"-rf", b" ", "长".repeat(85).as_bytes()]
        .map(|name| folder.join(OsStr::from_bytes(name)));
    for path in &odd {
        put(path.clone(), "theirs");
    }
    put(folder.join("closed/file"), "theirs");
    fs::set_permissions(folder.join("closed"), fs::Permissions::from_mode(0o555)).expect("closed");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o770)).expect("open");
    let kept = result(out.path(), &[("x", "2")]).kept;
    assert_eq!((kept.foreign, kept.renamed.len()), (6, 0));
    for path in odd.iter().chain([&folder.join("closed/file")]) {
        assert_eq!(fs::read_to_string(path).expect("there"), "theirs");
    }
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!((mode(&folder.join("closed")), mode(&folder)), (0o555, 0o770));
    nothing_beside(out.path());
}

#[test]
fn a_changed_file_of_a_result_gets_another_name() {
    let out = tempfile::tempdir().expect("folder");
    let folder = out.path().join("2026");
    result(out.path(), &[("a/公示栏.xlsx", "one"), ("gone", "one"), ("same", "one")]);
    for (number, (text, rest)) in [("two", "a/公示栏（改动1）.xlsx"), ("three", "a/公示栏（改动2）.xlsx")].into_iter().enumerate()
    {
        put(folder.join("a/公示栏.xlsx"), &format!("by hand {number}"));
        let kept = result(out.path(), &[("a/公示栏.xlsx", text), ("same", "one")]).kept;
        assert_eq!(kept, Kept { foreign: number, renamed: vec![rest.to_owned()], left: None });
    }
    assert_eq!(
        content(&folder),
        of(&[
            ("a/公示栏.xlsx", "three"),
            ("a/公示栏（改动1）.xlsx", "by hand 0"),
            ("a/公示栏（改动2）.xlsx", "by hand 1"),
            ("same", "one")
        ])
    );
    // One that the new result does not have, and the manifest.
    put(folder.join("same"), "by hand");
    let mut manifest = fs::read_to_string(folder.join("manifest.json")).expect("manifest");
    manifest.push('\n');
    fs::write(folder.join("manifest.json"), &manifest).expect("written");
    let kept = result(out.path(), &[("a/公示栏.xlsx", "four")]).kept;
    assert_eq!(kept.renamed, ["manifest（改动1）.json", "same（改动1）"]);
    assert_eq!(fs::read_to_string(folder.join("manifest（改动1）.json")).expect("there"), manifest);
    assert_eq!(fs::read_to_string(folder.join("same（改动1）")).expect("there"), "by hand");
    nothing_beside(out.path());
}

/// Results from before there was a list, and folders that are nobody's result.
#[test]
fn without_a_list_everything_is_theirs() {
    let out = tempfile::tempdir().expect("folder");
    let folder = out.path().join("2026");
    for (manifest, number) in [(None, 0), (Some("{}"), 1), (Some("{\"program\": \"scorebook\", \"outputs\": [{\"file\": \"../x\"}]}"), 1)] {
        put(folder.join("a.txt"), "theirs");
        put(folder.join("b.txt"), "theirs");
        put(out.path().join("x"), "theirs");
        if let Some(text) = manifest {
            put(folder.join("manifest.json"), text);
        }
        let kept = result(out.path(), &[("a.txt", "ours"), ("c/d", "ours")]).kept;
        assert_eq!((kept.foreign, kept.renamed.len()), (2 + number, 1 + number), "{manifest:?} {kept:?}");
        let mut wanted = vec![("a.txt", "ours"), ("a（改动1）.txt", "theirs"), ("b.txt", "theirs"), ("c/d", "ours")];
        wanted.extend(manifest.map(|text| ("manifest（改动1）.json", text)));
        assert_eq!(content(&folder), of(&wanted));
        assert!(out.path().join("x").exists());
        fs::remove_dir_all(&folder).expect("removed");
    }
}

/// A list that was lost harms nobody: what is about to be written again need not be kept.
#[test]
fn the_same_bytes_are_not_kept_twice() {
    let out = tempfile::tempdir().expect("folder");
    result(out.path(), &[("a", "1"), ("b/c", "2")]);
    fs::remove_file(out.path().join("2026/manifest.json")).expect("removed");
    assert_eq!(result(out.path(), &[("a", "1"), ("b/c", "2")]).kept, Kept::default());
    assert_eq!(content(&out.path().join("2026")), of(&[("a", "1"), ("b/c", "2")]));
}

#[test]
fn files_and_folders_take_each_other_s_places() {
    let out = tempfile::tempdir().expect("folder");
    let folder = out.path().join("2026");
    result(out.path(), &[("a/x", "1")]);
    fs::remove_dir_all(folder.join("a")).expect("removed");
    put(folder.join("a"), "a file where a folder was");
    put(folder.join("b/deep/y"), "a folder where a file will be");
    let kept = result(out.path(), &[("a/x", "2"), ("b", "2")]).kept;
    assert_eq!(kept.renamed, ["a（改动1）", "b（改动1）"]);
    assert_eq!(
        content(&folder),
        of(&[
            ("a/x", "2"),
            ("a（改动1）", "a file where a folder was"),
            ("b", "2"),
            ("b（改动1）/deep/y", "a folder where a file will be")
        ])
    );
}

#[test]
fn in_what_is_handed_out_the_person_s_keeps_its_name() {
    let out = tempfile::tempdir().expect("folder");
    let folder = out.path().join("2026");
    let issue = |files: &[(&str, &str)]| staged(out.path(), files).publish_handout().expect("published").kept;
    assert_eq!(issue(&[("一/甲.xlsx", "1"), ("一/乙.xlsx", "1"), ("二/丙.xlsx", "1")]), Kept::default());
    put(folder.join("一/甲.xlsx"), "filled in");
    put(folder.join("一/收到.txt"), "note");
    let kept = issue(&[("一/甲.xlsx", "2"), ("一/乙.xlsx", "2"), ("二/丙.xlsx", "2")]);
    assert_eq!(kept, Kept { foreign: 1, renamed: vec!["一/甲（新）.xlsx".into()], left: None });
    // The file that was changed first is theirs for good; what was new then is changed now.
    put(folder.join("一/甲（新）.xlsx"), "filled in too");
    put(folder.join("二/丙.xlsx"), "filled in");
    let kept = issue(&[("一/甲.xlsx", "3"), ("一/乙.xlsx", "3")]);
    assert_eq!(kept, Kept { foreign: 2, renamed: vec!["一/甲（新2）.xlsx".into()], left: None });
    assert_eq!(
        content(&folder),
        of(&[
            ("一/乙.xlsx", "3"),
            ("一/收到.txt", "note"),
            ("一/甲.xlsx", "filled in"),
            ("一/甲（新）.xlsx", "filled in too"),
            ("一/甲（新2）.xlsx", "3"),
            ("二/丙.xlsx", "filled in"),
        ])
    );
    // A committee's name that something else took.
    fs::remove_dir_all(folder.join("二")).expect("removed");
    put(folder.join("二"), "a file");
    let kept = issue(&[("一/乙.xlsx", "4"), ("二/丙.xlsx", "4")]);
    assert_eq!(kept.renamed, ["二（新）"]);
    assert_eq!(fs::read_to_string(folder.join("二")).expect("theirs"), "a file");
    assert_eq!(fs::read_to_string(folder.join("二（新）/丙.xlsx")).expect("ours"), "4");
    nothing_beside(out.path());
}

#[test]
fn a_target_that_is_no_folder_is_left_alone() {
    let out = tempfile::tempdir().expect("folder");
    let target = out.path().join("2026");
    put(target.clone(), "a file");
    assert!(matches!(Staging::open(out.path(), "2026"), Err(PublishError::NotAFolder { link: false, .. })));
    assert_eq!(tree(out.path()), of(&[("2026", "a file")]));
    fs::remove_file(&target).expect("removed");
    result(out.path(), &[("x", "1")]);
    #[cfg(unix)]
    {
        fs::rename(&target, out.path().join("elsewhere")).expect("moved");
        std::os::unix::fs::symlink("elsewhere", &target).expect("link");
        assert!(matches!(Staging::open(out.path(), "2026"), Err(PublishError::NotAFolder { link: true, .. })));
        assert!(fs::symlink_metadata(&target).expect("there").is_symlink());
        assert_eq!(fs::read_dir(out.path()).expect("folder").count(), 2);
    }
}

#[test]
fn what_was_staged_is_what_is_published() {
    let out = tempfile::tempdir().expect("folder");
    result(out.path(), &[("x", "old")]);
    for disturb in [
        |new: &Path| fs::write(new.join("x"), "NEW").expect("changed"),
        |new: &Path| fs::remove_file(new.join("x")).expect("removed"),
        |new: &Path| fs::write(new.join("y"), "strange").expect("added"),
    ] {
        let staging = staged(out.path(), &[("x", "new")]);
        disturb(&out.path().join(".2026.staging-1/new"));
        assert!(matches!(staging.publish(), Err(PublishError::Disturbed { .. })));
        assert_eq!(content(&out.path().join("2026")), of(&[("x", "old")]));
        // What nobody of ours wrote is nobody's of ours to remove.
        let _ = fs::remove_dir_all(out.path().join(".2026.staging-1"));
    }
}

#[test]
fn no_path_leads_out() {
    let out = tempfile::tempdir().expect("folder");
    let staging = Staging::open(out.path(), "2026").expect("staging");
    for path in ["", "..", "../x", "a/../../x", "/x", "a\\..\\x", "./x", "a\nb"] {
        assert!(matches!(staging.write(path, b"x"), Err(PublishError::Outside { .. })), "{path:?}");
    }
}

/// Folders that only look like ours, of people or of older versions, are nobody's to remove.
#[test]
fn a_stranger_s_hidden_folder_stays() {
    let out = tempfile::tempdir().expect("folder");
    for name in [".2026.staging", ".2026.old", ".2026.staging-1", "2026.new"] {
        put(out.path().join(name).join("x"), "theirs");
    }
    put(out.path().join(".2026.staging-2/owner.json"), "no owner");
    result(out.path(), &[("x", "1")]);
    staged(out.path(), &[("x", "2")]).discard().expect("discarded");
    let mut left = tree(out.path());
    left.retain(|path, _| !path.starts_with("2026/"));
    assert_eq!(left.len(), 5, "{left:?}");
}
