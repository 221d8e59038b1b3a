//! 归档记录.jsonl: of what an archive was made, so that `status` says whether anything has come since.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::store::RecordError;
use crate::publish::write_file;

/// The file, in the workspace.
pub const ARCHIVED: &str = "归档记录.jsonl";

/// A finished archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archived {
    /// 年度.
    pub year: i32,
    /// SHA-256 of the bag's tag manifest.
    pub bag: String,
    /// A digest of what each period consisted of.
    pub periods: BTreeMap<String, String>,
}

/// The archives of a workspace, in the order in which they were made. A line that is none is no archive.
pub fn archives(workspace: &Path) -> Vec<Archived> {
    let text = std::fs::read_to_string(workspace.join(ARCHIVED)).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Adds an archive; one that is the last already is not added again.
pub fn add_archive(workspace: &Path, archive: &Archived) -> Result<(), RecordError> {
    let mut all = archives(workspace);
    if all.last() == Some(archive) {
        return Ok(());
    }
    all.push(archive.clone());
    let lines: String = all.iter().filter_map(|one| serde_json::to_string(one).ok()).map(|line| line + "\n").collect();
    Ok(write_file(&workspace.join(ARCHIVED), lines.as_bytes(), true)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_is_added_once() {
        let workspace = tempfile::tempdir().expect("folder");
        let one = Archived { year: 2026, bag: "ab".into(), periods: [("2026".to_owned(), "cd".to_owned())].into() };
        let other = Archived { bag: "ef".into(), ..one.clone() };
        for archive in [&one, &one, &other] {
            add_archive(workspace.path(), archive).expect("added");
        }
        assert_eq!(archives(workspace.path()), [one, other]);
    }
}
