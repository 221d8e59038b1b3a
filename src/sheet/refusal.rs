//! Why a file was not read.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Format;
use crate::diag::{Code, Finding, Place, Unreadable};
use crate::ooxml::Fault;

/// Why a file was not read. Always the sender's matter: a finding, never the end of a run.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum Refusal {
    /// Damaged, encrypted, or above a limit: a field of [`super::Limits`] without its `max_`.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// Something else: a picture, a PDF, a text document.
    #[error("is no spreadsheet but {}", kind.word())]
    NotASpreadsheet {
        /// What the content is.
        kind: Format,
    },
}

impl Refusal {
    /// No password that is known opens it.
    pub const ENCRYPTED: Self = Self::Fault(Fault::Encrypted);

    /// Damaged, in technical words.
    pub fn unreadable(why: Unreadable, detail: impl Into<String>) -> Self {
        Fault::unreadable(why, detail).into()
    }

    /// Above a limit: a field of [`super::Limits`] without its `max_`, and its value.
    pub fn too_large(what: &'static str, limit: impl TryInto<u64>) -> Self {
        Fault::too_large(what, limit).into()
    }

    /// The finding's code.
    pub fn code(&self) -> Code {
        match self {
            Self::Fault(fault) => fault.code(),
            Self::NotASpreadsheet { .. } => Code::NotASpreadsheet,
        }
    }

    /// The finding to report at the file's place.
    pub fn finding(&self, place: Place) -> Finding {
        match self {
            Self::Fault(fault) => fault.finding(place),
            Self::NotASpreadsheet { kind } => Finding::new(self.code(), place).arg("kind", kind.word()),
        }
    }
}
