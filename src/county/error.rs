use std::path::PathBuf;

use crate::diag::{CellRef, Lang};

/// Why the county's own files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CountyError {
    /// A file that cannot be opened.
    #[error("{}: cannot be read", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// A fault in `scorebook.toml`.
    #[error("{}, line {line}: {en}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What is wrong and allowed, Chinese.
        zh: String,
        /// The same in English.
        en: String,
    },
    /// A fault in the register.
    #[error("{}{}: {en}", path.display(), cell.map(|c| format!(", cell {c}")).unwrap_or_default())]
    Register {
        /// The file.
        path: PathBuf,
        /// Where, if one cell is to blame.
        cell: Option<CellRef>,
        /// What is wrong, Chinese.
        zh: String,
        /// The same in English.
        en: String,
    },
}

impl CountyError {
    /// One line for a person.
    pub fn message(&self, lang: Lang) -> String {
        match (self, lang) {
            (_, Lang::En) => match self {
                Self::Io { source, .. } => format!("{self}: {source}"),
                _ => self.to_string(),
            },
            (Self::Io { path, source }, Lang::Zh) => format!("{}：打不开（{source}）", path.display()),
            (Self::Config { path, line, zh, .. }, Lang::Zh) => format!("{} 第{line}行：{zh}", path.display()),
            (Self::Register { path, cell: Some(cell), zh, .. }, Lang::Zh) => format!("{} 单元格{cell}：{zh}", path.display()),
            (Self::Register { path, cell: None, zh, .. }, Lang::Zh) => format!("{}：{zh}", path.display()),
        }
    }
}
