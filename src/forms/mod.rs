//! The forms that exist: for each what it is called, which runs print it, what it can show and how its data is made.
//!
//! ```text
//! FORMS ─▶ Form { id, title, runs, contents, data, retention }
//!                                      │         └▶ results become a Record   ─┐
//!                                      └▶ Schema ─▶ the template is checked ──┴▶ fill, layout, PDF and XLSX (`run::print`)
//! ```
//!
//! A form is one file here, its line in [`FORMS`] and its workbook in `templates/forms`. Whatever asks about a form reads the
//! table; no other room types a form's id. Pure: what a form looks like is its template's affair, printing it is `run`'s.

mod ballot;
mod board;
mod book;
mod branch_score;
mod due;
mod explained;
mod explanation;
mod field;
mod grades;
mod honours;
mod letters;
mod members;
mod organization;
mod poll;
mod returned;
mod review;
mod roster;
mod routine;
mod sample;
mod view;
mod whole;
mod yearly;

pub use ballot::{BALLOT, Ballot};
pub use board::{BOARD, corrections_without_place};
pub use book::{BOOK, BOOK_PARTS, Binding};
pub use branch_score::BRANCH_SCORE;
pub use due::{DUE, Expiring, ExpiringLetter};
pub use explained::{EXPLAIN, ExplainedSubject, Written, short, statement};
pub use explanation::{BranchOutcomes, Point, corrections, points};
pub use field::Contents;
pub use grades::LIST;
pub use honours::HONOURS;
pub use letters::{Issued, RECTIFICATION, WARNING, issued, term, term_end};
pub use members::{CARD, REGISTRY};
pub use organization::ORGANIZATION;
pub use poll::POLL;
pub use returned::{Deadline, REMINDER, RETURN, Reminded, Reminder, Returned, Standing, masked};
pub use review::REVIEW;
pub use roster::{EXEMPT, ROSTER};
pub use routine::ROUTINE;
pub use sample::{sample, sample_over};
pub use view::{Issuer, View, figure_names, honours_text, in_terms, publication, stars_text, under};
pub use whole::{Person, Photos, Sent, Whole};
pub use yearly::YEARLY;

use crate::bag::Retention;
use crate::county::Branch;
use crate::form::data::{Record, Schema};
use crate::period::Every;
use crate::scheme::Scheme;
use crate::words::ids_of;

/// Every form, in the order in which a unit's forms are written and listed.
pub const FORMS: &[Form] = &[
    REGISTRY,
    BOARD,
    CARD,
    YEARLY,
    POLL,
    REVIEW,
    ORGANIZATION,
    ROSTER,
    HONOURS,
    WARNING,
    RECTIFICATION,
    BRANCH_SCORE,
    EXEMPT,
    LIST,
    ROUTINE,
    BOOK,
    BALLOT,
    DUE,
    RETURN,
    REMINDER,
    EXPLAIN,
];

/// What the program knows of a form, beside its drawing.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// What settings and the command line call it, and the name of its workbook: `board`.
    pub id: &'static str,
    /// Its name in Chinese, also the stem of its files: `考核公示栏`.
    pub title: &'static str,
    /// Runs that print it unless the county or the command line says otherwise.
    pub runs: &'static [Every],
    /// What a template may name.
    pub contents: fn() -> Contents,
    /// For whom it is made, and how.
    pub data: Data,
    /// How long it is kept unless the county says otherwise.
    pub retention: Retention,
    /// Periods that its sample page shows.
    pub example_periods: &'static [&'static str],
}

