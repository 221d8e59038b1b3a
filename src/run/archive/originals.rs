//! What the branches sent, kept as it came under names that every system takes; and the way back to the first names.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Desk;
use crate::archive::Payload;
use crate::county::Workspace;
use crate::diag::Finding;
use crate::inbox::{self, Incoming, Source};
use crate::publish::Names;
use crate::run::{County, RunError};

/// One original in the bag: a line of `originals.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// Relative to the folder of originals.
    pub path: String,
    /// Its name in the inbox.
    pub first_name: String,
    /// SHA-256 of what the branch sent.
    pub sha256: String,
    /// Bytes of what the branch sent.
    pub bytes: u64,
}

impl Desk<'_> {
    /// Adds every file of the inbox, archives whole; gives them in the order of their first names.
    pub(super) fn originals(&self) -> Result<Vec<Original>, RunError> {
        let inbox = &self.county.workspace.inbox;
        let (files, _) = inbox::list(inbox, &inbox::Limits::default())?;
        let mut paths: BTreeMap<String, PathBuf> = BTreeMap::new();
        for file in &files {
            let (Source::File(path) | Source::Entry { archive: path, .. }) = &file.source;
            paths.insert(relative(inbox, path), path.clone());
        }
        let mut safe = SafePaths::default();
        let mut originals = Vec::new();
        let mut lines = String::new();
        for (first_name, path) in paths {
            let bytes = std::fs::read(&path).map_err(|source| RunError::Io { path, source })?;
            let name = safe.claim(&first_name);
            self.bag.add(&format!("{}/{name}", Payload::ORIGINALS), &bytes)?;
            let sha256 = inbox::hex(&inbox::digest(&bytes));
            let original = Original { path: name, first_name, sha256, bytes: bytes.len() as u64 };
            lines.push_str(&crate::report::json_line(&original));
            originals.push(original);
        }
        self.bag.add(Payload::NAMES, lines.as_bytes())?;
        Ok(originals)
    }
}

/// The inbox's own name of a file, as [`inbox::list`] gives it.
fn relative(inbox: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(inbox).unwrap_or(path);
    inside.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Gives each folder and file of a tree a safe name; what lay together stays together.
#[derive(Default)]
struct SafePaths {
    folders: BTreeMap<String, String>,
    names: BTreeMap<String, Names>,
}

impl SafePaths {
    fn claim(&mut self, path: &str) -> String {
        match path.rsplit_once('/') {
            Some((folder, name)) => {
                let safe = match self.folders.get(folder) {
                    Some(safe) => safe.clone(),
                    None => {
                        let safe = self.claim_folder(folder);
                        self.folders.insert(folder.to_owned(), safe.clone());
                        safe
                    }
                };
                format!("{safe}/{}", self.unused(folder, name))
            }
            None => self.unused("", path),
        }
    }

    fn claim_folder(&mut self, folder: &str) -> String {
        let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
        let above = if above.is_empty() { String::new() } else { format!("{}/", self.folder(above)) };
        let parent = folder.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned();
        format!("{above}{}", self.names.entry(parent).or_default().claim(name, ""))
    }

    fn folder(&mut self, folder: &str) -> String {
        if let Some(safe) = self.folders.get(folder) {
            return safe.clone();
        }
        let safe = self.claim_folder(folder);
        self.folders.insert(folder.to_owned(), safe.clone());
        safe
    }

    /// The extension is kept: it tells people what a file is, and a long name would lose it.
    fn unused(&mut self, folder: &str, name: &str) -> String {
        let (stem, extension) = match name.rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() && extension.chars().all(|c| c.is_ascii_alphanumeric()) && extension.len() <= 5 => {
                (stem, format!(".{extension}"))
            }
            _ => (name, String::new()),
        };
        self.names.entry(folder.to_owned()).or_default().claim(stem, &extension)
    }
}

/// Points a workspace that lies in a bag to the register and the originals there; gives the first names of those that
/// bear another.
pub fn move_into_bag(workspace: &mut Workspace, bag: &Path) -> Result<BTreeMap<String, String>, RunError> {
    if let Some(name) = workspace.register.file_name() {
        workspace.register = bag.join(Payload::WORKSPACE).join(name);
    }
    workspace.inbox = bag.join(Payload::ORIGINALS);
    let path = bag.join(Payload::NAMES);
    let text = std::fs::read_to_string(&path).map_err(|source| RunError::Io { path, source })?;
    let originals = text.lines().filter_map(|line| serde_json::from_str::<Original>(line).ok());
    Ok(originals.filter(|one| one.path != one.first_name).map(|one| (one.path, one.first_name)).collect())
}

/// Gives files and findings the names that the branches gave them, and their order.
pub fn restore_names(county: &County, files: &mut [Incoming], findings: &mut [Finding]) {
    if county.first_names.is_empty() {
        return;
    }
    let first = |name: &str| {
        let (outer, inner) = name.split_once("!/").map_or((name, None), |(outer, inner)| (outer, Some(inner)));
        let outer = county.first_names.get(outer)?;
        Some(inner.map_or_else(|| outer.clone(), |inner| format!("{outer}!/{inner}")))
    };
    for file in files.iter_mut() {
        if let Some(name) = first(&file.name) {
            file.name = name.into();
        }
    }
    for finding in findings {
        if let Some(name) = finding.place.file.as_deref().and_then(first) {
            finding.place.file = Some(name.into());
        }
    }
    files.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn originals_get_names_that_every_system_takes() {
        let mut safe = SafePaths::default();
        let long = format!("{}.xlsx", "长".repeat(100));
        for (first, name) in [
            ("第一党委/a?.xlsx", "第一党委/a_.xlsx"),
            ("第一党委/a*.xlsx", "第一党委/a_(2).xlsx"),
            ("a:/b.xlsx", "a_/b.xlsx"),
            ("a|/b.xlsx", "a_(2)/b.xlsx"),
            ("a:/c/d 100%.xls", "a_/c/d 100_.xls"),
            ("无扩展名", "无扩展名"),
        ] {
            assert_eq!(safe.claim(first), name, "{first}");
        }
        assert_eq!(safe.claim(&long), format!("{}.xlsx", "长".repeat(80)), "the extension outlives the cut");
    }
}
