//! Mails of parts (MHTML, RFC 2557), in which browsers and offices save pages.

use base64::Engine;

/// A part of a mail.
pub(super) struct Part {
    pub(super) kind: String,
    pub(super) charset: Option<String>,
    pub(super) body: Vec<u8>,
}

/// The parts of an MHTML file (RFC 2557); `None` where it is no mail.
pub(super) fn parts(bytes: &[u8]) -> Option<Vec<Part>> {
    let head = &bytes[..bytes.len().min(4096)];
    if !String::from_utf8_lossy(head).to_ascii_lowercase().contains("mime-version:") || head.trim_ascii_start().starts_with(b"<") {
        return None;
    }
    let (headers, body) = parted(bytes.trim_ascii_start());
    let kind = header(&headers, "content-type");
    let Some(boundary) = parameter(&kind, "boundary") else { return Some(vec![Part::of(&headers, body)]) };
    let boundary = format!("--{boundary}").into_bytes();
    let mut places: Vec<usize> = memchr::memmem::find_iter(body, &boundary).collect();
    places.push(body.len());
    let parts = places.windows(2).map(|pair| &body[pair[0] + boundary.len()..pair[1]]);
    Some(
        parts
            .filter(|part| !part.starts_with(b"--"))
            .map(|part| {
                let (headers, body) = parted(part.trim_ascii_start());
                Part::of(&headers, body)
            })
            .collect(),
    )
}

impl Part {
    fn of(headers: &str, body: &[u8]) -> Self {
        let kind = header(headers, "content-type");
        let body = match header(headers, "content-transfer-encoding").to_ascii_lowercase().as_str() {
            "quoted-printable" => quoted_printable(body),
            "base64" => {
                let dense: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
                base64::engine::general_purpose::STANDARD.decode(dense).unwrap_or_default()
            }
            _ => body.to_vec(),
        };
        Self { charset: parameter(&kind, "charset"), kind: kind.to_ascii_lowercase(), body }
    }
}

/// Headers, folded lines joined, and what follows the blank line.
fn parted(bytes: &[u8]) -> (String, &[u8]) {
    let ends = [&b"\r\n\r\n"[..], b"\n\n"].into_iter().filter_map(|blank| Some((memchr::memmem::find(bytes, blank)?, blank.len())));
    let (at, length) = ends.min().unwrap_or((bytes.len(), 0));
    let headers = String::from_utf8_lossy(&bytes[..at]).replace("\r\n", "\n").replace("\n\t", " ").replace("\n ", " ");
    (headers, &bytes[at + length..])
}

fn header(headers: &str, wanted: &str) -> String {
    let found = headers.lines().find_map(|line| line.split_once(':').filter(|(name, _)| name.trim().eq_ignore_ascii_case(wanted)));
    found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}

/// `boundary="…"` of a header's value.
fn parameter(value: &str, wanted: &str) -> Option<String> {
    let found = value.split(';').find_map(|part| part.split_once('=').filter(|(name, _)| name.trim().eq_ignore_ascii_case(wanted)));
    found.map(|(_, value)| value.trim().trim_matches('"').to_owned()).filter(|value| !value.is_empty())
}

/// RFC 2045, 6.7.
fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'=' {
            out.push(byte);
            continue;
        }
        let digit = |at: usize| after.get(at).and_then(|&digit| char::from(digit).to_digit(16));
        if let (Some(high), Some(low)) = (digit(0), digit(1)) {
            out.push((high * 16 + low) as u8);
            rest = &after[2..];
        } else {
            // A line that goes on.
            rest = after.strip_prefix(b"\r\n").or_else(|| after.strip_prefix(b"\n")).unwrap_or(after);
        }
    }
    out
}
