use std::sync::OnceLock;

use super::*;
use crate::font::tests::bundled;
use crate::form::model::FilledBook;
use crate::layout::sample::{board, date, lay, mixed};

fn fonts() -> &'static PdfFonts {
    static FONTS: OnceLock<PdfFonts> = OnceLock::new();
    FONTS.get_or_init(|| PdfFonts::new(bundled()).unwrap())
}

fn pdf(book: &FilledBook) -> Vec<u8> {
    let info = DocumentInfo { title: book.title.clone(), language: "zh-CN".into(), author: "东街社区党支部".into(), date: date() };
    write(&lay(book).book, fonts(), &info).unwrap()
}

/// Writes the documents where `LAYOUT_OUT` says, to be looked at.
fn keep(name: &str, bytes: &[u8]) {
    if let Ok(folder) = std::env::var("LAYOUT_OUT") {
        std::fs::write(std::path::Path::new(&folder).join(name), bytes).unwrap();
    }
}

#[test]
fn a_board_is_small_and_the_same_every_time() {
    let book = board(40);
    let bytes = pdf(&book);
    keep("board.pdf", &bytes);
    assert!(bytes.len() < 200_000, "{} bytes", bytes.len());
    assert_eq!(bytes, pdf(&book));
}

#[test]
fn every_kind_of_text_is_accepted_as_pdf_a() {
    let bytes = pdf(&mixed());
    keep("mixed.pdf", &bytes);
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("pdfaid:part>2<") || text.contains("pdfaid:part=\"2\""));
}

/// The document as another library reads it, written out plain.
fn unpacked(bytes: &[u8]) -> String {
    let mut document = lopdf::Document::load_mem(bytes).unwrap();
    document.decompress();
    let mut plain = Vec::new();
    document.save_to(&mut plain).unwrap();
    String::from_utf8_lossy(&plain).into_owned()
}

#[test]
fn structure_language_and_outline_are_there() {
    let text = unpacked(&pdf(&board(40)));
    for part in ["/StructTreeRoot", "/Marked true", "/Lang(zh-CN)", "/Outlines", "/OutputIntents", "<dc:title>"] {
        assert!(text.contains(part) || text.replace(' ', "").contains(&part.replace(' ', "")), "{part}");
    }
    assert_eq!(text.matches("/S/TR").count() + text.matches("/S /TR").count(), 46, "one tag a row that says something, not one a cell");
}

#[test]
fn a_document_is_packed_and_its_window_bears_the_title() {
    let bytes = pdf(&board(3));
    let raw = String::from_utf8_lossy(&bytes);
    let place: usize = raw.split("startxref\n").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
    let table = String::from_utf8_lossy(&bytes[place..]).into_owned();
    assert!(table.contains("/Type/XRef"), "{table}");
    assert!(!raw.contains("/StructElem"), "what is no stream stands in object streams");
    let document = lopdf::Document::load_mem(&bytes).unwrap();
    let shown = document.catalog().unwrap().get(b"ViewerPreferences").and_then(lopdf::Object::as_dict).unwrap();
    assert!(matches!(shown.get(b"DisplayDocTitle"), Ok(lopdf::Object::Boolean(true))));
    // Every place leads to an object that names itself so.
    let size: usize = table.split("/Size ").nth(1).unwrap().split('/').next().unwrap().parse().unwrap();
    let known = (1..size as u32).filter(|number| document.objects.contains_key(&(*number, 0))).count();
    assert_eq!(known, size - 1);
    assert!(pack(b"%PDF-1.7\nno table").is_err());
    let maps = document.objects.values().filter_map(|object| object.as_stream().ok());
    let maps: Vec<_> = maps.filter(|stream| stream.dict.get(b"Type").and_then(lopdf::Object::as_name).ok() == Some(b"CMap")).collect();
    assert!(!maps.is_empty() && maps.iter().all(|map| map.dict.get(b"Filter").is_ok()), "maps of characters are deflated");
}

#[test]
fn content_is_shorter_and_says_the_same() {
    let mut document = lopdf::Document::load_mem(&pdf(&board(40))).unwrap();
    document.decompress();
    for page in document.get_pages().into_values() {
        let content = document.get_page_content(page).unwrap();
        let text = String::from_utf8_lossy(&content);
        assert_eq!(text.matches("BDC").count(), text.matches("EMC").count());
        assert_eq!(text.matches("BT\n").count(), text.matches("ET Q\n").count());
        assert!(text.matches(" Td[").count() > 40 && text.matches(" Tm[").count() < 5, "{text}");
    }
}

/// What each page draws.
fn contents(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut document = lopdf::Document::load_mem(bytes).unwrap();
    document.decompress();
    document.get_pages().into_values().map(|page| document.get_page_content(page).unwrap()).collect()
}

