//! The engine against an evaluation of its own: random schemes and marks, scored by `score` and by plain arithmetic in
//! big fractions that knows only the description of the scheme. The two share no code; every figure must be equal.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use chrono::NaiveDate;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use scorebook::diag::Lang;
use scorebook::exact::Decimal;
use scorebook::period::{Every, Period, RunPeriod};
use scorebook::scheme::{Scheme, load, total_range};
use scorebook::score::{score_member, trace_member};
use scorebook::submission::{Adjustment, Ballots, Cover, Entry, Fact, Mark, Member, Spot, Submission};

const LENGTHS: [(Every, &str, u8); 4] =
    [(Every::Month, "month", 1), (Every::Quarter, "quarter", 3), (Every::Half, "half", 6), (Every::Year, "year", 12)];

/// A number of tenths, as the file writes it.
fn tenths(number: i64) -> String {
    Decimal::new(number, -1).to_string()
}

fn big(tenths: i64) -> BigRational {
    BigRational::new(BigInt::from(tenths), BigInt::from(10))
}

/// A number of an item's rule: written there, or value 0 or 1.
#[derive(Clone, Debug)]
enum Limit {
    Number(i64),
    Value(usize),
}

#[derive(Clone, Debug)]
struct ValueSpec {
    value: i64,
    rural: Option<i64>,
    /// First month of a later number.
    change: Option<(u8, i64)>,
}

#[derive(Clone, Debug)]
enum Worth {
    Nothing,
    Each(Limit),
    /// Sizes of the steps; the last one may be the zero.
    Steps(Vec<i64>, bool),
}

#[derive(Clone, Debug)]
struct ItemSpec {
    /// 0 mark, 1 deduct, 2 bonus, 3 count, 4 signed.
    kind: u8,
    minus: bool,
    rural_only: bool,
    worth: Worth,
    highest: bool,
    caps: [Option<Limit>; 5],
    start: Option<Limit>,
    zero: Option<(u8, bool, i64)>,
    floor: Option<i64>,
    ceiling: Option<i64>,
    each: Option<usize>,
    /// Entries, two a period, in tenths for numbers and times for counts.
    entered: Vec<i64>,
}

#[derive(Clone, Debug)]
enum Expr {
    Number(i64),
    Value(usize),
    Earlier(usize),
    /// Sum, mean, min, max, best so many of an earlier figure over periods; its plain value where it is none.
    Fold(usize, u8, usize),
    Entered(Vec<usize>),
    Ratio(Box<Expr>, Box<Expr>, i64),
    Sum(Vec<usize>),
    Mean(Vec<usize>),
    Kind(u8, bool),
    Poll,
    /// The ballots of a body that votes every so often.
    Voted,
    Awards,
    Penalties,
    /// One kind of 奖惩 by itself.
    OfKind(bool),
    Vetoes,
    Add(Box<Expr>, Box<Expr>),
    Subtract(Box<Expr>, Box<Expr>),
    Times(Box<Expr>, i64),
    Over(Box<Expr>, i64),
    Negate(Box<Expr>),
    Min(Box<Expr>, Box<Expr>),
    Max(Box<Expr>, Box<Expr>),
}

#[derive(Clone, Debug)]
struct FigureSpec {
    value: Expr,
    so_far: bool,
    /// 0 days, else the length before it in [`LENGTHS`].
    over: Option<usize>,
    /// What it gives below a bound and from it on.
    bands: Option<(i64, i64, i64)>,
}

#[derive(Clone, Debug)]
struct Spec {
    every: usize,
    dated: bool,
    rural: bool,
    first_month: u8,
    run: (usize, u8),
    values: Vec<ValueSpec>,
    items: Vec<ItemSpec>,
    figures: Vec<FigureSpec>,
    ballots: Vec<i64>,
    /// How often a second body votes, and its ballots of each period.
    voted: (usize, Vec<Vec<i64>>),
    stacking: usize,
    /// Whether kinds by themselves add up; as all together where nothing is said.
    kinds_sum: Option<bool>,
    facts: Vec<(bool, usize)>,
    /// Facts with the month of each.
    vetoes: Vec<(usize, u8)>,
    /// Grades, stars and vetoes in every length of run, not in the year's alone.
    outcomes: bool,
    /// Lower bounds of the grades above the lowest, in tenths, rising.
    cuts: [i64; 3],
}

const LEVELS: [(&str, i64); 3] = [("省部级", 40), ("县级", 25), ("本局", 10)];
const STACKING: [&str; 4] = ["max_each", "max_abs", "deduction_first", "sum"];
/// Points, zero, grade and stars, best grade of the four facts.
const VETOES: [&str; 4] = ["points = \"-7.5\"", "total = \"zero\"", "grade = \"丁\"\nmax_stars = 1", "max_grade = \"丙\""];
const EVERY_RUN: &str = "runs = [\"month\", \"quarter\", \"half\", \"year\"]";

fn limit() -> impl Strategy<Value = Limit> {
    prop_oneof![(0i64..120).prop_map(Limit::Number), (0usize..2).prop_map(Limit::Value)]
}

fn item() -> impl Strategy<Value = ItemSpec> {
    let worth = prop_oneof![
        Just(Worth::Nothing),
        limit().prop_map(Worth::Each),
        (vec(0i64..60, 1..4), any::<bool>()).prop_map(|(steps, zero)| Worth::Steps(steps, zero)),
    ];
    let caps = [
        option::weighted(0.2, limit()),
        option::weighted(0.2, limit()),
        option::weighted(0.2, limit()),
        option::weighted(0.2, limit()),
        option::weighted(0.2, limit()),
    ];
    let shape = (0u8..5, any::<bool>(), prop::bool::weighted(0.2), worth, prop::bool::weighted(0.2), caps);
    let ends = (
        option::weighted(0.3, limit()),
        option::weighted(0.3, (0u8..3, any::<bool>(), 0i64..80)),
        option::weighted(0.3, -100i64..100),
        option::weighted(0.3, 0i64..200),
        option::weighted(0.3, 0usize..4),
        vec(prop_oneof![Just(0i64), 0i64..100], 24),
    );
    (shape, ends).prop_map(|((kind, minus, rural_only, worth, highest, caps), (start, zero, floor, ceiling, each, entered))| ItemSpec {
        kind,
        minus,
        rural_only,
        worth,
        highest,
        caps,
        start,
        zero,
        floor: floor.filter(|floor| ceiling.is_none_or(|ceiling| *floor <= ceiling)),
        ceiling,
        each,
        entered,
    })
}

