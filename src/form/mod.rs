//! Forms: a clerk's workbook with placeholders becomes laid-out pages.
//!
//! `template (.xlsx) → checked Template → fill(data) → FilledBook → layout → LaidOut → xlsx | pdf`.
//! No IO happens here, no clock is read; the bytes of a template are handed in.

pub mod data;
mod fill;
pub mod format;
pub mod layout;
pub mod model;
pub mod table;
pub mod template;

pub use fill::{fill, fill_pages};
pub use template::{Template, TemplateError};
