//! Workbooks that ask for a password (MS-OFFCRYPTO), opened with those the county knows.
//!
//! ```text
//! xlsx, xlsb   OLE container: "EncryptionInfo" says how, "EncryptedPackage" is the zip package, in AES
//! xls          a record FILEPASS in the globals; what follows in every record is RC4, anew each 1024 bytes
//! ```

use aes::cipher::{BlockModeDecrypt, KeyIvInit, block_padding::NoPadding};
use base64::Engine;
use md5::Md5;
use rc4::{KeyInit, Rc4, StreamCipher};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::ole::{u16_at, u32_at};
use super::{Format, Refusal, ole, sniff};
use crate::diag::Unreadable;
use crate::ooxml::xml::{self, Node};

/// Excel's own: files that are only "protected" are encrypted with it, and every office opens them without asking.
const BUILT_IN: &str = "VelvetSweatshop";

/// Office turns the hash a hundred thousand times; the file says how often, and must not decide how long a run lasts.
pub const MOST_TURNS: u64 = 1_000_000;

/// Office 2007's own number of turns.
const STANDARD_TURNS: u32 = 50_000;

/// Passwords to try. They are never shown, also not by `Debug`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Passwords(Vec<String>);

impl Passwords {
    /// In the order in which they are tried.
    pub fn new(passwords: Vec<String>) -> Self {
        Self(passwords)
    }

    /// How many are tried, the built-in one among them.
    pub fn count(&self) -> u64 {
        self.0.len() as u64 + 1
    }

    /// UTF-16, little-endian, as all hashes take them.
    fn wide(&self) -> impl Iterator<Item = Vec<u8>> {
        let all = std::iter::once(BUILT_IN).chain(self.0.iter().map(String::as_str));
        all.map(|password| password.encode_utf16().flat_map(u16::to_le_bytes).collect())
    }
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Passwords({})", self.0.len())
    }
}

/// The workbook inside an encrypted one; `None` where the bytes are not encrypted, or in a way that [`super::read`] has
/// to refuse.
///
/// # Errors
/// [`Refusal::ENCRYPTED`] where no password fits.
pub fn unlock(bytes: &[u8], passwords: &Passwords) -> Result<Option<Vec<u8>>, Refusal> {
    match sniff(bytes) {
        Format::Encrypted => package(bytes, passwords).map(Some),
        Format::Xls => {
            // What is wrong with a broken container is the reader's to say.
            let Ok(stream) = ole::workbook(bytes) else { return Ok(None) };
            records(stream, passwords)
        }
        _ => Ok(None),
    }
}

/// How often a hash is turned to try one password on a package; nothing if it asks for none.
pub fn turns(bytes: &[u8]) -> u64 {
    if sniff(bytes) != Format::Encrypted {
        return 0;
    }
    let Ok(info) = ole::stream(bytes, "EncryptionInfo") else { return 0 };
    match (u16_at(&info, 0), u16_at(&info, 2)) {
        (4, 4) => Agile::parse(&info).map_or(0, |agile| agile.turns.into()),
        (2..=4, 2) => STANDARD_TURNS.into(),
        _ => 0,
    }
}

fn package(bytes: &[u8], passwords: &Passwords) -> Result<Vec<u8>, Refusal> {
    let info = ole::stream(bytes, "EncryptionInfo")?;
    let key = match (u16_at(&info, 0), u16_at(&info, 2)) {
        (4, 4) => Agile::parse(&info).and_then(|agile| agile.key(passwords)),
        (2..=4, 2) => Standard::parse(&info).and_then(|standard| standard.key(passwords)),
        _ => None,
    };
    let key = key.ok_or(Refusal::ENCRYPTED)?;
    let mut stream = ole::stream(bytes, "EncryptedPackage")?;
    let torn = || Refusal::unreadable(Unreadable::Package, "the encrypted package is cut short");
    let size = stream.first_chunk().map(|size| u64::from_le_bytes(*size)).ok_or_else(torn)?;
    let size = usize::try_from(size).map_err(|_| torn())?;
    stream.drain(..8);
    let whole = stream.len() / 16 * 16;
    stream.truncate(whole);
    key.decrypt(&mut stream).ok_or_else(torn)?;
    if size > stream.len() {
        return Err(torn());
    }
    stream.truncate(size);
    Ok(stream)
}

/// Opens the package's bytes.
enum Key {
    /// Each 4096 bytes begin a new chain, whose first vector is made of the salt and their number.
    Chained { key: Vec<u8>, salt: Vec<u8>, hash: Hash },
    /// Each 16 bytes for themselves.
    Blocks(Vec<u8>),
}

