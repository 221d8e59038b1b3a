//! The county's own TOML files, read strictly: schemes, `scorebook.toml`, `intake.toml`, calendars.
//!
//! A reader asks for the keys it knows. What is missing, unknown, of the wrong kind or without sense becomes a [`Fault`] with
//! its place, and reading goes on, so that all that is wrong with a file is said at once: in both languages, with the line,
//! a mark below it, what is allowed there and the nearest name.
//!
//! ```text
//! let parsed = Parsed::of(text);
//! let mut reader = Reader::new(&parsed);
//! let mut keys = parsed.keys(&mut reader);
//! let year = reader.whole(&mut keys, "year", 1949..=9998);
//! reader.finish(keys);                        // keys that nobody asked for
//! reader.end(Settings { year })               // the value, or every fault
//! ```

mod fault;
mod reader;

pub use fault::{ConfigError, Fault, InSheet, Spot};
pub use reader::{Keys, Names, Node, Parsed, Reader, Written, parse_number, quoted};

/// The text of a file that a person wrote: UTF-8 with or without a byte order mark, else GB18030.
pub fn decode(bytes: &[u8]) -> String {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::GB18030.decode(bytes).0.into_owned(),
    };
    text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads_what_editors_write() {
        let (gb18030, _, _) = encoding_rs::GB18030.encode("county = \"示范县\"");
        for bytes in [gb18030.as_ref(), "county = \"示范县\"".as_bytes(), "\u{FEFF}county = \"示范县\"".as_bytes()] {
            assert_eq!(super::decode(bytes), "county = \"示范县\"");
        }
    }
}
