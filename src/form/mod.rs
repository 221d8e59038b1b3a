//! What a form is, as data: the fields that come in (`data`) and the filled book that comes out (`model`).
//!
//! `template` reads a drawn workbook and proves it against a form's fields, `fill` writes the data into it, `layout`
//! makes pages of the filled book. They share these types and know nothing of each other's insides.

pub mod chart;
pub mod condition;
pub mod data;
pub mod model;
