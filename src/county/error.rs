use std::path::PathBuf;

use crate::config::ConfigError;
use crate::diag::{CellRef, Lang, Said};

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
    /// Faults in `scorebook.toml`.
    #[error("{}", error.message(&path.display().to_string(), Lang::En))]
    Config {
        /// The file.
        path: PathBuf,
        /// All of them.
        error: ConfigError,
    },
    /// A fault in the register.
    #[error("{}{}: {said}", path.display(), cell.map(|c| format!(", cell {c}")).unwrap_or_default())]
    Register {
        /// The file.
        path: PathBuf,
        /// Where, if one cell is to blame.
        cell: Option<CellRef>,
        /// What is wrong.
        said: Said,
    },
}

/// Why the system refused, in Chinese; its own words are English everywhere.
pub fn io_zh(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => "找不到这个文件或文件夹".into(),
        ErrorKind::PermissionDenied => "没有权限，或正被其他程序打开".into(),
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => "这里应是文件夹，却有一个同名文件".into(),
        ErrorKind::IsADirectory => "这是文件夹，不是文件".into(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "磁盘已满".into(),
        ErrorKind::ReadOnlyFilesystem => "磁盘是只读的".into(),
        _ => error.raw_os_error().map_or_else(|| "系统没有说明原因".into(), |code| format!("系统错误号 {code}")),
    }
}

impl CountyError {
    /// One line for a person.
    pub fn message(&self, lang: Lang) -> String {
        match (self, lang) {
            (_, Lang::En) => match self {
                Self::Io { source, .. } => format!("{self}: {source}"),
                _ => self.to_string(),
            },
            (Self::Io { path, source }, Lang::Zh) => format!("{}：打不开（{}）", path.display(), io_zh(source)),
            (Self::Config { path, error }, Lang::Zh) => error.message(&path.display().to_string(), lang),
            (Self::Register { path, cell: Some(cell), said }, Lang::Zh) => format!("{} 单元格{cell}：{}", path.display(), said.zh),
            (Self::Register { path, cell: None, said }, Lang::Zh) => format!("{}：{}", path.display(), said.zh),
        }
    }
}
