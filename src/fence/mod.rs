//! Reads incoming workbooks so that no file can harm the run: what may kill its reader is read by another process.
//!
//! ```text
//! xlsx, text      checked and streamed here; large ones one at a time
//! xls, xlsb, ods  ─▶ worker: our own program, a memory limit, a deadline ─▶ book, or its death: a finding
//! ```
//!
//! `sheet` knows the formats and bounds them; this room knows processes and nothing of formats but their names. It
//! never looks for its own program: the path is passed in.

mod pool;
mod serve;
mod wire;

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use thiserror::Error;

pub use pool::ARGUMENT;
pub use serve::serve;

use crate::ooxml::unpacked;
use crate::sheet::{self, Book, Limits, Passwords, Refusal};
use pool::Pool;

/// Files above this size, packed or unpacked, take turns: several at once would add up.
const LARGE: u64 = 16 << 20;

/// How files are read.
#[derive(Debug)]
pub struct Fence {
    pool: Option<Pool>,
    passwords: Passwords,
    limits: Limits,
    large: Mutex<()>,
}

/// The machine failing: a file's own faults are a [`Refusal`].
#[derive(Debug, Error)]
pub enum FenceError {
    /// The worker's program is gone, or no process can be had.
    #[error("the reading process {} cannot be started", program.display())]
    Start {
        /// What was to be started.
        program: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
}

impl Fence {
    /// `program` is this program's own file, which can be started as a worker (see [`serve`]). Without one everything is
    /// read in this process: for tests and for programs that use the library.
    pub fn new(program: Option<PathBuf>, passwords: Passwords) -> Self {
        Self { pool: program.map(Pool::new), passwords, limits: Limits::default(), large: Mutex::new(()) }
    }

    /// How many passwords are tried on a workbook that asks for one.
    pub fn tries(&self) -> u64 {
        self.passwords.count()
    }

    /// Decodes a workbook, opening it with one of the passwords where it is encrypted.
    ///
    /// # Errors
    /// Outside, the machine failing; inside, the file's own fault.
    pub fn read(&self, name: &str, bytes: &[u8]) -> Result<Result<Book, Refusal>, FenceError> {
        let opened = match sheet::unlock(bytes, &self.passwords) {
            Ok(opened) => opened,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let bytes = opened.as_deref().unwrap_or(bytes);
        if let Some(pool) = self.pool.as_ref().filter(|_| sheet::sniff(bytes).is_read_by_a_worker()) {
            return pool.read(name, bytes, &self.limits);
        }
        // Whoever held it and panicked has freed its memory all the same.
        let turn = || self.large.lock().unwrap_or_else(PoisonError::into_inner);
        let _turn = (unpacked(bytes) > LARGE).then(turn);
        Ok(sheet::read(name, bytes, &self.limits))
    }
}
