//! Writing a bag.
//!
//! ```text
//! bagit.txt                 what it is
//! bag-info.txt              who, what year, how much
//! manifest-sha256.txt       every payload file with its digest
//! sm3sums.txt               the same in SM3 (GB/T 32905); no bag algorithm yet, so a tag file beside the manifests
//! tagmanifest-sha256.txt    the files above; its own digest is the bag's
//! signature.bin, .sha256    where the bag was signed
//! data/…                    what is kept
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use sm3::{Digest, Sm3};

use crate::digest::{hex, sha256_hex};
use crate::publish::{PublishError, Staging};

use super::ArchiveError;
use super::paths::{DATA, encoded};
use super::verify::verify;

/// The declaration, word for word.
pub(super) const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// A bag in the making, beside where it will stand.
pub struct Bag {
    staging: Staging,
    target: PathBuf,
    sm3: Mutex<BTreeMap<String, String>>,
}

/// A bag that is complete and not yet visible.
pub struct Sealed {
    bag: Bag,
    /// SHA-256 of `tagmanifest-sha256.txt`, hexadecimal: the digest of the bag.
    pub digest: String,
    /// Payload files.
    pub files: usize,
    /// Payload bytes.
    pub bytes: u64,
}

impl Bag {
    /// Opens a bag that will stand at `target`, which must be empty, absent, or itself a bag.
    pub fn open(target: &Path) -> Result<Self, ArchiveError> {
        let target = std::path::absolute(target).map_err(super::unreadable(target))?;
        if holds_something(&target) && !target.join("bagit.txt").is_file() {
            return Err(PublishError::NotEmpty { path: target }.into());
        }
        let (Some(parent), Some(name)) = (target.parent(), target.file_name()) else {
            return Err(PublishError::NotEmpty { path: target }.into());
        };
        let staging = Staging::open(parent, &name.to_string_lossy())?;
        Ok(Self { staging, target, sm3: Mutex::default() })
    }

    /// Adds a payload file; the path begins with `data/`. Several threads may add at once.
    pub fn add(&self, path: &str, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.staging.write(path, bytes)?;
        let digest = hex(&Sm3::digest(bytes));
        self.sm3.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), digest);
        Ok(())
    }

    /// Payload files so far, with SHA-256 and size.
    pub fn payload(&self) -> BTreeMap<String, (String, u64)> {
        let written = self.staging.written().into_iter().filter(|(path, _)| path.starts_with(DATA));
        written.map(|(path, written)| (path, (written.digest, written.size))).collect()
    }

    /// Writes the tag files. `info` is `bag-info.txt` without `Payload-Oxum`, which is counted here.
    pub fn seal(self, info: &[(&str, String)]) -> Result<Sealed, ArchiveError> {
        let payload = self.payload();
        let (files, bytes) = (payload.len(), payload.values().map(|(_, size)| size).sum());
        let mut text = String::new();
        for (label, value) in info.iter().cloned().chain([("Payload-Oxum", format!("{bytes}.{files}"))]) {
            // A value of several lines would have to be indented; none of ours has a meaning in its line breaks.
            let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
            text.extend([label, ": ", &value, "\n"]);
        }
        let manifest = lines(payload.iter().map(|(path, (digest, _))| (path, digest)));
        let sm3 = lines(self.sm3.lock().unwrap_or_else(PoisonError::into_inner).iter());
        let tags = [("bag-info.txt", text), ("bagit.txt", DECLARATION.to_owned()), ("manifest-sha256.txt", manifest), ("sm3sums.txt", sm3)];
        let mut list = String::new();
        for (name, content) in &tags {
            self.staging.write(name, content.as_bytes())?;
            list += &line(&sha256_hex(content.as_bytes()), name);
        }
        self.staging.write("tagmanifest-sha256.txt", list.as_bytes())?;
        Ok(Sealed { bag: self, digest: sha256_hex(list.as_bytes()), files, bytes })
    }

    /// Throws away what was staged.
    pub fn discard(self) -> Result<(), ArchiveError> {
        Ok(self.staging.discard()?)
    }
}

impl Sealed {
    /// Puts an outside program's signature of the digest beside the tag manifest, which cannot list what signs it.
    /// `signature.sha256` holds both digests, so that damage to either is told apart from a false signature.
    pub fn sign(&self, signature: &[u8]) -> Result<(), ArchiveError> {
        let list = format!("{}  signature.bin\n{}  tagmanifest-sha256.txt\n", sha256_hex(signature), self.digest);
        self.bag.staging.write("signature.bin", signature)?;
        Ok(self.bag.staging.write("signature.sha256", list.as_bytes())?)
    }

    /// Makes the bag visible in one step. Where the same bag stands already nothing is done; true tells that it was new.
    pub fn publish(self) -> Result<(PathBuf, bool), ArchiveError> {
        let target = self.bag.target;
        if holds_something(&target) {
            self.bag.staging.discard()?;
            let there = verify(&target)?;
            if there.damages.is_empty() && there.digest.as_deref() == Some(&self.digest) {
                return Ok((target, false));
            }
            return Err(PublishError::NotEmpty { path: target }.into());
        }
        Ok((self.bag.staging.publish_new()?, true))
    }

    /// Throws away what was staged.
    pub fn discard(self) -> Result<(), ArchiveError> {
        self.bag.discard()
    }
}

/// One line of a manifest.
pub(super) fn line(digest: &str, path: &str) -> String {
    format!("{digest}  {}\n", encoded(path))
}

fn lines<'a>(listed: impl Iterator<Item = (&'a String, &'a String)>) -> String {
    listed.fold(String::new(), |text, (path, digest)| text + &line(digest, path))
}

fn holds_something(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}
