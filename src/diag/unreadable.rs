//! Why bytes cannot be read: a closed list.

use serde::{Deserialize, Serialize};

/// Why the bytes of a file, or what they hold, cannot be had: a closed list, so that a clerk reads it in his own words. What
/// a library said about it stays with the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unreadable {
    /// The package or container is incomplete or broken.
    Package,
    /// Packed data does not unpack to what was packed.
    Packed,
    /// Packed in a way that is not known.
    Method,
    /// A part that must be there is not.
    Missing,
    /// What stands inside is not as the format has it.
    Content,
    /// Bytes that are no characters.
    Text,
    /// Excel 4.0 or older.
    Old,
    /// No worksheet.
    Empty,
    /// Two of what there may be one of.
    Twice,
    /// The reader failed.
    Reader,
    /// Reading took too much memory or time.
    GaveUp,
    /// The system forbids it.
    Denied,
    /// It is no longer there.
    Gone,
    /// Another program holds it.
    Locked,
    /// A pipe, socket or device.
    Irregular,
    /// The disk or the network failed.
    Disk,
    /// A link that leads out of the inbox.
    Outside,
}

impl Unreadable {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Package,
        Self::Packed,
        Self::Method,
        Self::Missing,
        Self::Content,
        Self::Text,
        Self::Old,
        Self::Empty,
        Self::Twice,
        Self::Reader,
        Self::GaveUp,
        Self::Denied,
        Self::Gone,
        Self::Locked,
        Self::Irregular,
        Self::Disk,
        Self::Outside,
    ];

    /// The value `detail` of the finding's text.
    pub fn word(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::Packed => "packed",
            Self::Method => "method",
            Self::Missing => "missing",
            Self::Content => "content",
            Self::Text => "text",
            Self::Old => "old",
            Self::Empty => "empty",
            Self::Twice => "twice",
            Self::Reader => "reader",
            Self::GaveUp => "gave-up",
            Self::Denied => "denied",
            Self::Gone => "gone",
            Self::Locked => "locked",
            Self::Irregular => "irregular",
            Self::Disk => "disk",
            Self::Outside => "outside",
        }
    }
}
