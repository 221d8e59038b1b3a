//! What stands for a person in tables and states, so that years, branches and counties can be joined without the number.

use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use crate::digest::hex;

/// Turns identity numbers into keys of 128 bits, 32 hexadecimal digits.
///
/// With a secret (`person_key` in `scorebook.toml`) it is HMAC-SHA-256: without the secret nobody can tell whose key it
/// is, nor try numbers. Without one it is a plain SHA-256, and whoever tries all numbers of a county's birthdays finds
/// them all in minutes; it only keeps the numbers off screens.
#[derive(Clone)]
pub struct PersonKey(Option<Hmac<Sha256>>);

impl PersonKey {
    /// Under a secret, or under none.
    pub fn new(secret: Option<&str>) -> Self {
        // HMAC takes a key of any length.
        Self(secret.and_then(|secret| Hmac::new_from_slice(secret.as_bytes()).ok()))
    }

    fn digest(&self, text: &str) -> [u8; 32] {
        match &self.0 {
            Some(keyed) => keyed.clone().chain_update(text).finalize().into_bytes().into(),
            None => Sha256::digest(text).into(),
        }
    }

    /// The key of an identity number.
    pub fn of(&self, identity_number: &str) -> String {
        hex(&self.digest(&format!("scorebook person {identity_number}"))[..16])
    }

    /// Tells two secrets apart without showing either: eight digits; `none` without a secret.
    pub fn mark(&self) -> String {
        if self.0.is_some() { hex(&self.digest("scorebook person key")[..4]) } else { NO_KEY.to_owned() }
    }
}

/// The mark of tables whose keys are plain digests.
pub const NO_KEY: &str = "none";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_hides_the_number_and_no_secret_only_covers_it() {
        let number = "36990119800101001X";
        let (plain, one, other) =
            (PersonKey::new(None), PersonKey::new(Some("0123456789abcdef")), PersonKey::new(Some("0123456789abcdeg")));
        assert_eq!(plain.of(number), hex(&Sha256::digest(format!("scorebook person {number}"))[..16]));
        let keys = [&plain, &one, &other].map(|key| key.of(number));
        assert!(keys.iter().all(|key| key.len() == 32 && !key.contains("19800101")), "{keys:?}");
        assert!(keys[0] != keys[1] && keys[1] != keys[2], "{keys:?}");
        assert_eq!(one.of(number), PersonKey::new(Some("0123456789abcdef")).of(number));
        assert_ne!(one.of(number), one.of("369901198001010028"));
        assert_eq!(plain.mark(), "none");
        assert!(one.mark() != other.mark() && one.mark().len() == 8);
    }

    /// Other programs work out the same: `printf 'scorebook person %s' N | openssl dgst -sha256 -hmac SECRET`.
    #[test]
    fn is_the_hmac_that_others_know() {
        let key = PersonKey::new(Some("province-secret-2026"));
        assert_eq!(key.of("36990119800101001X"), "c9c5103ffd1145dd1318057511f05d9b");
    }
}
