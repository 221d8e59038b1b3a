use std::sync::Arc;

use super::catalogue::{self, Lang};
use super::{Code, Place, Severity};

/// One thing found in what a branch sent. Its texts come from the catalogue, filled with `args`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind.
    pub code: Code,
    /// Whose submission; none where no branch is known.
    pub branch_code: Option<Arc<str>>,
    /// Where.
    pub place: Place,
    /// What stood there, as written.
    pub value: Option<String>,
    /// Values for the catalogue text, by their names in it.
    pub args: Vec<(&'static str, String)>,
}

impl Finding {
    /// A finding at a place.
    pub fn new(code: Code, place: Place) -> Self {
        Self { code, branch_code: None, place, value: None, args: Vec::new() }
    }

    /// Adds what stood there.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// Adds a value for the text.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl std::fmt::Display) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// Its severity.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// What is wrong, in a clerk's words.
    pub fn message(&self, lang: Lang) -> String {
        catalogue::message(self, lang)
    }

    /// What to do about it.
    pub fn hint(&self, lang: Lang) -> String {
        catalogue::hint(self, lang)
    }
}
