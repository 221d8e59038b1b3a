//! Why a package or a part of it was not read.

use thiserror::Error;

use crate::diag::Unreadable;

/// Why a package or a part of it was not read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// Damaged, or no package.
    #[error("cannot be read: {detail}")]
    Unreadable {
        /// Of which kind.
        why: Unreadable,
        /// What was met, in technical words.
        detail: String,
    },
    /// Needs a password.
    #[error("is encrypted")]
    Encrypted,
    /// Above a bound.
    #[error("has too many {what}, more than {limit}")]
    TooLarge {
        /// A field of [`super::Bounds`].
        what: &'static str,
        /// Its value.
        limit: u64,
    },
}

impl Fault {
    /// Damaged, in technical words.
    pub fn unreadable(why: Unreadable, detail: impl Into<String>) -> Self {
        Self::Unreadable { why, detail: detail.into() }
    }

    pub(super) fn too_large(what: &'static str, limit: impl TryInto<u64>) -> Self {
        Self::TooLarge { what, limit: limit.try_into().unwrap_or(u64::MAX) }
    }
}
