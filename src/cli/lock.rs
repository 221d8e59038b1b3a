//! Locks around commands: who writes where, and what is said if somebody else does.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::publish::{self, Lock, LockNote, LockWish, PublishError, in_workspace, lock_place};
use crate::run::{Options, RunError};

use super::printer::Printer;

/// Something in the folder that a command writes into: the lock lies beside it, or in its workspace.
const INSIDE: &str = "x";

/// Where a command writes, and whether it only reads there.
pub struct Place {
    target: PathBuf,
    reads: bool,
}

impl Place {
    /// The folder that results or blanks go into.
    pub fn into_folder(options: &Options, folder: &Path) -> Vec<Self> {
        // Where there is no workspace the command says so; nothing is made before that.
        let workspace = in_workspace(&options.workspace.join(INSIDE));
        if workspace { vec![Self { target: folder.join(INSIDE), reads: false }] } else { Vec::new() }
    }

    /// A whole folder that is written; elsewhere than in a workspace too.
    pub fn folder(target: PathBuf) -> Self {
        Self { target, reads: false }
    }

    /// The same of a folder that is read while nobody may write it.
    pub fn reading(options: &Options, folder: &Path) -> Vec<Self> {
        Self::into_folder(options, folder).into_iter().map(|place| Self { reads: true, ..place }).collect()
    }

    /// Single files: outside a workspace nobody else is concerned.
    pub fn file(path: Option<PathBuf>) -> Vec<Self> {
        path.into_iter().filter(|path| in_workspace(path)).map(Self::folder).collect()
    }
}

/// Does work while nobody else writes in these places; 2 where somebody does.
pub fn locked(printer: &Printer, wish: LockWish, places: &[Place], work: impl FnOnce() -> u8) -> u8 {
    let tell = |note: &LockNote| {
        let (key, holder) = match note {
            LockNote::Waiting(holder) => ("lock-waiting", holder),
            LockNote::TakenOver(holder) => ("lock-taken-over", holder),
            LockNote::Broken(holder) => ("lock-broken", holder),
        };
        printer.fault(printer.text(key, &[("who", &holder.told(printer.lang()))]));
    };
    let mut held: Vec<Arc<Lock>> = Vec::new();
    for place in places {
        match publish::lock(&lock_place(&place.target), wish, &tell) {
            Ok(lock) => held.push(lock),
            // Where nobody may write, nobody does.
            Err(PublishError::Io { .. }) if place.reads => {}
            Err(error) => {
                printer.fault(RunError::from(error).message(printer.lang()));
                return 2;
            }
        }
    }
    work()
}