impl Key {
    fn decrypt(&self, bytes: &mut [u8]) -> Option<()> {
        match self {
            Self::Blocks(key) => blocks(key, bytes),
            Self::Chained { key, salt, hash } => bytes.chunks_mut(4096).enumerate().try_for_each(|(number, segment)| {
                let mut vector = hash.of(&[salt, &(number as u32).to_le_bytes()]);
                vector.resize(16, 0x36);
                chain(key, &vector, segment)
            }),
        }
    }
}

/// AES in chains (CBC), without padding.
fn chain(key: &[u8], vector: &[u8], bytes: &mut [u8]) -> Option<()> {
    match key.len() {
        16 => cbc::Decryptor::<aes::Aes128>::new_from_slices(key, vector).ok()?.decrypt_padded::<NoPadding>(bytes).ok()?,
        24 => cbc::Decryptor::<aes::Aes192>::new_from_slices(key, vector).ok()?.decrypt_padded::<NoPadding>(bytes).ok()?,
        32 => cbc::Decryptor::<aes::Aes256>::new_from_slices(key, vector).ok()?.decrypt_padded::<NoPadding>(bytes).ok()?,
        _ => return None,
    };
    Some(())
}

/// AES block by block (ECB), without padding.
fn blocks(key: &[u8], bytes: &mut [u8]) -> Option<()> {
    match key.len() {
        16 => ecb::Decryptor::<aes::Aes128>::new_from_slice(key).ok()?.decrypt_padded::<NoPadding>(bytes).ok()?,
        24 => ecb::Decryptor::<aes::Aes192>::new_from_slice(key).ok()?.decrypt_padded::<NoPadding>(bytes).ok()?,
        32 => ecb::Decryptor::<aes::Aes256>::new_from_slice(key).ok()?.decrypt_padded::<NoPadding>(bytes).ok()?,
        _ => return None,
    };
    Some(())
}

/// Hashes that a file may name.
#[derive(Clone, Copy)]
enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "SHA1" | "SHA-1" => Self::Sha1,
            "SHA256" | "SHA-256" => Self::Sha256,
            "SHA384" | "SHA-384" => Self::Sha384,
            "SHA512" | "SHA-512" => Self::Sha512,
            _ => return None,
        })
    }

    fn of(self, parts: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::Sha1 => digest::<Sha1>(parts),
            Self::Sha256 => digest::<Sha256>(parts),
            Self::Sha384 => digest::<Sha384>(parts),
            Self::Sha512 => digest::<Sha512>(parts),
        }
    }

    /// The hash of salt and password, turned over and over so that guessing takes long.
    fn turned(self, salt: &[u8], password: &[u8], turns: u32) -> Vec<u8> {
        match self {
            Self::Sha1 => turned::<Sha1>(salt, password, turns),
            Self::Sha256 => turned::<Sha256>(salt, password, turns),
            Self::Sha384 => turned::<Sha384>(salt, password, turns),
            Self::Sha512 => turned::<Sha512>(salt, password, turns),
        }
    }
}

fn turned<D: Digest>(salt: &[u8], password: &[u8], turns: u32) -> Vec<u8> {
    let first = D::new().chain_update(salt).chain_update(password).finalize();
    (0..turns).fold(first, |hash, turn| D::new().chain_update(turn.to_le_bytes()).chain_update(hash).finalize()).to_vec()
}

fn digest<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
    parts.iter().fold(D::new(), D::chain_update).finalize().to_vec()
}

/// Agile encryption: Office 2010 and later (MS-OFFCRYPTO 2.3.4.10).
struct Agile {
    package_salt: Vec<u8>,
    package_hash: Hash,
    salt: Vec<u8>,
    hash: Hash,
    turns: u32,
    key_bytes: usize,
    verifier: Vec<u8>,
    verifier_hash: Vec<u8>,
    key: Vec<u8>,
}

