//! How many members, scores and grades: counts that add up in any order.

use std::collections::BTreeMap;

use crate::exact::Exact;

use super::{Outcome, OutcomeKind};
use crate::score::Flag;

/// Grades in the order in which they are counted and printed; others follow by name.
pub const GRADES: [&str; 4] = ["优秀", "合格", "基本合格", "不合格"];

/// Counts over any number of branches. Adding is commutative: no order of reading changes a figure.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Members on the rosters.
    pub members: u64,
    /// Members with a total.
    pub scored: u64,
    /// 免积分.
    pub exempt: u64,
    /// 预备党员 among the scored.
    pub probationary: u64,
    /// Members by grade.
    pub grades: BTreeMap<String, u64>,
    /// Members by stars.
    pub stars: BTreeMap<u8, u64>,
    /// Letters by name.
    pub letters: BTreeMap<String, u64>,
    /// Honours held.
    pub honours: u64,
    /// Vetoed members.
    pub vetoed: u64,
    /// Sum and number of totals by scheme; points are never averaged across schemes.
    pub totals: BTreeMap<usize, (Exact, u64)>,
}

impl Counts {
    /// Adds one member's outcome.
    pub fn add(&mut self, outcome: &Outcome) {
        if outcome.kind == OutcomeKind::Branch {
            return;
        }
        self.members += 1;
        let score = &outcome.score;
        self.exempt += u64::from(score.flags.contains(&Flag::Exempt));
        if let Some(total) = &score.total {
            self.scored += 1;
            self.probationary += u64::from(score.flags.contains(&Flag::Probationary));
            let sum = self.totals.entry(outcome.scheme).or_default();
            sum.0 = &sum.0 + total;
            sum.1 += 1;
        }
        if let Some(grade) = &score.grade {
            *self.grades.entry(grade.clone()).or_default() += 1;
        }
        if let Some(stars) = score.stars {
            *self.stars.entry(stars).or_default() += 1;
        }
        if let Some(letter) = &outcome.letter {
            *self.letters.entry(letter.clone()).or_default() += 1;
        }
        self.honours += outcome.honours.len() as u64;
        self.vetoed += u64::from(!score.veto.is_empty());
    }

    /// Adds another count.
    pub fn merge(&mut self, other: &Self) {
        self.members += other.members;
        self.scored += other.scored;
        self.exempt += other.exempt;
        self.probationary += other.probationary;
        self.honours += other.honours;
        self.vetoed += other.vetoed;
        for (grade, count) in &other.grades {
            *self.grades.entry(grade.clone()).or_default() += count;
        }
        for (stars, count) in &other.stars {
            *self.stars.entry(*stars).or_default() += count;
        }
        for (letter, count) in &other.letters {
            *self.letters.entry(letter.clone()).or_default() += count;
        }
        for (scheme, (sum, count)) in &other.totals {
            let own = self.totals.entry(*scheme).or_default();
            own.0 = &own.0 + sum;
            own.1 += count;
        }
    }

    /// `优秀12 合格30 基本合格2 不合格1`, without grades nobody has.
    pub fn grades_text(&self) -> String {
        let known = GRADES.iter().map(|grade| (*grade).to_owned());
        let others = self.grades.keys().filter(|grade| !GRADES.contains(&grade.as_str())).cloned();
        let parts: Vec<String> =
            known.chain(others).filter_map(|grade| self.grades.get(&grade).map(|count| format!("{grade}{count}"))).collect();
        parts.join(" ")
    }
}