fn expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        (0i64..500).prop_map(Expr::Number),
        (0usize..2).prop_map(Expr::Value),
        (0usize..4).prop_map(Expr::Earlier),
        (0usize..5, 0u8..4, 1usize..5).prop_map(|(kind, figure, most)| Expr::Fold(kind, figure, most)),
        vec(0usize..5, 1..3).prop_map(Expr::Entered),
        vec(0usize..5, 1..4).prop_map(Expr::Sum),
        vec(0usize..5, 1..4).prop_map(Expr::Mean),
        (0u8..4, any::<bool>()).prop_map(|(kind, mean)| Expr::Kind(kind, mean)),
        Just(Expr::Poll),
        Just(Expr::Voted),
        Just(Expr::Awards),
        Just(Expr::Penalties),
        any::<bool>().prop_map(Expr::OfKind),
        Just(Expr::Vetoes),
    ];
    leaf.prop_recursive(3, 12, 2, |inner| {
        let two = || (inner.clone().prop_map(Box::new), inner.clone().prop_map(Box::new));
        prop_oneof![
            two().prop_map(|(a, b)| Expr::Add(a, b)),
            two().prop_map(|(a, b)| Expr::Subtract(a, b)),
            (inner.clone(), 0i64..30).prop_map(|(a, by)| Expr::Times(Box::new(a), by)),
            (inner.clone(), 1i64..30).prop_map(|(a, by)| Expr::Over(Box::new(a), by)),
            inner.clone().prop_map(|a| Expr::Negate(Box::new(a))),
            (inner.clone(), inner.clone(), 0i64..30).prop_map(|(a, b, none)| Expr::Ratio(Box::new(a), Box::new(b), none)),
            two().prop_map(|(a, b)| Expr::Min(a, b)),
            two().prop_map(|(a, b)| Expr::Max(a, b)),
        ]
    })
}

fn spec() -> impl Strategy<Value = Spec> {
    let value = (-50i64..700, option::of(-50i64..700), option::of((1u8..13, -50i64..700)));
    let value = value.prop_map(|(value, rural, change)| ValueSpec { value, rural, change });
    let who = (0usize..4, any::<bool>(), any::<bool>(), 1u8..13, (0usize..4, 0u8..12));
    let table = option::weighted(0.2, (-50i64..300, -50i64..100, -50i64..100));
    let figure = (expr(), any::<bool>(), option::weighted(0.4, 0usize..5), table);
    let figure = figure.prop_map(|(value, so_far, over, bands)| FigureSpec { value, so_far, over, bands });
    let body = (vec(value, 2), vec(item(), 1..5), vec(figure, 1..6));
    let year = (
        (vec(0i64..200, 0..4), (0usize..4, vec(vec(0i64..200, 0..3), 12))),
        (0usize..4, option::of(any::<bool>())),
        vec((any::<bool>(), 0usize..3), 0..4),
        (vec((0usize..4, 1u8..13), 0..3), any::<bool>()),
        [0i64..300, 300i64..600, 600i64..900],
    );
    (who, body, year).prop_map(
        |(
            (every, dated, rural, first_month, run),
            (values, items, figures),
            ((ballots, voted), (stacking, kinds_sum), facts, (vetoes, outcomes), cuts),
        )| Spec {
            every,
            dated,
            rural,
            first_month: first_month.saturating_sub(4).max(1),
            run: (run.0, run.1 % (12 / LENGTHS[run.0].2)),
            values,
            items,
            figures,
            ballots,
            voted,
            stacking,
            kinds_sum,
            facts,
            vetoes,
            outcomes,
            cuts,
        },
    )
}

// ── The scheme as a file ─────────────────────────────────────────────────────────────────────────────────────────────

impl Limit {
    fn text(&self, minus: bool) -> String {
        match self {
            Self::Number(number) => format!("\"{}\"", tenths(if minus { -number } else { *number })),
            Self::Value(at) => format!("\"v{at}\""),
        }
    }
}

impl ItemSpec {
    /// What its entries are in formulas: 0 marks, 1 deductions, 2 bonuses; none for a bare count.
    fn scores_as(&self, values: &[ValueSpec]) -> Option<u8> {
        match (&self.worth, self.kind) {
            (Worth::Nothing, 3) => None,
            (Worth::Each(Limit::Number(number)), 3) => Some(if self.minus && *number > 0 { 1 } else { 2 }),
            (Worth::Each(Limit::Value(at)), 3) => Some(if values[*at].value < 0 { 1 } else { 2 }),
            (Worth::Steps(steps, _), 3) => Some(if self.minus && steps[0] > 0 { 1 } else { 2 }),
            (_, kind) => Some(kind),
        }
    }
}

