//! The county's own files: settings (`设置.xlsx` or `scorebook.toml`) and the register of branches.
//!
//! Both are configuration, not submissions: anything wrong in them stops the run before a submission is opened, with
//! one error that says where, what is allowed and what is near.

mod assign;
mod carried;
mod dates;
mod error;
mod items;
mod known;
mod life;
mod register;
mod source;
mod workbook;
mod workspace;

pub use assign::{Assign, check_rules};
pub use carried::{Carried, carried};
pub use dates::{Dates, Notice};
pub use error::{CountyError, io_zh};
pub use items::{ASSIGN, BASIC, DATES, Item, Kind, OTHER, items};
pub use known::Known;
pub use life::Life;
pub use register::{Branch, Register, Spelling, load_register};
pub use source::{Source, TEXT, inbox_of, register_of, settings, settings_file, year_of};
pub use workbook::WORKBOOK;
pub use workspace::{
    ARCHIVED_KINDS, ArchiveRules, Corrections, Paper, Parts, Returns, SECRETS, Secret, Transfers, Workspace, load_workspace, workspace_of,
};
