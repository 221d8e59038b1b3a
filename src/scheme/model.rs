//! A proven scheme. Everything that can be resolved is: items are indices, formulas are trees.

use std::collections::BTreeMap;

use crate::exact::Exact;
use crate::period::{Every, Period};

use super::{Bands, Formula};

/// Whether the source text states a value or our filling of a gap does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Stated in the source text.
    Source,
    /// Ours, until the county decides.
    Sample,
}

/// One way of scoring members, and branches where it says so.
#[derive(Clone, Debug)]
pub struct Scheme {
    /// `ju-10star`.
    pub id: String,
    /// `评星定格积分制`.
    pub name: String,
    /// Version of the file.
    pub version: String,
    /// SHA-256 of the file's bytes, hexadecimal; set by whoever read the file.
    pub digest: String,
    /// Decimal places of published figures.
    pub digits: u32,
    /// Decimal places a mark may have.
    pub decimals: u16,
    /// How members are scored.
    pub member: Rules,
    /// How branches are scored, from the sheet 支部积分.
    pub branch: Option<Rules>,
    /// The poll of the year.
    pub poll: Option<Poll>,
    /// Awards and discipline.
    pub adjustments: Option<Adjustments>,
    /// Facts that force an outcome.
    pub veto: Option<Veto>,
    /// Honours that branches may nominate for.
    pub honours: Vec<Honour>,
    /// Letters by grade.
    pub letters: Vec<Letter>,
    /// Whether probationary members get grade and stars.
    pub grade_probationary: bool,
    /// How long boards hang.
    pub publication: Publication,
    /// What boards show.
    pub board: BoardView,
    /// How the registry's total is worked out, for print.
    pub registry_note: String,
    /// Figure that the card shows for each item alone, as if it were the only one.
    pub card_item: Option<Formula>,
    /// Summary rows of registry and card, worked out for each period.
    pub rows: Vec<SummaryRow>,
    /// Names of values that rest on our samples, for the fine print and `scheme show`.
    pub samples: Vec<String>,
}

/// Items and figures for one kind of subject.
#[derive(Clone, Debug)]
pub struct Rules {
    /// How often an entry is due.
    pub every: Every,
    /// 评分方: who enters, where more than one does.
    pub scorers: Option<Scorers>,
    /// Every row names 记录人 and 复核人, two different people.
    pub reviewed: bool,
    /// Columns of the entry sheet in the scheme's order.
    pub items: Vec<Item>,
    /// Figures in an order in which each needs only earlier ones.
    pub figures: Vec<Figure>,
    /// Grades by the total, or by rank.
    pub grades: Grades,
    /// Stars by the total.
    pub stars: Option<Bands<u8>>,
    /// Most stars there are.
    pub max_stars: u8,
}

/// Two parties enter marks; one counts.
#[derive(Clone, Debug)]
pub struct Scorers {
    /// Whose marks count: `支部`.
    pub counts: String,
    /// Who assesses himself: `自评`.
    pub own: String,
    /// A difference of sums above this is a warning.
    pub gap: Option<Exact>,
}

/// What an item's numbers mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemKind {
    /// A mark from 0 to the maximum; must be there.
    Mark,
    /// Stored at or below zero; blank is zero.
    Deduct,
    /// At or above zero; blank is zero.
    Bonus,
}

/// One column of the entry sheet.
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
    /// Members' categories it applies to; empty for all.
    pub categories: Vec<String>,
    /// Where the item's score starts before entries are added.
    pub start: Option<Exact>,
    /// The item's score never falls below.
    pub floor: Option<Exact>,
    /// The sum of entries within each such period never exceeds the limit in size.
    pub caps: Vec<(Every, Exact)>,
    /// Heading of the column that gives reasons, required where the entry is above zero.
    pub reason: Option<String>,
    /// The column may be absent.
    pub optional: bool,
}

impl Item {
    /// True where members of the category are scored on it.
    pub fn applies_to(&self, category: &str) -> bool {
        self.categories.is_empty() || self.categories.iter().any(|c| c == category)
    }
}

/// A named formula.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Key in results: `year_end`. A figure for each period has the number added: `q1`.
    pub id: String,
    /// Name in print.
    pub name: String,
    /// Lengths of run it is worked out for.
    pub runs: Vec<Every>,
    /// Worked out for each entry period on its own.
    pub each_period: bool,
    /// Which entries it looks at.
    pub window: Window,
    /// The formula.
    pub formula: Formula,
    /// The formula as written, for explanations.
    pub text: String,
    /// The rule's clause in the county's own text.
    pub clause: Option<String>,
}

/// Which entries a formula looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Window {
    /// Those of periods within the run's period.
    #[default]
    Run,
    /// Those of all periods of the year up to the end of the run's period.
    SoFar,
}

/// A named value that formulas use, with its origin.
#[derive(Clone, Debug)]
pub struct Value {
    /// Name in print.
    pub name: String,
    /// The value; may depend on the member's category.
    pub value: Exact,
    /// Values of single categories.
    pub by_category: BTreeMap<String, Exact>,
}

