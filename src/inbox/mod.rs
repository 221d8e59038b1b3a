//! Incoming files: found, taken out of archives, bounded, fingerprinted; always in the same order.
//!
//! This room reads folders and zip archives and nothing else; it does not know what a workbook is beyond what tells
//! an office package from an archive, and it never writes.

mod list;
mod shadowed;
mod zipped;

use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

pub use list::{fetch, list};
pub use zipped::Entry;

/// One file that came in.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// Relative to the inbox, `/` between parts, `a.zip!/b.xlsx` inside an archive.
    pub name: Arc<str>,
    /// The file on the disk that it is or came in.
    pub disk: Arc<OnDisk>,
    /// Where in that its bytes are.
    pub source: Source,
    /// Bytes, as far as the folder or the archive says.
    pub size: u64,
    /// The name that it shares with another entry of its archive; its own has a number then.
    pub twin: Option<Arc<str>>,
}

/// A file on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnDisk {
    /// Its name as it is shown, relative to the inbox.
    pub name: Arc<str>,
    /// Its path as the system has it, whatever letters it is written in.
    pub path: PathBuf,
}

/// Where the bytes of an incoming file are.
#[derive(Clone, Debug)]
pub enum Source {
    /// It is the file on the disk.
    File,
    /// An entry of an archive.
    Entry(Entry),
}

/// What an inbox may cost.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of one incoming file.
    pub max_bytes: u64,
    /// Bytes of one archive.
    pub max_archive: u64,
    /// Bytes that the entries of one archive unpack to, those of archives inside it included.
    pub max_unpacked: u64,
    /// Unpacked to packed size of one entry, and of an archive with all archives inside it.
    pub max_ratio: u64,
    /// Bytes that an archive may unpack to, however small it is.
    pub small_unpacked: u64,
    /// Bytes of all archives inside archives; they are kept in memory. One archive on the disk may have half of them.
    pub max_held: u64,
    /// Entries of one archive, those of archives inside it included.
    pub max_entries: usize,
    /// Files of the whole inbox.
    pub max_files: usize,
    /// Bytes that the workbooks of one archive on the disk come to when they are unpacked.
    pub max_work: u64,
    /// Turns of the hashes that trying every password on the workbooks of one archive on the disk takes.
    pub max_turns: u64,
    /// Folders below the inbox.
    pub max_depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 64 << 20,
            max_archive: 512 << 20,
            max_unpacked: 2 << 30,
            max_ratio: 250,
            small_unpacked: 64 << 20,
            max_held: 192 << 20,
            max_entries: 20_000,
            max_files: 200_000,
            // Some 5,000 branch workbooks.
            max_work: 2 << 30,
            // 500 workbooks as Office locks them, with one password of the county; half a minute.
            max_turns: 100_000_000,
            max_depth: 64,
        }
    }
}

/// The machine failing.
#[derive(Debug, Error)]
pub enum InboxError {
    /// No such folder, or no folder, or not allowed to look.
    #[error("cannot open the inbox {}", path.display())]
    Open {
        /// The inbox.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Why an incoming file's bytes cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unfetched {
    /// Gone, locked, not allowed, damaged in its archive.
    #[error("cannot be read: {}", why.word())]
    Unreadable {
        /// Of which kind.
        why: crate::diag::Unreadable,
    },
    /// In an archive that asks for a password.
    #[error("is encrypted in its archive")]
    Encrypted,
    /// Larger than [`Limits`] allows.
    #[error("has more {what} than {limit}")]
    TooLarge {
        /// Of what: a field of [`Limits`] without its `max_`.
        what: &'static str,
        /// Its value.
        limit: u64,
    },
}

impl Unfetched {
    /// The finding's code.
    pub fn code(&self) -> crate::diag::Code {
        match self {
            Self::Unreadable { .. } => crate::diag::Code::UnreadableFile,
            Self::Encrypted => crate::diag::Code::EncryptedFile,
            Self::TooLarge { .. } => crate::diag::Code::TooLarge,
        }
    }

    /// The finding to report at the file's place; its text's values are those of `sheet::Refusal`.
    pub fn finding(&self, place: crate::diag::Place) -> crate::diag::Finding {
        let finding = crate::diag::Finding::new(self.code(), place);
        match self {
            Self::Unreadable { why } => finding.arg("detail", why.word()),
            Self::Encrypted => finding,
            Self::TooLarge { what, limit } => finding.arg("what", what).arg("limit", limit),
        }
    }
}

/// What the system said when a file was opened or read.
fn refused(error: &std::io::Error) -> crate::diag::Unreadable {
    use crate::diag::Unreadable;
    use std::io::ErrorKind;
    // Windows: another program has it open, or has locked the part that was read.
    if cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33)) {
        return Unreadable::Locked;
    }
    match error.kind() {
        ErrorKind::PermissionDenied => Unreadable::Denied,
        ErrorKind::NotFound => Unreadable::Gone,
        ErrorKind::ResourceBusy => Unreadable::Locked,
        _ => Unreadable::Disk,
    }
}
