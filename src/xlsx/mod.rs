//! Workbooks, written. The sole owner of rust_xlsxwriter.
//!
//! [`tables`] writes workbooks of plain tables: the county's overview, the list of findings, sample submissions. It
//! measures nothing and knows no form. May use `exact`; `report`, `issue`, `sample` and `run` call it.

pub mod tables;