/// Ballots.
#[derive(Clone, Debug)]
pub struct Poll {
    /// Columns of the sheet 民主测评 with their maxima, for the whole scheme.
    pub columns: Vec<(String, Exact)>,
    /// Fewest ballots for a scored member.
    pub min_ballots: u32,
}

/// Awards and discipline.
#[derive(Clone, Debug)]
pub struct Adjustments {
    /// How several facts of one member add up.
    pub stacking: Stacking,
    /// 种类 in the scheme's order.
    pub kinds: Vec<AdjustmentKind>,
    /// Other words for levels of deductions.
    pub aliases: BTreeMap<String, String>,
}

/// One 种类 with its levels.
#[derive(Clone, Debug)]
pub struct AdjustmentKind {
    /// `表彰奖励`.
    pub name: String,
    /// 级别 and points, in the file's order.
    pub levels: Vec<(String, Exact)>,
    /// True where its points are below zero.
    pub deducts: bool,
}

/// How several facts of one member add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stacking {
    /// The highest award and the largest deduction both count.
    MaxEach,
    /// Only the one larger in size, the deduction on a tie.
    MaxAbs,
    /// Awards count only where there is no deduction.
    DeductionFirst,
}

/// Facts that force an outcome.
#[derive(Clone, Debug)]
pub struct Veto {
    /// 情形, the short names.
    pub facts: Vec<String>,
    /// The grade it forces.
    pub grade: String,
}

/// How grades are given.
#[derive(Clone, Debug)]
pub enum Grades {
    /// The scheme gives none.
    None,
    /// By bands of the exact total.
    Bands(Bands<String>),
    /// By rank within the branch among scored full members.
    Rank {
        /// Best grade and its largest share.
        top: (String, Exact),
        /// Worst grade and its largest share.
        bottom: (String, Exact),
        /// Everyone else.
        rest: String,
    },
}

/// An honour that branches nominate for.
#[derive(Clone, Debug)]
pub struct Honour {
    /// `季度之星`.
    pub name: String,
    /// Length of its period.
    pub every: Every,
    /// Share of the base that may be nominated.
    pub share: Exact,
    /// What the share is of.
    pub of: QuotaBase,
    /// Rounded down; up where false.
    pub floor: bool,
    /// None at all in a branch with fewer.
    pub min_members: u32,
    /// Stars a nominee must have.
    pub stars: Option<u8>,
}

/// What a quota is a share of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QuotaBase {
    /// Members expected in the honour's period.
    Expected,
    /// Members with the honour's stars.
    Stars,
}

/// A letter that a grade brings at year end.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The grade.
    pub grade: String,
    /// `告诫通知书`.
    pub name: String,
    /// Term in months.
    pub months: u32,
}

/// Working days a board hangs.
#[derive(Clone, Copy, Debug)]
pub struct Publication {
    /// The year's.
    pub year: u32,
    /// Shorter periods'.
    pub shorter: u32,
}

/// What a board shows.
#[derive(Clone, Debug)]
pub struct BoardView {
    /// What a period's column shows.
    pub period: Formula,
    /// Heading of the figure.
    pub heading: String,
    /// How it is worked out, for the year.
    pub note: String,
    /// How it is worked out, for shorter periods.
    pub note_part: String,
}

/// A summary row of registry and card.
#[derive(Clone, Debug)]
pub struct SummaryRow {
    /// Its name.
    pub name: String,
    /// What it shows for each period.
    pub content: RowContent,
}

/// What a summary row shows.
#[derive(Clone, Debug)]
pub enum RowContent {
    /// A formula, evaluated at each period, and what stands in the last column.
    Formula {
        /// The formula.
        formula: Formula,
        /// Which entries it looks at.
        window: Window,
        /// What stands in the column of the whole.
        total: RowTotal,
    },
    /// The reasons given for bonuses.
    Reasons,
}

/// What a summary row shows for the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RowTotal {
    /// Nothing.
    #[default]
    None,
    /// The sum of the periods.
    Sum,
    /// The last period's.
    Last,
}

impl Rules {
    /// The figure with this id for a run of this length.
    pub fn figure(&self, id: &str, every: Every) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.id == id && figure.runs.contains(&every))
    }

    /// True where runs of this length have a total.
    pub fn scores(&self, every: Every) -> bool {
        self.figure("total", every).is_some()
    }

    /// Items a category's members are scored on.
    pub fn items_of<'a>(&'a self, category: &'a str) -> impl Iterator<Item = (usize, &'a Item)> {
        self.items.iter().enumerate().filter(move |(_, item)| item.applies_to(category))
    }

    /// True where not all categories have the same items, so that each needs its own sheet.
    pub fn by_category(&self) -> bool {
        self.items.iter().any(|item| !item.categories.is_empty())
    }

    /// Entry periods within a run's period, in order.
    pub fn periods_in(&self, run: Period) -> impl Iterator<Item = Period> {
        self.every.all().filter(move |period| run.contains(*period))
    }
}

impl Scheme {
    /// True where some value is our sample.
    pub fn rests_on_samples(&self) -> bool {
        !self.samples.is_empty()
    }
}
