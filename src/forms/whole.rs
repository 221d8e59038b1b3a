//! What forms about people and branches share that go by no scheme: one document per unit, whatever its members are scored by.

use std::collections::BTreeMap;

use super::field::{text, with_common};
use super::view::{Issuer, set_branch, set_run, set_schemes};
use super::{Standing, Unit};
use crate::county::Branch;
use crate::form::data::{Field, Photo, Record};
use crate::period::Calendar;
use crate::record::NumberedLetter;
use crate::rollup::{Outcome, OutcomeKind};
use crate::scheme::Scheme;
use crate::submission::{Member, Roll, Submission};

/// Photos of members by 支部编码 and 序号.
pub type Photos = BTreeMap<(String, i64), Photo>;

/// A unit with its accepted branches in the register's order.
pub struct Whole<'a> {
    /// Whose form it is.
    pub unit: Unit<'a>,
    /// The county and the run.
    pub issuer: &'a Issuer,
    /// Working days.
    pub calendar: &'a Calendar,
    /// The workspace's schemes; members and outcomes point into them.
    pub schemes: &'a [Scheme],
    /// Accepted branches.
    pub branches: Vec<Sent<'a>>,
    /// Branches of the unit that are missing or returned.
    pub lacking: Vec<(&'a Branch, Standing)>,
    /// Letters that have a number.
    pub numbers: &'a [NumberedLetter],
    /// Photos of members who hold an honour.
    pub photos: &'a Photos,
    /// Short digest of what the form is made from.
    pub digest: &'a str,
}

/// An accepted branch.
#[derive(Clone, Copy)]
pub struct Sent<'a> {
    /// The branch.
    pub branch: &'a Branch,
    /// Its submission.
    pub submission: &'a Submission,
    /// Outcomes of its members in roster order, of all schemes.
    pub outcomes: &'a [Outcome],
}

/// A member of a branch with what he came to.
#[derive(Clone, Copy)]
pub struct Person<'a> {
    /// His branch.
    pub sent: Sent<'a>,
    /// Position in the roster.
    pub at: u32,
    /// The member.
    pub member: &'a Member,
    /// What he came to.
    pub outcome: &'a Outcome,
}

/// A form's own fields behind those that every form of a whole unit has.
pub(super) fn with_unit(fields: Vec<Field>) -> Vec<Field> {
    let mut all = with_common(vec![text("填报单位", "填报单位", "reporting body", "中共示范镇委员会")]);
    all.extend(fields);
    all
}

impl<'a> Sent<'a> {
    /// Everyone on the roster, each once.
    pub fn people(self) -> impl Iterator<Item = Person<'a>> {
        self.outcomes.iter().filter_map(move |outcome| match outcome.kind {
            OutcomeKind::Member(at) => Some(Person { sent: self, at, member: &self.submission.members[at as usize], outcome }),
            OutcomeKind::Branch => None,
        })
    }

    /// Those who are 在册 at the period's end.
    pub fn on_roll(self) -> impl Iterator<Item = Person<'a>> {
        self.people().filter(|person| person.outcome.score.roll == Roll::Here)
    }
}

impl<'a> Whole<'a> {
    /// Everyone on the rolls of the unit.
    pub fn on_roll(&self) -> impl Iterator<Item = Person<'a>> + '_ {
        self.branches.iter().flat_map(|sent| sent.on_roll())
    }

    /// The scheme of a member.
    pub fn scheme(&self, person: &Person<'a>) -> &'a Scheme {
        &self.schemes[person.outcome.scheme]
    }

    /// Fields that every such form has.
    pub fn common(&self, root: &mut Record, count: usize) {
        set_run(root, self.issuer, self.digest, count);
        let mut used: Vec<usize> = self.branches.iter().flat_map(|sent| sent.outcomes).map(|outcome| outcome.scheme).collect();
        used.sort_unstable();
        used.dedup();
        set_schemes(root, &used.into_iter().map(|at| &self.schemes[at]).collect::<Vec<_>>());
        if let (Unit::Branch(branch), [sent]) = (self.unit, self.branches.as_slice()) {
            set_branch(root, branch, Some(&sent.submission.cover));
        }
        root.text("填报单位", self.unit.name());
    }
}
