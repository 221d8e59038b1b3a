//! A scheme file's reader: the one of all configuration, with what only schemes have.

use std::ops::{Deref, DerefMut, Range};

use crate::config::{self, Keys, Parsed, Written};
use crate::diag::Said;
use crate::period::Every;
use crate::words::nearest;

use super::bounds::Bounds;
use super::model::Origin;
use super::reach::{Mark, What};

/// Reads a scheme, and remembers what rests on samples.
pub(super) struct Reader<'t> {
    plain: config::Reader<'t>,
    /// Names of values that rest on samples.
    pub samples: Vec<String>,
    pub bounds: Bounds,
    /// Lengths of run that outcomes name, with their places, until the figures of their part of the file are known.
    pub outcome_runs: Vec<(Range<usize>, Every)>,
    /// What something must reach or use, with its place.
    pub marks: Vec<Mark>,
    /// What is read is about branches.
    pub of_branch: bool,
    /// Categories of the county, where they are known.
    categories: Option<&'t [String]>,
}

impl<'t> Deref for Reader<'t> {
    type Target = config::Reader<'t>;

    fn deref(&self) -> &Self::Target {
        &self.plain
    }
}

impl DerefMut for Reader<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.plain
    }
}

impl<'t> Reader<'t> {
    pub fn new(parsed: &'t Parsed<'t>, categories: Option<&'t [String]>) -> Self {
        let (plain, bounds) = (config::Reader::new(parsed, &[], &[]), Bounds::default());
        Self { plain, samples: Vec::new(), bounds, outcome_runs: Vec::new(), marks: Vec::new(), of_branch: false, categories }
    }

    /// The reader without what only schemes have.
    pub fn plain(self) -> config::Reader<'t> {
        self.plain
    }

    /// A clause of the county's own text.
    pub fn clause(&mut self, keys: &mut Keys<'t>) -> Option<String> {
        self.optional_text(keys, "clause").map(|clause| clause.value)
    }

    /// Where a value comes from; must be there.
    pub fn origin(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Origin {
        self.choice(keys, key, &[("source", Origin::Source), ("sample", Origin::Sample)]).unwrap_or(Origin::Source)
    }

    /// Where a value comes from, where it may differ from the table's own.
    pub fn optional_origin(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Option<Origin> {
        self.optional_choice(keys, key, &[("source", Origin::Source), ("sample", Origin::Sample)])
    }

    /// Lengths of a period, at least one.
    pub fn lengths(&mut self, keys: &mut Keys<'t>, key: &'static str) -> Vec<Every> {
        let node = self.required(keys, key);
        let written = self.texts(keys, key);
        if let Some(node) = node.filter(|node| written.is_empty() && node.get_ref().is_array()) {
            self.fault(&node.span(), format!("“{key}”里一个也没有"), format!("`{key}` names none"));
        }
        written.iter().filter_map(|word| self.choose(word, key, &Every::WORDS)).collect()
    }

    /// Refuses a category that the county does not have.
    pub fn known_category(&mut self, name: &Written<String>) {
        if let Some(categories) = self.categories
            && !categories.contains(&name.value)
        {
            let (said, all) = (&name.value, categories.join(" "));
            let said = Said::new(
                format!("本县没有“{said}”这个类别；有：{all}"),
                format!("`{said}` is no category of this county; there are: {all}"),
            );
            self.refuse(&name.span, said.near(nearest(&name.value, categories.iter().map(String::as_str))));
        }
    }

    /// Remembers what something must reach or use.
    pub fn mark(&mut self, place: &Range<usize>, what: What) {
        self.marks.push(Mark { place: place.clone(), of_branch: self.of_branch, what });
    }

    /// Remembers a sample by its name.
    pub fn sample(&mut self, origin: Origin, name: impl FnOnce() -> String) {
        if origin == Origin::Sample {
            self.samples.push(name());
        }
    }
}
