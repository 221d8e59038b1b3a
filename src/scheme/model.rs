//! A proven scheme. Everything that can be resolved is: items are indices, formulas are trees.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::Fault;
use crate::diag::Terms;
use crate::exact::Exact;
use crate::period::{Every, Period};
use crate::workbook;

use super::{Among, Amount, Bands, Formula, Item, Measure, Most, Per, Points, Ranking, Value};

/// Whether the source text states a value or our filling of a gap does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// Where that comes from.
    pub decimals_origin: Origin,
    /// What the organisation calls its people and units.
    pub terms: Terms,
    /// How members are scored.
    pub member: Rules,
    /// How branches are scored, from the sheet 支部积分.
    pub branch: Option<Rules>,
    /// Ballots, of several bodies or of one.
    pub polls: Vec<Poll>,
    /// Awards and discipline.
    pub adjustments: Option<Adjustments>,
    /// Facts that force an outcome.
    pub veto: Option<Veto>,
    /// Honours that branches may nominate for.
    pub honours: Vec<Honour>,
    /// How many members of a branch should have a grade at most.
    pub quotas: Vec<GradeQuota>,
    /// Letters by grade.
    pub letters: Vec<Letter>,
    /// A smaller total ranks before a larger one.
    pub lowest_first: bool,
    /// Whether probationary members get grade and stars.
    pub grade_probationary: bool,
    /// Whoever was probationary in some month of the period counts as probationary; else the status at its end decides.
    pub probationary_ever: bool,
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
    /// What nothing can reach and nothing uses; the file may be used all the same.
    pub warnings: Vec<Fault>,
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
    /// Rows name their day in 日期, and a member may have several a period.
    pub dated: bool,
    /// Columns of the entry sheet in the scheme's order.
    pub items: Vec<Item>,
    /// Values that formulas and items use.
    pub values: Vec<Arc<Value>>,
    /// Figures in an order in which each needs only earlier ones.
    pub figures: Vec<Figure>,
    /// Grades, a block for each kind of run or member that has its own; the first that fits counts.
    pub gradings: Vec<Grading>,
    /// Stars by the total.
    pub stars: Option<Bands<u8>>,
    /// Lengths of run that give them.
    pub star_runs: Vec<Every>,
    /// Most stars there are.
    pub max_stars: u8,
}

impl Rules {
    /// Rules by which nobody is scored.
    pub fn none() -> Self {
        Self {
            every: Every::Year,
            scorers: None,
            reviewed: false,
            dated: false,
            items: Vec::new(),
            values: Vec::new(),
            figures: Vec::new(),
            gradings: Vec::new(),
            stars: None,
            star_runs: Vec::new(),
            max_stars: 0,
        }
    }

    /// True if an item or a figure uses the value.
    pub fn uses(&self, value: &Value) -> bool {
        self.items.iter().any(|item| {
            let limits = item.caps.iter().map(|(_, limit)| limit).chain(&item.start).chain(&item.floor).chain(&item.ceiling);
            let points = item.points.iter().filter_map(|points| if let Points::Each(each) = points { Some(each) } else { None });
            limits.chain(points).any(|limit| matches!(limit, Amount::Value(own) if own.id == value.id))
        }) || self.figures.iter().any(|figure| figure.formula.any(&|part| matches!(part, Formula::Value(own) if own.id == value.id)))
    }

    /// True if some figure counts what is entered for an item.
    pub fn counts_item(&self, at: usize) -> bool {
        let named = |part: &Formula| match part {
            Formula::Sum(items) | Formula::Mean(items) | Formula::Entered(items) => items.contains(&at),
            _ => false,
        };
        let measures = |item: &Item| item.zero_if.iter().any(|condition| condition.measure == Measure::ShareOf(at));
        self.figures.iter().any(|figure| figure.formula.any(&named)) || self.items.iter().any(measures)
    }
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
    /// Where the gap comes from.
    pub origin: Origin,
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
    /// Worked out for each such period, or each day with a row, on its own; for the whole run where none.
    pub over: Option<Per>,
    /// Which entries it looks at.
    pub window: Window,
    /// The formula.
    pub formula: Formula,
    /// The formula's value only finds the band, and the figure is what that gives.
    pub bands: Option<Bands<Exact>>,
    /// The rule's clause in the county's own text.
    pub clause: Option<String>,
}

impl Figure {
    /// What results call it, and people, where it stands for one period.
    pub fn of_period(&self, period: Period) -> (String, String) {
        (format!("{}{}", self.id, period.number()), format!("{}{}", period.zh(), self.name))
    }

