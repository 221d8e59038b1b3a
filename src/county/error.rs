//! Why the county's own files cannot be used, for people.

use std::path::{Path, PathBuf};

use crate::config::{ConfigError, Fault, Spot};
use crate::diag::{Finding, Lang, Said};

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
    /// Faults in the settings or the register.
    #[error("{}", error.message(&path.display().to_string(), Lang::En))]
    Config {
        /// The file.
        path: PathBuf,
        /// All of them.
        error: ConfigError,
    },
}

/// A workbook that cannot be read, as what the reader of submissions says of it.
pub(super) fn unreadable(path: PathBuf, finding: &Finding) -> CountyError {
    whole(path, Said::new(finding.message(Lang::Zh), finding.message(Lang::En)))
}

/// A fault of a whole file.
pub(super) fn whole(path: PathBuf, said: Said) -> CountyError {
    CountyError::Config { path, error: ConfigError { faults: vec![Fault { spot: Spot::in_sheet("", None, 1), said }] } }
}

/// True if another program keeps the file from being read: the system says so, or an office has left its mark beside it.
fn is_open(path: &Path, error: &std::io::Error) -> bool {
    // Windows: another process shares the file, or part of it, with nobody.
    const HELD: [i32; 2] = [32, 33];
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let marks = [format!("~${name}"), format!(".~{name}"), format!(".~lock.{name}#")];
    (cfg!(windows) && error.raw_os_error().is_some_and(|code| HELD.contains(&code)))
        || (error.kind() == std::io::ErrorKind::PermissionDenied && marks.iter().any(|mark| path.with_file_name(mark).exists()))
}

/// Why the system refused, in Chinese; its own words are English everywhere.
pub fn io_zh(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => "找不到这个文件或文件夹".into(),
        ErrorKind::PermissionDenied => "没有权限，或正被其他程序打开".into(),
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => "这里应是文件夹，却有一个同名文件".into(),
        ErrorKind::IsADirectory => "这是文件夹，不是文件".into(),
        ErrorKind::InvalidInput if error.get_ref().is_some() => "这里应是文件，却是文件夹或设备".into(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "磁盘已满".into(),
        ErrorKind::ReadOnlyFilesystem => "磁盘是只读的".into(),
        _ => error.raw_os_error().map_or_else(|| "系统没有说明原因".into(), |code| format!("系统错误号 {code}")),
    }
}

/// The same in English, where the system's own words would be another system's elsewhere.
fn io_en(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => "there is no such file or folder".into(),
        ErrorKind::InvalidInput if error.get_ref().is_some() => "there is a folder or a device in place of the file".into(),
        _ => error.to_string(),
    }
}

impl CountyError {
    /// For a person.
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Self::Io { path, source } if is_open(path, source) => match lang {
                Lang::Zh => format!("{}：正被其他程序打开，读不了；请在 WPS 或 Excel 中关闭后再试", path.display()),
                Lang::En => format!("{}: another program has it open; close it there and try again", path.display()),
            },
            Self::Io { path, source } if lang == Lang::Zh => format!("{}：打不开（{}）", path.display(), io_zh(source)),
            Self::Io { path, source } => format!("{}: cannot be opened ({})", path.display(), io_en(source)),
            Self::Config { path, error } => error.message(&path.display().to_string(), lang),
        }
    }
}
