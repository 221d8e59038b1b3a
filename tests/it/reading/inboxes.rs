//! Folders and archives as they come in.

use std::path::Path;

use scorebook::diag::{Code, Unreadable};
use scorebook::digest;
use scorebook::inbox::{self, Limits, Unfetched};

use crate::support::zip;

fn listed(folder: &Path) -> (Vec<String>, Vec<Code>) {
    let (files, findings) = inbox::list(folder, &[], &Limits::default()).unwrap();
    (files.iter().map(|file| file.name.to_string()).collect(), findings.iter().map(|finding| finding.code).collect())
}

#[test]
fn an_inbox_that_is_not_there_is_the_machine_failing() {
    assert!(inbox::list(Path::new("no/such/inbox"), &[], &Limits::default()).is_err());
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
    let (files, _) = inbox::list(folder.path(), &[], &Limits::default()).unwrap();
    assert_eq!(inbox::fetch(&files[2], &Limits::default()).unwrap(), "一/三/d.et".as_bytes());
    let small = Limits { max_bytes: 4, ..Limits::default() };
    assert_eq!(inbox::fetch(&files[1], &small), Err(Unfetched::TooLarge { what: "bytes", limit: 4 }));
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
    let (files, _) = inbox::list(folder.path(), &[], &Limits::default()).unwrap();
    assert_eq!(inbox::fetch(&files[3], &Limits::default()).unwrap(), book);
    assert_eq!(digest::sha256(&book), digest::sha256(&inbox::fetch(&files[0], &Limits::default()).unwrap()));
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

/// Ways that are no way, and what only looks like a file; each is told, none is opened.
#[cfg(unix)]
#[test]
fn links_up_and_astray_and_devices_are_not_followed() {
    use std::os::unix::fs::symlink;
    let county = tempfile::tempdir().unwrap();
    let inbox = county.path().join("来件");
    std::fs::create_dir_all(inbox.join("a")).unwrap();
    std::fs::create_dir(county.path().join("out")).unwrap();
    std::fs::write(county.path().join("out/登记表.xlsx"), "x").unwrap();
    std::fs::write(inbox.join("a/b.xlsx"), "x").unwrap();
    symlink("../..", inbox.join("a/county")).unwrap();
    symlink(".", inbox.join("here")).unwrap();
    symlink("itself", inbox.join("itself")).unwrap();
    symlink("/dev/zero", inbox.join("zero.xlsx")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(inbox.join("socket.xlsx")).unwrap();
    // The inbox itself may be a link: to a share, say.
    symlink("来件", county.path().join("inbox")).unwrap();
    for way in ["来件", "inbox"] {
        let (files, findings) = inbox::list(&county.path().join(way), &[], &Limits::default()).unwrap();
        assert_eq!(files.iter().map(|file| &*file.name).collect::<Vec<_>>(), ["a/b.xlsx"], "{way}");
        let told: Vec<String> =
            findings.iter().map(|finding| format!("{} {}", finding.place.file.as_deref().unwrap(), finding.args[0].1)).collect();
        assert_eq!(told, ["itself gone", "socket.xlsx irregular", "zero.xlsx irregular"], "{way}");
    }
}

/// Only for others than root, whom nothing is forbidden.
#[cfg(unix)]
#[test]
fn what_may_not_be_read_is_told_and_the_rest_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("closed")).unwrap();
    for name in ["a.xlsx", "b.xlsx", "closed/c.xlsx"] {
        std::fs::write(folder.path().join(name), "x").unwrap();
    }
    let shut = |name: &str, mode| std::fs::set_permissions(folder.path().join(name), PermissionsExt::from_mode(mode)).unwrap();
    shut("a.xlsx", 0);
    shut("closed", 0);
    let forbidden = std::fs::read(folder.path().join("a.xlsx")).is_err();
    let (files, findings) = inbox::list(folder.path(), &[], &Limits::default()).unwrap();
    let fetched = inbox::fetch(&files[0], &Limits::default());
    shut("closed", 0o700);
    if forbidden {
        assert_eq!(files.iter().map(|file| &*file.name).collect::<Vec<_>>(), ["a.xlsx", "b.xlsx"]);
        assert_eq!(fetched, Err(Unfetched::Unreadable { why: Unreadable::Denied }));
        assert_eq!(findings.len(), 1);
        assert_eq!((findings[0].place.file.as_deref(), findings[0].args[0].1.as_str()), (Some("closed"), "denied"));
    } else {
        assert_eq!((files.len(), findings.len()), (3, 0));
    }
}

