//! Paths in a bag: how manifests write them, and where things stand.

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Where everything that is kept stands in a bag.
pub const DATA: &str = "data/";

/// Folders and files of the payload, relative to the bag.
pub struct Payload;

impl Payload {
    /// What the branches sent, under names that every system takes.
    pub const ORIGINALS: &'static str = "data/originals";
    /// First name, digest and size of each original, one JSON object a line.
    pub const NAMES: &'static str = "data/originals.jsonl";
    /// Configuration as it counted: scorebook.toml, register, schemes, templates, calendars.
    pub const WORKSPACE: &'static str = "data/workspace";
    /// The year's run.
    pub const RUN: &'static str = "data/run";
    /// What was posted: 公示存档 as it lies in the workspace.
    pub const RECORDS: &'static str = "data/公示存档";
    /// What was read from the originals, as CSV.
    pub const NORMALIZED: &'static str = "data/normalized";
    /// The tables, one partition of a dataset over many counties and years.
    pub const TABLES: &'static str = "data/parquet";
}

/// A path as manifests write it: CR, LF and `%` escaped (RFC 8493, 2.1.3).
pub fn encoded(path: &str) -> String {
    path.replace('%', "%25").replace('\n', "%0A").replace('\r', "%0D")
}

/// A path as a manifest means it; other `%` than the three escapes stand for themselves, as old bags have them.
pub fn decoded(path: &str) -> String {
    path.replace("%0A", "\n").replace("%0a", "\n").replace("%0D", "\r").replace("%0d", "\r").replace("%25", "%")
}

/// The composed form, in which this program writes every name.
pub fn composed(path: &str) -> String {
    if is_nfc(path) { path.to_owned() } else { path.nfc().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_manifests_cannot_hold() {
        for (path, written) in
            [("data/a", "data/a"), ("data/100%", "data/100%25"), ("data/a\nb\rc", "data/a%0Ab%0Dc"), ("data/%0A", "data/%250A")]
        {
            assert_eq!(encoded(path), written);
            assert_eq!(decoded(written), path, "{written}");
        }
    }
}
