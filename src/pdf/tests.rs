use std::sync::OnceLock;

use super::*;
use crate::font::tests::bundled;
use crate::form::layout::sample::{board, date, lay, mixed};
use crate::form::model::FilledBook;

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