#[cfg(unix)]
#[test]
fn names_in_gbk_on_the_disk_are_read_and_kept_apart() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    for name in [&b"\xd5\x5c\xd0\xc5.xlsx"[..], b"\xb1\xb1\xb9\xd8.xlsx"] {
        std::fs::write(folder.path().join(std::ffi::OsStr::from_bytes(name)), name).unwrap();
    }
    assert_eq!(listed(folder.path()).0, ["北关.xlsx", "誠信.xlsx"]);
    let (files, _) = inbox::list(folder.path(), &[], &Limits::default()).unwrap();
    assert_eq!(inbox::fetch(&files[0], &Limits::default()).unwrap(), b"\xb1\xb1\xb9\xd8.xlsx");
}

/// Thirty folders, each with two links into the next: a thousand million ways, one file. Links are no files that somebody
/// sent: what they lead to in the inbox is listed by itself, what lies elsewhere is told and not read.
#[cfg(unix)]
#[test]
fn links_add_nothing_and_lead_nowhere_else() {
    use std::os::unix::fs::symlink;
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for step in 0..30 {
        let here = folder.path().join(step.to_string());
        std::fs::create_dir(&here).unwrap();
        for link in ["a", "b"] {
            symlink(format!("../{}", step + 1), here.join(link)).unwrap();
        }
    }
    std::fs::create_dir(folder.path().join("30")).unwrap();
    std::fs::write(folder.path().join("30/支部.xlsx"), "x").unwrap();
    assert_eq!(listed(folder.path()), (vec!["30/支部.xlsx".to_owned()], Vec::new()));
    std::fs::write(other.path().join("secret.xlsx"), "x").unwrap();
    symlink(other.path(), folder.path().join("elsewhere")).unwrap();
    symlink(other.path().join("secret.xlsx"), folder.path().join("b.xlsx")).unwrap();
    symlink("/proc/self/status", folder.path().join("c.xlsx")).unwrap();
    let (files, findings) = inbox::list(folder.path(), &[], &Limits::default()).unwrap();
    assert_eq!(files.len(), 1);
    let told: Vec<String> =
        findings.iter().map(|finding| format!("{} {}", finding.place.file.as_deref().unwrap(), finding.args[0].1)).collect();
    assert_eq!(told, ["b.xlsx outside", "c.xlsx outside", "elsewhere outside"]);
}

#[cfg(unix)]
#[test]
fn names_in_any_letters_are_read_and_kept() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let on_disk: [&[u8]; 4] = ["ئۇيغۇرچە.xlsx".as_bytes(), "қазақша.xlsx".as_bytes(), b"\xb1\xb1\xb9\xd8.xlsx", "北关.xlsx".as_bytes()];
    for name in on_disk {
        std::fs::write(folder.path().join(std::ffi::OsStr::from_bytes(name)), name).unwrap();
    }
    let (files, _) = inbox::list(folder.path(), &[], &Limits::default()).unwrap();
    let names: Vec<&str> = files.iter().map(|file| &*file.name).collect();
    // The same two characters in GBK and in UTF-8: each has a name of its own.
    assert_eq!(names, ["қазақша.xlsx", "ئۇيغۇرچە.xlsx", "北关(2).xlsx", "北关.xlsx"]);
    for file in &files {
        let bytes = inbox::fetch(file, &Limits::default()).unwrap();
        assert_eq!(file.disk.path.file_name().unwrap().as_bytes(), bytes);
        assert!(file.twin.is_none());
    }
}

