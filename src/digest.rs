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
    use super::{sha256, sha256_hex, unhex};

    #[test]
    fn of_nothing_as_the_standard_has_it() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!((sha256_hex(b""), unhex(empty)), (empty.to_owned(), Some(sha256(b""))));
        assert_eq!((unhex("e3"), unhex("甲")), (None, None));
    }
}
