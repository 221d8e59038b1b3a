//! What was found in what a branch sent: for people by its texts, for the program by its fields.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::catalogue::{self, Lang};
use super::{Code, Place, Severity, Terms};

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
    /// Values for the catalogue text, by their names in it. Nothing is decided by them.
    pub args: Vec<(&'static str, String)>,
    /// What the program knows of it.
    pub fact: Option<Fact>,
    /// Its place in the year among findings of one place.
    pub ordinal: Option<u8>,
    /// The organisation's own words; none where texts stay as they are.
    pub terms: Option<Arc<Terms>>,
}

/// What the program knows of a finding. It stands beside the values of its text, so that another sentence changes no result.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// Whom it is about.
    Person(String),
    /// Characters that print differently from how they were sent.
    Characters(String),
    /// Periods that are alike, in words.
    Periods(String),
    /// The second of two branches in one file, by its code.
    SecondBranch(String),
    /// So many members.
    Members(usize),
    /// What is taken from a file, in words.
    Units(String),
    /// Which item of 支部积分 it is about.
    Item(String),
}

impl Finding {
    /// A finding at a place.
    pub fn new(code: Code, place: Place) -> Self {
        Self { code, branch_code: None, place, value: None, args: Vec::new(), fact: None, ordinal: None, terms: None }
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

    /// Replaces a value of the text.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.args.iter_mut().filter(|(own, _)| *own == name).for_each(|(_, own)| *own = value.to_string());
        self
    }

    /// Adds whom it is about, which its text calls `name`.
    #[must_use]
    pub fn about(self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.arg("name", &name).fact(Fact::Person(name))
    }

    /// Adds what the program knows of it.
    #[must_use]
    pub fn fact(mut self, fact: Fact) -> Self {
        self.fact = Some(fact);
        self
    }

    /// Adds its place in the year.
    #[must_use]
    pub fn ordinal(mut self, ordinal: u8) -> Self {
        self.ordinal = Some(ordinal);
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
