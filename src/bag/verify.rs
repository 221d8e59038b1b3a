//! Proving a bag: complete and valid (RFC 8493, 3), and every kind of damage by its name.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};
use sm3::Sm3;
use walkdir::WalkDir;

use super::dataset::MOST_TAG;
use super::paths::{DATA, composed, decoded};
use super::write::{DECLARATION, line};
use super::{BagError, unreadable};
use crate::digest::hex;
use crate::inside::{self, Inside};

const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
const MANIFEST: &str = "manifest-sha256.txt";
const SM3_SUMS: &str = "sm3sums.txt";
const INFO: &str = "bag-info.txt";

/// A kind of damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DamageKind {
    /// `bagit.txt` is missing or says something else.
    NotABag,
    /// `fetch.txt`: a bag that has to be fetched is not an archive.
    Fetch,
    /// A line of a manifest that cannot be understood, or a path listed twice.
    Line,
    /// A path that leads out of the bag, or out of where its manifest's files stand.
    Unsafe,
    /// A link, device or the like where a file should be, or a name that is no text.
    NotAFile,
    /// A listed payload file that is not there.
    Missing,
    /// A payload file with other content.
    Changed,
    /// A payload file that is not listed.
    Extra,
    /// A listed payload file under another name.
    Renamed,
    /// A listed payload file whose name is the same in another Unicode form.
    NameForm,
    /// A tag file that is not there.
    TagMissing,
    /// A tag file with other content.
    TagChanged,
    /// A file beside the payload that is not listed.
    TagExtra,
    /// `Payload-Oxum` tells other numbers than there are.
    Oxum,
    /// The SM3 list tells another digest, or other files.
    Sm3,
    /// The signature's file does not belong to this bag, or is damaged.
    Signature,
}

impl DamageKind {
    /// Every kind.
    pub const ALL: [Self; 16] = [
        Self::NotABag,
        Self::Fetch,
        Self::Line,
        Self::Unsafe,
        Self::NotAFile,
        Self::Missing,
        Self::Changed,
        Self::Extra,
        Self::Renamed,
        Self::NameForm,
        Self::TagMissing,
        Self::TagChanged,
        Self::TagExtra,
        Self::Oxum,
        Self::Sm3,
        Self::Signature,
    ];

    /// The word in JSON, and with `damage-` before it the key of its text.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotABag => "not-a-bag",
            Self::Fetch => "fetch",
            Self::Line => "line",
            Self::Unsafe => "unsafe",
            Self::NotAFile => "not-a-file",
            Self::Missing => "missing",
            Self::Changed => "changed",
            Self::Extra => "extra",
            Self::Renamed => "renamed",
            Self::NameForm => "name-form",
            Self::TagMissing => "tag-missing",
            Self::TagChanged => "tag-changed",
            Self::TagExtra => "tag-extra",
            Self::Oxum => "oxum",
            Self::Sm3 => "sm3",
            Self::Signature => "signature",
        }
    }
}

/// One thing that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Damage {
    /// What.
    pub kind: DamageKind,
    /// The file it is about, relative to the bag.
    pub path: String,
    /// The other name of a renamed file, the line of a manifest, the numbers.
    pub detail: String,
}

/// What was found out about a bag.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Everything that is wrong, by kind and path.
    pub damages: Vec<Damage>,
    /// The bag's digest: that of its tag manifest, where there is one.
    pub digest: Option<String>,
    /// `bag-info.txt`.
    pub info: BTreeMap<String, String>,
    /// Payload files that are there.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// True where a signature stands beside the bag; whose it is, the program that signed can tell.
    pub signed: bool,
}

/// Proves a bag: every file read, every digest worked out again.
///
/// # Errors
/// Where the folder cannot be read at all; a damaged bag is a verdict.
pub fn verify(bag: &Path) -> Result<Verdict, BagError> {
    std::fs::read_dir(bag).map_err(unreadable(bag))?;
    let mut proof = Proof { bag, verdict: Verdict::default(), sizes: BTreeMap::new() };
    proof.walk();
    proof.declaration();
    let tags = proof.tags()?;
    proof.payload()?;
    proof.signature(&tags)?;
    proof.verdict.damages.sort();
    proof.verdict.damages.dedup();
    Ok(proof.verdict)
}

