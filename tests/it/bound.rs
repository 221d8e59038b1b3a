//! Documents that are bound together: a branch's record book, a committee's set.

use std::path::Path;

use scorebook::forms::BOOK_PARTS;
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
fn pages(outputs: &[Value], name: &str) -> std::collections::BTreeMap<String, u64> {
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
    let parts: Vec<&str> = BOOK_PARTS.iter().map(|form| form.id).chain(["book"]).collect();
    let outputs = outputs(root, &parts);
    let books = pages(&outputs, "记录本");
    let branches: Vec<&String> = books.keys().filter(|folder| folder.starts_with("支部/")).collect();
    assert!(branches.len() > 1, "{books:?}");
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
