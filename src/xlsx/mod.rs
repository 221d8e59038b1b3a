//! Workbooks, written: laid-out pages as XLSX, and later the county's other workbooks.
//!
//! The sole owner of rust_xlsxwriter. It measures nothing: heights, breaks and scale come from `layout`, so
//! that the same rows stand on the same page as in the PDF. Only `report`, `issue` and `run` call it.

pub mod blank;
pub mod marked;
pub mod pages;
mod style;
pub mod tables;

pub use rust_xlsxwriter::XlsxError;
