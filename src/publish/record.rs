//! `manifest.json`: which files of a folder are the program's own, and with which bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::tree::{key, look};
use crate::digest::sha256_hex;

/// Its name.
pub(super) const MANIFEST: &str = "manifest.json";

/// What `kind` says in the manifest of a folder that people work in.
pub(super) const HANDOUT: &str = "handout";

/// Larger ones are none of ours.
const LARGEST: u64 = 1 << 30;

/// The key, always the last, by which a manifest proves that nobody has changed it.
const SEAL: &str = "seal";

/// What a folder's manifest lists.
#[derive(Debug, Default)]
pub(super) struct Record {
    digests: BTreeMap<String, String>,
    folders: BTreeSet<String>,
    /// True where people work in the folder.
    pub(super) handout: bool,
}

impl Record {
    /// Reads the manifest in a folder. Where there is none, or not one of this program, nothing in the folder is known.
    pub(super) fn read(folder: &Path) -> Self {
        let mut record = Self::default();
        let path = folder.join(MANIFEST);
        let plain = look(&path).ok().flatten().is_some_and(|meta| meta.is_file() && meta.len() <= LARGEST);
        let Some(bytes) = plain.then(|| fs::read(&path).ok()).flatten() else { return record };
        let Ok(manifest) = serde_json::from_slice::<Value>(&bytes) else { return record };
        if manifest["program"] != "scorebook" {
            return record;
        }
        record.handout = manifest["kind"] == HANDOUT;
        for output in manifest["outputs"].as_array().into_iter().flatten() {
            if let (Some(file), Some(digest)) = (output["file"].as_str(), output["sha256"].as_str()) {
                record.add(file, digest);
            }
        }
        if unchanged(&bytes, manifest) {
            record.add(MANIFEST, &sha256_hex(&bytes));
        }
        record
    }

    /// Knows one more file.
    pub(super) fn add(&mut self, file: &str, digest: &str) {
        self.digests.insert(file.to_owned(), digest.to_owned());
        let parts: Vec<&str> = file.split('/').collect();
        self.folders.extend((1..parts.len()).map(|end| parts[..end].join("/")));
    }

    /// The digest that a file was written with; none of one that the program did not write.
    pub(super) fn digest(&self, path: &Path) -> Option<&str> {
        self.digests.get(&key(path)?).map(String::as_str)
    }

    /// True of a folder that the program made, for its files.
    pub(super) fn made(&self, folder: &Path) -> bool {
        key(folder).is_some_and(|key| self.folders.contains(&key))
    }
}

/// True of a folder whose manifest says that the program wrote it.
pub fn is_result(folder: &Path) -> bool {
    !Record::read(folder).digests.is_empty()
}

/// The text of a manifest with its seal, the digest of the text without.
pub(super) fn sealed(mut manifest: Value) -> String {
    let seal = sha256_hex(text(&manifest).as_bytes());
    if let Some(keys) = manifest.as_object_mut() {
        keys.shift_remove(SEAL);
        keys.insert(SEAL.to_owned(), seal.into());
    }
    text(&manifest)
}

/// True where the program wrote exactly these bytes. Manifests were not always sealed; one without is taken by its form.
fn unchanged(bytes: &[u8], manifest: Value) -> bool {
    let written = if manifest.get(SEAL).is_some() {
        let mut bare = manifest;
        if let Some(keys) = bare.as_object_mut() {
            keys.shift_remove(SEAL);
        }
        sealed(bare)
    } else {
        text(&manifest)
    };
    written.as_bytes() == bytes
}

fn text(manifest: &Value) -> String {
    serde_json::to_string_pretty(manifest).unwrap_or_default() + "\n" // values of text and numbers always serialise
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_manifest_proves_itself() {
        let folder = tempfile::tempdir().expect("folder");
        let manifest = json!({ "program": "scorebook", "outputs": [{ "file": "a/b.txt", "sha256": "00" }] });
        let known = |text: &str| {
            fs::write(folder.path().join(MANIFEST), text).expect("written");
            Record::read(folder.path())
        };
        let own = sealed(manifest.clone());
        for ours in [own.clone(), text(&manifest)] {
            let record = known(&ours);
            assert!(record.digest(Path::new("a/b.txt")).is_some() && record.made(Path::new("a")) && !record.made(Path::new("b")));
            assert!(record.digest(Path::new(MANIFEST)).is_some());
        }
        for changed in [own.replace("\"00\"", "\"01\""), own.replace("  ", " "), own + "\n"] {
            let record = known(&changed);
            assert!(record.digest(Path::new(MANIFEST)).is_none() && record.digest(Path::new("a/b.txt")).is_some(), "{changed}");
        }
        for foreign in ["", "{}", "[1]", "{\"program\": \"other\", \"outputs\": [{\"file\": \"a/b.txt\", \"sha256\": \"00\"}]}"] {
            assert!(known(foreign).digest(Path::new("a/b.txt")).is_none(), "{foreign}");
        }
    }
}
