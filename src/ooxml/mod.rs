//! Zip packages of XML parts, which is what xlsx, xlsb and ods files are: read within bounds, and changed part by part.
//!
//! Knows parts, relations, tags and escapes; what a sheet or a cell is, others know. Nothing is believed before it is
//! counted.

mod element;
mod fault;
pub mod package;
mod relations;
mod tags;
mod theme;
mod unescape;
pub mod xml;

pub use element::Element;
pub use fault::Fault;
pub use package::{Bounds, Listing, Package, Packer, Part, Repacker, unpacked};
pub use relations::{Relation, relations, relations_part, relative, resolve};
pub use tags::{Edits, Kind, Tag, escaped, tags, unescaped};
pub use theme::{Theme, tinted};
pub use unescape::{printable, unescape};
