//! A finished document packed: what is no stream into object streams, places into a cross-reference stream
//! (ISO 32000-1, 7.5.7 and 7.5.8), pages' content written shorter and deflated.
//!
//! It reads what the writer wrote, objects behind each other and a plain table of places, and refuses anything else.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::ops::Range;

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::{PdfError, content};

/// Has a viewer's window bear the document's title in place of the file's name. krilla says so for PDF/UA only, which these
/// documents do not claim.
const TITLE_SHOWN: &[u8] = b"/ViewerPreferences<</DisplayDocTitle true>>";
const CATALOG: &[u8] = b"<</Type/Catalog";
/// Objects per object stream: a viewer unpacks a whole stream for the first object that it needs of it.
const PER_STREAM: usize = 200;
/// Bytes of a place: its kind, an offset or the number of its stream, its turn in that stream.
const WIDTHS: [usize; 3] = [1, 4, 1];

/// Where an object stands in the packed document. Offsets have four bytes, here as in the table of places: documents of thousands
/// of pages have a million objects.
#[derive(Clone, Copy)]
enum Place {
    Free,
    At(u32),
    In { stream: u32, turn: u8 },
}

/// The same document in fewer bytes: what krilla wrote, its content streams deflated or as they are.
///
/// # Errors
/// The document is not laid out as the writer lays it out, or has four gigabytes.
pub fn pack(document: &[u8]) -> Result<Vec<u8>, PdfError> {
    if u32::try_from(document.len()).is_err() {
        return Err(PdfError::Refused("the document is larger than four gigabytes".to_owned()));
    }
    let objects = Objects::read(document).ok_or_else(|| PdfError::Refused("the table of objects cannot be read".to_owned()))?;
    let mut packed = Packed {
        bytes: document[..objects.first].to_vec(),
        places: vec![Place::Free; objects.bodies.len()],
        deflater: ZlibEncoder::new(Vec::new(), Compression::new(6)),
    };
    let (mut plain, mut streams) = (Vec::new(), Vec::new());
    for number in 0..objects.bodies.len() as u32 {
        match objects.body(number) {
            Some(body) if body.ends_with(b"endstream") => streams.push(number),
            Some(_) => plain.push(number),
            None => {}
        }
    }
    let body = |number: &u32| objects.body(*number).unwrap_or_default();
    let contents: BTreeSet<usize> = plain.iter().filter_map(|number| content_of(body(number))).collect();
    for number in streams {
        packed.stream(number as usize, body(&number), contents.contains(&(number as usize)))?;
    }
    for chunk in plain.chunks(PER_STREAM) {
        packed.object_stream(chunk.iter().map(|number| (*number as usize, body(number))))?;
    }
    packed.finish(objects.trailer)
}

/// The objects of a document as its table of places says.
struct Objects<'a> {
    document: &'a [u8],
    /// Where the first one begins: behind the head of the file.
    first: usize,
    /// By number, without `N 0 obj` and `endobj`.
    bodies: Vec<Option<Range<u32>>>,
    /// Entries of the trailer but the count of objects: root, information, identifiers.
    trailer: &'a [u8],
}

impl<'a> Objects<'a> {
    fn read(document: &'a [u8]) -> Option<Self> {
        let start = memchr::memmem::rfind(document, b"startxref\n")?;
        let (table, _) = number(&document[start + b"startxref\n".len()..])?;
        let rest = document.get(table..start)?.strip_prefix(b"xref\n0 ")?;
        let (count, rest) = number(rest)?;
        let (lines, trailer) = rest.strip_prefix(b"\n")?.split_at_checked(count.checked_mul(20)?)?;
        let trailer = trailer.strip_prefix(b"trailer\n<</Size ")?.trim_ascii_end().strip_suffix(b">>")?;
        let starts: Vec<Option<usize>> = lines
            .chunks_exact(20)
            .map(|line| if line[17] == b'n' { number(line).map(|(place, _)| Some(place)) } else { Some(None) })
            .collect::<Option<_>>()?;
        let mut ends: Vec<usize> = starts.iter().flatten().copied().chain([table]).collect();
        ends.sort_unstable();
        let bodies = starts
            .iter()
            .enumerate()
            .map(|(at, start)| {
                let Some(start) = *start else { return Some(None) };
                let end = ends[ends.partition_point(|end| *end <= start)..].first()?;
                let whole = document.get(start..*end)?.trim_ascii_end().strip_suffix(b"endobj")?.trim_ascii_end();
                let head = format!("{at} 0 obj\n").len();
                let place = (start + head) as u32..(start + whole.len()) as u32;
                whole.starts_with(format!("{at} 0 obj\n").as_bytes()).then_some(Some(place))
            })
            .collect::<Option<_>>()?;
        Some(Self { document, first: *ends.first()?, bodies, trailer: number(trailer)?.1 })
    }

    fn body(&self, number: u32) -> Option<&'a [u8]> {
        let place = self.bodies.get(number as usize)?.clone()?;
        self.document.get(place.start as usize..place.end as usize)
    }
}

/// The number at the front and what follows it.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = bytes.split_at(digits);
    Some((std::str::from_utf8(digits).ok()?.parse().ok()?, rest))
}

/// The number of the stream that a page draws; none of what is no page.
fn content_of(object: &[u8]) -> Option<usize> {
    let page = object.strip_prefix(b"<</Type/Page/")?;
    let (stream, _) = number(&page[memchr::memmem::find(page, b"/Contents ")? + b"/Contents ".len()..])?;
    Some(stream)
}

