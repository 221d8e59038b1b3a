//! Writes workbooks: laid-out pages, plain tables, blank submissions, and marked copies of what was sent.
//!
//! The sole owner of rust_xlsxwriter. It measures nothing: heights, breaks and scale come from `layout`, so
//! that the same rows stand on the same page as in the PDF.

pub mod blank;
mod cells;
mod charts;
mod conditions;
pub mod marked;
pub mod pages;
mod style;
pub mod tables;

pub use rust_xlsxwriter::XlsxError;
