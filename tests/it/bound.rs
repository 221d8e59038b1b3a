//! Documents that are bound together: a branch's record book, a committee's set.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use scorebook::forms::BOOK_PARTS;
use scorebook::issue::Ballots;
use scorebook::period::RunPeriod;
use scorebook::run::{self, Options};
use serde_json::Value;

use crate::support::{Workdir, done};

/// Runs the year with these forms; gives the manifest's outputs.
fn outputs(root: &Path, forms: &[&str]) -> Vec<Value> {
    let forms = Some(forms.iter().map(|form| (*form).to_owned()).collect());
    let options = Options { workspace: root.to_owned(), period: RunPeriod::parse("2026"), forms, ..Options::default() };
    done(run::run(&options, &|_, _, _| {}));
    let manifest = std::fs::read(root.join("out/2026/manifest.json")).unwrap();
    serde_json::from_slice::<Value>(&manifest).unwrap()["outputs"].as_array().unwrap().clone()
}

/// Pages of each document of this name, by its folder.
fn pages(outputs: &[Value], name: &str) -> BTreeMap<String, u64> {
    let own = outputs.iter().filter_map(|one| Some((one["file"].as_str()?.strip_suffix(&format!("/{name}.pdf"))?.to_owned(), one)));
    own.map(|(folder, one)| (folder, one["pages"].as_u64().unwrap())).collect()
}

/// Titles of a document's outline, the entries of the first level.
fn outline(bytes: &[u8]) -> (usize, Vec<String>) {
    let document = lopdf::Document::load_mem(bytes).unwrap();
    let dictionary = |object: &lopdf::Object| document.get_dictionary(object.as_reference().unwrap()).unwrap().clone();
    let catalog = document.get_dictionary(document.trailer.get(b"Root").unwrap().as_reference().unwrap()).unwrap();
    let mut titles = Vec::new();
    let mut next = dictionary(catalog.get(b"Outlines").unwrap()).get(b"First").ok().map(&dictionary);
    while let Some(entry) = next {
        let title = entry.get(b"Title").unwrap().as_str().unwrap();
        let units: Vec<u16> = title[2..].chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
        titles.push(String::from_utf16(&units).unwrap());
        next = entry.get(b"Next").ok().map(&dictionary);
    }
    (document.get_pages().len(), titles)
}

/// A book holds every page of its parts behind cover and contents, boards of the earlier periods among them; a committee's
/// set holds every page of its branches' books.
#[test]
fn a_book_holds_everything_of_a_branch() {
    let workspace = Workdir::copy_of("clean-register-60");
    let root = workspace.path();
    // One branch of each committee is enough.
    for committee in std::fs::read_dir(root.join("inbox")).unwrap() {
        let mut sent: Vec<PathBuf> = std::fs::read_dir(committee.unwrap().path()).unwrap().map(|file| file.unwrap().path()).collect();
        sent.sort();
        sent[1..].iter().for_each(|file| std::fs::remove_file(file).unwrap());
    }
    let parts: Vec<&str> = BOOK_PARTS.iter().map(|form| form.id).chain(["book"]).collect();
    let outputs = outputs(root, &parts);
    let books = pages(&outputs, "记录本");
    let branches: Vec<&String> = books.keys().filter(|folder| folder.starts_with("支部/")).collect();
    assert_eq!(branches.len(), 2, "{books:?}");
    for folder in &branches {
        let bytes = std::fs::read(root.join("out/2026").join(folder).join("记录本.pdf")).unwrap();
        let (count, titles) = outline(&bytes);
        assert_eq!(count as u64, books[*folder]);
        let boards = ["一季度", "二季度", "三季度", "四季度", "全年"].map(|period| format!("考核公示栏（{period}）"));
        let expected = ["封面、目录", "党支部例行工作", "党组织概况一览表", "党员基本情况表", "积分登记表"].map(str::to_owned);
        let expected = [&expected[..], &boards, &["年度综合得分登记表".to_owned()]].concat();
        assert_eq!(titles, expected);
        let own: u64 = BOOK_PARTS.iter().map(|form| pages(&outputs, form.title)[*folder]).sum();
        assert_eq!(books[*folder], 2 + own + 4, "cover, contents and four quarters' boards of a page each");
    }
    let sets: u64 = books.iter().filter(|(folder, _)| folder.starts_with("党委/")).map(|(_, pages)| pages).sum();
    assert_eq!(sets, branches.iter().map(|folder| books[*folder]).sum::<u64>());
}