struct Proof<'a> {
    bag: &'a Path,
    verdict: Verdict,
    /// Every regular file with its size.
    sizes: BTreeMap<String, u64>,
}

impl Proof<'_> {
    fn damage(&mut self, kind: DamageKind, path: &str, detail: impl Into<String>) {
        self.verdict.damages.push(Damage { kind, path: path.to_owned(), detail: detail.into() });
    }

    fn walk(&mut self) {
        // Links are not followed: what they lead to is not in the bag.
        for entry in WalkDir::new(self.bag).min_depth(1) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(self.bag).display().to_string();
                    self.damage(DamageKind::NotAFile, &path, error.to_string());
                    continue;
                }
            };
            let inside = entry.path().strip_prefix(self.bag).unwrap_or(entry.path());
            let parts: Option<Vec<&str>> = inside.components().map(|part| part.as_os_str().to_str()).collect();
            let Some(path) = parts.map(|parts| parts.join("/")) else {
                self.damage(DamageKind::NotAFile, &inside.to_string_lossy(), "");
                continue;
            };
            if entry.file_type().is_file() {
                self.sizes.insert(path, entry.metadata().map_or(0, |metadata| metadata.len()));
            } else if !entry.file_type().is_dir() {
                self.damage(DamageKind::NotAFile, &path, "");
            }
        }
        let payload = self.sizes.iter().filter(|(path, _)| path.starts_with(DATA));
        (self.verdict.files, self.verdict.bytes) = payload.fold((0, 0), |(files, bytes), (_, size)| (files + 1, bytes + size));
    }

    /// A tag file's text. What the walk did not find to be a file is not opened: a pipe or a device would never end.
    fn text(&self, path: &str) -> Option<String> {
        self.sizes.get(path)?;
        String::from_utf8(inside::read(&self.bag.join(path), MOST_TAG).ok()?).ok()
    }

    fn declaration(&mut self) {
        if self.text("bagit.txt").as_deref() != Some(DECLARATION) {
            self.damage(DamageKind::NotABag, "bagit.txt", "");
        }
        if self.sizes.contains_key("fetch.txt") {
            self.damage(DamageKind::Fetch, "fetch.txt", "");
        }
    }

    /// A manifest: `digest  path` a line, strictly as this program writes it.
    fn manifest(&mut self, name: &str, below: &str) -> Option<BTreeMap<String, String>> {
        let Some(text) = self.text(name) else {
            self.damage(DamageKind::TagMissing, name, "");
            return None;
        };
        let mut listed = BTreeMap::new();
        let ended = text.strip_suffix('\n');
        if ended.is_none() && !text.is_empty() {
            self.damage(DamageKind::Line, name, "EOF");
        }
        for (at, line) in ended.unwrap_or(&text).split('\n').enumerate().filter(|_| !text.is_empty()) {
            let fields = line
                .split_once("  ")
                .filter(|(digest, _)| digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)));
            let Some((digest, path)) = fields else {
                self.damage(DamageKind::Line, name, (at + 1).to_string());
                continue;
            };
            let path = decoded(path);
            let own = if below.is_empty() { !path.starts_with(DATA) } else { path.starts_with(below) };
            if Inside::new(&path).is_none() || !own {
                self.damage(DamageKind::Unsafe, name, path);
            } else if listed.insert(path, digest.to_owned()).is_some() {
                self.damage(DamageKind::Line, name, (at + 1).to_string());
            }
        }
        Some(listed)
    }

    fn tags(&mut self) -> Result<BTreeMap<String, String>, BagError> {
        let Some(listed) = self.manifest(TAG_MANIFEST, "") else { return Ok(BTreeMap::new()) };
        self.verdict.digest = Some(self.digests(TAG_MANIFEST)?.0);
        for (path, digest) in &listed {
            if !self.sizes.contains_key(path) {
                self.damage(DamageKind::TagMissing, path, "");
            } else if self.digests(path)?.0 != *digest {
                self.damage(DamageKind::TagChanged, path, "");
            }
        }
        for needed in ["bagit.txt", INFO, MANIFEST, SM3_SUMS] {
            if !listed.contains_key(needed) {
                self.damage(DamageKind::Line, TAG_MANIFEST, needed);
            }
        }
        let beside = [TAG_MANIFEST, "fetch.txt", "signature.bin", "signature.sha256"];
        let extra: Vec<String> = self
            .sizes
            .keys()
            .filter(|path| !path.starts_with(DATA) && !listed.contains_key(*path) && !beside.contains(&path.as_str()))
            .cloned()
            .collect();
        for path in extra {
            self.damage(DamageKind::TagExtra, &path, "");
        }
        self.info();
        Ok(listed)
    }

    fn info(&mut self) {
        let text = self.text(INFO).unwrap_or_default();
        self.verdict.info =
            text.lines().filter_map(|line| line.split_once(": ")).map(|(label, value)| (label.to_owned(), value.to_owned())).collect();
        let there = format!("{}.{}", self.verdict.bytes, self.verdict.files);
        let said = self.verdict.info.get("Payload-Oxum").cloned().unwrap_or_default();
        if said != there {
            self.damage(DamageKind::Oxum, INFO, format!("{said} ≠ {there}"));
        }
    }

    fn payload(&mut self) -> Result<(), BagError> {
        let Some(listed) = self.manifest(MANIFEST, DATA) else { return Ok(()) };
        let sm3 = self.manifest(SM3_SUMS, DATA).unwrap_or_default();
        let mut gone: BTreeMap<&str, &str> = BTreeMap::new();
        for (path, digest) in &listed {
            if !self.sizes.contains_key(path) {
                gone.insert(path, digest);
                continue;
            }
            let (sha256, own) = self.digests(path)?;
            if sha256 != *digest {
                self.damage(DamageKind::Changed, path, "");
            }
            if sm3.get(path).is_some_and(|digest| *digest != own) && sha256 == *digest {
                self.damage(DamageKind::Sm3, path, "");
            }
        }
        for path in listed.keys().collect::<BTreeSet<_>>().symmetric_difference(&sm3.keys().collect()) {
            self.damage(DamageKind::Sm3, path, "");
        }
        let extra: Vec<String> = self.sizes.keys().filter(|path| path.starts_with(DATA) && !listed.contains_key(*path)).cloned().collect();
        for path in extra {
            let (sha256, _) = self.digests(&path)?;
            // The same name in another form says more than the same content, which two files may share.
            let form = gone.keys().find(|name| composed(name) == composed(&path)).copied();
            let same = || gone.iter().find(|(_, digest)| **digest == sha256).map(|(name, _)| *name);
            let found = form.map(|name| (DamageKind::NameForm, name)).or_else(|| same().map(|name| (DamageKind::Renamed, name)));
            let Some((kind, name)) = found else {
                self.damage(DamageKind::Extra, &path, "");
                continue;
            };
            if gone.remove(name).is_some_and(|digest| digest != sha256) {
                self.damage(DamageKind::Changed, &path, "");
            }
            self.damage(kind, name, path);
        }
        for path in gone.into_keys() {
            self.damage(DamageKind::Missing, path, "");
        }
        Ok(())
    }

    fn signature(&mut self, tags: &BTreeMap<String, String>) -> Result<(), BagError> {
        let present = ["signature.bin", "signature.sha256"].map(|name| self.sizes.contains_key(name) && !tags.contains_key(name));
        if present == [false, false] {
            return Ok(());
        }
        self.verdict.signed = true;
        let mut said = String::new();
        for name in ["signature.bin", TAG_MANIFEST] {
            if self.sizes.contains_key(name) {
                said += &line(&self.digests(name)?.0, name);
            }
        }
        if present != [true, true] || self.text("signature.sha256").as_deref() != Some(&said) {
            self.damage(DamageKind::Signature, "signature.sha256", "");
        }
        Ok(())
    }

    fn digests(&self, path: &str) -> Result<(String, String), BagError> {
        digests(&self.bag.join(path))
    }
}

/// SHA-256 and SM3 of a file, hexadecimal.
pub(super) fn digests(path: &Path) -> Result<(String, String), BagError> {
    let mut file = inside::open(path, u64::MAX - 1).map_err(unreadable(path))?;
    let (mut sha256, mut sm3) = (Sha256::new(), Sm3::new());
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut buffer).map_err(unreadable(path))?;
        if read == 0 {
            return Ok((hex(&sha256.finalize()), hex(&sm3.finalize())));
        }
        sha256.update(&buffer[..read]);
        sm3.update(&buffer[..read]);
    }
}