impl Agile {
    fn parse(info: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(info.get(8..)?).ok()?;
        let (mut data, mut password) = (None, None);
        xml::walk("EncryptionInfo", text.trim_end_matches('\0'), |node| -> Result<(), Refusal> {
            if let Node::Open(name @ ("keyData" | "encryptedKey"), tag) = node {
                let mut attributes = tag.attributes();
                let read = attributes
                    .with_checks(false)
                    .flatten()
                    .map(|attribute| (attribute.key.local_name().as_ref().to_owned(), attribute.value.to_string()));
                *(if name == "keyData" { &mut data } else { &mut password }) = Some(read.collect::<Vec<_>>());
            }
            Ok(())
        })
        .ok()?;
        let (data, password) = (data?, password?);
        let bytes = |from, name| base64::engine::general_purpose::STANDARD.decode(said(from, name)?.trim()).ok();
        for part in [&data, &password] {
            if said(part, "cipherAlgorithm")? != "AES" || said(part, "cipherChaining")? != "ChainingModeCBC" {
                return None;
            }
        }
        Some(Self {
            package_salt: bytes(&data, "saltValue")?,
            package_hash: Hash::named(said(&data, "hashAlgorithm")?)?,
            salt: bytes(&password, "saltValue")?,
            hash: Hash::named(said(&password, "hashAlgorithm")?)?,
            turns: said(&password, "spinCount")?.parse().ok().filter(|turns: &u32| u64::from(*turns) <= MOST_TURNS)?,
            key_bytes: said(&password, "keyBits")?.parse::<usize>().ok().filter(|bits| matches!(bits, 128 | 192 | 256))? / 8,
            verifier: bytes(&password, "encryptedVerifierHashInput")?,
            verifier_hash: bytes(&password, "encryptedVerifierHashValue")?,
            key: bytes(&password, "encryptedKeyValue")?,
        })
    }

    fn key(&self, passwords: &Passwords) -> Option<Key> {
        let mut vector = self.salt.clone();
        vector.resize(16, 0x36);
        let open = |turned: &[u8], purpose: [u8; 8], locked: &[u8]| {
            let mut key = self.hash.of(&[turned, &purpose]);
            key.resize(self.key_bytes, 0x36);
            let mut bytes = locked.to_vec();
            chain(&key, &vector, &mut bytes).map(|()| bytes)
        };
        passwords.wide().find_map(|password| {
            let turned = self.hash.turned(&self.salt, &password, self.turns);
            let verifier = open(&turned, [0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79], &self.verifier)?;
            let expected = open(&turned, [0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e], &self.verifier_hash)?;
            // Both are padded to whole blocks; the salt is as long as the verifier.
            let hash = self.hash.of(&[verifier.get(..self.salt.len())?]);
            if !expected.starts_with(&hash) {
                return None;
            }
            let mut key = open(&turned, [0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6], &self.key)?;
            key.truncate(self.key_bytes);
            Some(Key::Chained { key, salt: self.package_salt.clone(), hash: self.package_hash })
        })
    }
}

/// An attribute's value.
fn said<'a>(attributes: &'a [(String, String)], name: &str) -> Option<&'a str> {
    attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// Standard encryption: Office 2007 (MS-OFFCRYPTO 2.3.4.5).
struct Standard {
    key_bytes: usize,
    salt: Vec<u8>,
    verifier: Vec<u8>,
    verifier_hash: Vec<u8>,
}

impl Standard {
    fn parse(info: &[u8]) -> Option<Self> {
        let header = info.get(12..)?;
        let bits = u32_at(header, 16);
        let rest = header.get(u32_at(info, 8) as usize..)?;
        let part = |from: usize, length: usize| rest.get(from..from + length).map(<[u8]>::to_vec);
        Some(Self {
            key_bytes: if bits == 0 { 16 } else { bits as usize / 8 },
            salt: part(4, 16)?,
            verifier: part(20, 16)?,
            verifier_hash: part(40, 32)?,
        })
    }

    fn key(&self, passwords: &Passwords) -> Option<Key> {
        passwords.wide().find_map(|password| {
            let turned = Hash::Sha1.turned(&self.salt, &password, STANDARD_TURNS);
            let last = digest::<Sha1>(&[&turned, &[0; 4]]);
            let half = |pad: u8| {
                let mut block = [pad; 64];
                block.iter_mut().zip(&last).for_each(|(byte, hash)| *byte ^= hash);
                digest::<Sha1>(&[&block])
            };
            let mut key = [half(0x36), half(0x5c)].concat();
            key.truncate(self.key_bytes);
            let (mut verifier, mut expected) = (self.verifier.clone(), self.verifier_hash.clone());
            blocks(&key, &mut verifier)?;
            blocks(&key, &mut expected)?;
            expected.starts_with(&digest::<Sha1>(&[&verifier])).then_some(Key::Blocks(key))
        })
    }
}

/// Bytes of an .xls that share one key stream.
const SPAN: usize = 1024;

/// How the records of an .xls are locked: Office 97's own way, or that of 2002, by name "CryptoAPI".
enum Lock {
    Office97 { key: [u8; 5] },
    CryptoApi { hash: Vec<u8>, key_bytes: usize },
}

