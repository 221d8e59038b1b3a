//! Mails of parts (MHTML, RFC 2557), in which browsers and offices save pages.

use mailparse::ParsedMail;
use mailparse::body::Body;

use super::Refusal;
use crate::diag::Unreadable;

/// A part of a mail.
pub(super) struct Part {
    pub(super) kind: String,
    pub(super) charset: Option<String>,
    pub(super) body: Vec<u8>,
}

/// The parts of an MHTML file in their order; `None` where it is no mail.
///
/// # Errors
/// A part that does not decode: what is left of it may lack rows.
pub(super) fn parts(bytes: &[u8]) -> Result<Option<Vec<Part>>, Refusal> {
    let head = &bytes[..bytes.len().min(4096)];
    if !String::from_utf8_lossy(head).to_ascii_lowercase().contains("mime-version:") || head.trim_ascii_start().starts_with(b"<") {
        return Ok(None);
    }
    let mail = mailparse::parse_mail(bytes.trim_ascii_start()).map_err(|error| broken(&error))?;
    let leaves = mail.parts().filter(|part| part.subparts.is_empty() && !part.ctype.mimetype.starts_with("multipart/"));
    leaves.map(part).collect::<Result<Vec<Part>, Refusal>>().map(Some)
}

fn part(part: &ParsedMail) -> Result<Part, Refusal> {
    let body = match part.get_body_encoded() {
        Body::QuotedPrintable(body) if !body.get_raw().is_ascii() => {
            let encoded = encoded(body.get_raw());
            mailparse::parse_mail(&encoded).and_then(|mail| mail.get_body_raw())
        }
        _ => part.get_body_raw(),
    };
    let charset = part.ctype.params.get("charset").filter(|charset| !charset.is_empty()).cloned();
    Ok(Part { kind: part.ctype.mimetype.clone(), charset, body: body.map_err(|error| broken(&error))? })
}

/// A mail of the same body in which every letter beyond ASCII is encoded: the decoder drops those that are not, and some
/// systems send them so.
fn encoded(body: &[u8]) -> Vec<u8> {
    let mut mail = b"Content-Transfer-Encoding: quoted-printable\r\n\r\n".to_vec();
    for byte in body {
        if byte.is_ascii() {
            mail.push(*byte);
        } else {
            mail.extend(format!("={byte:02X}").bytes());
        }
    }
    mail
}

fn broken(error: &mailparse::MailParseError) -> Refusal {
    Refusal::unreadable(Unreadable::Content, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The one part of a mail with these headers and this body, in its own letters.
    fn body(headers: &str, body: &[u8]) -> String {
        let mail = [b"MIME-Version: 1.0\r\n", headers.as_bytes(), b"\r\n\r\n", body].concat();
        let parts = parts(&mail).expect("a mail that decodes").expect("a mail");
        let [part] = parts.as_slice() else { panic!("{} parts", parts.len()) };
        let label = part.charset.clone().unwrap_or_default();
        encoding_rs::Encoding::for_label(label.as_bytes()).unwrap_or(encoding_rs::UTF_8).decode(&part.body).0.into_owned()
    }

    #[test]
    fn chinese_letters_come_through_every_encoding() {
        let (gbk, ..) = encoding_rs::GB18030.encode("支部𠮷");
        let html =
            |charset: &str, how: &str| format!("Content-Type: text/html;\r\n\tcharset={charset}\r\nContent-Transfer-Encoding: {how}");
        assert_eq!(body(&html("GB18030", "8bit"), &gbk), "支部𠮷");
        assert_eq!(body(&html("\"gb2312\"", "Quoted-Printable"), b"=D6=A7=B2=BF=\r\n=B5=B3\r\n"), "支部党\r\n");
        assert_eq!(body(&html("gbk", "quoted-printable"), &[b"a=D6=A7 ", &gbk[2..4]].concat()), "a支 部");
        assert_eq!(body(&html("gb2312", "base64"), b"1qey\r\nvw==\r\n"), "支部");
        assert_eq!(body(&html("utf-8", "binary"), "支部".as_bytes()), "支部");
        assert_eq!(body("Subject: =?gb2312?B?1qeyvw==?=\r\nContent-Type: text/html; charset=utf-8", "支".as_bytes()), "支");
    }

    #[test]
    fn what_does_not_decode_is_not_read_in_part() {
        let mail = b"MIME-Version: 1.0\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n*not base64*\r\n";
        assert!(parts(mail).is_err());
        assert!(parts(b"<html>MIME-Version: 1.0").expect("no mail").is_none());
    }
}
