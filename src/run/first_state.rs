//! What the files of a bag were when the branches sent them: their first names and digests, read from the bag's list of originals.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::RunError;
use crate::bag::Payload;
use crate::county::Workspace;
use crate::diag::Finding;
use crate::digest;
use crate::inbox::Incoming;
use crate::inside;

/// One original in the bag: a line of `originals.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// Relative to the folder of originals.
    pub path: String,
    /// Its name in the inbox.
    pub first_name: String,
    /// The bytes of the file's name on the disk, hexadecimal, where it was written in other letters than UTF-8's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_bytes: Option<String>,
    /// SHA-256 of what the branch sent.
    pub sha256: String,
    /// Bytes of what the branch sent.
    pub bytes: u64,
    /// SHA-256 of the archive it came in, where that was taken apart because something in it was encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive_sha256: Option<String>,
    /// SHA-256 of what is kept, where that is the workbook without its password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_sha256: Option<String>,
    /// The name that it shared with another file of its archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub twin: Option<String>,
    /// It carries macros.
    #[serde(skip)]
    pub macros: bool,
}

/// What originals in a bag were when they came.
#[derive(Debug, Default)]
pub struct FirstState {
    /// First names of those that bear another.
    names: BTreeMap<String, String>,
    /// First digests, by first name, of those whose password was taken off.
    digests: BTreeMap<String, [u8; 32]>,
    /// Names shared with another file of an archive, by first name.
    twins: BTreeMap<String, Arc<str>>,
}

impl FirstState {
    /// SHA-256 of what the branch sent, where that is not what is kept.
    pub fn digest(&self, name: &str) -> Option<[u8; 32]> {
        self.digests.get(name).copied()
    }
}

/// Points a workspace that lies in a bag to the register and the originals there.
pub fn move_into_bag(workspace: &mut Workspace, bag: &Path) -> Result<FirstState, RunError> {
    if let Some(name) = workspace.register.file_name() {
        workspace.register = bag.join(Payload::WORKSPACE).join(name);
    }
    workspace.inbox = bag.join(Payload::ORIGINALS);
    first_state(bag)
}

/// What the bag's list of originals says of their names and digests.
pub fn first_state(bag: &Path) -> Result<FirstState, RunError> {
    let path = bag.join(Payload::NAMES);
    let text = inside::own_text(&path).map_err(|source| RunError::Io { path, source })?;
    let mut first = FirstState::default();
    for original in text.lines().filter_map(|line| serde_json::from_str::<Original>(line).ok()) {
        if original.opened_sha256.is_some()
            && let Some(digest) = digest::unhex(&original.sha256)
        {
            first.digests.insert(original.first_name.clone(), digest);
        }
        if let Some(twin) = original.twin {
            first.twins.insert(original.first_name.clone(), twin.into());
        }
        if original.path != original.first_name {
            first.names.insert(original.path, original.first_name);
        }
    }
    Ok(first)
}

/// Gives files and findings the names that the branches gave them, and their order.
pub fn restore_names(state: &FirstState, files: &mut [Incoming], findings: &mut [Finding]) {
    if state.names.is_empty() && state.twins.is_empty() {
        return;
    }
    let first = |name: &str| {
        if let Some(whole) = state.names.get(name) {
            return Some(whole.clone());
        }
        let (outer, inner) = name.split_once("!/").map_or((name, None), |(outer, inner)| (outer, Some(inner)));
        let outer = state.names.get(outer)?;
        Some(inner.map_or_else(|| outer.clone(), |inner| format!("{outer}!/{inner}")))
    };
    for file in files.iter_mut() {
        if let Some(name) = first(&file.name) {
            file.name = name.into();
        }
        file.twin = file.twin.take().or_else(|| state.twins.get(&*file.name).cloned());
    }
    for finding in findings {
        if let Some(name) = finding.place.file.as_deref().and_then(first) {
            finding.place.file = Some(name.into());
        }
    }
    files.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
}
