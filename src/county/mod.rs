//! The county's own files: `scorebook.toml` and the register of branches.
//!
//! Both are configuration, not submissions: anything wrong in them stops the run before a submission is opened, with
//! one error that says where, what is allowed and what is near.

mod dates;
mod error;
mod register;
mod workspace;

pub use dates::{Dates, Notice};
pub use error::{CountyError, io_zh};
pub use register::{Branch, Register, load_register};
pub use workspace::{
    ARCHIVED_KINDS, ArchiveRules, Corrections, Known, Returns, SECRETS, Secret, Workspace, check_rules, load_workspace, register_of,
    workspace_of,
};