impl Spec {
    fn category(&self) -> &'static str {
        if self.rural { "农村党员" } else { "机关党员" }
    }

    /// A cap that the file may state: one whose period the entries tell.
    fn cap<'a>(&self, item: &'a ItemSpec, at: usize) -> Option<&'a Limit> {
        let told = self.dated || (at > 0 && at > self.every);
        let below_zero =
            |value: &ValueSpec| value.value < 0 || value.rural.is_some_and(|v| v < 0) || value.change.is_some_and(|(_, v)| v < 0);
        item.caps[at].as_ref().filter(|limit| told && !matches!(limit, Limit::Value(value) if below_zero(&self.values[*value])))
    }

    fn each(&self, item: &ItemSpec) -> Option<usize> {
        item.each.filter(|each| *each >= self.every)
    }

    fn zero(&self, at: usize) -> Option<(u8, bool, i64)> {
        self.items[at].zero.filter(|(measure, ..)| *measure != 1 || self.items.len() > 1)
    }

    fn text(&self) -> String {
        let mut text = format!(
            "id = \"r\"\nname = \"r\"\nversion = \"1\"\ndecimals = 1\ndecimals_origin = \"source\"\nentries = {{ every = \"{}\", dated = {} }}\n\
             publication = {{ year = 7, year_origin = \"source\", shorter = 5, shorter_origin = \"source\" }}\n\
             board = {{ period = \"0\", heading = \"b\", note = \"n\", note_part = \"n\" }}\n\
             [[poll]]\nname = \"互评\"\ncolumns = \"评议分\"\nmax = 20\nmin_ballots = 1\norigin = \"source\"\n\
             [[poll]]\nname = \"群众\"\nevery = \"{}\"\ncolumns = \"评议分\"\nmax = 20\nmin_ballots = 1\norigin = \"source\"\n",
            LENGTHS[self.every].1, self.dated, LENGTHS[self.voted.0].1
        );
        for (at, value) in self.values.iter().enumerate() {
            let _ = writeln!(text, "[value.v{at}]\nname = \"v{at}\"\nvalue = \"{}\"\norigin = \"source\"", tenths(value.value));
            if let Some(rural) = value.rural {
                let _ = writeln!(text, "by_category = {{ \"农村党员\" = \"{}\" }}", tenths(rural));
            }
            if let Some((month, later)) = value.change {
                let _ = writeln!(text, "changes = [{{ from = 2026-{month:02}-01, value = \"{}\", origin = \"source\" }}]", tenths(later));
            }
        }
        for (at, item) in self.items.iter().enumerate() {
            let kind = ["mark", "deduct", "bonus", "count", "signed"][usize::from(item.kind)];
            let _ = writeln!(text, "[[item]]\nname = \"项{at}\"\nkind = \"{kind}\"\nmax = 100\norigin = \"source\"");
            if item.rural_only {
                text.push_str("categories = [\"农村党员\"]\n");
            }
            if item.kind == 3 {
                match &item.worth {
                    Worth::Nothing => {}
                    Worth::Each(limit) => {
                        let _ = writeln!(text, "points = {}", limit.text(item.minus));
                    }
                    Worth::Steps(steps, zero) => {
                        let sign = if item.minus { -1 } else { 1 };
                        let mut all: Vec<String> = steps.iter().map(|step| format!("\"{}\"", tenths(step * sign))).collect();
                        all.extend(zero.then(|| "\"zero\"".to_owned()));
                        let _ = writeln!(text, "steps = [{}]", all.join(", "));
                    }
                }
            }
            if item.highest {
                text.push_str("highest_only = true\n");
            }
            let caps = (0..5).filter_map(|at| Some((at, self.cap(item, at)?)));
            let caps: Vec<String> =
                caps.map(|(at, limit)| format!("{} = {}", ["day", "month", "quarter", "half", "year"][at], limit.text(false))).collect();
            if !caps.is_empty() {
                let _ = writeln!(text, "cap = {{ {} }}", caps.join(", "));
            }
            if let Some(start) = &item.start {
                let _ = writeln!(text, "start = {}", start.text(false));
            }
            if let Some((measure, above, limit)) = self.zero(at) {
                let of = match measure {
                    0 => String::new(),
                    1 => format!(", of = \"项{}\"", (at + 1) % self.items.len()),
                    _ => ", single = true".to_owned(),
                };
                let _ = writeln!(text, "zero_if = {{ {} = \"{}\"{of} }}", if above { "above" } else { "from" }, tenths(limit));
            }
            for (key, limit) in [("floor", item.floor), ("ceiling", item.ceiling)] {
                if let Some(limit) = limit {
                    let _ = writeln!(text, "{key} = \"{}\"", tenths(limit));
                }
            }
            if let Some(each) = self.each(item) {
                let _ = writeln!(text, "each = \"{}\"", LENGTHS[each].1);
            }
        }
        let own = self.kinds_sum.map_or("", |sum| if sum { "stacking = \"sum\"" } else { "stacking = \"max\"" });
        let levels = |sign: i64| LEVELS.map(|(name, points)| format!("\"{name}\" = \"{}\"", tenths(points * sign))).join(", ");
        let _ = writeln!(text, "[adjustments]\nstacking = \"{}\"\norigin = \"source\"", STACKING[self.stacking]);
        let _ = writeln!(text, "[[adjustments.kind]]\nname = \"奖\"\n{own}\nlevels = {{ {} }}", levels(1));
        let _ = writeln!(text, "[[adjustments.kind]]\nname = \"罚\"\n{own}\nlevels = {{ {} }}", levels(-1));
        for (at, effect) in VETOES.iter().enumerate() {
            let runs = if self.outcomes { EVERY_RUN } else { "" };
            let _ = writeln!(text, "[[veto]]\nfacts = [\"情形{at}\"]\norigin = \"source\"\n{effect}\n{runs}");
        }
        let last = self.figures.len() - 1;
        for (at, figure) in self.figures.iter().enumerate() {
            let id = if at == last { "total".to_owned() } else { format!("f{at}") };
            let window = if figure.so_far { "so-far" } else { "run" };
            // Each length of run by itself: ballots and 奖惩 are there in the year only, figures over periods not in shorter runs.
            for (length, (every, word, _)) in LENGTHS.iter().enumerate().filter(|(length, _)| self.exists(at, *length)) {
                let formula = self.formula(&figure.value, at, length);
                // Vetoes with points must be used somewhere; nothing is added by that.
                let formula =
                    if at == last && (*every == Every::Year || self.outcomes) { format!("{formula} + 0 * vetoes") } else { formula };
                let _ = writeln!(
                    text,
                    "[[figure]]\nid = \"{id}\"\nname = \"{id}\"\nruns = [\"{word}\"]\nwindow = \"{window}\"\nvalue = \"{formula}\""
                );
                if let Some(over) = self.over(at) {
                    let _ = writeln!(text, "over = \"{}\"", ["day", "month", "quarter", "half", "year"][over]);
                }
                if let Some((bound, below, from)) = figure.bands {
                    let [bound, below, from] = [bound, below, from].map(tenths);
                    let _ = writeln!(
                        text,
                        "bands = [{{ to = \"{bound}\", gives = \"{below}\", origin = \"source\" }}, \
                         {{ from = \"{bound}\", gives = \"{from}\", origin = \"source\" }}]"
                    );
                }
            }
        }
        let band = |from: Option<i64>, to: Option<i64>, gives: &str| {
            let bound = |key: &str, at: Option<i64>| at.map(|at| format!("{key} = \"{}\", ", tenths(at))).unwrap_or_default();
            format!("{{ {}{}{gives}, origin = \"source\" }}", bound("from", from), bound("to", to))
        };
        let [low, middle, high] = self.cuts;
        let bounds = [(None, Some(low)), (Some(low), Some(middle)), (Some(middle), Some(high)), (Some(high), None)];
        let all =
            |gives: [&str; 4]| bounds.iter().zip(gives).map(|((from, to), gives)| band(*from, *to, gives)).collect::<Vec<_>>().join(", ");
        let grades = all(["name = \"丁\"", "name = \"丙\"", "name = \"乙\"", "name = \"甲\""]);
        let stars = all(["stars = 0", "stars = 1", "stars = 2", "stars = 3"]);
        let runs = if self.outcomes { EVERY_RUN } else { "" };
        let _ = writeln!(text, "[grades]\n{runs}\nbands = [{grades}]\n[stars]\n{runs}\nmax = 3\nbands = [{stars}]");
        text
    }

    /// What a figure is worked out over, where entries tell it: 0 days, else the length before it.
    fn over(&self, at: usize) -> Option<usize> {
        let told = |over: &usize| if *over == 0 { self.dated } else { *over > self.every };
        self.figures[at].over.filter(|over| at + 1 < self.figures.len() && told(over))
    }

    /// True where a run of this length has the figure: one over periods only if it holds a whole one.
    fn exists(&self, at: usize, length: usize) -> bool {
        self.over(at).is_none_or(|over| over <= length + 1)
    }

    /// True where a figure of a run of this length, or over periods, holds whole periods of the second body's votes.
    fn votes_in(&self, at: usize, length: usize) -> bool {
        self.over(at).map_or(length >= self.voted.0, |over| over > self.voted.0)
    }

    /// How a figure may name an earlier one: by its name, through a function of its periods, or not at all.
    fn reach(&self, at: usize, other: usize, length: usize) -> Reach {
        match (self.over(at), self.over(other)) {
            _ if !self.exists(other, length) => Reach::None,
            (own, over) if own == over => Reach::Name,
            (None, Some(_)) => Reach::Fold,
            (Some(own), Some(over)) if over < own => Reach::Fold,
            _ => Reach::None,
        }
    }

    fn formula(&self, expr: &Expr, at: usize, length: usize) -> String {
        let year = LENGTHS[length].0 == Every::Year;
        let of = |expr: &Expr| self.formula(expr, at, length);
        let names = |items: &[usize]| items.iter().map(|item| format!("项{}", item % self.items.len())).collect::<Vec<_>>().join(", ");
        let two = |a: &Expr, b: &Expr, join: fn(&str, &str) -> String| join(&of(a), &of(b));
        match expr {
            Expr::Number(number) => tenths(*number),
            Expr::Value(value) => format!("v{value}"),
            Expr::Earlier(_) | Expr::Fold(..) if at == 0 => "1".to_owned(),
            Expr::Earlier(figure) => match self.reach(at, figure % at, length) {
                Reach::Name => format!("f{}", figure % at),
                Reach::Fold => format!("sum(f{})", figure % at),
                Reach::None => "2".to_owned(),
            },
            Expr::Fold(figure, kind, most) => match self.reach(at, figure % at, length) {
                Reach::Name => format!("f{}", figure % at),
                Reach::Fold if *kind == 3 => format!("best(f{}, {most})", figure % at),
                Reach::Fold => format!("{}(f{})", ["mean", "min", "max"][usize::from(*kind)], figure % at),
                Reach::None => "2".to_owned(),
            },
            Expr::Entered(items) => format!("entered({})", names(items)),
            Expr::Ratio(a, b, none) => format!("ratio({}, {}, {})", of(a), of(b), tenths(*none)),
            Expr::Sum(items) => format!("sum({})", names(items)),
            Expr::Mean(items) => format!("mean({})", names(items)),
            Expr::Kind(kind, mean) if self.of_kind(*kind).is_empty() => format!("{}", i64::from(*mean)),
            Expr::Kind(kind, mean) => {
                let word = ["marks", "deductions", "bonuses", "items"][usize::from(*kind)];
                format!("{}({word})", if *mean { "mean" } else { "sum" })
            }
            Expr::Poll | Expr::Awards | Expr::Penalties | Expr::OfKind(_) | Expr::Vetoes if self.over(at).is_some() => "0".to_owned(),
            Expr::Voted => (if self.votes_in(at, length) { "mean(群众)" } else { "0" }).to_owned(),
            Expr::Vetoes if self.outcomes => "vetoes".to_owned(),
            Expr::Poll | Expr::Awards | Expr::Penalties | Expr::OfKind(_) | Expr::Vetoes if !year => "0".to_owned(),
            Expr::OfKind(deducts) => (if *deducts { "penalties('罚')" } else { "awards(奖)" }).to_owned(),
            Expr::Poll => "mean('互评')".to_owned(),
            Expr::Awards => "awards".to_owned(),
            Expr::Penalties => "penalties".to_owned(),
            Expr::Vetoes => "vetoes".to_owned(),
            Expr::Add(a, b) => two(a, b, |a, b| format!("({a} + {b})")),
            Expr::Subtract(a, b) => two(a, b, |a, b| format!("({a} - {b})")),
            Expr::Times(a, by) => format!("{} * {}", of(a), tenths(*by)),
            Expr::Over(a, by) => format!("{} / {}", of(a), tenths(*by)),
            Expr::Negate(a) => format!("-({})", of(a)),
            Expr::Min(a, b) => two(a, b, |a, b| format!("min({a}, {b})")),
            Expr::Max(a, b) => two(a, b, |a, b| format!("max({a}, {b})")),
        }
    }

    fn of_kind(&self, kind: u8) -> Vec<usize> {
        let of = |item: &ItemSpec| item.scores_as(&self.values);
        (0..self.items.len()).filter(|at| of(&self.items[*at]).is_some_and(|own| kind == 3 || own == kind)).collect()
    }
}

