//! Fingerprints: SHA-256 of bytes, and bytes as hexadecimal digits.
//!
//! What says whether two files are the same, in a manifest, a bag or the fine print of a form, is made here and nowhere else.

use sha2::{Digest, Sha256};

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// SHA-256 as [`hex`].
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&sha256(bytes))
}

/// SHA-256 of what comes in parts: a file may be larger than the memory.
#[derive(Default)]
pub struct Running(Sha256);

impl Running {
    /// Takes the next part.
    pub fn add(&mut self, part: &[u8]) {
        self.0.update(part);
    }

    /// [`sha256_hex`] of all parts together.
    pub fn hex(self) -> String {
        hex(&self.0.finalize())
    }
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// Reads what [`sha256_hex`] wrote.
pub fn unhex(text: &str) -> Option<[u8; 32]> {
    let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect();
    bytes?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::{Running, sha256, sha256_hex, unhex};

    #[test]
    fn of_nothing_as_the_standard_has_it() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!((sha256_hex(b""), unhex(empty)), (empty.to_owned(), Some(sha256(b""))));
        assert_eq!((unhex("e3"), unhex("甲")), (None, None));
    }

    #[test]
    fn what_comes_in_parts_has_the_same_digest() {
        let mut running = Running::default();
        for part in ["党员", "", "积分"] {
            running.add(part.as_bytes());
        }
        assert_eq!(running.hex(), sha256_hex("党员积分".as_bytes()));
    }
}
