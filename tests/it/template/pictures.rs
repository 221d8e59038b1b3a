//! Pictures in a template: kept in both outputs, moved by what grows above them, or refused.

use rust_xlsxwriter::{Image, ObjectMovement};
use scorebook::template::{Feature, PictureFault};

use super::pages::{day, fonts, printed};
use super::*;

fn png() -> Vec<u8> {
    file("tests/cases/templates/seal.png")
}

fn jpeg() -> Vec<u8> {
    file("tests/cases/templates/seal.jpg")
}

fn with_picture(cells: &[(&str, &str)], at: (u32, u16), bytes: &[u8], moves: ObjectMovement, settings: &[(&str, &str)]) -> Vec<u8> {
    let more = |sheet: &mut Worksheet| {
        let image = Image::new_from_buffer(bytes)
            .expect("a picture")
            .set_object_movement(moves)
            .set_scale_to_size(40, 40, false)
            .set_alt_text("章");
        sheet.insert_image_with_offset(at.0, at.1, &image, 8, 4).expect("a picture");
    };
    drawn(cells, more, settings)
}

/// Row, column, offset and size of every picture of a filled sheet.
fn places(sheet: &FilledSheet) -> Vec<(u32, u16)> {
    sheet.images.iter().map(|image| (image.row, image.column)).collect()
}

const BLOCK: [(&str, &str); 3] = [("A1", "头"), ("A2", "{.姓名}"), ("A3", "（盖章）")];

#[test]
fn a_seal_below_a_block_moves_down_and_keeps_its_size() {
    for (bytes, moves) in [
        (png(), ObjectMovement::MoveButDontSizeWithCells),
        (png(), ObjectMovement::MoveAndSizeWithCells),
        (jpeg(), ObjectMovement::MoveButDontSizeWithCells),
    ] {
        let template = with_picture(&BLOCK, (2, 0), &bytes, moves, &[]);
        let (book, laid) = printed(&template, &data(5, 0));
        assert_eq!(places(&book.sheets[0]), [(6, 0)]);
        let image = &book.sheets[0].images[0];
        assert!((image.size.0 - 30.0).abs() < 0.5 && (image.size.1 - 30.0).abs() < 0.5, "{:?}", image.size);
        assert!((image.offset.0 - 6.0).abs() < 0.5 && (image.offset.1 - 3.0).abs() < 0.5, "{:?}", image.offset);
        assert_eq!(image.description, "章");
        assert_eq!(laid.pages[0].pictures.len(), 1);
        // In the workbook it stands in the same cell, byte for byte.
        let written = scorebook::xlsx::pages::write(&book, &laid, &scorebook::xlsx::pages::Properties::default()).expect("a workbook");
        let drawing = part(&written, "xl/drawings/drawing1.xml");
        assert!(drawing.contains("<xdr:row>6</xdr:row>"), "{drawing}");
        // And the PDF holds it as a figure with its text.
        let info = scorebook::pdf::DocumentInfo { title: "表".into(), language: "zh-CN".into(), author: "甲".into(), date: day() };
        let pdf_fonts = scorebook::pdf::PdfFonts::new(fonts()).expect("fonts");
        let pdf = scorebook::pdf::write(&laid, &pdf_fonts, &info).expect("a PDF");
        assert!(pdf.windows(14).any(|bytes| bytes == b"/Subtype/Image"), "no picture in the PDF");
    }
}

#[test]
fn a_picture_stands_again_with_each_record_and_each_sheet() {
    let template = load(&with_picture(&BLOCK, (1, 1), &png(), ObjectMovement::MoveButDontSizeWithCells, &[]), &form());
    assert_eq!(places(&fill(&template, &data(3, 0)).sheets[0]), [(1, 1), (2, 1), (3, 1)]);
    let template = load(&with_picture(&BLOCK, (2, 0), &png(), ObjectMovement::MoveButDontSizeWithCells, &[("每组一表", "类别")]), &form());
    let book = fill(&template, &data(3, 0));
    assert_eq!(book.sheets.iter().map(places).collect::<Vec<_>>(), [vec![(3, 0)], vec![(2, 0)]]);
    let template = load(
        &with_picture(&BLOCK, (2, 0), &png(), ObjectMovement::MoveButDontSizeWithCells, &[("每页行数", "2"), ("每页页脚", "是")]),
        &form(),
    );
    assert_eq!(places(&fill(&template, &data(3, 0)).sheets[0]), [(3, 0), (5, 0)]);
}

