//! What is fuzzed: one function a target, from bytes to a panic where a promise is broken.
//!
//! `cargo +nightly fuzz run xlsx fuzz/seeds/xlsx` looks for new inputs; `cargo test --manifest-path fuzz/Cargo.toml`
//! replays the seeds on any compiler, and with `-- --ignored` bends them for a while (`FUZZ_SECONDS`).
//!
//! Bytes that are no container are put into one, as the part that a decoder reads: checksums and directories would keep
//! every change from it.

use std::io::{Cursor, Write};

use scorebook::diag::Unreadable;
use scorebook::template::Template;
use scorebook::inbox;
use scorebook::forms::BOARD;
use scorebook::ooxml::Fault;
use scorebook::scheme;
use scorebook::sheet::{self, Book, Content, Limits, Passwords, Refusal};
use zip::write::SimpleFileOptions;

/// Targets by name, as folders of `seeds/` are called.
pub const TARGETS: [(&str, fn(&[u8])); 8] =
    [("xlsx", xlsx), ("xlsb", xlsb), ("xls", xls), ("ods", ods), ("text", text), ("zip", zip), ("scheme", scheme), ("template", template)];

const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A worksheet's XML, or a whole package.
pub fn xlsx(data: &[u8]) {
    read("a.xlsx", &packed(data, &workbook("xml", "worksheet"), "xl/worksheets/sheet1.xml"), true);
}

/// A sheet's records, or a whole package. calamine's panics are the fence's to catch.
pub fn xlsb(data: &[u8]) {
    let mut parts = workbook("bin", "worksheet");
    parts.retain(|(name, _)| *name != "xl/workbook.xml");
    // BrtBundleSh: state, id, relation "r1", name "S".
    let listed = [&[0x9c, 0x01, 22, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0][..], b"r\x001\0", &[1, 0, 0, 0], b"S\0"].concat();
    parts.push(("xl/workbook.bin", listed));
    parts.push(("xl/_rels/workbook.bin.rels", parts_of(&parts, "xl/_rels/workbook.xml.rels")));
    read("a.xlsb", &packed(data, &parts, "xl/worksheets/sheet1.bin"), false);
}

/// A workbook stream, or a whole OLE container. calamine's panics are the fence's to catch.
pub fn xls(data: &[u8]) {
    let bytes = if data.starts_with(b"\xd0\xcf\x11\xe0") { data.to_vec() } else { container(data) };
    read("a.xls", &bytes, false);
}

/// A document's content, or a whole package.
pub fn ods(data: &[u8]) {
    let mimetype = b"application/vnd.oasis.opendocument.spreadsheet".to_vec();
    read("a.ods", &packed(data, &[("mimetype", mimetype)], "content.xml"), true);
}

/// CSV, HTML, MHTML and XML 2003, as the bytes themselves decide.
pub fn text(data: &[u8]) {
    read("a.xls", data, !data.starts_with(b"\xd0\xcf") && !data.starts_with(b"PK"));
}

/// An archive in an inbox; fetches what it lists.
pub fn zip(data: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.zip"), data).expect("a file");
    let limits = inbox::Limits::default();
    let (files, findings) = inbox::list(folder.path(), &[], &limits).expect("the folder is there");
    assert!(!files.is_empty() || !findings.is_empty(), "an archive vanished without a word");
    for file in files {
        assert!(!file.name.split('/').any(|part| part == ".."), "{} climbs", file.name);
        if let Ok(bytes) = inbox::fetch(&file, &limits) {
            assert!(bytes.len() as u64 <= limits.max_bytes);
        }
    }
}

/// A scheme file.
pub fn scheme(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = scheme::load(text);
    }
}

/// A form's sheet, or a whole workbook.
pub fn template(data: &[u8]) {
    let bytes = packed(data, &workbook("xml", "worksheet"), "xl/worksheets/sheet1.xml");
    if let Err(errors) = Template::load(&bytes, &BOARD.schema()) {
        assert!(!errors.is_empty(), "refused without a word");
    }
}

/// Reads it under small limits and looks at what came out. `ours` where no other library decodes it: then a panic is a
/// fault of this program.
fn read(name: &str, bytes: &[u8], ours: bool) {
    let mut limits = Limits::default();
    limits.max_cells = 20_000;
    limits.max_texts = 1 << 20;
    let opened = sheet::unlock(bytes, &Passwords::default()).unwrap_or_default();
    match sheet::read(name, opened.as_deref().unwrap_or(bytes), &limits) {
        Ok(book) => hold(&book, &limits),
        Err(Refusal::Fault(Fault::Unreadable { why, detail })) => assert!(!ours || why != Unreadable::Reader, "{detail}"),
        Err(_) => {}
    }
}