#[test]
fn two_entries_of_one_name_are_both_listed() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = zip(&[("a.xlsx", b"one"), ("QQQQQ.", b"two"), ("c.xlsx", b"three")]);
    let places: Vec<usize> = (0..bytes.len() - 6).filter(|&at| &bytes[at..at + 6] == b"QQQQQ.").collect();
    for at in places {
        bytes[at..at + 6].copy_from_slice(b"a.xlsx");
    }
    std::fs::write(folder.path().join("内.zip"), &bytes).unwrap();
    std::fs::write(folder.path().join("外.zip"), zip(&[("内.zip", &bytes)])).unwrap();
    let (files, findings) = inbox::list(folder.path(), &[], &Limits::default()).unwrap();
    assert_eq!(findings, []);
    let told: Vec<(&str, bool, Vec<u8>)> =
        files.iter().map(|file| (&*file.name, file.twin.is_some(), inbox::fetch(file, &Limits::default()).unwrap())).collect();
    let expected = ["内.zip!/", "外.zip!/内.zip!/"].map(|folder| {
        [("a(2).xlsx", true, "one"), ("a.xlsx", true, "two"), ("c.xlsx", false, "three")]
            .map(|(name, twin, bytes)| (folder.to_owned() + name, twin, bytes))
    });
    let expected: Vec<(&str, bool, Vec<u8>)> =
        expected.iter().flatten().map(|(name, twin, bytes)| (name.as_str(), *twin, bytes.as_bytes().to_vec())).collect();
    assert_eq!(told, expected);
}

/// Whoever fills the inbox loses his own files; the others' are read, and he is named.
#[test]
fn one_sender_cannot_use_up_the_inbox() {
    let folder = tempfile::tempdir().unwrap();
    let many: Vec<String> = (0..40).map(|at| format!("{at}.csv")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    std::fs::write(folder.path().join("0.zip"), zip(&many)).unwrap();
    std::fs::write(folder.path().join("1.zip"), zip(&[("in.zip", &zip(&many)), ("in2.zip", &zip(&many))])).unwrap();
    std::fs::write(folder.path().join("8.zip"), zip(&[("a.xlsx", b"x"), ("b.xlsx", b"x")])).unwrap();
    std::fs::write(folder.path().join("9.xlsx"), "x").unwrap();
    let limits = Limits { max_files: 50, max_entries: 60, ..Limits::default() };
    let (files, findings) = inbox::list(folder.path(), &[], &limits).unwrap();
    assert_eq!(files.iter().filter(|file| !file.name.starts_with("0.zip")).count(), 3, "{files:?}");
    let told: Vec<String> =
        findings.iter().map(|finding| format!("{} {}", finding.place.file.as_deref().unwrap(), finding.args[0].1)).collect();
    assert_eq!(told, ["1.zip files"]);
    std::fs::create_dir(folder.path().join("散")).unwrap();
    for at in 0..60 {
        std::fs::write(folder.path().join(format!("散/{at}.xlsx")), "x").unwrap();
    }
    let (_, findings) = inbox::list(folder.path(), &[], &limits).unwrap();
    assert!(findings.iter().any(|finding| finding.place.file.as_deref() == Some("散") && finding.code == Code::TooLarge), "{findings:?}");
}

#[test]
fn folders_deeper_than_the_limit_are_not_silent() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("a/b/c")).unwrap();
    std::fs::write(folder.path().join("a/b/c/d.xlsx"), "x").unwrap();
    let (files, findings) = inbox::list(folder.path(), &[], &Limits { max_depth: 2, ..Limits::default() }).unwrap();
    assert!(files.is_empty() && findings.len() == 1 && findings[0].code == Code::TooLarge, "{findings:?}");
}