    /// Lengths of period that it is published for one by one; none for one of the whole run, or over days.
    pub fn each(&self) -> Option<Every> {
        if let Some(Per::Period(every)) = self.over { Some(every) } else { None }
    }
}

/// Which entries a formula looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Window {
    /// Those of periods within the run's period.
    #[default]
    Run,
    /// Those of all periods of the year up to the end of the run's period.
    SoFar,
}

/// Ballots of one body.
#[derive(Clone, Debug)]
pub struct Poll {
    /// Whose ballots they are, the word under 评议方: `党员互评`. Empty for the one body of `[poll]`.
    pub name: String,
    /// How often they are cast.
    pub every: Every,
    /// Columns of the sheet 民主测评 with their maxima, for the whole scheme.
    pub columns: Vec<(String, Exact)>,
    /// Words that voters write instead of numbers, with what each is worth; none where they write numbers.
    pub words: Vec<(String, Exact)>,
    /// Fewest ballots for a scored member.
    pub min_ballots: u32,
    /// The rule's clause in the county's own text.
    pub clause: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
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
    /// The rule's clause in the county's own text.
    pub clause: Option<String>,
    /// Where they come from.
    pub origin: Origin,
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
    /// By itself all its facts count; else the one largest in size.
    pub sum: bool,
}

/// How several facts of one member add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stacking {
    /// All of them count.
    Sum,
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
    /// What each of them does.
    pub effects: Vec<Arc<VetoEffect>>,
}

/// What a fact of 一票否决 does; at least one of these.
#[derive(Clone, Debug)]
pub struct VetoEffect {
    /// The grade it forces.
    pub grade: Option<String>,
    /// The total is zero.
    pub zero_total: bool,
    /// Points each such fact takes off, below zero; formulas have them as `vetoes`.
    pub points: Option<Exact>,
    /// No better grade than this; a worse one stays.
    pub max_grade: Option<String>,
    /// No more stars than this.
    pub max_stars: Option<u8>,
    /// Lengths of run in which it counts; in one shorter than the year by the day of the fact.
    pub runs: Vec<Every>,
    /// The rule's clause in the county's own text.
    pub clause: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
}

/// Whose grades a block is for, in which runs, and how they are given.
#[derive(Clone, Debug)]
pub struct Grading {
    /// Lengths of run that give them.
    pub runs: Vec<Every>,
    /// Members' categories; empty for all.
    pub categories: Vec<String>,
    /// Probationary members only, full ones only; none where the scheme's `grade_probationary` decides.
    pub probationary: Option<bool>,
    /// How.
    pub by: Grades,
    /// A smaller total is better.
    pub lowest_first: bool,
}

/// How grades are given.
#[derive(Clone, Debug)]
pub enum Grades {
    /// By bands of the exact total.
    Bands(Bands<String>),
    /// By rank within the branch among scored members of the block.
    Rank(Ranking),
}

impl Grading {
    /// The grades' names, the best first.
    pub fn names(&self) -> Vec<&str> {
        match &self.by {
            Grades::Bands(bands) => best_first(bands, self.lowest_first),
            Grades::Rank(ranking) => ranking.names(),
        }
    }
}

/// What bands give, the best first: those of the largest totals, or of the smallest.
pub(super) fn best_first(bands: &Bands<String>, lowest_first: bool) -> Vec<&str> {
    let mut names: Vec<&str> = bands.iter().rev().map(|band| band.gives.as_str()).collect();
    if lowest_first {
        names.reverse();
    }
    names
}

/// An honour that branches nominate for.
#[derive(Clone, Debug)]
pub struct Honour {
    /// `季度之星`.
    pub name: String,
    /// Length of its period.
    pub every: Every,
    /// How many may be nominated.
    pub most: Most,
    /// What a share is of.
    pub of: QuotaBase,
    /// None at all in a branch with fewer.
    pub min_members: u32,
    /// Stars a nominee must have at least.
    pub stars: Option<u8>,
    /// The rule's clause in the county's own text.
    pub clause: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
}

impl Honour {
    /// How many may hold it of a base, none in a branch with too few members.
    pub fn quota(&self, base: usize, members: usize) -> i64 {
        if members < self.min_members as usize { 0 } else { self.most.of(base) }
    }
}

/// What a quota is a share of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuotaBase {
    /// Members scored in the period.
    Expected,
    /// Members with at least the honour's stars.
    Stars,
    /// Members that the run gave a grade.
    Graded,
}

