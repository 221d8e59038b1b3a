//! Recording a draft, withdrawing a record, and the list of all records.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::digest::sha256_hex;
use crate::publish;

use super::model::{Posting, Withdrawal};
use super::store::{POSTING, RESULTS, Record, RecordError, Records, unread};

/// The folder of all records, in the workspace.
pub const FOLDER: &str = "公示存档";
/// The folder of kept submissions, in that folder.
const ORIGINALS: &str = "原件";
/// The list of all records, in that folder.
const INDEX: &str = "公示记录.jsonl";

/// What is recorded of a draft.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its folder.
    pub folder: PathBuf,
    /// Files that are recorded, relative to it, with the SHA-256 that its manifest gives them.
    pub files: Vec<(String, String)>,
    /// results.jsonl of the recorded branches.
    pub results: Vec<u8>,
}

/// A submission that is kept.
#[derive(Clone, Debug)]
pub struct Original {
    /// Where, relative to 公示存档.
    pub kept: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Keeps submissions, each once. True if they could be made read-only.
pub fn keep(records: &Records, originals: impl Iterator<Item = Original>) -> Result<bool, RecordError> {
    let mut read_only = true;
    publish::clear_unfinished(&records.root().join(ORIGINALS))?;
    for original in originals {
        read_only &= publish::keep_once(&records.root().join(&original.kept), &original.bytes)?;
    }
    Ok(read_only)
}

/// Records a draft. Gives the record's folder, and whether everything could be made read-only.
pub fn record(records: &Records, posting: &Posting, draft: &Draft) -> Result<(PathBuf, bool), RecordError> {
    let making = publish::Once::open(records.root())?;
    let target = records.root().join(&posting.period).join(posting.n.to_string());
    if let Err(error) = fill(&making, posting, draft) {
        // What was written is of no use; failing to remove it must not hide why.
        let _ = making.discard();
        return Err(error);
    }
    let read_only = making.keep(&target)?;
    Ok((target, read_only))
}

fn fill(making: &publish::Once, posting: &Posting, draft: &Draft) -> Result<(), RecordError> {
    let mut outputs = Vec::new();
    let mut write = |file: &str, bytes: &[u8]| -> Result<(), RecordError> {
        let sha256 = making.write(file, bytes)?;
        outputs.push(json!({ "file": file, "sha256": sha256, "bytes": bytes.len() }));
        Ok(())
    };
    write(POSTING, pretty(posting).as_bytes())?;
    write(RESULTS, &draft.results)?;
    for (file, sha256) in &draft.files {
        let path = draft.folder.join(file);
        let bytes = std::fs::read(&path).ok().filter(|bytes| sha256_hex(bytes) == *sha256);
        write(file, &bytes.ok_or(RecordError::Changed { path })?)?;
    }
    let manifest = json!({
        "program": "scorebook",
        "version": posting.program,
        "year": posting.year,
        "period": posting.period,
        "n": posting.n,
        "outputs": outputs,
    });
    making.write("manifest.json", pretty(&manifest).as_bytes())?;
    Ok(())
}

/// Marks a record as withdrawn: it is no longer compared with; its folder stays.
pub fn withdraw(records: &Records, record: &Record, reason: &str) -> Result<(), RecordError> {
    let withdrawal = Withdrawal { reason: reason.to_owned() };
    Ok(publish::put(records.root(), &record.folder.join("撤回.json"), pretty(&withdrawal).as_bytes(), false)?)
}

impl Records {
    /// Writes the list of all records anew, and that of letters, if it says something else; clears what a killed process left beside it.
    pub fn write_index(&self) -> Result<(), RecordError> {
        publish::clear_unfinished(self.root())?;
        self.write_letters()?;
        let lines: String = self.all.iter().map(|record| line(record) + "\n").collect();
        let path = self.root().join(INDEX);
        if std::fs::read(&path).is_ok_and(|held| held == lines.as_bytes()) {
            return Ok(());
        }
        Ok(publish::put(self.root(), &path, lines.as_bytes(), true)?)
    }

    /// The bytes of a kept submission.
    pub fn original(&self, kept: &str) -> Result<Vec<u8>, RecordError> {
        let path = self.root().join(kept);
        std::fs::read(&path).map_err(unread(&path))
    }
}

fn line(record: &Record) -> String {
    let manifest = std::fs::read(record.folder.join("manifest.json")).unwrap_or_default();
    let posting = record.posting.as_ref();
    json!({
        "order": posting.map(|posting| posting.order),
        "period": record.run.to_string(),
        "n": record.n,
        "date": posting.map(|posting| posting.date),
        "last_day": posting.and_then(|posting| posting.last_day),
        "branches": posting.map(|posting| posting.branches.len()),
        "announced": posting.map(|posting| posting.announced.len()),
        "note": posting.and_then(|posting| posting.note.as_deref()),
        "withdrawn": record.withdrawn.as_ref().map(|withdrawn| withdrawn.reason.as_str()),
        "manifest_sha256": sha256_hex(&manifest),
    })
    .to_string()
}

fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n" // values of text and numbers always serialise
}

/// Where a submission is kept: under its content's digest, with the extension that it came with.
pub fn kept_path(sha256: &str, file: &str) -> String {
    let extension =
        file.rsplit(['/', '!']).next().and_then(|name| name.rsplit_once('.')).map(|(_, extension)| extension.to_ascii_lowercase());
    let extension = extension.filter(|own| (1..=5).contains(&own.len()) && own.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    format!("{ORIGINALS}/{sha256}.{}", extension.as_deref().unwrap_or("bin"))
}

/// True if a submission is kept already.
pub fn is_kept(records: &Records, kept: &str) -> bool {
    Path::is_file(&records.root().join(kept))
}
