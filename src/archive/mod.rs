//! Closing a year: what goes into its bag, and what a bag scores when its own submissions are read again.
//!
//! A use of the pipeline: `run` reads and scores, `bag` knows how bags are written and proved; what is kept of a year is
//! decided here.

mod close;
mod configuration;
mod content;
mod kept;
mod originals;
mod papers;
mod record;
mod rerun;
mod rows;

pub use close::{ArchiveOrder, Archived, Signer, archive, history};
pub use rerun::{Difference, Rerun, rerun};
