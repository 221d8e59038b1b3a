//! Folders and archives as they come in.

use std::path::Path;

use scorebook::diag::Code;
use scorebook::inbox::{self, Limits, Unfetched};

use super::packages::zip;

fn listed(folder: &Path) -> (Vec<String>, Vec<Code>) {
    let (files, findings) = inbox::list(folder, &Limits::default()).unwrap();
    (files.iter().map(|file| file.name.to_string()).collect(), findings.iter().map(|finding| finding.code).collect())
}

#[test]
fn an_inbox_that_is_not_there_is_the_machine_failing() {
    assert!(inbox::list(Path::new("no/such/inbox"), &Limits::default()).is_err());
}

#[test]
fn files_are_listed_by_name_and_leftovers_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir_all(at("二/__MACOSX")).unwrap();
    std::fs::create_dir_all(at("一/三")).unwrap();
    for name in
        ["b.xlsx", "a.pdf", "~$b.xlsx", "._b.xlsx", ".DS_Store", "thumbs.db", "Desktop.ini", "二/__MACOSX/c.xlsx", "二/c.xls", "一/三/d.et"]
    {
        std::fs::write(at(name), name).unwrap();
    }
    assert_eq!(listed(folder.path()), (["a.pdf", "b.xlsx", "一/三/d.et", "二/c.xls"].map(str::to_owned).to_vec(), Vec::new()));
    let (files, _) = inbox::list(folder.path(), &Limits::default()).unwrap();
    assert_eq!(inbox::fetch(&files[2], &Limits::default()).unwrap(), "一/三/d.et".as_bytes());
    let small = Limits { max_bytes: 4, ..Limits::default() };
    assert_eq!(inbox::fetch(&files[1], &small), Err(Unfetched::TooLarge { limit: 4 }));
}

#[test]
fn archives_are_opened_once_more_inside() {
    let folder = tempfile::tempdir().unwrap();
    let book = super::fixture("kinds.xlsx");
    let innermost = zip(&[("深.xlsx", &book)]);
    let inner = zip(&[("支部/甲.xlsx", &book), ("~$甲.xlsx", b"x"), ("__MACOSX/._甲.xlsx", b"x"), ("再.zip", &innermost)]);
    std::fs::write(folder.path().join("党委.zip"), zip(&[("乙.xls", b"x"), ("内.zip", &inner)])).unwrap();
    std::fs::write(folder.path().join("丙.xlsx"), &book).unwrap();
    let (names, findings) = listed(folder.path());
    assert_eq!(names, ["丙.xlsx", "党委.zip!/乙.xls", "党委.zip!/内.zip!/再.zip", "党委.zip!/内.zip!/支部/甲.xlsx"]);
    assert_eq!(findings, []);
    let (files, _) = inbox::list(folder.path(), &Limits::default()).unwrap();
    assert_eq!(inbox::fetch(&files[3], &Limits::default()).unwrap(), book);
    assert_eq!(inbox::digest(&book), inbox::digest(&inbox::fetch(&files[0], &Limits::default()).unwrap()));
}

#[test]
fn names_in_gbk_archives_are_read() {
    let folder = tempfile::tempdir().unwrap();
    // 誠信.xlsx: the second byte of the first character is 5C, the backslash.
    let mut bytes = zip(&[("QQQQ.xlsx", b"x")]);
    let places: Vec<usize> = (0..bytes.len() - 4).filter(|&at| &bytes[at..at + 4] == b"QQQQ").collect();
    for at in places {
        bytes[at..at + 4].copy_from_slice(b"\xd5\x5c\xd0\xc5");
    }
    std::fs::write(folder.path().join("a.zip"), bytes).unwrap();
    assert_eq!(listed(folder.path()).0, ["a.zip!/誠信.xlsx"]);
}

#[cfg(unix)]
#[test]
fn loops_and_pipes_do_not_block() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("a")).unwrap();
    std::fs::write(folder.path().join("a/b.xlsx"), "x").unwrap();
    std::os::unix::fs::symlink("..", folder.path().join("a/up")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("gone.xlsx")).unwrap();
    let pipe = std::process::Command::new("mkfifo").arg(folder.path().join("pipe.xlsx")).status();
    let (names, findings) = listed(folder.path());
    assert_eq!(names, ["a/b.xlsx"]);
    let expected = 1 + usize::from(pipe.is_ok_and(|status| status.success()));
    assert_eq!(findings, vec![Code::UnreadableFile; expected]);
}

#[test]
fn a_torn_archive_is_not_silent() {
    let folder = tempfile::tempdir().unwrap();
    let whole = zip(&[("a.xlsx", &[7; 1000])]);
    std::fs::write(folder.path().join("a.zip"), &whole[..whole.len() - 30]).unwrap();
    let (files, _) = inbox::list(folder.path(), &Limits::default()).unwrap();
    let bytes = inbox::fetch(&files[0], &Limits::default()).unwrap();
    assert_eq!(scorebook::sheet::read("a.zip", &bytes, &scorebook::sheet::Limits::default()).unwrap_err().code(), Code::UnreadableFile);
}
