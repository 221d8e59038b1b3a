//! Why a run could not be done: the machine failing, or configuration and arguments that cannot be used. Never bad data.

use std::path::PathBuf;

use crate::bag::BagError;
use crate::config::ConfigError;
use crate::county::{CountyError, io_zh};
use crate::diag::{Lang, Said};
use crate::fence::FenceError;
use crate::font::FontError;
use crate::inbox::InboxError;
use crate::pdf::PdfError;
use crate::publish::PublishError;
use crate::record::RecordError;

/// Why a run could not be done; exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The workspace or its register.
    #[error(transparent)]
    County(#[from] CountyError),
    /// A scheme, a calendar, `templates/intake.toml`.
    #[error("{}", error.message(file, Lang::En))]
    Config {
        /// The file; its name alone if it is built in.
        file: String,
        /// All that is wrong with it.
        error: ConfigError,
    },
    /// Several files of the workspace.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Several(Vec<RunError>),
    /// A file of the workspace that cannot be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// A form workbook.
    #[error("template {name}:\n{}", errors.iter().map(|said| said.en.as_str()).collect::<Vec<_>>().join("\n"))]
    Template {
        /// Form or file.
        name: String,
        /// Every fault.
        errors: Vec<Said>,
    },
    /// The inbox.
    #[error(transparent)]
    Inbox(#[from] InboxError),
    /// The reading processes.
    #[error(transparent)]
    Fence(#[from] FenceError),
    /// The output.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// 公示存档.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The archive.
    #[error(transparent)]
    Archive(#[from] BagError),
    /// A file among the calendars that is passed over.
    #[error("{0}")]
    Calendar(Said),
    /// What is asked for cannot be done, and why.
    #[error("{0}")]
    Refused(Said),
    /// A font file that cannot be used.
    #[error("font {0}")]
    Font(FontError),
    /// A font that the PDF engine cannot take.
    #[error("{0}")]
    Embedding(PdfError),
    /// The threads could not be started.
    #[error("the worker threads could not be started: {0}")]
    Threads(String),
    /// A document could not be made: a fault of the program.
    #[error("{what} of branch {branch} could not be made: {error}")]
    Document {
        /// Form and kind of file.
        what: String,
        /// Branch code.
        branch: String,
        /// What happened.
        error: String,
    },
}

impl RunError {
    /// For a person.
    pub fn message(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::County(error), _) => error.message(lang),
            (Self::Archive(error), _) => error.message(lang),
            (Self::Record(error), _) => error.message(lang),
            (Self::Refused(said) | Self::Calendar(said), _) => said.get(lang).to_owned(),
            (Self::Inbox(InboxError::Open { path, source }), Lang::Zh) => {
                format!("收件文件夹 {}：打不开（{}）", path.display(), io_zh(source))
            }
            (Self::Fence(FenceError::Start { program, source }), Lang::Zh) => {
                format!("读取文件的进程 {} 无法启动（{}）", program.display(), io_zh(source))
            }
            (Self::Fence(error @ FenceError::Start { source, .. }), Lang::En) => format!("{error}: {source}"),
            (Self::Config { file, error }, _) => error.message(file, lang),
            (Self::Several(errors), _) => errors.iter().map(|error| error.message(lang)).collect::<Vec<_>>().join("\n"),
            (Self::Io { path, source }, Lang::Zh) => format!("{}：打不开（{}）", path.display(), io_zh(source)),
            (Self::Template { name, errors }, Lang::Zh) => {
                format!("表样 {name} 有错：\n{}", errors.iter().map(|said| said.zh.as_str()).collect::<Vec<_>>().join("\n"))
            }
            (Self::Publish(PublishError::Io { path, source }), Lang::Zh) => format!("{}：写不了（{}）", path.display(), io_zh(source)),
            (Self::Publish(PublishError::Blocked { old, new, .. }), Lang::Zh) => {
                format!("{} 正被其他程序打开，不能替换；新的结果放在 {}，请关闭文件后改名", old.display(), new.display())
            }
            (Self::Document { what, branch, error }, Lang::Zh) => format!("支部 {branch} 的{what}未能生成：{error}"),
            (Self::Font(error), Lang::Zh) => format!("字体文件有错：{}", error.message(lang)),
            (Self::Embedding(error), _) => error.message(lang),
            (Self::Threads(error), Lang::Zh) => format!("无法启动工作线程：{error}"),
            (Self::Publish(error @ PublishError::Io { source, .. }), Lang::En) => format!("{error}: {source}"),
            (Self::Publish(error), lang) => error.message(lang),
            _ => self.to_string(),
        }
    }
}

/// A refusal in both languages.
pub(crate) fn refused(zh: impl Into<String>, en: impl Into<String>) -> RunError {
    RunError::Refused(Said::new(zh, en))
}
