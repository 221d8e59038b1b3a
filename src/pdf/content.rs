//! A page's content written shorter: runs of text that follow each other share one text object and one graphics state.
//!
//! The writer puts each run into a state of its own, in which it mirrors the page and names font and colour again. Only what
//! is written exactly so is rewritten, everything else stays byte for byte. Places move by less than 0.01 pt.

use std::io::Write;

/// A run of text as the writer puts it.
struct Run<'a> {
    /// The page's height: the writer counts from above.
    height: f64,
    /// `/c0 cs 0 0 0 scn`
    color: &'a [u8],
    /// `/f2 9`
    font: &'a [u8],
    size: f64,
    x: f64,
    y: f64,
    /// What stands between the brackets of `TJ`.
    glyphs: &'a [u8],
}

/// What can stand within a text object.
enum Token<'a> {
    Run(Run<'a>),
    /// Marked content begins: the operator with its operands.
    Begin(&'a [u8]),
    /// Marked content ends.
    End,
}

/// The same drawing in fewer bytes.
pub(super) fn shortened(content: &[u8]) -> Vec<u8> {
    let mut pen = Pen { bytes: Vec::with_capacity(content.len() / 2), text: None };
    let mut rest = content;
    while !rest.is_empty() {
        let within = match token(rest) {
            Some((Token::Run(run), after)) => {
                pen.run(&run);
                rest = after;
                continue;
            }
            // An operator of marked content stands in a text object with its counterpart or not at all.
            Some((Token::Begin(_), _)) => text_only(rest),
            _ => None,
        };
        if let Some((tokens, after)) = within {
            for token in &tokens {
                pen.token(token);
            }
            rest = after;
        } else {
            let line = if let Some((Token::End, after)) = token(rest) {
                rest.len() - after.len()
            } else {
                memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1)
            };
            pen.other(&rest[..line]);
            rest = &rest[line..];
        }
    }
    pen.close();
    pen.bytes
}

/// The marked content at the front, from its beginning to its end, if it holds nothing but text, and what follows it.
fn text_only(content: &[u8]) -> Option<(Vec<Token<'_>>, &[u8])> {
    let (mut depth, mut rest, mut tokens) = (0usize, content, Vec::new());
    loop {
        let (token, after) = token(rest)?;
        match token {
            Token::Begin(_) => depth += 1,
            Token::End => depth -= 1,
            Token::Run(_) => {}
        }
        tokens.push(token);
        rest = after;
        if depth == 0 {
            return Some((tokens, rest));
        }
    }
}

/// The token at the front and what follows it.
fn token(content: &[u8]) -> Option<(Token<'_>, &[u8])> {
    if let Some(rest) = content.strip_prefix(b"EMC") {
        return match rest {
            [b'\n', rest @ ..] => Some((Token::End, rest)),
            [] | [b'/', ..] => Some((Token::End, rest)),
            _ => None,
        };
    }
    if content.starts_with(b"/") {
        let (line, rest) = content.split_at(memchr::memchr(b'\n', content)?);
        return line.ends_with(b"BDC").then(|| (Token::Begin(line), &rest[1..]));
    }
    run(content).map(|(run, rest)| (Token::Run(run), rest))
}

fn run(content: &[u8]) -> Option<(Run<'_>, &[u8])> {
    let (height, rest) = number(content.strip_prefix(b"q 1 0 0 -1 0 ")?)?;
    let rest = rest.strip_prefix(b" cm")?;
    let (color, rest) = rest.split_at(memchr::memchr(b'\n', rest)?);
    let mut words = color.split(|byte| *byte == b' ');
    let plain = words.next()?.starts_with(b"/c") && words.next()? == b"cs" && words.next_back()? == b"scn";
    if !plain || words.any(|word| number(word).is_none_or(|(_, rest)| !rest.is_empty())) {
        return None;
    }
    let rest = rest.strip_prefix(b"\nBT 0 Tr")?;
    let (font, rest) = rest.split_at(memchr::memmem::find(rest.get(..rest.len().min(64))?, b" Tf 1 0 0 -1 ")?);
    let (size, _) = number(font.strip_prefix(b"/f")?.split(|byte| *byte == b' ').nth(1)?)?;
    let (x, rest) = number(&rest[b" Tf 1 0 0 -1 ".len()..])?;
    let (y, rest) = number(rest.strip_prefix(b" ")?)?;
    let rest = rest.strip_prefix(b" Tm[")?;
    let (glyphs, rest) = rest.split_at(end_of_array(rest)?);
    Some((Run { height, color, font, size, x, y, glyphs }, rest.strip_prefix(b"]TJ\nET\nQ\n")?))
}

