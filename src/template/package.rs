//! A drawn workbook's package: a part that is absent, damaged or beyond the bounds is none.

use std::collections::BTreeMap;

use crate::ooxml::{self, Bounds, Element};

/// A template is a clerk's drawing, not a data file.
const BOUNDS: Bounds = Bounds { entries: 10_000, unpacked: 128 << 20, part: 32 << 20, ratio: 250 };

pub(super) struct Package<'a>(ooxml::Package<'a>);

impl<'a> Package<'a> {
    pub fn open(bytes: &'a [u8]) -> Option<Self> {
        ooxml::Package::open(bytes, BOUNDS).ok().map(Self)
    }

    pub fn bytes(&mut self, path: &str) -> Option<Vec<u8>> {
        self.0.part(path).ok()?
    }

    pub fn xml(&mut self, path: &str) -> Option<Element> {
        Element::parse(&self.0.text(path).ok()??)
    }

    /// The relations of a part: id to (last word of the type, path of the target).
    pub fn relations(&mut self, of: &str) -> BTreeMap<String, (String, String)> {
        let relations = self.0.relations(of).unwrap_or_default();
        relations.into_iter().filter_map(|relation| Some((relation.id, (relation.kind, relation.part?)))).collect()
    }
}