// ── The plain evaluation ─────────────────────────────────────────────────────────────────────────────────────────────

enum Reach {
    Name,
    Fold,
    None,
}

/// What a formula looks at: entry periods, of them one row, the months, the last of them, which period or row it is of.
#[derive(Clone)]
struct View {
    window: Vec<u8>,
    row: Option<usize>,
    months: (u8, u8),
    end: u8,
    unit: Option<u8>,
}

/// The values of an earlier figure: one, or one for each period with its months and whether it counts.
#[derive(Clone)]
enum Came {
    One(BigRational),
    Each(Vec<(u8, (u8, u8), bool, BigRational)>),
}

/// One entry: the month it falls in, the month whose rules it goes by, and what was entered.
struct Written {
    month: u8,
    ruled: u8,
    units: i64,
}

impl Spec {
    fn months(&self) -> u8 {
        LENGTHS[self.every].2
    }

    /// Numbers of the entry periods from 0, and the months of each.
    fn periods(&self) -> impl Iterator<Item = (u8, u8, u8)> {
        let months = self.months();
        (0..12 / months).map(move |at| (at, at * months + 1, (at + 1) * months))
    }

    fn run_months(&self) -> (u8, u8) {
        let months = LENGTHS[self.run.0].2;
        (self.run.1 * months + 1, (self.run.1 + 1) * months)
    }

