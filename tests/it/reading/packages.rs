//! Packages put together by hand: what a writer, a clerk or an attacker may do to one.

use std::fmt::Write as _;
use std::io::Cursor;

use scorebook::ooxml::Fault;
use scorebook::sheet::{self, Book, Limits, Refusal};

use crate::support::zip;

const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A workbook with these sheets (name, XML between `<worksheet>` tags), the rest added.
fn workbook(sheets: &[(&str, &str)], more: &[(&str, &[u8])]) -> Vec<u8> {
    let mut list = String::new();
    let mut relations = format!(r#"<Relationship Id="s" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>"#);
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for (index, (name, xml)) in sheets.iter().enumerate() {
        let _ = write!(list, r#"<sheet name="{name}" sheetId="{}" r:id="r{index}"/>"#, index + 1);
        let _ = write!(relations, r#"<Relationship Id="r{index}" Type="{RELATIONS}/worksheet" Target="worksheets/{index}.xml"/>"#);
        parts.push((format!("xl/worksheets/{index}.xml"), format!("<worksheet>{xml}</worksheet>").into()));
    }
    parts.push(("[Content_Types].xml".into(), b"<Types/>".to_vec()));
    parts.push(("xl/workbook.xml".into(), format!(r#"<workbook xmlns:r="r"><sheets>{list}</sheets></workbook>"#).into()));
    parts.push(("xl/_rels/workbook.xml.rels".into(), format!("<Relationships>{relations}</Relationships>").into()));
    parts.extend(more.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())));
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    zip(&parts)
}

fn read(bytes: &[u8]) -> Result<Book, Refusal> {
    sheet::read("a.xlsx", bytes, &Limits::default())
}

fn cells(rows: &str) -> Result<Vec<String>, Refusal> {
    let sheet = format!("<sheetData>{rows}</sheetData>");
    let strings = r#"<sst uniqueCount="9"><si><t>甲</t></si><si><t><![CDATA[<乙>]]></t></si></sst>"#;
    read(&workbook(&[("S", &sheet)], &[("xl/sharedStrings.xml", strings.as_bytes())])).map(|book| super::told(&book))
}

#[test]
fn two_sheets_of_one_name_are_both_read() {
    let sheet = |value| format!("<sheetData><row r=\"1\"><c r=\"A1\"><v>{value}</v></c></row></sheetData>");
    let book = read(&workbook(&[("同名", &sheet(1)), ("同名", &sheet(2))], &[])).unwrap();
    assert_eq!(super::told(&book), ["同名 A1 1", "同名 A1 2"]);
}

#[test]
fn cached_results_and_their_absence() {
    let rows = r#"<row r="1"><c r="A1"><f>1+2</f><v>3</v></c><c r="B1"><f>1+2</f></c><c r="C1"><f>1+2</f><v/></c>
        <c r="D1"><f>1+2</f><v></v></c><c r="E1" t="str"><f>""</f><v></v></c><c r="F1" t="str"><f>"x"</f><v>x</v></c>
        <c r="G1"><f t="shared" si="0" ref="G1:H1">A1</f></c><c r="H1"><f t="shared" si="0"/></c><c r="I1" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>"#;
    let expected = ["S A1 3", "S B1 ?=1+2", "S C1 ?=1+2", "S D1 ?=1+2", "S F1 \"x\"", "S G1 ?=A1", "S H1 ?=", "S I1 !#DIV/0!"];
    assert_eq!(cells(rows).unwrap(), expected);
}

#[test]
fn an_unknown_error_is_one_cell_and_not_the_sheet() {
    let rows =
        r#"<row r="1"><c r="A1" t="e"><v>#SPILL!</v></c><c r="B1" t='e'><v>whatever</v></c><c r="C1"><v>8.6999999999999993</v></c></row>"#;
    assert_eq!(cells(rows).unwrap(), ["S A1 !#SPILL!", "S B1 !#UNKNOWN!", "S C1 8.7"]);
}

#[test]
fn strings_are_where_they_are_said_to_be() {
    assert_eq!(
        cells(r#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>"#).unwrap(),
        ["S A1 \"甲\"", "S B1 \"<乙>\""]
    );
    for index in ["-1", "2", "x", "0.5"] {
        assert!(cells(&format!(r#"<row r="1"><c r="A1" t="s"><v>{index}</v></c></row>"#)).is_err(), "{index}");
    }
}

#[test]
fn places_that_cannot_be_are_refused() {
    for rows in [
        r#"<row r="4294967297"><c><v>1</v></c></row>"#,
        r#"<row r="0"><c><v>1</v></c></row>"#,
        r#"<row r="1"><c r="A4294967297"><v>1</v></c></row>"#,
        r#"<row r="1"><c r="AAAAAAAAA1"><v>1</v></c></row>"#,
        r#"<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>"#,
        r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#,
    ] {
        assert!(cells(rows).is_err(), "{rows}");
    }
}

#[test]
fn rows_and_cells_may_come_in_any_order() {
    let rows = r#"<row r="2"><c r="B2"><v>4</v></c><c r="A2"><v>3</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>"#;
    assert_eq!(cells(rows).unwrap(), ["S A1 1", "S A2 3", "S B2 4"]);
}

#[test]
fn control_characters_are_taken_out_and_told() {
    let text = "张\u{7}三\u{202e}";
    let sheet = format!("<sheetData><row r=\"3\"><c r=\"B3\" t=\"inlineStr\"><is><t>{text}</t></is></c></row></sheetData>");
    let book = read(&workbook(&[("S", &sheet)], &[])).unwrap();
    assert_eq!(super::told(&book), ["S B3 \"张三\""]);
    assert_eq!(book.sheets[0].control_characters, [(2, 1)]);
}

#[test]
fn a_bad_dimension_is_no_reason_to_refuse() {
    let sheet = r#"<dimension ref="garbage"/><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>"#;
    assert_eq!(super::told(&read(&workbook(&[("S", sheet)], &[])).unwrap()), ["S A1 1"]);
}

#[test]
fn parts_in_other_encodings_are_read() {
    let text = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><sst><si><t>甲</t></si></sst>";
    let wide: Vec<u8> = std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let gb = encoding_rs::GB18030.encode("<?xml version=\"1.0\" encoding=\"GB18030\"?><sst><si><t>甲</t></si></sst>").0.into_owned();
    let sheet = "<sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row></sheetData>";
    for strings in [wide, gb] {
        assert_eq!(super::told(&read(&workbook(&[("S", sheet)], &[("xl/sharedStrings.xml", &strings)])).unwrap()), ["S A1 \"甲\""]);
    }
}

#[test]
fn a_bomb_is_not_inflated() {
    let zeros = vec![b' '; 40 << 20];
    let sheet = format!("<sheetData></sheetData>{}", String::from_utf8_lossy(&zeros));
    let refusal = read(&workbook(&[("S", &sheet)], &[])).unwrap_err();
    assert_eq!(refusal, Fault::too_large("ratio", Limits::default().max_ratio).of_part("xl/worksheets/0.xml").into());
}

#[test]
fn a_flipped_digit_is_seen_by_its_checksum() {
    let sheet = "<sheetData><row r=\"1\"><c r=\"A1\"><v>12345678901</v></c></row></sheetData>";
    let mut parts = workbook(&[("S", sheet)], &[]);
    // Stored, so that the digit can be found.
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut archive = zip::ZipArchive::new(Cursor::new(&parts)).unwrap();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file(name, stored).unwrap();
        std::io::copy(&mut entry, &mut zip).unwrap();
    }
    parts = zip.finish().unwrap().into_inner();
    assert!(read(&parts).is_ok());
    let at = parts.windows(11).position(|window| window == b"12345678901").unwrap();
    parts[at] = b'9';
    assert!(matches!(read(&parts), Err(Refusal::Fault(Fault::Unreadable { .. }))));
}

#[test]
fn an_open_document_says_what_it_is_wherever_it_says_it() {
    let content = br#"<office:document-content><office:body><office:spreadsheet><table:table table:name="S"><table:table-row>
        <table:table-cell office:value-type="float" office:value="9.96"><text:p>10</text:p></table:table-cell>
        <table:table-cell office:value-type="float" office:value="8.7"><text:p>8.70</text:p></table:table-cell>
        <table:table-cell office:value-type="float" office:value="7" table:number-columns-spanned="2"><text:p>7</text:p></table:table-cell>
        <table:covered-table-cell office:value-type="float" office:value="6"><text:p>6</text:p></table:covered-table-cell>
        <table:table-cell table:formula="of:=1+2" office:value-type="float" office:value="0"/>
        </table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"#;
    let mimetype: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";
    let manifest: &[u8] = b"<manifest:manifest/>";
    for order in [["mimetype", "content.xml"], ["content.xml", "mimetype"]] {
        let part = |name: &'static str| (name, if name == "mimetype" { mimetype } else { &content[..] });
        let bytes = zip(&[part(order[0]), ("META-INF/manifest.xml", manifest), part(order[1])]);
        let book = sheet::read("a.ods", &bytes, &Limits::default()).unwrap();
        assert_eq!(book.format, sheet::Format::Ods);
        let expected = ["S A1 10 instead of Number(Decimal { mantissa: 996, exponent: -2 })", "S B1 8.7", "S C1 7", "S E1 ?=1+2"];
        assert_eq!(super::told(&book), expected);
        assert_eq!(book.sheets[0].covered.len(), 1);
    }
    let other = zip(&[("content.xml", b"<x/>"), ("mimetype", b"application/vnd.oasis.opendocument.text")]);
    assert_eq!(sheet::sniff(&other), sheet::Format::Document);
}
