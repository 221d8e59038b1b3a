//! The sole writer of files: staging and one atomic publish, single files, safe names, one writer at a time.
//!
//! A command writes into a hidden folder beside its destination. When everything is there the two change places in one
//! step (`renameat2` with exchange on Linux), so that whoever looks sees the previous result or the new one, whole.
//! Elsewhere the old folder is renamed away first; a process that finds it so puts it back. Nothing that a person put
//! into a folder, or changed in it, is ever removed or written over: `place` and `sweep` see to that.

mod file;
mod fresh;
mod guard;
mod lock;
mod names;
mod once;
mod place;
mod record;
mod room;
mod staging;
mod sweep;
mod tree;

#[cfg(test)]
mod tests;

pub use file::{write_file, write_files, write_own};
pub use fresh::{Fresh, write_empty, write_new};
pub use guard::{Belongings, guard, guard_inbox, outside};
pub use lock::{Holder, Left, Lock, LockNote, LockWish, in_workspace, lock, lock_left, lock_place};
pub use names::{Names, safe_name};
pub use once::{Once, clear_unfinished, keep_once, put};
pub use place::{Kept, Published};
pub use record::is_result;
pub use room::{free_bytes, may_write, used_bytes};
pub use staging::{Staging, Written};
pub use tree::file_digest;

use std::io;
use std::path::{Path, PathBuf};

use crate::diag::{Lang, fill, text};

/// Why a result cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// A file or folder that cannot be made, renamed or removed.
    #[error("{}: cannot be written", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// The old result is in use (an open document, on Windows); the new one stands beside it.
    #[error("{} is in use; the new result is in {}", old.display(), new.display())]
    Blocked {
        /// The folder that could not be replaced.
        old: PathBuf,
        /// Where the result is.
        new: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// A folder that should be new and holds something.
    #[error("{}", self.message(Lang::En))]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// A target that is a link or a file.
    #[error("{}", self.message(Lang::En))]
    NotAFolder {
        /// The target.
        path: PathBuf,
        /// True of a link.
        link: bool,
    },
    /// A file's name that something else has.
    #[error("{}", self.message(Lang::En))]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// A target that holds what belongs to people.
    #[error("{}", self.message(Lang::En))]
    Holds {
        /// The target.
        target: PathBuf,
        /// What it holds.
        own: PathBuf,
    },
    /// A target in the inbox.
    #[error("{}", self.message(Lang::En))]
    InInbox {
        /// The target.
        target: PathBuf,
        /// The inbox.
        inbox: PathBuf,
    },
    /// A file that is there already.
    #[error("{}", self.message(Lang::En))]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Something that is to be written new is there already, and nothing writes over it.
    #[error("{}", self.message(Lang::En))]
    Taken {
        /// What stands there.
        path: PathBuf,
    },
    /// A path that leads out of its folder.
    #[error("{}", self.message(Lang::En))]
    Outside {
        /// The path.
        path: String,
    },
    /// Something in a staging folder that was not written there, or is another now.
    #[error("{}", self.message(Lang::En))]
    Disturbed {
        /// The file.
        path: PathBuf,
    },
    /// Somebody else writes there.
    #[error("{}", self.message(Lang::En))]
    Busy {
        /// The lock.
        path: PathBuf,
        /// Who.
        holder: Box<Holder>,
        /// True of one on another machine, which may be gone.
        other_machine: bool,
    },
}

impl PublishError {
    /// For a person. What the system says in its own words is left to the caller.
    pub fn message(&self, lang: Lang) -> String {
        let shown = |path: &Path| path.display().to_string();
        match self {
            Self::Io { .. } | Self::Blocked { .. } => self.to_string(),
            Self::NotEmpty { path } => fill("publish-not-empty", lang, &[("path", &shown(path))]),
            Self::NotAFolder { path, link } => {
                let what = text(if *link { "publish-a-link" } else { "publish-a-file" }, lang);
                fill("publish-not-a-folder", lang, &[("path", &shown(path)), ("what", what)])
            }
            Self::NotAFile { path } => fill("publish-not-a-file", lang, &[("path", &shown(path))]),
            Self::Holds { target, own } => fill("publish-holds", lang, &[("target", &shown(target)), ("own", &shown(own))]),
            Self::InInbox { target, inbox } => fill("publish-in-inbox", lang, &[("target", &shown(target)), ("inbox", &shown(inbox))]),
            Self::Exists { path } => fill("publish-exists", lang, &[("path", &shown(path))]),
            Self::Taken { path } => fill("publish-taken", lang, &[("path", &shown(path))]),
            Self::Outside { path } => fill("publish-outside", lang, &[("path", path)]),
            Self::Disturbed { path } => fill("publish-disturbed", lang, &[("path", &shown(path))]),
            Self::Busy { path, holder, other_machine } => {
                let who = holder.told(lang);
                let key = if *other_machine { "publish-busy-elsewhere" } else { "publish-busy" };
                fill(key, lang, &[("path", &shown(path)), ("who", &who)])
            }
        }
    }
}

impl Holder {
    /// For a person: user, machine, process, command, since when; a lock that nobody signed is somebody's.
    pub fn told(&self, lang: Lang) -> String {
        if self.process == 0 {
            return text("lock-unknown", lang).to_owned();
        }
        let process = self.process.to_string();
        let values =
            [("user", self.user.as_str()), ("host", &self.host), ("process", &process), ("command", &self.command), ("since", &self.since)];
        fill("lock-holder", lang, &values)
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> PublishError + '_ {
    move |source| PublishError::Io { path: path.to_owned(), source }
}