    fn window(&self, so_far: bool) -> Vec<u8> {
        let (first, last) = self.run_months();
        self.periods().filter(|(_, from, to)| *to <= last && (so_far || *from >= first)).map(|(at, ..)| at).collect()
    }

    fn expected(&self, period: u8) -> bool {
        (period + 1) * self.months() >= self.first_month
    }

    /// Rows of a period: two days where rows are dated, else one for the period.
    fn rows(&self, period: u8) -> Vec<(usize, Option<(u8, u8)>)> {
        let (from, to) = (period * self.months() + 1, (period + 1) * self.months());
        if self.dated {
            vec![(usize::from(period) * 2, Some((from, 5))), (usize::from(period) * 2 + 1, Some((to, 20)))]
        } else {
            vec![(usize::from(period) * 2, None)]
        }
    }

    fn applies(&self, item: &ItemSpec) -> bool {
        self.rural || !item.rural_only
    }

    /// What the cell holds, in tenths; times of a count in tens, so that they are whole.
    fn cell(item: &ItemSpec, row: usize) -> i64 {
        match item.kind {
            3 => item.entered[row] % 6 * 10,
            1 => -item.entered[row],
            4 => item.entered[row] - 50,
            _ => item.entered[row],
        }
    }

    fn written(&self, at: usize, view: &View) -> Vec<Written> {
        let item = &self.items[at];
        let mut all = Vec::new();
        for period in view.window.iter().filter(|period| self.expected(**period) && self.applies(item)) {
            for (row, day) in self.rows(*period).into_iter().filter(|(row, _)| view.row.is_none_or(|own| own == *row)) {
                let month = day.map_or(period * self.months() + 1, |(month, _)| month);
                let ruled = day.map_or((period + 1) * self.months(), |(month, _)| month);
                all.push(Written { month, ruled, units: Self::cell(item, row) });
            }
        }
        all
    }

    fn value(&self, at: usize, month: u8) -> BigRational {
        let value = &self.values[at];
        match value.change {
            Some((from, later)) if from <= month => big(later),
            _ => big(value.rural.filter(|_| self.rural).unwrap_or(value.value)),
        }
    }

    fn limit(&self, limit: &Limit, month: u8, minus: bool) -> BigRational {
        match limit {
            Limit::Number(number) => big(if minus { -number } else { *number }),
            Limit::Value(at) => self.value(*at, month),
        }
    }

    fn item(&self, at: usize, view: &View) -> BigRational {
        let item = &self.items[at];
        if !self.applies(item) {
            return BigRational::zero();
        }
        let Some(each) = self.each(item) else { return self.stretch(at, view) };
        let months = LENGTHS[each].2;
        let mut total = BigRational::zero();
        for long in 0..12 / months {
            let own: Vec<u8> = view.window.iter().copied().filter(|period| period * self.months() / months == long).collect();
            if let Some(last) = own.last().filter(|_| own.iter().any(|period| self.expected(*period))) {
                let end = ((last + 1) * self.months()).min(view.end);
                total += self.stretch(at, &View { window: own.clone(), end, ..view.clone() });
            }
        }
        total
    }