impl Lock {
    /// The key stream of the span of this number.
    fn stream(&self, span: u32) -> Option<Rc4> {
        let number = span.to_le_bytes();
        let key = match self {
            Self::Office97 { key } => digest::<Md5>(&[key, &number]),
            Self::CryptoApi { hash, key_bytes } => {
                let mut key = digest::<Sha1>(&[hash, &number]);
                key.truncate(*key_bytes);
                // Forty bits are used as a hundred and twenty-eight of which the rest is zero.
                if *key_bytes == 5 {
                    key.resize(16, 0);
                }
                key
            }
        };
        Rc4::new_from_slice(&key).ok()
    }
}

/// The lock that one of the passwords opens, from FILEPASS.
fn lock(filepass: &[u8], passwords: &Passwords) -> Option<Lock> {
    let fits = |lock: &Lock, verifier: &[u8], expected: &[u8], hash: fn(&[&[u8]]) -> Vec<u8>| {
        let mut both = [verifier, expected].concat();
        lock.stream(0)?.apply_keystream(&mut both);
        let (verifier, expected) = both.split_at(verifier.len());
        (hash(&[verifier]) == expected).then_some(())
    };
    let part = |from: usize, length: usize| filepass.get(from..from + length);
    match (u16_at(filepass, 0), u16_at(filepass, 2), u16_at(filepass, 4)) {
        (1, 1, 1) => {
            let (salt, verifier, expected) = (part(6, 16)?, part(22, 16)?, part(38, 16)?);
            passwords.wide().find_map(|password| {
                let first = digest::<Md5>(&[&password]);
                let salted = [&first[..5], salt].concat().repeat(16);
                let key = digest::<Md5>(&[&salted]).first_chunk::<5>().copied()?;
                let lock = Lock::Office97 { key };
                fits(&lock, verifier, expected, digest::<Md5>).map(|()| lock)
            })
        }
        (1, 2..=4, 2) => {
            let header = filepass.get(14..)?;
            let rest = header.get(u32_at(filepass, 10) as usize..)?;
            let bits = u32_at(header, 16);
            let key_bytes = if bits == 0 { 5 } else { bits as usize / 8 };
            let (salt, verifier, expected) = (rest.get(4..20)?, rest.get(20..36)?, rest.get(40..60)?);
            passwords.wide().find_map(|password| {
                let lock = Lock::CryptoApi { hash: digest::<Sha1>(&[salt, &password]), key_bytes };
                fits(&lock, verifier, expected, digest::<Sha1>).map(|()| lock)
            })
        }
        _ => None,
    }
}

/// An .xls with its records opened, or `None` where they are not locked or with XOR, which the reader refuses.
fn records(mut stream: Vec<u8>, passwords: &Passwords) -> Result<Option<Vec<u8>>, Refusal> {
    let mut found = None;
    let mut at = 0;
    // FILEPASS stands near the beginning, in the globals.
    while found.is_none() && at + 4 <= stream.len() {
        let (record, length) = (u16_at(&stream, at), usize::from(u16_at(&stream, at + 2)));
        match record {
            0x002f => found = stream.get(at + 4..at + 4 + length).map(<[u8]>::to_vec),
            0x000a => return Ok(None),
            _ => {}
        }
        if found.is_none() {
            at += 4 + length;
        }
    }
    let Some(filepass) = found.filter(|filepass| u16_at(filepass, 0) == 1) else { return Ok(None) };
    let lock = lock(&filepass, passwords).ok_or(Refusal::ENCRYPTED)?;
    // A record that no reader knows.
    stream[at..at + 2].copy_from_slice(&[0xff, 0x0f]);
    let mut plain = stream.clone();
    for (span, bytes) in plain.chunks_mut(SPAN).enumerate() {
        let Some(mut key) = lock.stream(span as u32) else { return Err(Refusal::ENCRYPTED) };
        key.apply_keystream(bytes);
    }
    let mut at = 0;
    while at + 4 <= stream.len() {
        let (record, length) = (u16_at(&stream, at), usize::from(u16_at(&stream, at + 2)));
        // Heads of records are open, some records wholly (MS-XLS 2.2.10), and where a sheet's substream begins.
        let open = match record {
            0x0809 | 0x00e1 | 0x0194 | 0x0195 | 0x0196 | 0x0138 | 0x0fff => length,
            0x0085 => 4,
            _ => 0,
        };
        let end = (at + 4 + open).min(stream.len());
        plain[at..end].copy_from_slice(&stream[at..end]);
        at += 4 + length;
    }
    Ok(Some(ole::wrap("Workbook", plain)))
}
