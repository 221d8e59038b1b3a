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
//!
//! What people had in the folder before stays there. A bag may have further tag files (RFC 8493, 2.2.4): the tag manifest
//! lists them, so that they are proven like the rest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use sm3::{Digest, Sm3};
use walkdir::WalkDir;

use crate::diag::Said;
use crate::digest::{hex, sha256_hex};
use crate::inside::Inside;
use crate::publish::{Kept, PublishError, Staging, is_result};

use super::BagError;
use super::paths::{DATA, encoded};
use super::verify::{digests, verify};

/// The declaration, word for word.
pub(super) const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// Names at the top of a bag that have a meaning there.
const OWN: [&str; 9] = [
    "data",
    "bagit.txt",
    "bag-info.txt",
    "manifest-sha256.txt",
    "sm3sums.txt",
    "tagmanifest-sha256.txt",
    "signature.bin",
    "signature.sha256",
    "fetch.txt",
];

/// A bag in the making, beside where it will stand.
pub struct Bag {
    staging: Staging,
    target: PathBuf,
    /// People's files in the target, with their digests.
    beside: BTreeMap<String, String>,
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
    /// Opens a bag that will stand at `target`. People's files there become tag files of the bag; refused is what no bag
    /// can hold: a result of another run, a link or a device, and whatever has one of the bag's own names.
    pub fn open(target: &Path) -> Result<Self, BagError> {
        let target = std::path::absolute(target).map_err(super::unreadable(target))?;
        let beside = beside(&target)?;
        let (Some(parent), Some(name)) = (target.parent(), target.file_name()) else {
            return Err(PublishError::NotEmpty { path: target }.into());
        };
        let staging = Staging::open(parent, &name.to_string_lossy())?;
        Ok(Self { staging, target, beside, sm3: Mutex::default() })
    }

    /// Adds a payload file; the path begins with `data/`. Several threads may add at once.
    pub fn add(&self, path: &str, bytes: &[u8]) -> Result<(), BagError> {
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
    pub fn seal(self, info: &[(&str, String)]) -> Result<Sealed, BagError> {
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
        let mut listed = self.beside.clone();
        for (name, content) in &tags {
            self.staging.write(name, content.as_bytes())?;
            listed.insert((*name).to_owned(), sha256_hex(content.as_bytes()));
        }
        let list = lines(listed.iter());
        self.staging.write("tagmanifest-sha256.txt", list.as_bytes())?;
        Ok(Sealed { bag: self, digest: sha256_hex(list.as_bytes()), files, bytes })
    }

    /// Throws away what was staged.
    pub fn discard(self) -> Result<(), BagError> {
        Ok(self.staging.discard()?)
    }
}

impl Sealed {
    /// Puts an outside program's signature of the digest beside the tag manifest, which cannot list what signs it.
    /// `signature.sha256` holds both digests, so that damage to either is told apart from a false signature.
    pub fn sign(&self, signature: &[u8]) -> Result<(), BagError> {
        let list = format!("{}  signature.bin\n{}  tagmanifest-sha256.txt\n", sha256_hex(signature), self.digest);
        self.bag.staging.write("signature.bin", signature)?;
        Ok(self.bag.staging.write("signature.sha256", list.as_bytes())?)
    }

    /// Makes the bag visible in one step, beside what people have there. Nothing is done if the same bag stands already;
    /// true reports that it is new.
    pub fn publish(self) -> Result<(PathBuf, bool, Kept), BagError> {
        let (target, foreign) = (self.bag.target, self.bag.beside.len());
        if is_bag(&target) {
            self.bag.staging.discard()?;
            let there = verify(&target)?;
            if there.damages.is_empty() && there.digest.as_deref() == Some(&self.digest) {
                return Ok((target, false, Kept { foreign, ..Kept::default() }));
            }
            return Err(PublishError::NotEmpty { path: target }.into());
        }
        if std::fs::read_dir(&target).map_or(true, |mut entries| entries.next().is_none()) {
            return Ok((self.bag.staging.publish_new()?, true, Kept::default()));
        }
        let published = self.bag.staging.publish()?;
        Ok((published.folder, true, published.kept))
    }

    /// Throws away what was staged.
    pub fn discard(self) -> Result<(), BagError> {
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

fn is_bag(folder: &Path) -> bool {
    folder.join("bagit.txt").is_file()
}

fn unfit(path: &Path) -> BagError {
    let path = path.display();
    BagError::Refused(Said::new(
        format!(
            "{path} 不能同归档放在一个文件夹里（链接、设备、特殊的文件名，或与档案包自己的名字相同）；它没有动过。请把归档放到另一个文件夹（--to）"
        ),
        format!(
            "{path} cannot stand beside an archive in one folder (a link, a device, an odd name, or a name of the archive's own); \
             it was not touched. Choose another folder (--to)"
        ),
    ))
}

/// People's files in a folder in which a bag stands or will stand.
fn beside(target: &Path) -> Result<BTreeMap<String, String>, BagError> {
    let (bag, mut files) = (is_bag(target), BTreeMap::new());
    if !bag && is_result(target) {
        return Err(PublishError::NotEmpty { path: target.to_owned() }.into());
    }
    let mut entries = WalkDir::new(target).min_depth(1).into_iter();
    while let Some(entry) = entries.next() {
        let Ok(entry) = entry else { continue }; // absent, or nothing that can be read and so nothing that can be proven
        let name = entry.path().strip_prefix(target).unwrap_or(entry.path());
        let own = entry.depth() == 1 && entry.file_name().to_str().is_some_and(|name| OWN.contains(&name.to_lowercase().as_str()));
        if own && bag {
            if entry.file_type().is_dir() {
                entries.skip_current_dir();
            }
            continue;
        }
        let path = name.to_str().map(|name| name.replace(std::path::MAIN_SEPARATOR, "/"));
        let fit = path.filter(|path| !own && Inside::new(path).is_some() && (entry.file_type().is_dir() || entry.file_type().is_file()));
        match fit {
            None => return Err(unfit(entry.path())),
            Some(path) if entry.file_type().is_file() => drop(files.insert(path, digests(entry.path())?.0)),
            Some(_) => {}
        }
    }
    Ok(files)
}