#[test]
fn a_picture_goes_with_its_column_and_its_nested_row() {
    let cells = [("A1", "{.姓名}"), ("B1", "{>期间.名称}"), ("A2", "{.项目.名称}"), ("C3", "末")];
    let of = |at| {
        let template = load(&with_picture(&cells, at, &png(), ObjectMovement::MoveButDontSizeWithCells, &[]), &form());
        places(&fill(&template, &data(1, 3)).sheets[0])
    };
    assert_eq!(of((0, 1)), [(0, 1), (0, 2), (0, 3)]);
    assert_eq!(of((1, 0)), [(1, 0), (2, 0)]);
    assert_eq!(of((2, 2)), [(3, 4)]);
    // Below and beside everything else.
    assert_eq!(of((9, 6)), [(10, 8)]);
}

#[test]
fn an_absolute_place_and_one_without_a_size_are_read() {
    let bytes = with_picture(&BLOCK, (2, 1), &png(), ObjectMovement::MoveAndSizeWithCells, &[]);
    let absolute = changed(&bytes, |name, text| {
        if !name.starts_with("xl/drawings/drawing") {
            return (name.to_owned(), text);
        }
        let (from, to) = (text.find("<xdr:from>").expect("from"), text.find("</xdr:to>").expect("to") + "</xdr:to>".len());
        let placed = format!("{}<xdr:pos x=\"700000\" y=\"400000\"/><xdr:ext cx=\"381000\" cy=\"381000\"/>{}", &text[..from], &text[to..]);
        (name.to_owned(), placed.replace("twoCellAnchor", "absoluteAnchor"))
    });
    // Columns of 64 px, rows of 20 px: 700000 EMU are 73.5 px, 400000 are 42 px.
    let book = fill(&load(&absolute, &form()), &data(1, 0));
    assert_eq!(places(&book.sheets[0]), [(2, 1)]);
    let unsized_picture = changed(&bytes, |name, text| {
        let cut = text.find("<a:xfrm>").zip(text.find("</a:xfrm>"));
        let text = cut.map_or(text.clone(), |(from, to)| format!("{}{}", &text[..from], &text[to + "</a:xfrm>".len()..]));
        (name.to_owned(), text)
    });
    let image = &fill(&load(&unsized_picture, &form()), &data(1, 0)).sheets[0].images[0];
    assert!((image.size.0 - 30.0).abs() < 8.0 && (image.size.1 - 30.0).abs() < 8.0, "{:?}", image.size);
}

/// A template whose picture's bytes are these.
fn holding(picture: &[u8]) -> Vec<u8> {
    let bytes = with_picture(&BLOCK, (2, 1), &png(), ObjectMovement::MoveButDontSizeWithCells, &[]);
    repacked(&bytes, |name, bytes| (name.to_owned(), if name.starts_with("xl/media/") { picture.to_vec() } else { bytes }))
}

#[test]
fn pictures_that_cannot_be_drawn_are_refused_or_told() {
    let cut = |bytes: Vec<u8>| bytes[..bytes.len() / 2].to_vec();
    assert_eq!(problems(&holding(&cut(png()))), [Problem::Picture(PictureFault::Damaged)]);
    assert_eq!(problems(&holding(b"\x89PNG\r\n\x1a\nno picture at all")), [Problem::Picture(PictureFault::Damaged)]);
    assert_eq!(problems(&holding(b"\xFF\xD8\xFFno picture")), [Problem::Picture(PictureFault::Damaged)]);
    assert_eq!(problems(&holding(&file("tests/cases/templates/cmyk.jpg"))), [Problem::Picture(PictureFault::Cmyk)]);
    let mut huge = png();
    // The header says 20,000 by 20,000; its check sum is made to agree.
    huge[16..24].copy_from_slice(&[0, 0, 0x4E, 0x20, 0, 0, 0x4E, 0x20]);
    let sum = crc32fast::hash(&huge[12..29]);
    huge[29..33].copy_from_slice(&sum.to_be_bytes());
    assert_eq!(problems(&holding(&huge)), [Problem::Picture(PictureFault::TooLarge)]);
    let gif = load(&holding(b"GIF89a"), &form());
    assert!(matches!(gif.warnings(), [TemplateError { kind: Problem::NotCarried(Feature::OtherPicture), .. }]));
}