/// How many members of a branch should have a grade at most; more are a warning, and the grades stand.
#[derive(Clone, Debug)]
pub struct GradeQuota {
    /// The grade.
    pub grade: String,
    /// How many.
    pub most: Most,
    /// What a share is of.
    pub of: QuotaBase,
    /// Lengths of run in which it is looked at.
    pub runs: Vec<Every>,
    /// The rule's clause in the county's own text.
    pub clause: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
}

/// A letter that a grade brings.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The grade.
    pub grade: String,
    /// `告诫通知书`.
    pub name: String,
    /// Term in months.
    pub months: u32,
    /// The member is to amend within the term, and a helper sees him through: 限期整改通知书; else 告诫通知书.
    pub amend: bool,
    /// Lengths of run in which it does.
    pub runs: Vec<Every>,
    /// The rule's clause in the county's own text.
    pub clause: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
}

/// Working days a board hangs.
#[derive(Clone, Copy, Debug)]
pub struct Publication {
    /// The year's.
    pub year: u32,
    /// Where it comes from.
    pub year_origin: Origin,
    /// Shorter periods'.
    pub shorter: u32,
    /// Where it comes from.
    pub shorter_origin: Origin,
}

/// What a board shows.
#[derive(Clone, Debug)]
pub struct BoardView {
    /// What a period's column shows.
    pub period: Formula,
    /// Which entries it looks at.
    pub window: Window,
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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

    /// The figure of a run of this length that is made of the ballots and of nothing else, whatever the scheme calls it.
    pub fn ballot_figure(&self, every: Every) -> Option<&Figure> {
        let polled = |part: &Formula| matches!(part, Formula::Poll { .. });
        let other = |part: &Formula| match part {
            Formula::Builtin(_)
            | Formula::OfKind { .. }
            | Formula::Members(_)
            | Formula::Figure(_)
            | Formula::Over(..)
            | Formula::Sum(_)
            | Formula::Mean(_)
            | Formula::Entered(_) => true,
            Formula::Number(_)
            | Formula::Value(_)
            | Formula::Poll { .. }
            | Formula::Binary(..)
            | Formula::Negate(_)
            | Formula::Ratio(_)
            | Formula::Min(_)
            | Formula::Max(_) => false,
        };
        let own = |figure: &&Figure| figure.runs.contains(&every) && figure.formula.any(&polled) && !figure.formula.any(&other);
        self.figures.iter().find(own)
    }

    /// Names of all grades, the best first; those of several blocks once each, in an order that keeps every block's.
    pub fn grade_names(&self) -> Vec<&str> {
        in_one_order(self.gradings.iter().map(|grading| grading.names()))
    }

    /// True where some member may get a grade in runs of this length.
    pub fn grades_in(&self, every: Every) -> bool {
        self.gradings.iter().any(|grading| grading.runs.contains(&every))
    }

    /// How far grades by rank reach in runs of this length, the farthest.
    pub fn ranks_among(&self, every: Every) -> Option<Among> {
        let own = self.gradings.iter().filter(|grading| grading.runs.contains(&every));
        own.filter_map(|grading| if let Grades::Rank(ranking) = &grading.by { Some(ranking.among) } else { None }).max()
    }

    /// True where runs of this length give stars.
    pub fn stars_in(&self, every: Every) -> bool {
        self.stars.is_some() && self.star_runs.contains(&every)
    }

    /// The block that grades a member in runs of this length, by its position.
    pub fn grading_of(&self, category: &str, probationary: bool, every: Every, grade_probationary: bool) -> Option<usize> {
        fitting(&self.gradings, category, probationary, every, grade_probationary)
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

/// The first block of grades that fits a member and a length of run.
pub(super) fn fitting(gradings: &[Grading], category: &str, probationary: bool, every: Every, grade_probationary: bool) -> Option<usize> {
    gradings.iter().position(|grading| {
        let status = grading.probationary.map_or(!probationary || grade_probationary, |wanted| wanted == probationary);
        status && grading.runs.contains(&every) && (grading.categories.is_empty() || grading.categories.iter().any(|c| c == category))
    })
}

/// Several lists of names as one, each name once, in an order that keeps that of every list.
pub fn in_one_order<'a>(lists: impl IntoIterator<Item = Vec<&'a str>>) -> Vec<&'a str> {
    let mut all: Vec<&str> = Vec::new();
    for list in lists {
        let mut behind = 0;
        for name in list {
            if let Some(at) = all.iter().position(|known| *known == name) {
                behind = behind.max(at + 1);
            } else {
                all.insert(behind, name);
                behind += 1;
            }
        }
    }
    all
}

