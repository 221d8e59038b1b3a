//! The board of `samples/own-form`, which a county has drawn: all boards of a run are printed by it, with the run's figures. And the card
//! of `samples/two-cards`.

use std::io::Read;
use std::path::{Path, PathBuf};

use scorebook::fill::fill_pages;
use scorebook::forms::CARD;
use scorebook::layout::layout;
use scorebook::sheet::{Content, Limits, Sheet, read};
use scorebook::template::Template;

use crate::support::{Workdir, checked, results};
use crate::template::pages::{day, fonts};

fn drawing() -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/own-form/templates/board.xlsx")).unwrap()
}

fn shown(sheet: &Sheet, row: u32, column: u16) -> String {
    match sheet.get(row, column) {
        Some(Content::Text(text)) => text.to_string(),
        Some(Content::Number(value)) => value.to_string(),
        Some(Content::Disguised(disguised)) => disguised.shown.to_string(),
        None => String::new(),
        other => panic!("{other:?}"),
    }
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap_or_else(|_| panic!("no {name}")).read_to_string(&mut text).unwrap();
    text
}

fn boards(out: &Path) -> Vec<PathBuf> {
    let files = walkdir::WalkDir::new(out).sort_by_file_name().into_iter().map(|entry| entry.unwrap().path().to_owned());
    files.filter(|path| path.file_name().is_some_and(|name| name == "考核公示栏.xlsx")).collect()
}

/// Which figure a sheet shows last, and names with it on its first page; the headings are in its third row, the signatures go down beside all of it.
fn table(sheet: &Sheet) -> (&'static str, Vec<(String, String)>) {
    let headings: Vec<String> = (0..40).map(|column| shown(sheet, 2, column)).collect();
    let column = |heading: &str| headings.iter().position(|own| own == heading).unwrap_or_else(|| panic!("{heading}: {headings:?}")) as u16;
    assert!(!headings.iter().any(|heading| ["类别", "荣誉", "序号"].contains(&heading.as_str())), "{headings:?}");
    let before = ["星级", "等次", "备注", "签字"];
    let total = headings.iter().position(|heading| before.contains(&heading.as_str())).unwrap() as u16 - 1;
    let people = (3..).map_while(|row| {
        let name = shown(sheet, row, column("姓名"));
        (!name.is_empty() && !name.starts_with("本页")).then(|| (name.split('（').next().unwrap().to_owned(), shown(sheet, row, total)))
    });
    let people: Vec<(String, String)> = people.collect();
    let signed = sheet.merged.iter().find(|area| area.first == (3, column("签字"))).unwrap();
    assert_eq!(signed.last, (3 + people.len() as u32, column("签字")), "as high as the table and its line of counts");
    assert_eq!(shown(sheet, 3, column("签字")), "支部书记\u{3000}\u{3000}\u{3000}\u{3000}纪检委员");
    (if headings[usize::from(total)] == "公示积分" { "board" } else { "total" }, people)
}

#[test]
fn a_county_prints_its_boards_by_its_own_drawing() {
    let county = Workdir::copy_of("../../samples/county").write("templates/board.xlsx", &drawing());
    for period in ["2026", "2026Q3"] {
        let summary = county.run(period, &["board"]);
        let rows = results(&summary);
        let files = boards(&county.path().join("out").join(period));
        assert!(files.len() >= 7, "{files:?}");
        for file in files {
            let bytes = std::fs::read(&file).unwrap();
            let code = file.parent().unwrap().file_name().unwrap().to_string_lossy()[..4].to_owned();
            let mut posted = 0;
            for (at, sheet) in read("board.xlsx", &bytes, &Limits::default()).unwrap().sheets.iter().enumerate() {
                let (figure, people) = table(sheet);
                for (name, total) in people {
                    let same = |row: &&serde_json::Value| row["branch_code"] == *code && row["name"] == *name;
                    let known: Vec<&str> = rows.iter().filter(same).map(|row| row[figure].as_str().unwrap_or_default()).collect();
                    assert!(known.iter().any(|known| known.parse::<f64>().ok() == total.parse::<f64>().ok()), "{file:?} {name} {total}");
                    posted += 1;
                }
                let xml = part(&bytes, &format!("xl/worksheets/sheet{}.xml", at + 1));
                assert!(xml.contains("paperSize=\"9\"") && xml.contains("orientation=\"landscape\""), "{file:?}");
                assert!(xml.contains("<drawing "), "{file:?}: no logo");
            }
            assert!(posted > 0, "{file:?}");
            let pdf = std::fs::read(file.with_extension("pdf")).unwrap();
            assert!(memchr::memmem::find(&pdf, b"/Subtype/Image").is_some(), "{file:?}: no logo in the PDF");
        }
    }
}

#[test]
fn two_short_cards_stand_on_one_page() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/two-cards/templates/card.xlsx");
    let template = Template::load(&std::fs::read(path).unwrap(), &CARD.schema()).expect("the sample is a template of the card");
    let records = crate::forms::records(&checked("tests/cases/clean-community-4", "2026"));
    let cards: Vec<_> = records.iter().filter(|(form, _)| form.id == CARD.id).collect();
    assert!(!cards.is_empty());
    for (_, record) in cards {
        let book = fill_pages(&template, record, fonts());
        let pages = layout(&book, fonts(), day()).book.pages.len();
        assert_eq!(pages, record.lists[""].len().div_ceil(2));
    }
}
