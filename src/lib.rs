//! Batch reports for a county's Party-member score keeping: spreadsheets in, official forms out.
//!
//! Data flows one way: `inbox → sheet → submission → check → score → rollup → form → xlsx | pdf → publish`.
//! `docs/architecture.md` is the map: what each room is for and which rooms it may use.

pub mod archive;
pub mod bag;
pub mod blanks;
pub mod builtin;
pub mod check;
pub mod cli;
pub mod config;
pub mod county;
pub mod diag;
pub mod digest;
pub mod doctor;
pub mod exact;
pub mod explain;
pub mod fence;
pub mod fill;
pub mod font;
pub mod form;
pub mod forms;
pub mod html;
pub mod inbox;
pub mod inside;
pub mod issue;
pub mod layout;
pub mod mail_merge;
pub mod merge;
pub mod number_format;
pub mod ooxml;
pub mod pdf;
pub mod period;
pub mod post;
pub mod print;
pub mod publish;
pub mod record;
pub mod report;
pub mod rollup;
pub mod run;
pub mod sample;
pub mod scheme;
pub mod score;
pub mod setup;
pub mod sheet;
pub mod submission;
pub mod table;
pub mod tabular;
pub mod template;
pub mod template_check;
pub mod words;
pub mod workbook;
pub mod xlsx;
