//! The model of what is entered: items with their rules, and the values that rules and formulas use.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::exact::Exact;
use crate::period::Every;

use super::model::Origin;

/// What an item's numbers mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// A mark from 0 to the maximum; must be there.
    Mark,
    /// Stored at or below zero; blank is zero.
    Deduct,
    /// At or above zero; blank is zero.
    Bonus,
    /// From minus the maximum to the maximum; blank is zero.
    Signed,
    /// How often something happened, a whole number; blank is never. What it is worth the item says.
    Count,
}

/// One column of the entry sheet, and what its entries are worth.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its heading.
    pub name: String,
    /// Its group, empty for none: `一 教育培训`.
    pub group: String,
    /// What its numbers mean.
    pub kind: ItemKind,
    /// Largest size of one entry.
    pub max: Exact,
    /// Words that are entered instead of numbers, with what each is worth; none where numbers are.
    pub words: Vec<(String, Exact)>,
    /// Members' categories it applies to; empty for all.
    pub categories: Vec<String>,
    /// What a time is worth, for counts; none for one that others are measured by.
    pub points: Option<Points>,
    /// Of several entries only the largest in size counts.
    pub highest_only: bool,
    /// What is entered within a day or period never exceeds the limit in size; shortest first.
    pub caps: Vec<(Per, Amount)>,
    /// Where the item's score starts before entries are added.
    pub start: Option<Amount>,
    /// Each of these brings the item's score to zero.
    pub zero_if: Vec<ZeroIf>,
    /// The item's score never falls below.
    pub floor: Option<Amount>,
    /// The item's score never rises above.
    pub ceiling: Option<Amount>,
    /// The score is worked out for each such period by itself and added up; for the whole window where none.
    pub each: Option<Every>,
    /// Heading of the column that gives reasons, required where the entry is above zero.
    pub reason: Option<String>,
    /// The column may be absent.
    pub optional: bool,
    /// What the county's own text asks for, for forms.
    pub standard: Option<String>,
    /// The rule's clause in the county's own text.
    pub clause: Option<String>,
    /// Where the item comes from.
    pub origin: Origin,
    /// Where its maximum comes from.
    pub max_origin: Origin,
}

/// What a time of a count is worth.
#[derive(Clone, Debug)]
pub enum Points {
    /// Every time the same.
    Each(Amount),
    /// The first, the second …; the last one for all that follow.
    Steps(Vec<Step>),
}

/// One time in a progressive table.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Points.
    Points(Exact),
    /// The item's score is zero from then on.
    Zero,
}

/// What brings an item's score to zero.
#[derive(Clone, Debug)]
pub struct ZeroIf {
    /// What is looked at.
    pub measure: Measure,
    /// The limit.
    pub limit: Exact,
    /// Only above the limit; at the limit too where false.
    pub above: bool,
}

/// What of an item's entries is held against a limit, by size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Their sum.
    Sum,
    /// Their sum as a share of another item's.
    ShareOf(usize),
    /// The largest one.
    Single,
}

/// A stretch of time by itself: what a cap is for, what a figure is worked out over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Per {
    /// One day, for dated rows.
    Day,
    /// A period of this length.
    Period(Every),
}

/// A number of an item's rule: written there, or a value of the scheme.
#[derive(Clone, Debug)]
pub enum Amount {
    /// The number.
    Number(Exact),
    /// The value of this name.
    Value(Arc<Value>),
}

impl Amount {
    /// The number for a category on a day.
    pub fn on(&self, category: &str, day: NaiveDate) -> &Exact {
        match self {
            Self::Number(number) => number,
            Self::Value(value) => value.on(category, day),
        }
    }

    /// The number as the file first states it, for everyone.
    pub fn base(&self) -> &Exact {
        match self {
            Self::Number(number) => number,
            Self::Value(value) => &value.value,
        }
    }
}

impl Amount {
    /// Every number it may ever be.
    pub fn numbers(&self) -> impl Iterator<Item = &Exact> {
        let (number, value) = match self {
            Self::Number(number) => (Some(number), None),
            Self::Value(value) => (None, Some(value)),
        };
        number.into_iter().chain(value.into_iter().flat_map(|value| value.numbers()))
    }
}

impl Item {
    /// True where members of the category are scored on it.
    pub fn applies_to(&self, category: &str) -> bool {
        self.categories.is_empty() || self.categories.iter().any(|c| c == category)
    }

    /// What its entries are in a score: marks, deductions or bonuses; none for a count that is worth nothing itself.
    pub fn scores_as(&self) -> Option<ItemKind> {
        let of = |points: &Exact| if points.is_negative() { ItemKind::Deduct } else { ItemKind::Bonus };
        match (self.kind, &self.points) {
            (ItemKind::Count, None) => None,
            (ItemKind::Count, Some(Points::Each(amount))) => Some(of(amount.base())),
            (ItemKind::Count, Some(Points::Steps(steps))) => {
                let first = steps.iter().find_map(|step| if let Step::Points(points) = step { Some(points) } else { None });
                Some(first.map_or(ItemKind::Deduct, of))
            }
            (kind, _) => Some(kind),
        }
    }

    /// True where its score is nothing but the sum of its entries.
    pub fn is_plain(&self) -> bool {
        // Every field is named: a new rule has to be weighed here, or the score would leave it out and the explanation not.
        let Self {
            kind,
            highest_only,
            caps,
            start,
            zero_if,
            floor,
            ceiling,
            name: _,
            group: _,
            max: _,
            words: _,
            categories: _,
            points: _,
            each: _,
            reason: _,
            optional: _,
            standard: _,
            clause: _,
            origin: _,
            max_origin: _,
        } = self;
        *kind != ItemKind::Count
            && !highest_only
            && caps.is_empty()
            && start.is_none()
            && zero_if.is_empty()
            && floor.is_none()
            && ceiling.is_none()
    }
}

/// A named value that formulas and items use. It may depend on the member's category, and change in the course of time.
#[derive(Clone, Debug)]
pub struct Value {
    /// Its name in formulas.
    pub id: String,
    /// Name in print.
    pub name: String,
    /// The number.
    pub value: Exact,
    /// Numbers of single categories.
    pub by_category: BTreeMap<String, Exact>,
    /// Later numbers, by rising day.
    pub changes: Vec<Change>,
    /// The rule's clause in the county's own text.
    pub clause: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
}

/// A value's number from a day on, in place of all before it.
#[derive(Clone, Debug)]
pub struct Change {
    /// First day.
    pub from: NaiveDate,
    /// The number.
    pub value: Exact,
    /// Numbers of single categories.
    pub by_category: BTreeMap<String, Exact>,
    /// The clause it comes from.
    pub clause: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
}

impl Value {
    /// The number in force for a category on a day.
    pub fn on(&self, category: &str, day: NaiveDate) -> &Exact {
        match self.change_on(day) {
            Some(change) => change.by_category.get(category).unwrap_or(&change.value),
            None => self.by_category.get(category).unwrap_or(&self.value),
        }
    }

    /// Every number it may ever be.
    pub fn numbers(&self) -> impl Iterator<Item = &Exact> {
        let later = self.changes.iter().flat_map(|change| std::iter::once(&change.value).chain(change.by_category.values()));
        std::iter::once(&self.value).chain(self.by_category.values()).chain(later)
    }

    /// The change in force on a day; none where the first number still is.
    pub fn change_on(&self, day: NaiveDate) -> Option<&Change> {
        self.changes.iter().rev().find(|change| change.from <= day)
    }
}
