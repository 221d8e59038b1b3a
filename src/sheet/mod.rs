//! Bytes of a workbook → sparse cells with their places.
//!
//! This room knows every file format and owns calamine; it bounds what a file may cost before and while it is
//! decoded. It does not know what a cell should hold, which sheet is which, or where the bytes came from.
//! Floats live here only, and leave as [`crate::exact::Decimal`].

mod biff;
mod biff_rules;
mod biff_strings;
mod book;
mod cells;
mod colour;
mod conditional;
mod csv;
mod dense;
mod gather;
mod html;
mod html_book;
mod html_cell;
mod html_style;
mod ink;
mod limits;
mod locked;
mod mail;
mod number;
mod ods;
mod ole;
mod properties;
mod quiet;
mod records;
mod records_rules;
mod refusal;
mod rules;
mod sniff;
mod strings;
mod style;
mod text;
mod workbook;
mod xlsx;
mod xml2003;

pub use book::{Area, Book, Cell, Content, Disguised, Row, Sheet, Unseen};
pub use limits::Limits;
pub use locked::{MOST_TURNS, Passwords, turns, unlock};
pub use number::{decimal as stored, serial_to_date};
pub use refusal::Refusal;
pub use sniff::{Format, sniff};

use crate::diag::Unreadable;
use crate::ooxml::Package;

/// Decodes a workbook. The format goes by the content; `name` names the one sheet of a CSV file, and is said in
/// messages.
///
/// # Errors
/// A [`Refusal`] is the sender's matter, not the machine's: make a finding of it with [`Refusal::finding`].
pub fn read(name: &str, bytes: &[u8], limits: &Limits) -> Result<Book, Refusal> {
    if bytes.len() as u64 > limits.max_bytes {
        return Err(Refusal::too_large("bytes", limits.max_bytes));
    }
    let format = sniff(bytes);
    let decode = || match format {
        Format::Xlsx => xlsx::read(bytes, limits),
        Format::Xlsb => dense::xlsb(bytes, limits),
        Format::Ods => ods::read(bytes, limits),
        Format::Xls => dense::xls(bytes, limits),
        Format::Text => csv::read(name, bytes, limits),
        Format::Html => html::read(name, bytes, limits),
        Format::Xml => xml2003::read(bytes, limits),
        Format::Encrypted => Err(Refusal::ENCRYPTED),
        // A torn download may be anything; an archive that opens is something else than a workbook.
        Format::Zip => Err(Package::open(bytes, limits.package()).err().map_or(Refusal::NotASpreadsheet { kind: format }, Refusal::from)),
        kind => Err(Refusal::NotASpreadsheet { kind }),
    };
    let decode = || match decode() {
        Ok(book) if book.sheets.is_empty() => Err(Refusal::unreadable(Unreadable::Empty, "holds no worksheet")),
        result => result,
    };
    // Neither calamine nor this room may end a run of a thousand files.
    quiet::catch_panic(decode)
        .unwrap_or_else(|| Err(Refusal::unreadable(Unreadable::Reader, format!("the reader of {} gave up on {name}", format.word()))))
}