/// What every room above relies on.
fn hold(book: &Book, limits: &Limits) {
    assert!(!book.sheets.is_empty() && book.sheets.len() <= limits.max_sheets);
    assert!(book.sheets.iter().map(sheet::Sheet::count).sum::<usize>() <= limits.max_cells);
    for sheet in &book.sheets {
        assert!(!sheet.name.contains(|c: char| c.is_control()), "{:?}", sheet.name);
        assert!(sheet.rows.windows(2).all(|pair| pair[0].index < pair[1].index), "rows rise");
        for row in &sheet.rows {
            assert!(row.index < limits.max_rows && !row.cells.is_empty());
            assert!(row.cells.windows(2).all(|pair| pair[0].column < pair[1].column), "cells rise");
            for cell in &row.cells {
                assert!(u32::from(cell.column) < limits.max_columns);
                if let Content::Text(text) = &cell.content {
                    assert!(!text.is_empty() && !text.contains(|c: char| c.is_control() && c != '\t' && c != '\n'), "{text:?}");
                }
            }
        }
    }
}

type Parts = Vec<(&'static str, Vec<u8>)>;

/// A package around one sheet, which is added later.
fn workbook(ending: &str, kind: &str) -> Parts {
    let list = format!(r#"<workbook xmlns:r="{RELATIONS}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#);
    let relation = |id: &str, kind: &str, target: &str| format!(r#"<Relationship Id="{id}" Type="{RELATIONS}/{kind}" Target="{target}"/>"#);
    let inner = relation("r1", kind, &format!("worksheets/sheet1.{ending}")) + &relation("s", "sharedStrings", "sharedStrings.xml");
    let root = relation("r", "officeDocument", &format!("xl/workbook.{ending}"));
    vec![
        ("[Content_Types].xml", b"<Types/>".to_vec()),
        ("_rels/.rels", format!("<Relationships>{root}</Relationships>").into_bytes()),
        ("xl/workbook.xml", list.into_bytes()),
        ("xl/_rels/workbook.xml.rels", format!("<Relationships>{inner}</Relationships>").into_bytes()),
        ("xl/sharedStrings.xml", "<sst uniqueCount=\"2\"><si><t>张三</t></si><si><r><t>李</t></r><r><t>四</t></r></si></sst>".into()),
    ]
}

fn parts_of(parts: &Parts, wanted: &str) -> Vec<u8> {
    parts.iter().find(|(name, _)| *name == wanted).map(|(_, part)| part.clone()).unwrap_or_default()
}

/// The data itself where it is a package, else a package of these parts and the data under a name.
fn packed(data: &[u8], parts: &[(&'static str, Vec<u8>)], name: &str) -> Vec<u8> {
    if data.starts_with(b"PK") {
        return data.to_vec();
    }
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, part) in parts.iter().map(|(name, part)| (*name, part.as_slice())).chain([(name, data)]) {
        zip.start_file(name, options).expect("in memory");
        zip.write_all(part).expect("in memory");
    }
    zip.finish().expect("in memory").into_inner()
}

/// An OLE container with this stream: header, stream, directory, one sector of the table.
fn container(stream: &[u8]) -> Vec<u8> {
    let mut data = stream[..stream.len().min(100 * 512)].to_vec();
    let size = data.len().max(4096);
    data.resize(size.next_multiple_of(512), 0);
    let count = (data.len() / 512) as u32;
    let numbers = |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    bytes.resize(24, 0);
    bytes.extend([0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend(numbers(&[0, 1, count, 0, 4096, u32::MAX - 1, 0, u32::MAX - 1, 0, count + 1]));
    bytes.resize(512, 0xff);
    bytes.extend(data);
    for (name, kind, child, start, size) in [("Root Entry", 5u8, 1, u32::MAX - 1, 0), ("Workbook", 2, u32::MAX, 0, size as u32)] {
        let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let length = entry.len() as u8 + 2;
        entry.resize(64, 0);
        entry.extend([length, 0, kind, 1]);
        entry.extend(numbers(&[u32::MAX, u32::MAX, child]));
        entry.resize(116, 0);
        entry.extend(numbers(&[start, size, 0]));
        bytes.extend(entry);
    }
    bytes.resize(bytes.len() + 256, 0);
    let mut table: Vec<u32> = (1..count).collect();
    table.extend([u32::MAX - 1, u32::MAX - 1, u32::MAX - 2]);
    table.resize(128, u32::MAX);
    bytes.extend(numbers(&table));
    bytes
}