    fn stretch(&self, at: usize, view: &View) -> BigRational {
        let (item, end) = (&self.items[at], view.end);
        let written = self.written(at, view);
        let mut ran_out = false;
        let mut points: Vec<(usize, u8, BigRational)> = Vec::new();
        let mut happened = 0;
        for (number, entry) in written.iter().enumerate() {
            let worth = match (&item.worth, item.kind) {
                (Worth::Nothing, 3) => BigRational::zero(),
                (Worth::Each(limit), 3) => big(entry.units) * self.limit(limit, entry.ruled, item.minus),
                (Worth::Steps(steps, zero), 3) => {
                    // Time by time, as a clerk would.
                    let mut sum = BigRational::zero();
                    for _ in 0..entry.units / 10 {
                        if happened >= steps.len() && *zero {
                            ran_out = true;
                        } else {
                            let step = steps[happened.min(steps.len() - 1)];
                            sum += big(if item.minus { -step } else { step });
                        }
                        happened += 1;
                    }
                    sum
                }
                _ => big(entry.units),
            };
            points.push((number, entry.month, worth));
        }
        if item.highest
            && let Some(best) = points.iter().map(|(.., worth)| worth.abs()).max()
        {
            let first = points.iter().position(|(.., worth)| worth.abs() == best).unwrap();
            points = vec![points.swap_remove(first)];
        }
        for per in 0..5 {
            let Some(limit) = self.cap(item, per) else { continue };
            let mut groups: BTreeMap<usize, (u8, BigRational)> = BTreeMap::new();
            for (number, month, worth) in points {
                let key = if per == 0 { number } else { usize::from((month - 1) / LENGTHS[per - 1].2) };
                let group = groups.entry(key).or_insert((month, BigRational::zero()));
                group.1 += worth;
            }
            points = Vec::new();
            for (key, (month, sum)) in groups {
                let ruled = if per == 0 { month } else { ((key as u8 + 1) * LENGTHS[per - 1].2).min(end) };
                let most = self.limit(limit, ruled, false);
                let held = if sum > most {
                    most
                } else if sum < -most.clone() {
                    -most
                } else {
                    sum
                };
                points.push((key, month, held));
            }
        }
        let mut score: BigRational = points.into_iter().map(|(.., worth)| worth).sum();
        if let Some(start) = &item.start {
            score += self.limit(start, end, false);
        }
        let size = |at: usize| -> BigRational { self.written(at, view).iter().map(|entry| big(entry.units).abs()).sum() };
        let measured = self.zero(at).map(|(measure, above, limit)| {
            let reached = |value: BigRational| if above { value > big(limit) } else { value >= big(limit) };
            match measure {
                0 => reached(size(at)),
                1 => {
                    let whole = size((at + 1) % self.items.len());
                    !whole.is_zero() && reached(size(at) / whole)
                }
                _ => written.iter().any(|entry| reached(big(entry.units).abs())),
            }
        });
        if ran_out || measured == Some(true) {
            return BigRational::zero();
        }
        if let Some(floor) = item.floor.map(big) {
            score = score.max(floor);
        }
        if let Some(ceiling) = item.ceiling.map(big) {
            score = score.min(ceiling);
        }
        score
    }

    fn adjustments(&self) -> (BigRational, BigRational) {
        let of = |deducts: bool| self.facts.iter().filter(move |(own, _)| *own == deducts).map(|(_, level)| LEVELS[*level].1);
        let (best, worst) = (of(false).max().unwrap_or(0), of(true).max().unwrap_or(0));
        let (award, penalty) = match STACKING[self.stacking] {
            "sum" => (of(false).sum(), of(true).sum()),
            "max_each" => (best, worst),
            "max_abs" if worst >= best => (0, worst),
            "max_abs" => (best, 0),
            _ if worst > 0 => (0, worst),
            _ => (best, 0),
        };
        (big(award), -big(penalty))
    }

    fn evaluate(&self, expr: &Expr, at: usize, view: &View, earlier: &[Came]) -> BigRational {
        let end = view.end;
        let of = |expr: &Expr| self.evaluate(expr, at, view, earlier);
        let one = |other: usize| match &earlier[other] {
            Came::One(value) => value.clone(),
            Came::Each(values) => values.iter().find(|(unit, ..)| Some(*unit) == view.unit).unwrap().3.clone(),
        };
        let many = |other: usize| {
            let Came::Each(values) = &earlier[other] else { panic!("f{other} is one value") };
            let inside = |months: &(u8, u8)| view.months.0 <= months.0 && months.1 <= view.months.1;
            let mut own: Vec<BigRational> =
                values.iter().filter(|(_, months, counts, _)| *counts && inside(months)).map(|v| v.3.clone()).collect();
            own.sort();
            own
        };
        let sum = |items: &[usize]| -> BigRational {
            let mut items: Vec<usize> = items.iter().map(|item| item % self.items.len()).collect();
            items.sort_unstable();
            items.dedup();
            items.into_iter().map(|item| self.item(item, view)).sum()
        };
        let mean = |items: &[usize]| {
            let expected = view.window.iter().filter(|period| self.expected(**period)).count();
            if expected == 0 { BigRational::zero() } else { sum(items) / BigRational::from_integer(BigInt::from(expected)) }
        };
        match expr {
            Expr::Number(number) => big(*number),
            Expr::Value(value) => self.value(*value, end),
            Expr::Earlier(_) | Expr::Fold(..) if at == 0 => big(10),
            Expr::Earlier(figure) | Expr::Fold(figure, ..) => {
                let other = figure % at;
                let kind = if let Expr::Fold(_, kind, most) = expr { Some((*kind, *most)) } else { None };
                match (self.reach(at, other, self.run.0), kind) {
                    (Reach::Name, _) => one(other),
                    (Reach::None, _) => big(20),
                    (Reach::Fold, None) => many(other).into_iter().sum(),
                    (Reach::Fold, Some((0, _))) => {
                        let values = many(other);
                        let count = BigRational::from_integer(BigInt::from(values.len().max(1)));
                        values.into_iter().sum::<BigRational>() / count
                    }
                    (Reach::Fold, Some((1, _))) => many(other).first().cloned().unwrap_or_default(),
                    (Reach::Fold, Some((2, _))) => many(other).last().cloned().unwrap_or_default(),
                    (Reach::Fold, Some((_, most))) => many(other).into_iter().rev().take(most).sum(),
                }
            }
            Expr::Entered(items) => {
                let mut items: Vec<usize> = items.iter().map(|item| item % self.items.len()).collect();
                items.sort_unstable();
                items.dedup();
                items.into_iter().flat_map(|item| self.written(item, view)).map(|entry| big(entry.units).abs()).sum()
            }
            Expr::Ratio(a, b, none) => {
                let by = of(b);
                if by.is_zero() { big(*none) } else { of(a) / by }
            }
            Expr::Sum(items) => sum(items),
            Expr::Mean(items) => mean(items),
            Expr::Kind(kind, is_mean) => match (self.of_kind(*kind), is_mean) {
                (items, _) if items.is_empty() => big(i64::from(*is_mean) * 10),
                (items, true) => mean(&items),
                (items, false) => sum(&items),
            },
            Expr::Poll | Expr::Awards | Expr::Penalties | Expr::OfKind(_) | Expr::Vetoes if self.over(at).is_some() => BigRational::zero(),
            Expr::Poll | Expr::Awards | Expr::Penalties | Expr::OfKind(_) if LENGTHS[self.run.0].0 != Every::Year => BigRational::zero(),
            Expr::Voted if !self.votes_in(at, self.run.0) => BigRational::zero(),
            Expr::Voted => {
                let months = LENGTHS[self.voted.0].2;
                let inside = |vote: &u8| view.months.0 <= vote * months + 1 && (vote + 1) * months <= view.months.1;
                let due: Vec<u8> = (0..12 / months).filter(|vote| inside(vote) && (vote + 1) * months >= self.first_month).collect();
                let mean = |ballots: &Vec<i64>| big(ballots.iter().sum()) / BigRational::from_integer(BigInt::from(ballots.len().max(1)));
                let sum: BigRational = due.iter().map(|vote| mean(&self.voted.1[usize::from(*vote)])).sum();
                sum / BigRational::from_integer(BigInt::from(due.len().max(1)))
            }
            Expr::Poll if self.ballots.is_empty() => BigRational::zero(),
            Expr::Poll => big(self.ballots.iter().sum()) / BigRational::from_integer(BigInt::from(self.ballots.len())),
            Expr::OfKind(deducts) => {
                let own: Vec<i64> = self.facts.iter().filter(|(own, _)| own == deducts).map(|(_, level)| LEVELS[*level].1).collect();
                let sum = self.kinds_sum.unwrap_or(STACKING[self.stacking] == "sum");
                let size = if sum { own.iter().sum() } else { own.into_iter().max().unwrap_or(0) };
                big(if *deducts { -size } else { size })
            }
            Expr::Awards => self.adjustments().0,
            Expr::Penalties => self.adjustments().1,
            Expr::Vetoes => big(-75 * self.counting(0)),
            Expr::Add(a, b) => of(a) + of(b),
            Expr::Subtract(a, b) => of(a) - of(b),
            Expr::Times(a, by) => of(a) * big(*by),
            Expr::Over(a, by) => of(a) / big(*by),
            Expr::Negate(a) => -of(a),
            Expr::Min(a, b) => of(a).min(of(b)),
            Expr::Max(a, b) => of(a).max(of(b)),
        }
    }