/// Where the array ends whose inside begins here.
fn end_of_array(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match bytes.get(at)? {
            b'(' => at += end_of_literal(&bytes[at..]),
            b']' => return Some(at),
            _ => at += 1,
        }
    }
}

/// The number at the front and what follows it.
fn number(bytes: &[u8]) -> Option<(f64, &[u8])> {
    let length = bytes.iter().take_while(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-')).count();
    let (digits, rest) = bytes.split_at(length);
    Some((std::str::from_utf8(digits).ok()?.parse().ok()?, rest))
}

/// A text object in the making.
struct Text {
    color: Vec<u8>,
    font: Vec<u8>,
    /// Where its last run begins, in hundredths of a point from below.
    at: (i64, i64),
}

struct Pen {
    bytes: Vec<u8>,
    text: Option<Text>,
}

impl Pen {
    fn text(&mut self) -> &mut Text {
        if self.text.is_none() {
            self.bytes.extend(b"q BT\n");
        }
        self.text.get_or_insert_with(|| Text { color: Vec::new(), font: Vec::new(), at: (0, 0) })
    }

    fn close(&mut self) {
        if self.text.take().is_some() {
            self.bytes.extend(b"ET Q\n");
        }
    }

    fn other(&mut self, bytes: &[u8]) {
        self.close();
        self.bytes.extend_from_slice(bytes);
        if !bytes.ends_with(b"\n") {
            self.bytes.push(b'\n');
        }
    }

    fn token(&mut self, token: &Token<'_>) {
        match token {
            Token::Run(run) => self.run(run),
            Token::Begin(mark) => {
                self.text();
                self.bytes.extend_from_slice(mark);
                self.bytes.push(b'\n');
            }
            Token::End => {
                self.text();
                self.bytes.extend(b"EMC\n");
            }
        }
    }

    fn run(&mut self, run: &Run<'_>) {
        let to = (hundredths(run.x), hundredths(run.height - run.y));
        let text = self.text();
        let from = std::mem::replace(&mut text.at, to);
        let (colored, set) = (text.color != run.color, text.font != run.font);
        if colored {
            text.color = run.color.to_vec();
        }
        if set {
            text.font = run.font.to_vec();
        }
        if colored {
            self.bytes.extend_from_slice(run.color);
            self.bytes.push(b'\n');
        }
        if set {
            self.bytes.extend_from_slice(run.font);
            self.bytes.extend(b" Tf ");
        }
        decimal(to.0 - from.0, 2, &mut self.bytes);
        self.bytes.push(b' ');
        decimal(to.1 - from.1, 2, &mut self.bytes);
        self.bytes.extend(b" Td[");
        glyphs(run, &mut self.bytes);
        self.bytes.extend(b"]TJ\n");
    }
}

fn hundredths(points: f64) -> i64 {
    (points * 100.0).round() as i64
}

/// Writes a number of so many decimals in as few characters as it needs.
fn decimal(scaled: i64, decimals: u32, bytes: &mut Vec<u8>) {
    let one = 10u64.pow(decimals);
    let (whole, mut part) = (scaled.unsigned_abs() / one, scaled.unsigned_abs() % one);
    let mut width = decimals as usize;
    while part > 0 && part % 10 == 0 {
        (part, width) = (part / 10, width - 1);
    }
    let sign = if scaled < 0 { "-" } else { "" };
    // Writing to memory cannot fail.
    let _ = if part == 0 { write!(bytes, "{sign}{whole}") } else { write!(bytes, "{sign}{whole}.{part:0width$}") };
}

/// The glyphs of a run, with gaps as exact as the eye of a press needs; what one gap is rounded by, the next makes good.
fn glyphs(run: &Run<'_>, bytes: &mut Vec<u8>) {
    // Gaps are in thousandths of the size.
    let decimals = u32::from(run.size > 9.0);
    let scale = 10f64.powi(decimals as i32);
    let (mut owed, mut rest) = (0.0, run.glyphs);
    while let Some(first) = rest.first() {
        let length = match first {
            b'(' => {
                let length = end_of_literal(rest);
                string(literal(&rest[..length]), bytes);
                rest = &rest[length..];
                continue;
            }
            b'<' => {
                let length = memchr::memchr(b'>', rest).map_or(rest.len(), |at| at + 1);
                string(hexadecimal(&rest[..length]), bytes);
                rest = &rest[length..];
                continue;
            }
            _ => match number(rest) {
                Some((gap, after)) => {
                    let exact = gap * scale + owed;
                    owed = exact - exact.round();
                    decimal(exact.round() as i64, decimals, bytes);
                    rest = after;
                    continue;
                }
                None => 1,
            },
        };
        bytes.extend_from_slice(&rest[..length]);
        rest = &rest[length..];
    }
}

/// Writes a string byte by byte (ISO 32000-1, 7.3.4.2): spelt out in digits it has twice to four times the length, which
/// costs time when it is deflated and bytes after it.
fn string(text: impl Iterator<Item = u8>, bytes: &mut Vec<u8>) {
    bytes.push(b'(');
    for byte in text {
        match byte {
            b'(' | b')' | b'\\' => bytes.extend([b'\\', byte]),
            // As it is it would be read as the end of a line, which is one LF.
            b'\r' => bytes.extend(b"\\r"),
            _ => bytes.push(byte),
        }
    }
    bytes.push(b')');
}

/// What a literal string says, which stands here with its brackets.
fn literal(text: &[u8]) -> impl Iterator<Item = u8> {
    let mut rest = text.get(1..text.len() - 1).unwrap_or_default();
    std::iter::from_fn(move || {
        let (byte, length) = match *rest {
            [b'\\', b'0'..=b'7', ..] => {
                let digits = rest[1..].iter().take(3).take_while(|digit| matches!(digit, b'0'..=b'7'));
                let (value, count) = digits.fold((0u8, 0), |(value, count), digit| (value.wrapping_mul(8) + (digit - b'0'), count + 1));
                (value, 1 + count)
            }
            [b'\\', b'n', ..] => (b'\n', 2),
            [b'\\', b'r', ..] => (b'\r', 2),
            [b'\\', b't', ..] => (b'\t', 2),
            [b'\\', b'b', ..] => (0x08, 2),
            [b'\\', b'f', ..] => (0x0c, 2),
            [b'\\', other, ..] => (other, 2),
            [byte, ..] => (byte, 1),
            [] => return None,
        };
        rest = &rest[length..];
        Some(byte)
    })
}

/// What a hexadecimal string says, which stands here with its brackets.
fn hexadecimal(text: &[u8]) -> impl Iterator<Item = u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or_default() as u8;
    text.get(1..text.len() - 1)
        .unwrap_or_default()
        .chunks(2)
        .map(move |pair| digit(pair[0]) << 4 | pair.get(1).map_or(0, |low| digit(*low)))
}

