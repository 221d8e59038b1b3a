//! Batch reports for a county's Party-member score keeping: spreadsheets in, official forms out.
//!
//! Data flows one way: `inbox → sheet → submission → check → score → rollup → form → xlsx | pdf → publish`.
//! `docs/architecture.md` is the map: what each room is for and which rooms it may use.

pub mod diag;
pub mod exact;
pub mod font;
pub mod form;
pub mod pdf;
pub mod period;
pub mod report;
pub mod xlsx;
