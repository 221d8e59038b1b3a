//! What a file is, by its content. The extension is never looked at: clerks rename.

use serde::{Deserialize, Serialize};

use super::text;
use crate::ooxml::Listing;

/// What a file's content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Format {
    /// Also xlsm, xltx, xltm.
    Xlsx,
    Xlsb,
    Ods,
    /// BIFF in an OLE container: .xls and .et.
    Xls,
    /// An OLE container around an encrypted OOXML package.
    Encrypted,
    /// .docx, .pptx, .wps, .doc and other office documents that are no workbooks.
    Document,
    Html,
    /// XML that is no known workbook; also SpreadsheetML 2003.
    Xml,
    Pdf,
    Rar,
    SevenZip,
    Gzip,
    /// A zip file that is no office package.
    Zip,
    Image,
    /// Readable text: CSV, TSV, SYLK, notes.
    Text,
    Empty,
    Unknown,
}

impl Format {
    /// The word for messages and machine-readable output.
    pub fn word(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Xlsb => "xlsb",
            Self::Ods => "ods",
            Self::Xls => "xls",
            Self::Encrypted => "encrypted",
            Self::Document => "document",
            Self::Html => "html",
            Self::Xml => "xml",
            Self::Pdf => "pdf",
            Self::Rar => "rar",
            Self::SevenZip => "7z",
            Self::Gzip => "gzip",
            Self::Zip => "zip",
            Self::Image => "image",
            Self::Text => "text",
            Self::Empty => "empty",
            Self::Unknown => "unknown",
        }
    }
}

impl Format {
    /// True if it is decoded, as far as it holds a table.
    pub fn is_workbook(self) -> bool {
        matches!(self, Self::Xlsx | Self::Xlsb | Self::Ods | Self::Xls | Self::Text | Self::Html | Self::Xml)
    }

    /// True if reading it may take more than this process can give: another library decodes it, or one part holds all its sheets.
    pub fn is_read_by_a_worker(self) -> bool {
        matches!(self, Self::Xls | Self::Xlsb | Self::Ods)
    }
}

/// What the content is, from signatures and the names inside a container.
pub fn sniff(bytes: &[u8]) -> Format {
    const SIGNATURES: [(&[u8], Format); 14] = [
        (b"%PDF", Format::Pdf),
        (b"Rar!", Format::Rar),
        (b"7z\xbc\xaf\x27\x1c", Format::SevenZip),
        (b"\x1f\x8b", Format::Gzip),
        (b"\x89PNG", Format::Image),
        (b"\xff\xd8\xff", Format::Image),
        (b"GIF8", Format::Image),
        (b"BM", Format::Image),
        (b"II*\0", Format::Image),
        (b"MM\0*", Format::Image),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Format::Xls),
        (b"PK\x03\x04", Format::Zip),
        (b"PK\x05\x06", Format::Zip),
        (b"{\\rtf", Format::Document),
    ];
    if bytes.is_empty() {
        return Format::Empty;
    }
    match SIGNATURES.iter().find(|(signature, _)| bytes.starts_with(signature)) {
        Some((_, Format::Xls)) => ole(bytes),
        Some((_, Format::Zip)) => package(bytes),
        Some((_, format)) => *format,
        None => text(bytes),
    }
}

/// OLE stream names are UTF-16; the directory is somewhere in the file, and looking for the names needs no trust
/// in its chains.
fn ole(bytes: &[u8]) -> Format {
    let names = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.chunks_exact(128).any(|entry| entry.starts_with(&wide) && entry[wide.len()..].starts_with(&[0, 0]))
    };
    if names("EncryptedPackage") {
        Format::Encrypted
    } else if !names("Workbook") && !names("Book") && (names("WordDocument") || names("PowerPoint Document")) {
        Format::Document
    } else {
        Format::Xls
    }
}

fn package(bytes: &[u8]) -> Format {
    let Some(mut listing) = Listing::open(bytes) else {
        // A torn download begins right: the reader will say what is wrong.
        return if has(bytes, b"xl/") || has(bytes, b"[Content_Types].xml") { Format::Xlsx } else { Format::Zip };
    };
    let names = listing.names();
    let holds = |wanted: &str| names.iter().any(|name| name == wanted);
    let office = holds("[content_types].xml");
    if holds("xl/workbook.bin") {
        Format::Xlsb
    } else if office && (holds("word/document.xml") || holds("ppt/presentation.xml")) {
        Format::Document
    } else if office || holds("xl/workbook.xml") {
        Format::Xlsx
    } else if holds("mimetype") {
        // Of many writers it is not the first entry, or packed.
        if has(&listing.head("mimetype", 200), b"opendocument.spreadsheet") { Format::Ods } else { Format::Document }
    } else {
        Format::Zip
    }
}

fn has(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

fn text(bytes: &[u8]) -> Format {
    let head = &bytes[..bytes.len().min(4096)];
    let wide = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") || text::wide(head).is_some();
    let plain: Vec<u8> = head.iter().copied().filter(|&b| b != 0).map(|b| b.to_ascii_lowercase()).collect();
    let marked = [&b"\xef\xbb\xbf"[..], b"\xff\xfe", b"\xfe\xff"].iter().find_map(|mark| plain.strip_prefix(*mark));
    let start = marked.unwrap_or(&plain).trim_ascii_start();
    if start.starts_with(b"<?xml") || start.starts_with(b"<workbook") || start.starts_with(b"<ss:workbook") {
        // XHTML, against SpreadsheetML 2003, which also has tables.
        return if has(start, b"<html") { Format::Html } else { Format::Xml };
    }
    // Pages of web systems begin with anything: a comment, a style, the table itself.
    let tags: [&[u8]; 5] = [b"<html", b"<table", b"<meta", b"<body", b"<head"];
    let page = start.starts_with(b"<") && tags.iter().any(|tag| has(start, tag));
    // A saved page's mail headers begin with who saved it.
    let mail = has(&start[..start.len().min(1024)], b"mime-version:") && (has(start, b"multipart/related") || has(start, b"text/html"));
    if page || mail {
        return Format::Html;
    }
    let control = |b: u8| b < 0x20 && !matches!(b, b'\t' | b'\r' | b'\n' | 0x0c | 0x1b);
    if wide || !head.iter().any(|&b| control(b)) { Format::Text } else { Format::Unknown }
}

#[cfg(test)]
mod tests {
    use super::{Format, sniff};

    #[test]
    fn goes_by_content() {
        for (bytes, format) in [
            (&b""[..], Format::Empty),
            (b"%PDF-1.7", Format::Pdf),
            (b"Rar!\x1a\x07\x00", Format::Rar),
            (b"\r\n<HTML><body><table>", Format::Html),
            (b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"><Table>", Format::Xml),
            (b"\xef\xbb\xbf\xe5\xa7\x93\xe5\x90\x8d,8.7\r\n", Format::Text),
            (b"\xff\xfe\x59\x52\x09\x00", Format::Text),
            (b"\x00\x01\x02", Format::Unknown),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Format::Xls),
        ] {
            assert_eq!(sniff(bytes), format, "{bytes:?}");
        }
    }
}
