//! The bag of a year: one BagIt 1.0 bag (RFC 8493) per county and year, its proof, and what is read back from many.
//!
//! This room knows bags, their manifests and their tables (Parquet); it does not know what a submission or a form is:
//! `archive` brings the content. Nothing here scores, prints, or reads a clock.

mod columns;
mod dataset;
mod history;
mod items;
mod paths;
mod person;
mod tables;
#[cfg(test)]
mod tests;
mod verify;
mod write;

pub use columns::{Cell, Columns};
pub use dataset::{Part, bags_below, part, person_mark, points, rows, table_path};
pub use history::{History, Person, Year, history};
pub use items::{ArchiveCode, Item, Numbered, Retention, number};
pub use paths::Payload;
pub use person::{NO_KEY, PersonKey};
pub use tables::{BRANCHES, ENTRIES, FINDINGS, Field, Kind, RESULTS, Table};
pub use verify::{Damage, DamageKind, Verdict, verify};
pub use write::{Bag, Sealed};

use std::path::{Path, PathBuf};

use crate::diag::{Lang, Said};
use crate::publish::PublishError;

/// The machine failing at an archive, or an archive that cannot be made as asked.
#[derive(Debug, thiserror::Error)]
pub enum BagError {
    /// A file or folder that cannot be read.
    #[error("{}: cannot be read", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// The bag cannot be written.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// A table that cannot be written or read.
    #[error("{}: {source}", path.display())]
    Table {
        /// Which.
        path: PathBuf,
        /// The format's word.
        source: parquet::errors::ParquetError,
    },
    /// Refused, with the reason in both languages.
    #[error("{0}")]
    Refused(Said),
}

impl BagError {
    /// For a person.
    pub fn message(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Refused(said), _) => said.get(lang).to_owned(),
            (Self::Io { path, source }, Lang::Zh) => format!("{}：读不了（{source}）", path.display()),
            (Self::Publish(PublishError::NotEmpty { path }), Lang::Zh) => {
                format!("{} 里已有别的内容，没有动它；请换一个文件夹", path.display())
            }
            (Self::Publish(PublishError::Io { path, source }), Lang::Zh) => format!("{}：写不了（{source}）", path.display()),
            (Self::Io { source, .. } | Self::Publish(PublishError::Io { source, .. }), Lang::En) => format!("{self}: {source}"),
            _ => self.to_string(),
        }
    }
}

fn unreadable(path: &Path) -> impl FnOnce(std::io::Error) -> BagError + '_ {
    move |source| BagError::Io { path: path.to_owned(), source }
}