#[test]
fn sections_draw_what_a_document_of_their_own_draws() {
    let book = board(40);
    let own = contents(&pdf(&book));
    let info = DocumentInfo { title: "示范县".into(), language: "zh-CN".into(), author: "组织部".into(), date: date() };
    let sections = || (1..=3).map(|at| Ok::<_, PdfError>(Section { title: format!("第{at}支部"), book: lay(&book).book }));
    let whole = write_sections(sections(), fonts(), &info).unwrap();
    keep("sections.pdf", &whole);
    assert_eq!(contents(&whole), [own.clone(), own.clone(), own].concat());
    assert_eq!(whole, write_sections(sections(), fonts(), &info).unwrap());
}

/// A grey picture of one pixel.
const PIXEL_PNG: &[u8] = &[
    137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 58, 126, 155, 85, 0, 0, 0, 10, 73,
    68, 65, 84, 120, 156, 99, 104, 0, 0, 0, 130, 0, 129, 119, 205, 114, 182, 0, 0, 0, 0, 73, 69, 78, 68, 174, 66, 96, 130,
];

#[test]
fn a_picture_stands_in_the_document_and_a_broken_one_is_an_error() {
    let mut book = board(3);
    let image = |bytes: &[u8]| crate::form::model::Image {
        bytes: bytes.into(),
        row: 3,
        column: 1,
        offset: (2.0, 2.0),
        size: (99.2, 138.9),
        description: "照片".into(),
        chart: None,
    };
    book.sheets[0].images.push(image(PIXEL_PNG));
    let bytes = pdf(&book);
    keep("picture.pdf", &bytes);
    assert!(String::from_utf8_lossy(&bytes).contains("/Image"));
    book.sheets[0].images.push(image(b"no picture"));
    let info = DocumentInfo { title: "t".into(), language: "zh-CN".into(), author: String::new(), date: date() };
    assert!(matches!(write(&lay(&book).book, fonts(), &info), Err(PdfError::Refused(_))));
}

#[test]
fn private_characters_and_steering_marks_do_not_break_pdf_a() {
    let mut book = board(2);
    for (row, words) in [(3, "张\u{E000}三\u{F0001}"), (4, "王\u{200D}\u{FE0F}\u{7}五\u{FEFF}\t六\u{AD}\u{FFFE}")] {
        book.sheets[0].rows[row].cells[1].value = crate::form::model::Value::Text(words.into());
    }
    pdf(&book);
    book.sheets[0].rows[3].cells[1].value = crate::form::model::Value::Text("\u{E863}\u{FFFF}\u{10FFFD}👍é".into());
    pdf(&book);
}

#[test]
fn a_book_without_pages_is_still_a_document() {
    let info = DocumentInfo { title: "空".into(), language: "zh-CN".into(), author: String::new(), date: date() };
    assert!(write(&LaidOut::default(), fonts(), &info).unwrap().starts_with(b"%PDF"));
}

#[test]
fn whatever_a_template_holds_is_laid_out_and_written() {
    let properties = crate::xlsx::pages::Properties { title: "任意".into(), date: date(), ..Default::default() };
    let seeds = std::env::var("LAYOUT_SEEDS").ok().and_then(|count| count.parse().ok()).unwrap_or(60);
    for seed in 1..=seeds {
        let book = crate::layout::sample::wild(seed);
        let laid = lay(&book).book;
        let info = DocumentInfo { title: "任意".into(), language: "zh-CN".into(), author: String::new(), date: date() };
        match write(&laid, fonts(), &info) {
            Ok(bytes) => keep(&format!("wild-{seed}.pdf"), &bytes),
            Err(error) => panic!("{seed}: {error}"),
        }
        if let Err(error) = crate::xlsx::pages::write(&book, &laid, &properties) {
            panic!("{seed}: {error}");
        }
    }
}

#[cfg(feature = "genpdf")]
#[test]
fn the_other_engine_writes_as_many_pages_whatever_they_hold() {
    let other = PdfFonts::for_engine(bundled(), Engine::Genpdf).unwrap();
    let mut picture = board(3);
    picture.sheets[0].images.push(crate::form::model::Image {
        bytes: PIXEL_PNG.into(),
        row: 3,
        column: 1,
        offset: (2.0, 2.0),
        size: (99.2, 138.9),
        description: "照片".into(),
        chart: None,
    });
    let books = [("board", board(40)), ("mixed", mixed()), ("picture", picture)].into_iter();
    let wild = (1..=12).map(|seed| ("wild", crate::layout::sample::wild(seed)));
    for (name, book) in books.chain(wild) {
        let laid = lay(&book).book;
        let info = DocumentInfo { title: "任意".into(), language: "zh-CN".into(), author: String::new(), date: date() };
        let bytes = write(&laid, &other, &info).unwrap();
        keep(&format!("genpdf-{name}.pdf"), &bytes);
        let text = String::from_utf8_lossy(&bytes);
        let count = |word: &str| text.matches(word).count();
        assert_eq!(count("/Type/Page") - count("/Type/Pages"), laid.pages.len().max(1), "{name}");
        assert!(name != "picture" || count("/Subtype/Image") == 1);
    }
    assert!(
        write(
            &LaidOut::default(),
            &other,
            &DocumentInfo { title: String::new(), language: String::new(), author: String::new(), date: date() }
        )
        .is_ok()
    );
}