#[test]
fn an_archive_of_nothing_is_not_silent() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.zip"), zip(&[])).unwrap();
    std::fs::write(folder.path().join("b.zip"), zip(&[("__MACOSX/._a.xlsx", b"x")])).unwrap();
    assert_eq!(listed(folder.path()), (Vec::new(), vec![Code::NotASpreadsheet; 2]));
}

#[test]
fn damage_inside_an_archive_costs_its_entry_only() {
    let folder = tempfile::tempdir().unwrap();
    let (marked, other) = ([7; 5000], [9; 5000]);
    let mut bytes = zip(&[("a.xlsx", &marked), ("b.xlsx", &other)]);
    // The first entry's data follows its header of 30 bytes and its name.
    bytes[40] ^= 0x55;
    std::fs::write(folder.path().join("c.zip"), bytes).unwrap();
    let (files, _) = inbox::list(folder.path(), &[], &Limits::default()).unwrap();
    assert!(matches!(inbox::fetch(&files[0], &Limits::default()), Err(Unfetched::Unreadable { .. })));
    assert_eq!(inbox::fetch(&files[1], &Limits::default()).unwrap(), other);
}

#[test]
fn what_unpacks_to_too_much_is_not_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bomb.zip"), zip(&[("a.csv", &vec![b' '; 3 << 20])])).unwrap();
    let inner = zip(&[("a.xlsx", &[1; 100])]);
    std::fs::write(folder.path().join("nest.zip"), zip(&[("b.zip", &inner)])).unwrap();
    let limits = Limits { max_held: 10, ..Limits::default() };
    let (files, findings) = inbox::list(folder.path(), &[], &limits).unwrap();
    assert_eq!(inbox::fetch(&files[0], &limits), Err(Unfetched::TooLarge { what: "ratio", limit: limits.max_ratio }));
    assert!(files.len() == 1 && findings.len() == 1 && findings[0].code == Code::TooLarge, "{findings:?}");
}

#[test]
fn archives_inside_an_archive_share_its_budget() {
    let folder = tempfile::tempdir().unwrap();
    let inner = zip(&[("a.csv", &[b' '; 3000])]);
    std::fs::write(folder.path().join("a.zip"), zip(&[("1.zip", &inner), ("2.zip", &inner), ("3.csv", b"a,b")])).unwrap();
    std::fs::write(folder.path().join("b.zip"), zip(&[("1.zip", &inner)])).unwrap();
    let listed = |limits: &Limits| {
        let (files, findings) = inbox::list(folder.path(), &[], limits).unwrap();
        let refused = findings.iter().map(|finding| finding.place.file.as_deref().unwrap_or_default().to_owned());
        (files.iter().map(|file| file.name.to_string()).collect::<Vec<_>>(), refused.collect::<Vec<_>>())
    };
    let all = ["a.zip!/1.zip!/a.csv", "a.zip!/2.zip!/a.csv", "a.zip!/3.csv", "b.zip!/1.zip!/a.csv"];
    assert_eq!(listed(&Limits::default()), (all.map(str::to_owned).to_vec(), Vec::new()));
    // What is small may unpack to so much; the other archive has a budget of its own.
    let limits = Limits { small_unpacked: 5000, max_ratio: 2, ..Limits::default() };
    assert_eq!(listed(&limits), (vec![all[0].to_owned(), all[2].to_owned(), all[3].to_owned()], vec!["a.zip!/2.zip".to_owned()]));
}

#[test]
fn a_torn_archive_is_not_silent() {
    let folder = tempfile::tempdir().unwrap();
    let whole = zip(&[("a.xlsx", &[7; 1000])]);
    std::fs::write(folder.path().join("a.zip"), &whole[..whole.len() - 30]).unwrap();
    let (files, _) = inbox::list(folder.path(), &[], &Limits::default()).unwrap();
    let bytes = inbox::fetch(&files[0], &Limits::default()).unwrap();
    assert_eq!(scorebook::sheet::read("a.zip", &bytes, &scorebook::sheet::Limits::default()).unwrap_err().code(), Code::UnreadableFile);
}
