//! A drawn workbook's package: what is drawn beside the cells, a picture or a remark, may lack; the rest is read or refused.

use std::collections::BTreeMap;

use crate::diag::Unreadable;
use crate::ooxml::{self, Bounds, Element, Fault};

/// A template is a clerk's drawing, not a data file.
const BOUNDS: Bounds = Bounds { entries: 10_000, unpacked: 128 << 20, part: 32 << 20, ratio: 250 };

pub(super) struct Package<'a>(ooxml::Package<'a>);

impl<'a> Package<'a> {
    pub fn open(bytes: &'a [u8]) -> Result<Self, Fault> {
        ooxml::Package::open(bytes, BOUNDS).map(Self).map_err(|fault| in_part(fault, "zip"))
    }

    pub fn bytes(&mut self, path: &str) -> Option<Vec<u8>> {
        self.0.part(path).ok()?
    }

    pub fn xml(&mut self, path: &str) -> Result<Element, Fault> {
        let text = self.0.text(path).map_err(|fault| in_part(fault, path))?;
        let text = text.ok_or_else(|| Fault::unreadable(Unreadable::Missing, path))?;
        Element::parse(&text).ok_or_else(|| Fault::unreadable(Unreadable::Content, path))
    }

    /// A part as text; none if it is missing or broken.
    pub fn text(&mut self, path: &str) -> Option<String> {
        self.0.text(path).ok().flatten()
    }

    /// The relations of a part: id to (last word of the type, path of the target).
    pub fn relations(&mut self, of: &str) -> BTreeMap<String, (String, String)> {
        let relations = self.0.relations(of).unwrap_or_default();
        relations.into_iter().filter_map(|relation| Some((relation.id, (relation.kind, relation.part?)))).collect()
    }
}

/// Whoever drew the template can look for a part; a library's words say nothing to him.
fn in_part(fault: Fault, part: &str) -> Fault {
    if let Fault::Unreadable { why, .. } = fault { Fault::unreadable(why, part) } else { fault }
}
