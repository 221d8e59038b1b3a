//! Branches that somebody should look at: 异常.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diag::{Lang, text};
use crate::exact::Exact;
use crate::scheme::Scheme;

use super::published::PublishedRow;
use super::{Outcome, OutcomeKind};

/// Points by which a branch's mean may move within a year before it is called large.
const LARGE_MEAN: i64 = 10;
/// Percentage points by which the share of 优秀 may move.
const LARGE_SHARE: i64 = 30;
/// Percent by which the number of scored members may move.
const LARGE_ROLL: i64 = 30;
/// Fewer scored members than this, then or now, say nothing about a branch.
const FEWEST: u64 = 5;
/// Fewer graded members than this may well all be 优秀.
const FEWEST_EXCELLENT: u64 = 3;

/// What is unusual about a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnusualKind {
    /// All members have equal marks.
    UniformMarks,
    /// Everyone is 优秀.
    AllExcellent,
    /// The mean total moved by more than ten points.
    Mean,
    /// The share of 优秀 moved by more than thirty percentage points.
    Excellent,
    /// The number of scored members moved by more than thirty percent.
    Members,
}

impl UnusualKind {
    /// Its name for people.
    pub fn text(self, lang: Lang) -> &'static str {
        let key = match self {
            Self::UniformMarks => "unusual-uniform",
            Self::AllExcellent => "unusual-all-excellent",
            Self::Mean => "unusual-mean",
            Self::Excellent => "unusual-excellent",
            Self::Members => "unusual-members",
        };
        text(key, lang)
    }
}

/// One unusual thing about a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusual {
    /// Index into the register.
    pub branch: usize,
    /// What.
    pub kind: UnusualKind,
    /// Scheme, as an index into the workspace's; none where it is about the whole branch.
    pub scheme: Option<usize>,
    /// This year: `98.21`, `12人`, the periods of equal marks.
    pub now: String,
    /// Last year; empty where nothing is compared.
    pub before: String,
}

/// A branch's members under one scheme, in numbers.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    sum: Exact,
    scored: u64,
    graded: u64,
    excellent: u64,
}

impl Tally {
    /// Adds one member's total and grade.
    pub fn add(&mut self, total: Option<&Exact>, grade: Option<&str>) {
        if let Some(total) = total {
            self.sum = &self.sum + total;
            self.scored += 1;
            self.graded += u64::from(grade.is_some());
            self.excellent += u64::from(grade == Some("优秀"));
        }
    }

    fn mean(&self) -> Exact {
        self.sum.clone() / self.scored.max(1) as i64
    }

    fn percent_excellent(&self) -> Exact {
        Exact::from(self.excellent as i64 * 100) / self.graded.max(1) as i64
    }
}

/// Last year's tallies by branch code and scheme id.
pub type LastYear = BTreeMap<(String, String), Tally>;

/// Adds one row of last year's results.
pub fn add_row(last: &mut LastYear, row: PublishedRow) {
    if row.subject == "member" {
        let total = row.total.as_deref().and_then(crate::exact::Decimal::parse).map(Exact::from);
        last.entry((row.branch_code, row.scheme)).or_default().add(total.as_ref(), row.grade.as_deref());
    }
}

/// Everything unusual about an accepted branch. `uniform` are the periods of equal marks.
pub fn unusual(
    branch: usize,
    code: &str,
    outcomes: &[Outcome],
    schemes: &[Scheme],
    uniform: Option<&str>,
    last: Option<&LastYear>,
) -> Vec<Unusual> {
    let mut found = Vec::new();
    if let Some(periods) = uniform {
        found.push(Unusual { branch, kind: UnusualKind::UniformMarks, scheme: None, now: periods.to_owned(), before: String::new() });
    }
    for (at, scheme) in schemes.iter().enumerate() {
        let mut now = Tally::default();
        for outcome in outcomes.iter().filter(|outcome| outcome.scheme == at && outcome.kind != OutcomeKind::Branch) {
            now.add(outcome.score.total.as_ref(), outcome.score.grade.as_deref());
        }
        let mut push = |kind, now: String, before: String| found.push(Unusual { branch, kind, scheme: Some(at), now, before });
        if now.graded >= FEWEST_EXCELLENT && now.excellent == now.graded {
            push(UnusualKind::AllExcellent, format!("{}人", now.excellent), String::new());
        }
        let before = last.and_then(|last| last.get(&(code.to_owned(), scheme.id.clone())));
        let Some(before) = before.filter(|before| before.scored >= FEWEST && now.scored >= FEWEST) else { continue };
        if (now.mean() - before.mean()).abs() > Exact::from(LARGE_MEAN) {
            push(UnusualKind::Mean, now.mean().publish(scheme.digits), before.mean().publish(scheme.digits));
        }
        if before.graded > 0 && now.graded > 0 && (now.percent_excellent() - before.percent_excellent()).abs() > Exact::from(LARGE_SHARE) {
            let shown = |tally: &Tally| format!("{}%", tally.percent_excellent().publish(1));
            push(UnusualKind::Excellent, shown(&now), shown(before));
        }
        if now.scored.abs_diff(before.scored) * 100 > before.scored * LARGE_ROLL as u64 {
            push(UnusualKind::Members, format!("{}人", now.scored), format!("{}人", before.scored));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Score;

    fn outcomes(totals: &[(i64, &str)]) -> Vec<Outcome> {
        let outcome = |(at, (total, grade)): (usize, &(i64, &str))| {
            let score = Score { total: Some(Exact::from(*total)), grade: Some((*grade).to_owned()), ..Score::default() };
            Outcome::of(OutcomeKind::Member(at as u32), 0, score)
        };
        totals.iter().enumerate().map(outcome).collect()
    }

    fn last(totals: &[(i64, &str)]) -> LastYear {
        let mut last = LastYear::new();
        for (total, grade) in totals {
            let row = PublishedRow {
                period: "2025".into(),
                branch_code: "0101".into(),
                seq: Some(1),
                name: "张三".into(),
                scheme: "register-60".into(),
                subject: "member".into(),
                total: Some(format!("{total}.00")),
                board: None,
                grade: Some((*grade).to_owned()),
            };
            add_row(&mut last, row);
        }
        last
    }

    #[test]
    fn a_change_is_large_only_beyond_its_limit() {
        let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/schemes/register-60.toml")).expect("scheme");
        let schemes = [crate::scheme::load(&text).expect("scheme")];
        let kinds = |now: &[(i64, &str)], before: &[(i64, &str)]| -> Vec<UnusualKind> {
            unusual(0, "0101", &outcomes(now), &schemes, None, Some(&last(before))).into_iter().map(|one| one.kind).collect()
        };
        let same = |total, grade, count| vec![(total, grade); count];
        assert_eq!(kinds(&same(80, "合格", 10), &same(70, "合格", 10)), []);
        assert_eq!(kinds(&same(81, "合格", 10), &same(70, "合格", 10)), [UnusualKind::Mean]);
        assert_eq!(kinds(&same(95, "优秀", 10), &same(89, "合格", 10)), [UnusualKind::AllExcellent, UnusualKind::Excellent]);
        assert_eq!(kinds(&same(80, "合格", 13), &same(80, "合格", 10)), []);
        assert_eq!(kinds(&same(80, "合格", 14), &same(80, "合格", 10)), [UnusualKind::Members]);
        assert_eq!(kinds(&same(80, "合格", 4), &same(40, "合格", 4)), [], "too few to tell");
        assert_eq!(kinds(&same(90, "优秀", 2), &[]), [], "two may well be the best");
    }
}
