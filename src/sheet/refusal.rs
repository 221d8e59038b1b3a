//! Why a file was not read.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Format;
use crate::diag::{Code, Finding, Place, Unreadable};
use crate::ooxml::Fault;

/// Why a file was not read. Always the sender's matter: a finding, never the end of a run.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum Refusal {
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
    /// Costs more than a limit allows.
    #[error("has too many {what}, more than {limit}")]
    TooLarge {
        /// A field of [`super::Limits`] without its `max_`.
        what: Cow<'static, str>,
        /// Its value.
        limit: u64,
    },
    /// Something else: a picture, a PDF, a text document.
    #[error("is no spreadsheet but {}", kind.word())]
    NotASpreadsheet {
        /// What the content is.
        kind: Format,
    },
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Unreadable { why, detail } => Self::Unreadable { why, detail },
            Fault::Encrypted => Self::Encrypted,
            Fault::TooLarge { what, limit } => Self::too_large(what, limit),
        }
    }
}

impl Refusal {
    /// Damaged, in technical words.
    pub fn unreadable(why: Unreadable, detail: impl Into<String>) -> Self {
        Self::Unreadable { why, detail: detail.into() }
    }

    /// Above a limit: a field of [`super::Limits`] without its `max_`, and its value.
    pub fn too_large(what: &'static str, limit: impl TryInto<u64>) -> Self {
        Self::TooLarge { what: what.into(), limit: limit.try_into().unwrap_or(u64::MAX) }
    }

    /// The finding's code.
    pub fn code(&self) -> Code {
        match self {
            Self::Unreadable { .. } => Code::UnreadableFile,
            Self::Encrypted => Code::EncryptedFile,
            Self::TooLarge { .. } => Code::TooLarge,
            Self::NotASpreadsheet { .. } => Code::NotASpreadsheet,
        }
    }

    /// Values for the finding's text: `detail`; `what` and `limit`; `kind`.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Unreadable { why, .. } => vec![("detail", why.word().to_owned())],
            Self::Encrypted => Vec::new(),
            Self::TooLarge { what, limit } => vec![("what", what.to_string()), ("limit", limit.to_string())],
            Self::NotASpreadsheet { kind } => vec![("kind", kind.word().to_owned())],
        }
    }

    /// The finding to report at the file's place.
    pub fn finding(&self, place: Place) -> Finding {
        let mut finding = Finding::new(self.code(), place);
        finding.args = self.args();
        finding
    }
}