/// Length of the literal string at the front, brackets included.
fn end_of_literal(bytes: &[u8]) -> usize {
    let (mut depth, mut at) = (0usize, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            break;
        }
    }
    at.min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run_at(x: &str, y: &str, font: &str, glyphs: &str) -> String {
        format!("q 1 0 0 -1 0 841.89 cm/c0 cs 0 0 0 scn\nBT 0 Tr{font} Tf 1 0 0 -1 {x} {y} Tm[{glyphs}]TJ\nET\nQ\n")
    }

    fn short(content: &str) -> String {
        // Bytes as characters of the same number.
        shortened(content.as_bytes()).into_iter().map(char::from).collect()
    }

    #[test]
    fn runs_share_a_text_object_with_font_and_colour_once() {
        let content = format!(
            "/Artifact<</Type/Layout>>BDC\nq 1 0 0 -1 0 841.89 cm/c0 CS 0 0 0 SCN 0.5 w 1 1 m 2 2 l\nS\nQ\nEMC/Span<</MCID 0>>BDC\n{}{}EMC/Span<</MCID 1>>BDC\n{}EMC",
            run_at("54.64", "211.48508", "/f2 9", r"(\000\032\]\))-849.667(\000\003)"),
            run_at("138.985", "210.89792", "/f2 9", "<00B5>"),
            run_at("54.64", "236.23", "/f1 10.5", r"(\000a)"),
        );
        assert_eq!(
            short(&content),
            "/Artifact<</Type/Layout>>BDC\nq 1 0 0 -1 0 841.89 cm/c0 CS 0 0 0 SCN 0.5 w 1 1 m 2 2 l\nS\nQ\nEMC\nq BT\n\
             /Span<</MCID 0>>BDC\n/c0 cs 0 0 0 scn\n/f2 9 Tf 54.64 630.4 Td[(\0\x1a]\\))-850(\0\x03)]TJ\n84.35 0.59 Td[(\0\u{b5})]TJ\nEMC\n\
             /Span<</MCID 1>>BDC\n/f1 10.5 Tf -84.35 -25.33 Td[(\0a)]TJ\nEMC\nET Q\n"
        );
    }

    #[test]
    fn marks_that_hold_more_than_text_stay_outside_of_text_objects() {
        let turned = "q 1 0 0 -1 0 841.89 cm/c0 cs 0 0 0 scn\nBT 0 Tr/f1 9 Tf 0 1 1 0 5 6 Tm[(a)]TJ\nET\nQ\n";
        let text = run_at("1", "841.89", "/f1 9", "(a)");
        let content = format!("/Span<</MCID 0>>BDC\n{text}{turned}EMC/Span<</MCID 1>>BDC\n{turned}EMC");
        let expected = format!(
            "/Span<</MCID 0>>BDC\nq BT\n/c0 cs 0 0 0 scn\n/f1 9 Tf 1 0 Td[(a)]TJ\nET Q\n{turned}EMC\n/Span<</MCID 1>>BDC\n{turned}EMC\n"
        );
        assert_eq!(short(&content), expected);
    }

    #[test]
    fn gaps_do_not_drift() {
        let gaps = "(a)-849.6653".repeat(40);
        let shortened = short(&run_at("1", "1", "/f1 9", &gaps));
        let sum: f64 = shortened.split("(a)").skip(1).filter_map(|gap| number(gap.as_bytes())).map(|(gap, _)| gap).sum();
        assert!((sum + 849.6653 * 40.0).abs() <= 0.5, "{shortened}");
        assert_eq!(shortened.matches("(a)").count(), 40);
    }

    #[test]
    fn strings_say_the_same_byte_by_byte() {
        for (written, said) in [
            (r"(\000\7\0101\n\r\t\b\f\(\)\\\x)", "(\0\x07\x081\n\\r\t\x08\x0c\\(\\)\\\\x)"),
            ("<000D285C29fF>", "(\0\\r\\(\\\\\\)\u{ff})"),
            ("<4>", "(@)"),
            ("()", "()"),
        ] {
            assert_eq!(
                short(&run_at("0", "841.89", "/f1 9", written)),
                format!("q BT\n/c0 cs 0 0 0 scn\n/f1 9 Tf 0 0 Td[{said}]TJ\nET Q\n")
            );
        }
    }

    /// A string as the writer puts it: brackets and strokes escaped, what is not ASCII in octal.
    fn literal(bytes: &[u8]) -> String {
        spelt(bytes, true)
    }

    /// As it is to be written.
    fn plain(bytes: &[u8]) -> String {
        spelt(bytes, false)
    }

    fn spelt(bytes: &[u8], in_octal: bool) -> String {
        let escaped = |byte: &u8| match byte {
            b'(' | b')' | b'\\' => format!("\\{}", char::from(*byte)),
            b' '..=b'~' => char::from(*byte).to_string(),
            _ if in_octal => format!("\\{byte:03o}"),
            b'\r' => "\\r".to_owned(),
            _ => char::from(*byte).to_string(),
        };
        format!("({})", bytes.iter().map(escaped).collect::<String>())
    }

    proptest::proptest! {
        #[test]
        fn no_glyph_is_lost(strings in proptest::collection::vec((proptest::collection::vec(proptest::prelude::any::<u8>(), 1..9), -3000f64..3000.0), 1..6)) {
            let array: String = strings.iter().flat_map(|(bytes, gap)| [literal(bytes), format!("{gap:.4}")]).collect();
            let shortened = short(&run_at("1", "1", "/f1 9", &array));
            let mut rest = shortened.as_str();
            for (bytes, gap) in &strings {
                let text = plain(bytes);
                let at = rest.find(&text);
                proptest::prop_assert!(at.is_some(), "{text} in {shortened}");
                rest = &rest[at.unwrap_or_default() + text.len()..];
                let (written, after) = number(rest.as_bytes()).expect("a gap");
                proptest::prop_assert!((written - gap).abs() <= 1.0, "{gap} in {shortened}");
                rest = &rest[rest.len() - after.len()..];
            }
            proptest::prop_assert_eq!(rest, "]TJ\nET Q\n");
        }
    }

    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        let written = |scaled, decimals| {
            let mut bytes = Vec::new();
            decimal(scaled, decimals, &mut bytes);
            String::from_utf8(bytes).unwrap()
        };
        assert_eq!([written(0, 2), written(-50, 2), written(105, 2), written(-1234, 1)], ["0", "-0.5", "1.05", "-123.4"]);
    }
}