impl Poll {
    /// What people call it: `党员互评`, `民主测评`.
    pub fn title(&self) -> &str {
        if self.name.is_empty() { workbook::POLL.name } else { &self.name }
    }

    /// What one of its votes is called beside those of other bodies and periods: `党员互评 一季度`; empty for the one poll of a year.
    pub fn vote(&self, period: Period) -> String {
        let when = if self.every == Every::Year { String::new() } else { period.zh() };
        [self.name.as_str(), &when].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// The words that a tally has columns for: those of a poll of one column.
    pub fn tally(&self) -> &[(String, Exact)] {
        if self.columns.len() == 1 { &self.words } else { &[] }
    }
}

impl Scheme {
    /// True where 评议方 says whose ballot a row is.
    pub fn tells_voters(&self) -> bool {
        self.polls.len() > 1
    }

    /// True where 期间 says of when a ballot is.
    pub fn polls_by_period(&self) -> bool {
        self.polls.iter().any(|poll| poll.every != Every::Year)
    }

    /// True where ballots are cast once for the whole year.
    pub fn polls_of_year(&self) -> bool {
        self.polls.iter().any(|poll| poll.every == Every::Year)
    }

    /// How far grades by rank of members and branches reach in runs of this length, the farthest; none where nothing is ranked beyond
    /// a branch.
    pub fn ranks_beyond(&self, every: Every) -> Option<Among> {
        let of_branch = self.branch.as_ref().and_then(|rules| rules.ranks_among(every));
        self.member.ranks_among(every).max(of_branch).filter(|among| *among != Among::Branch)
    }

    /// True where some grade brings a letter in runs of this length.
    pub fn has_letters(&self, every: Every) -> bool {
        self.letters.iter().any(|letter| letter.runs.contains(&every))
    }

    /// The letter that a grade brings in runs of this length.
    pub fn letter_of(&self, grade: &str, every: Every) -> Option<&Letter> {
        self.letters.iter().find(|letter| letter.grade == grade && letter.runs.contains(&every))
    }

    /// The poll whose ballots mark the scheme's own items, once a year.
    pub fn item_poll(&self) -> Option<(usize, &Poll)> {
        let marks = |poll: &Poll| self.member.items.iter().any(|item| poll.columns.iter().any(|(name, _)| *name == item.name));
        self.polls.iter().enumerate().find(|(_, poll)| poll.every == Every::Year && marks(poll))
    }

    /// Votes that a run looks at, each a poll with its period, in the order of time: in the year all of them, in a shorter run those
    /// that its figures name.
    pub fn votes_in(&self, run: Period) -> Vec<(usize, Period)> {
        let mut votes: Vec<(usize, Period)> = Vec::new();
        for (at, poll) in self.polls.iter().enumerate() {
            let polled = |part: &Formula| matches!(part, Formula::Poll { poll, .. } if *poll == at);
            let figures = self.member.figures.iter().filter(|figure| figure.runs.contains(&run.every()) && figure.formula.any(&polled));
            let windows: Vec<Window> = figures.map(|figure| figure.window).collect();
            let so_far = windows.contains(&Window::SoFar);
            let named = |period: Period| !windows.is_empty() && run.contains(period) || so_far && period.last_month() <= run.last_month();
            let seen = |period: Period| run == Period::YEAR || named(period);
            votes.extend(poll.every.all().filter(|period| seen(*period)).map(|period| (at, period)));
        }
        votes.sort_by_key(|(poll, period)| (period.last_month(), *poll));
        votes
    }

    /// False where the file scores branches alone.
    pub fn scores_members(&self) -> bool {
        !self.member.figures.is_empty()
    }

    /// The rules of 支部积分, where something is entered on that sheet: a branch may also be scored by its members alone.
    pub fn branch_sheet(&self) -> Option<&Rules> {
        self.branch.as_ref().filter(|rules| !rules.items.is_empty())
    }

    /// True where some fact of 一票否决 counts in runs shorter than the year.
    pub fn has_shorter_vetoes(&self) -> bool {
        self.veto.iter().flat_map(|veto| &veto.effects).any(|effect| effect.runs.iter().any(|every| *every != Every::Year))
    }

    /// True where some value is our sample.
    pub fn rests_on_samples(&self) -> bool {
        !self.samples.is_empty()
    }
}
