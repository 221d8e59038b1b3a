//! Workbooks that ask for a password.

use super::{Format, Refusal, sniff};

/// Passwords to try. They are never shown, also not by `Debug`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Passwords(Vec<String>);

impl Passwords {
    /// In the order in which they are tried.
    pub fn new(passwords: Vec<String>) -> Self {
        Self(passwords)
    }
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Passwords({})", self.0.len())
    }
}

pub fn unlock(bytes: &[u8], passwords: &Passwords) -> Result<Option<Vec<u8>>, Refusal> {
    let _ = passwords;
    if sniff(bytes) == Format::Encrypted { Err(Refusal::Encrypted) } else { Ok(None) }
}
