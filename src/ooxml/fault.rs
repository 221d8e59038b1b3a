//! Why bytes were not read.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::diag::{Code, Finding, Place, Unreadable};

/// Why a package, a part of it or a file that is none was not read.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum Fault {
    /// Damaged, or not what it begins like.
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
        /// What is bounded: a field of [`super::Bounds`], or of the limits of whoever reads, without `max_`.
        what: Cow<'static, str>,
        /// Its value.
        limit: u64,
        /// The part of the package, if one is to blame.
        part: Option<String>,
    },
}

impl Fault {
    /// Damaged, in technical words.
    pub fn unreadable(why: Unreadable, detail: impl Into<String>) -> Self {
        Self::Unreadable { why, detail: detail.into() }
    }

    /// Above a bound, and which.
    pub fn too_large(what: &'static str, limit: impl TryInto<u64>) -> Self {
        Self::TooLarge { what: what.into(), limit: limit.try_into().unwrap_or(u64::MAX), part: None }
    }

    /// Says which part is to blame.
    #[must_use]
    pub fn of_part(mut self, name: &str) -> Self {
        if let Self::TooLarge { part, .. } = &mut self {
            *part = Some(name.to_owned());
        }
        self
    }

    /// The finding's code.
    pub fn code(&self) -> Code {
        match self {
            Self::Unreadable { .. } => Code::UnreadableFile,
            Self::Encrypted => Code::EncryptedFile,
            Self::TooLarge { .. } => Code::TooLarge,
        }
    }

    /// The finding to report at a file's place.
    pub fn finding(&self, place: Place) -> Finding {
        let finding = Finding::new(self.code(), place);
        match self {
            Self::Unreadable { why, .. } => finding.arg("detail", why.word()),
            Self::Encrypted => finding,
            Self::TooLarge { what, limit, .. } => finding.arg("what", what).arg("limit", limit),
        }
    }
}