/// For whom a form is made, and the function that makes its data. A record whose main list is there and empty is not printed.
#[derive(Clone, Copy, Debug)]
pub enum Data {
    /// For an accepted branch, one part per scheme.
    Branch(fn(&View<'_>) -> Record),
    /// For units of these kinds over the accepted branches in them, one part per scheme.
    Group(&'static [Kind], fn(&Group<'_>) -> Record),
    /// For units of these kinds over the accepted branches in them, whatever schemes score their members.
    Whole(&'static [Kind], fn(&Whole<'_>) -> Record),
    /// For a branch whose submission was returned, whenever there is one.
    Returned(fn(&Returned<'_>) -> Record),
    /// For a committee that has somebody to remind, whenever there is one.
    Reminded(fn(&Reminder<'_>) -> Record),
    /// For a committee and the county, letters of earlier years whose term ends, if there are any.
    Expiring(fn(&Expiring<'_>) -> Record),
    /// For a branch, cover and contents of other forms of its own that are bound together; for a committee the books of its branches.
    Bound(fn(&Binding<'_>) -> Record),
    /// For a branch whose scheme polls, handed out with its blank workbook.
    Handed(fn(&Ballot<'_>) -> Record),
    /// For one member or branch, on demand only.
    Explained(fn(&ExplainedSubject<'_>, Written<'_>) -> Record),
}

/// Whose form it is.
#[derive(Clone, Copy, Debug)]
pub enum Unit<'a> {
    /// A branch.
    Branch(&'a Branch),
    /// A committee, by name.
    Committee(&'a str),
    /// The county, by name.
    County(&'a str),
}

/// Kinds of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 党支部.
    Branch,
    /// 党（工）委.
    Committee,
    /// 县.
    County,
}

impl<'a> Unit<'a> {
    /// As forms and documents name it.
    pub fn name(self) -> &'a str {
        match self {
            Self::Branch(branch) => &branch.name,
            Self::Committee(name) | Self::County(name) => name,
        }
    }

    /// A branch's code.
    pub fn code(self) -> Option<&'a str> {
        match self {
            Self::Branch(branch) => Some(&branch.code),
            Self::Committee(_) | Self::County(_) => None,
        }
    }

    /// Its kind.
    pub fn kind(self) -> Kind {
        match self {
            Self::Branch(_) => Kind::Branch,
            Self::Committee(_) => Kind::Committee,
            Self::County(_) => Kind::County,
        }
    }
}

/// A unit's part of one scheme: its branches in the register's order, never none.
pub struct Group<'a> {
    /// Whose form it is.
    pub unit: Unit<'a>,
    /// The county and the run.
    pub issuer: &'a Issuer,
    /// The scheme.
    pub scheme: &'a Scheme,
    /// Its branches.
    pub views: Vec<View<'a>>,
    /// Short digest of what the form is made from.
    pub digest: &'a str,
    /// How many branches of the unit owe a submission with members under the scheme, or sent one.
    pub owing: usize,
    /// Those of them that are missing or returned, and so not in it.
    pub lacking: Vec<(&'a Branch, Standing)>,
}

impl Form {
    /// The form of this id or title.
    pub fn named(name: &str) -> Option<&'static Self> {
        let id = ids_of(name, FORMS.iter().map(|form| (form.id, form.title))).first().copied()?;
        FORMS.iter().find(|form| form.id == id)
    }

    /// What its templates are checked against.
    pub fn schema(&self) -> Schema {
        let (fields, lists) = (self.contents)();
        Schema { form: self.id, title: self.title, fields, lists }
    }

    /// True if a run prints it for units of this kind.
    pub fn is_for(&self, kind: Kind) -> bool {
        match self.data {
            Data::Branch(_) => kind == Kind::Branch,
            Data::Group(kinds, _) | Data::Whole(kinds, _) => kinds.contains(&kind),
            Data::Bound(_) => kind != Kind::County,
            Data::Returned(_) | Data::Reminded(_) | Data::Expiring(_) | Data::Handed(_) | Data::Explained(_) => false,
        }
    }

    /// True if every run prints it for whom it concerns, whatever is asked for.
    pub fn is_always_printed(&self) -> bool {
        matches!(self.data, Data::Returned(_) | Data::Reminded(_))
    }

    /// True if it is made of one scheme, or of none: its workbook may be the scheme's own.
    pub fn takes_scheme(&self, scheme: bool) -> bool {
        match self.data {
            Data::Branch(_) | Data::Group(..) | Data::Handed(_) => scheme,
            Data::Whole(..) | Data::Returned(_) | Data::Reminded(_) | Data::Expiring(_) | Data::Bound(_) => !scheme,
            // What was returned or never came has nothing that a scheme could explain.
            Data::Explained(_) => true,
        }
    }

    /// True for 告诫通知书 and 限期整改通知书.
    pub fn is_of_letters(&self) -> bool {
        [WARNING.id, RECTIFICATION.id].contains(&self.id)
    }

    /// True if no run prints it.
    pub fn is_on_demand(&self) -> bool {
        matches!(self.data, Data::Explained(_) | Data::Handed(_))
    }
}

/// Ids that settings and the command line may ask a run for.
pub fn ids() -> Vec<&'static str> {
    FORMS.iter().filter(|form| !form.is_on_demand()).map(|form| form.id).collect()
}

/// The same with their titles.
pub fn named() -> Vec<(&'static str, &'static str)> {
    FORMS.iter().filter(|form| !form.is_on_demand()).map(|form| (form.id, form.title)).collect()
}

/// Columns of most samples.
const QUARTERS: [&str; 4] = ["一季度", "二季度", "三季度", "四季度"];
/// Columns of a sample that goes by months.
const MONTHS_AND_QUARTERS: [&str; 16] =
    ["1月", "2月", "3月", "一季", "4月", "5月", "6月", "二季", "7月", "8月", "9月", "三季", "10月", "11月", "12月", "四季"];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_form_has_names_of_its_own_and_a_workbook() {
        let mut known = BTreeSet::new();
        for form in FORMS {
            assert!(known.insert(form.id) && known.insert(form.title), "{}", form.id);
            assert!(Form::named(form.id).is_some_and(|found| found.id == form.id) && Form::named(form.title).is_some());
            assert!(crate::builtin::form(form.id).is_some(), "templates/forms/{}.xlsx", form.id);
        }
    }

    #[test]
    fn runs_print_what_the_county_expects() {
        let printed = |every: Every| -> Vec<&str> {
            FORMS.iter().filter(|form| !form.is_always_printed() && form.runs.contains(&every)).map(|form| form.id).collect()
        };
        assert_eq!(printed(Every::Month), ["board"]);
        assert_eq!(printed(Every::Quarter), ["registry", "board"]);
        assert_eq!(printed(Every::Half), ["registry", "board", "review"]);
        let year = ["registry", "board", "card", "yearly", "poll", "organization", "roster", "honours"];
        assert_eq!(printed(Every::Year), [&year[..], &["warning", "rectification", "branch-score", "exempt", "list"]].concat());
    }
}