    /// What a figure's value gives by its bands.
    fn banded(&self, at: usize, value: &BigRational) -> BigRational {
        self.figures[at].bands.map_or_else(|| value.clone(), |(bound, below, from)| big(if *value < big(bound) { below } else { from }))
    }

    /// Everything that a figure over periods is worked out for: number, view, whether it counts.
    fn units(&self, over: usize) -> Vec<(View, bool)> {
        let last = self.run_months().1;
        if over == 0 {
            let mut all = Vec::new();
            for (period, from, to) in self.periods().filter(|(at, _, to)| *to <= last && self.expected(*at)) {
                for (row, day) in self.rows(period) {
                    let month = day.unwrap().0;
                    let view = View { window: vec![period], row: Some(row), months: (from, to), end: month, unit: Some(row as u8) };
                    all.push((view, true));
                }
            }
            return all;
        }
        let months = LENGTHS[over - 1].2;
        let all = (0..12 / months).filter(|unit| (unit + 1) * months <= last);
        all.map(|unit| {
            let (first, last) = (unit * months + 1, (unit + 1) * months);
            let window: Vec<u8> = self.periods().filter(|(_, from, to)| *from >= first && *to <= last).map(|(at, ..)| at).collect();
            let counts = window.iter().any(|period| self.expected(*period));
            (View { window, row: None, months: (first, last), end: last, unit: Some(unit) }, counts)
        })
        .collect()
    }

    /// All figures of the run in order; those that it lacks are empty.
    fn worked(&self) -> Vec<Came> {
        let mut done: Vec<Came> = Vec::new();
        for (at, figure) in self.figures.iter().enumerate() {
            let value = |view: &View, done: &[Came]| self.banded(at, &self.evaluate(&figure.value, at, view, done));
            let worth = if !self.exists(at, self.run.0) {
                Came::Each(Vec::new())
            } else if let Some(over) = self.over(at) {
                let units = self.units(over).into_iter();
                Came::Each(units.map(|(view, counts)| (view.unit.unwrap(), view.months, counts, value(&view, &done))).collect())
            } else {
                let (first, last) = self.run_months();
                let months = (if figure.so_far { 1 } else { first }, last);
                let view = View { window: self.window(figure.so_far), row: None, months, end: last, unit: None };
                let zeroed = at + 1 == self.figures.len() && self.counting(1) > 0;
                Came::One(if zeroed { BigRational::zero() } else { value(&view, &done) })
            };
            done.push(worth);
        }
        done
    }

    /// What results hold, by id and in order, the total last.
    fn published(&self) -> Vec<(String, BigRational)> {
        let (first, last) = self.run_months();
        let mut all = Vec::new();
        for (at, worth) in self.worked().into_iter().enumerate() {
            match worth {
                Came::One(value) => all.push((format!("f{at}"), value)),
                Came::Each(values) if self.over(at) != Some(0) => {
                    let own = values.into_iter().filter(|(_, months, ..)| self.figures[at].so_far || months.0 >= first && months.1 <= last);
                    all.extend(own.map(|(unit, .., value)| (format!("f{at}{}", unit + 1), value)));
                }
                Came::Each(_) => {}
            }
        }
        all
    }

    /// How many facts of this kind count in the run: all in the year, those of its months in a shorter one.
    fn counting(&self, kind: usize) -> i64 {
        let (first, last) = self.run_months();
        let year = LENGTHS[self.run.0].0 == Every::Year;
        let counts = |month: u8| year || self.outcomes && (first..=last).contains(&month);
        self.vetoes.iter().filter(|(own, month)| *own == kind && counts(*month)).count() as i64
    }

    /// Grade and stars, where the run gives them.
    fn outcome(&self, total: &BigRational) -> (Option<&'static str>, Option<u8>) {
        if !self.outcomes && LENGTHS[self.run.0].0 != Every::Year {
            return (None, None);
        }
        let band = self.cuts.iter().filter(|cut| big(**cut) <= *total).count();
        let held = |kind: usize, most: usize| if self.counting(kind) > 0 { band.min(most) } else { band };
        let grade = if self.counting(2) > 0 { 0 } else { held(3, 1) };
        (Some(["丁", "丙", "乙", "甲"][grade]), Some(held(2, 1) as u8))
    }
}