/// Entries of a stream's dictionary but its length, and its data.
fn parted(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = number(body.strip_prefix(b"<</Length ")?)?;
    let (entries, rest) = rest.split_at(memchr::memmem::find(rest, b">>\nstream\n")?);
    let data = rest[b">>\nstream\n".len()..].strip_suffix(b"\nendstream")?;
    (data.len() == length).then_some((entries, data))
}

struct Packed {
    bytes: Vec<u8>,
    places: Vec<Place>,
    /// One for all streams: making one takes as long as deflating a page.
    deflater: ZlibEncoder<Vec<u8>>,
}

impl Packed {
    fn put(&mut self, number: usize, body: &[&[u8]]) {
        self.places[number] = Place::At(self.bytes.len() as u32);
        self.bytes.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        for part in body {
            self.bytes.extend_from_slice(part);
        }
        self.bytes.extend_from_slice(b"\nendobj\n");
    }

    fn put_deflated(&mut self, number: usize, entries: &str, data: &[u8]) -> Result<(), PdfError> {
        let deflated = self.deflate(data).map_err(|error| PdfError::Refused(error.to_string()))?;
        let head = format!("<<{entries}/Filter/FlateDecode/Length {}>>\nstream\n", deflated.len());
        self.put(number, &[head.as_bytes(), &deflated, b"\nendstream"]);
        Ok(())
    }

    fn deflate(&mut self, data: &[u8]) -> std::io::Result<Vec<u8>> {
        self.deflater.write_all(data)?;
        self.deflater.reset(Vec::with_capacity(data.len() / 4))
    }

    /// A stream stays an object of its own. The content of pages and what the writer left as it is, the characters of a
    /// font's glyphs, are deflated; metadata is not, so that an archive's tools find it in any file.
    fn stream(&mut self, at: usize, body: &[u8], is_content: bool) -> Result<(), PdfError> {
        let is_filtered = |entries: &[u8]| memchr::memmem::find(entries, b"/Filter").is_some();
        match parted(body) {
            // The content of a page has a length and nothing else, or is deflated besides.
            Some((b"", data)) => self.put_deflated(at, "", &content::shortened(data)),
            Some((b"/Filter/FlateDecode", data)) if is_content => {
                let mut content = Vec::new();
                ZlibDecoder::new(data).read_to_end(&mut content).map_err(|error| PdfError::Refused(error.to_string()))?;
                self.put_deflated(at, "", &content::shortened(&content))
            }
            // A page that is left as large as it is would not be noticed.
            _ if is_content => Err(PdfError::Refused("the content of a page cannot be read".to_owned())),
            Some((entries, data)) if !is_filtered(entries) && !entries.starts_with(b"/Type/Metadata") => {
                self.put_deflated(at, &String::from_utf8_lossy(entries), data)
            }
            _ => {
                self.put(at, &[body]);
                Ok(())
            }
        }
    }

    fn object_stream<'b>(&mut self, objects: impl ExactSizeIterator<Item = (usize, &'b [u8])>) -> Result<(), PdfError> {
        let stream = self.places.len();
        self.places.push(Place::Free);
        let count = objects.len();
        let (mut index, mut bodies) = (String::new(), Vec::new());
        for (turn, (number, body)) in (0u8..).zip(objects) {
            self.places[number] = Place::In { stream: stream as u32, turn };
            index.extend([number.to_string(), " ".to_owned(), bodies.len().to_string(), " ".to_owned()]);
            match body.strip_prefix(CATALOG) {
                Some(rest) => bodies.extend([CATALOG, TITLE_SHOWN, rest].concat()),
                None => bodies.extend_from_slice(body),
            }
            bodies.push(b'\n');
        }
        let entries = format!("/Type/ObjStm/N {count}/First {}", index.len());
        self.put_deflated(stream, &entries, &[index.as_bytes(), &bodies].concat())
    }

    /// Ends the document with the stream of places, each row the difference to the one above it (PNG filter Up).
    fn finish(mut self, trailer: &[u8]) -> Result<Vec<u8>, PdfError> {
        let start = self.bytes.len();
        self.places.push(Place::At(start as u32));
        let mut above = [0; WIDTHS[0] + WIDTHS[1] + WIDTHS[2]];
        let mut rows = Vec::with_capacity(self.places.len() * (above.len() + 1));
        for place in &self.places {
            let (kind, wide, turn) = match *place {
                Place::Free => (0, 0, u8::MAX),
                Place::At(offset) => (1, offset, 0),
                Place::In { stream, turn } => (2, stream, turn),
            };
            let mut row = above;
            row[0] = kind;
            row[1..=WIDTHS[1]].copy_from_slice(&wide.to_be_bytes());
            row[WIDTHS[1] + 1] = turn;
            rows.push(2);
            rows.extend(row.iter().zip(above).map(|(byte, above)| byte.wrapping_sub(above)));
            above = row;
        }
        let [kind, wide, turn] = WIDTHS;
        let entries = format!(
            "/Type/XRef/Size {}/W[{kind} {wide} {turn}]/DecodeParms<</Predictor 12/Columns {}>>{}",
            self.places.len(),
            above.len(),
            String::from_utf8_lossy(trailer)
        );
        self.put_deflated(self.places.len() - 1, &entries, &rows)?;
        self.bytes.extend(format!("startxref\n{start}\n%%EOF").bytes());
        Ok(self.bytes)
    }
}