/// What a committee hands on is its branches' folders, file for file, and the same bytes each time.
#[test]
fn a_committee_hands_on_the_folders_of_its_branches() {
    let workspace = Workdir::copy_of("messy-register-60");
    let root = workspace.path();
    outputs(root, &["board", "list"]);
    let out = root.join("out/2026");
    let archives = || -> Vec<(PathBuf, Vec<u8>)> {
        let committees = std::fs::read_dir(out.join("党委")).unwrap().map(|entry| entry.unwrap().path().join("下发.zip"));
        let mut all: Vec<_> = committees.filter(|path| path.exists()).map(|path| (path.clone(), std::fs::read(path).unwrap())).collect();
        all.sort();
        all
    };
    let first = archives();
    let mut handed = BTreeMap::new();
    for (_, bytes) in &first {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        for at in 0..archive.len() {
            let mut entry = archive.by_index(at).unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            let name = entry.name().unwrap().into_owned();
            assert!(handed.insert(name.clone(), content).is_none(), "{name}: in two");
        }
    }
    let mut written = BTreeMap::new();
    for entry in walkdir::WalkDir::new(out.join("支部")).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file()) {
        let name = entry.path().strip_prefix(out.join("支部")).unwrap().to_string_lossy().replace('\\', "/");
        written.insert(name, std::fs::read(entry.path()).unwrap());
    }
    assert!(written.keys().any(|name| name.ends_with("退回意见.pdf")) && written.keys().any(|name| name.ends_with("考核公示栏.pdf")));
    assert!(handed == written, "{:?}", handed.keys().collect::<Vec<_>>());
    outputs(root, &["board", "list"]);
    assert!(archives() == first, "the same inputs, the same bytes");
}

/// `issue --ballots` writes a document per branch whose scheme polls: so many papers as asked for, else the scheme's least
/// number, with every member who is scored.
#[test]
fn ballots_are_handed_out_with_the_blank_workbooks() {
    let workspace = Workdir::copy_of("clean-ju-10star");
    let root = workspace.path();
    let options = Options { workspace: root.to_owned(), ..Options::default() };
    let issue = |papers| done(scorebook::issue::issue(&options, Some(root), Some(Ballots { papers }), &|_, _, _| {}));
    let issued = issue(None);
    assert_eq!((issued.ballots, issued.workbooks), (5, 5));
    let documents = || -> Vec<PathBuf> {
        let files = walkdir::WalkDir::new(&issued.folder).sort_by_file_name().into_iter().map(|entry| entry.unwrap().into_path());
        files.filter(|path| path.to_string_lossy().ends_with("民主测评票.pdf")).collect()
    };
    let pages = |path: &Path| lopdf::Document::load_mem(&std::fs::read(path).unwrap()).unwrap().get_pages().len();
    let least = scorebook::scheme::load(&String::from_utf8_lossy(&scorebook::builtin::scheme("ju-10star").unwrap())).unwrap();
    let least = least.polls[0].min_ballots as usize;
    let usual: Vec<usize> = documents().iter().map(|path| pages(path)).collect();
    assert!(usual.iter().all(|pages| *pages == least), "{usual:?}: a voter's paper is a page");
    issue(Some(3));
    assert!(documents().iter().all(|path| pages(path) == 3));
    // Who is voted on: the members of the roster who are scored; the items are the scheme's.
    let book = documents()[0].with_extension("xlsx");
    let table = crate::published::table(&book, "民主测评票");
    assert!(table.iter().any(|row| row.iter().any(|cell| cell == "理想信念\n0～10分")), "{table:?}");
    assert!(table.iter().flatten().all(|cell| !cell.contains("360102")), "no identity number");
}