// ── The engine on the same ───────────────────────────────────────────────────────────────────────────────────────────

const NOWHERE: Spot = Spot { sheet: 0, column: 0, row: 0 };

fn submission(spec: &Spec) -> Submission {
    let mark = |tenths: i64| Mark::new(Decimal::new(tenths, -1)).unwrap();
    let entries = spec.periods().filter(|(at, ..)| spec.expected(*at)).flat_map(|(at, ..)| {
        spec.rows(at).into_iter().map(move |(row, day)| Entry {
            member: 0,
            period: Period::new(LENGTHS[spec.every].0, at + 1).unwrap(),
            own: false,
            day: day.and_then(|(month, day)| NaiveDate::from_ymd_opt(2026, u32::from(month), u32::from(day))),
            at: NOWHERE,
            layout: 0,
            marks: spec.items.iter().map(|item| if spec.applies(item) { mark(Spec::cell(item, row)) } else { Mark::NONE }).collect(),
            reasons: Box::default(),
            signed: None,
            written: true,
        })
    });
    let ballots = |ballots: &Vec<i64>, poll: usize, period: Period| Ballots {
        count: ballots.len() as u32,
        sums: [ballots.iter().sum::<i64>() * 100].into(),
        ..Ballots::of(poll, period)
    };
    let length = LENGTHS[spec.voted.0].0;
    let second = spec.voted.1.iter().zip(1..).filter_map(|(cast, number)| Some(ballots(cast, 1, Period::new(length, number)?)));
    let adjustment = |(deducts, level): &(bool, usize)| Adjustment {
        member: 0,
        kind: usize::from(*deducts),
        level: *level,
        reason: "".into(),
        date: None,
        number: None,
        at: NOWHERE,
    };
    let veto = |fact: usize, month: u8| Fact {
        member: 0,
        fact,
        ground: "".into(),
        date: Some(scorebook::period::Day::Month(2026, u32::from(month))),
        at: NOWHERE,
    };
    Submission {
        file: "x".into(),
        cover: Cover { year: Some(2026), ..Cover::default() },
        members: vec![member(spec)],
        entries: entries.collect(),
        ballots: vec![std::iter::once(ballots(&spec.ballots, 0, Period::YEAR)).chain(second).collect()],
        adjustments: spec.facts.iter().map(adjustment).collect(),
        vetoes: spec.vetoes.iter().map(|(fact, month)| veto(*fact, *month)).collect(),
        ..Submission::default()
    }
}

fn member(spec: &Spec) -> Member {
    Member {
        seq: 1,
        name: "甲".into(),
        sex: None,
        nation: None,
        id: None,
        born: None,
        joined: None,
        written_probationary: false,
        course: scorebook::submission::Course::default(),
        category: Arc::from(spec.category()),
        post: None,
        first_month: spec.first_month,
        last_month: 12,
        exempt: None,
        direct_grade: None,
        direct_stars: None,
        willing: true,
        helper: None,
        scheme: 0,
        at: NOWHERE,
        id_at: None,
        born_at: None,
        seq_at: None,
        repeats: None,
    }
}

/// The same scheme for somebody else: other marks, another period, another category, other months.
fn turned(spec: &Spec, turn: usize) -> Spec {
    let mut other = spec.clone();
    for item in &mut other.items {
        item.entered.rotate_left(turn * 5);
    }
    let (length, at) = ((spec.run.0 + turn) % 4, spec.run.1 as usize + turn * 3);
    other.run = (length, (at % usize::from(12 / LENGTHS[length].2)) as u8);
    other.rural ^= turn % 2 == 1;
    other.first_month = (usize::from(spec.first_month) + turn * 5) as u8 % 9 + 1;
    other.facts.truncate(4 - turn);
    other.vetoes.truncate(3 - turn.min(3));
    other
}

fn agree(spec: &Spec, scheme: &Scheme) -> Result<(), TestCaseError> {
    let submission = submission(spec);
    let run = RunPeriod { year: 2026, period: Period::new(LENGTHS[spec.run.0].0, spec.run.1 + 1).unwrap() };
    let score = score_member(scheme, &submission, 0, run);
    if spec.run_months().1 < spec.first_month {
        prop_assert_eq!(score.total, None);
        return Ok(());
    }
    let figures = spec.published();
    let ((_, total), others) = figures.split_last().unwrap();
    prop_assert_eq!(score.figures.len(), others.len(), "{}", spec.text());
    for (id, value) in others {
        prop_assert_eq!(score.figure(id).map(ToString::to_string), Some(value.to_string()), "{}\n{}", id, spec.text());
    }
    prop_assert_eq!(score.total.as_ref().unwrap().to_string(), total.to_string(), "total\n{}", spec.text());
    let range = total_range(scheme, &scheme.member, run.period.every()).unwrap();
    prop_assert!(range.holds(score.total.as_ref().unwrap()), "{total} is out of {}\n{}", range.text(), spec.text());
    prop_assert_eq!((score.grade.as_deref(), score.stars), spec.outcome(total), "{}", spec.text());
    // The explanation is the same computation, told.
    let told: Vec<String> = trace_member(scheme, &submission, 0, run, Lang::Zh).iter().map(|trace| trace.value.to_string()).collect();
    prop_assert_eq!(told, figures.iter().map(|(_, value)| value.to_string()).collect::<Vec<_>>());
    Ok(())
}

/// How many members each random scheme is tried on; a file is costlier to load than a member to score.
const TURNS: usize = 5;

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000 / TURNS as u32, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_engine_agrees_with_plain_arithmetic(spec in spec()) {
        let text = spec.text();
        let scheme = load(&text).map_err(|error| TestCaseError::fail(format!("{}\n{text}", error.message("r", Lang::En))))?;
        for turn in 0..TURNS {
            agree(&turned(&spec, turn), &scheme)?;
        }
    }
}
