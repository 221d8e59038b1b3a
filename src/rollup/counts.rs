//! How many members, scores and grades: counts that add up in any order.

use std::collections::BTreeMap;

use crate::exact::Exact;

use super::{Outcome, OutcomeKind};
use crate::score::{Flag, Score};
use crate::submission::Roll;

/// Grades in the order in which they are counted and printed; others follow by name.
pub const GRADES: [&str; 4] = ["优秀", "合格", "基本合格", "不合格"];

/// Counts over any number of branches. Adding is commutative: no order of reading changes a figure.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// 在册: members on the rosters at the end of the period.
    pub members: u64,
    /// 已离开: members who were on a roster and have left; those who moved to another branch count there.
    pub left: u64,
    /// Members with a total.
    pub scored: u64,
    /// 免积分.
    pub exempt: u64,
    /// 免积分 and without a grade given directly.
    pub exempt_ungraded: u64,
    /// 预备不评: probationary, with a total and without a grade.
    pub probationary_ungraded: u64,
    /// 不计分: neither graded nor exempt, and without a total.
    pub unscored: u64,
    /// With a total under a scheme that gives no grades.
    pub ungraded: u64,
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
        let score = &outcome.score;
        self.honours += outcome.honours.len() as u64;
        if score.roll != Roll::Here {
            self.left += u64::from(score.roll == Roll::Left);
            return;
        }
        self.members += 1;
        self.place(score);
        self.exempt += u64::from(score.flags.contains(&Flag::Exempt));
        if let Some(total) = &score.total {
            self.scored += 1;
            self.probationary += u64::from(score.flags.contains(&Flag::Probationary));
            let sum = self.totals.entry(outcome.scheme).or_default();
            sum.0 = &sum.0 + total;
            sum.1 += 1;
        }
        if let Some(stars) = score.stars {
            *self.stars.entry(stars).or_default() += 1;
        }
        if let Some(letter) = &outcome.letter {
            *self.letters.entry(letter.clone()).or_default() += 1;
        }
        self.vetoed += u64::from(!score.veto.is_empty());
    }

    /// Exactly one of grade, 免积分, 不计分, 预备不评 and no grades at all.
    fn place(&mut self, score: &Score) {
        let place = match (&score.grade, &score.total) {
            (Some(grade), _) => self.grades.entry(grade.clone()).or_default(),
            (None, _) if score.flags.contains(&Flag::Exempt) => &mut self.exempt_ungraded,
            (None, None) => &mut self.unscored,
            // 截止月 alone, and nobody voted on him: his total rests on less than the others'.
            (None, Some(_)) if !score.stands() => &mut self.unscored,
            (None, Some(_)) if score.flags.contains(&Flag::Probationary) => &mut self.probationary_ungraded,
            (None, Some(_)) => &mut self.ungraded,
        };
        *place += 1;
    }

    /// Adds another count.
    pub fn merge(&mut self, other: &Self) {
        self.members += other.members;
        self.left += other.left;
        self.exempt_ungraded += other.exempt_ungraded;
        self.probationary_ungraded += other.probationary_ungraded;
        self.unscored += other.unscored;
        self.ungraded += other.ungraded;
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

    /// `优秀12 合格30 预备不评1 免积分2 不计分1`: what 在册 is made of, without what nobody is in.
    pub fn sum_text(&self) -> String {
        let parts: Vec<String> =
            self.parts().into_iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{name}{count}")).collect();
        parts.join(" ")
    }

    /// What 在册 is made of: grades in their order, then those without one. The counts add up to `members`.
    pub fn parts(&self) -> Vec<(String, u64)> {
        let mut parts: Vec<(String, u64)> =
            GRADES.iter().map(|grade| ((*grade).to_owned(), self.grades.get(*grade).copied().unwrap_or(0))).collect();
        parts.extend(
            self.grades.iter().filter(|(grade, _)| !GRADES.contains(&grade.as_str())).map(|(grade, count)| (grade.clone(), *count)),
        );
        parts.extend(
            [("预备不评", self.probationary_ungraded), ("免积分", self.exempt_ungraded), ("不计分", self.unscored)]
                .map(|(name, count)| (name.to_owned(), count)),
        );
        if self.ungraded > 0 {
            parts.push(("不评等次".to_owned(), self.ungraded));
        }
        parts
    }
}
