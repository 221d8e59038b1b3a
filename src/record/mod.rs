//! 公示存档: what has been put up on the walls, and stands.
//!
//! ```text
//!   公示存档/
//!     公示记录.jsonl        one line a record in the order of recording, made anew from the folders
//!     文号.jsonl            one line per letter that has a number; see `letters`
//!     原件/<sha256>.xlsx    submissions that recorded boards rest on, each once
//!     2026Q1/1/             公示.json results.jsonl manifest.json, 支部/… 党委/…; 撤回.json if withdrawn
//! ```
//!
//! A run makes a draft; `post` records what was posted of it. A record is put in place by one rename and never changed;
//! the folders are the truth. Figures of records are texts, as they were printed: nothing is worked out here. Identity
//! numbers are in the kept submissions and nowhere else. May use `diag`, `period`, `publish`.

mod archived;
mod letters;
mod model;
mod rows;
mod store;
mod write;

pub use archived::{Archived, add_archive, archives};
pub use letters::{LETTERS, NumberedLetter, letters_in};
pub use model::{Announcement, FORMAT, Kept, PostedBranch, Posting, RecordedBranch, Row, Source, Values, Withdrawal};
pub use rows::Said;
pub use store::{Record, RecordError, Records, Stood};
pub use write::{Draft, FOLDER, Original, is_kept, keep, kept_path, record, withdraw};
