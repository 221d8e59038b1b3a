//! How many members, scores and grades: counts that add up in any order.

use std::collections::BTreeMap;

use crate::exact::Exact;
use crate::scheme::{Scheme, in_one_order};

use super::{Outcome, OutcomeKind};
use crate::score::{Flag, Score};
use crate::submission::Roll;

/// What a member on the roll counts as; exactly one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted<'a> {
    /// A grade.
    Graded(&'a str),
    /// 预备不评: probationary, with a total and without a grade.
    Probationary,
    /// 免积分, without a grade given directly.
    Exempt,
    /// 不计分: neither graded nor exempt, and without a total that stands.
    Unscored,
    /// With a total under a scheme that gives no grades.
    Ungraded,
}

impl<'a> Counted<'a> {
    /// What this score counts as.
    pub fn of(score: &'a Score) -> Self {
        match (&score.grade, &score.total) {
            (Some(grade), _) => Self::Graded(grade),
            (None, _) if score.flags.contains(&Flag::Exempt) => Self::Exempt,
            (None, None) => Self::Unscored,
            // 截止月 alone, and nobody voted on him: his total rests on less than the others'.
            (None, Some(_)) if !score.stands() => Self::Unscored,
            (None, Some(_)) if score.flags.contains(&Flag::Probationary) => Self::Probationary,
            (None, Some(_)) => Self::Ungraded,
        }
    }

    /// Its place among the counts, given the grades in their order, and its name there.
    pub fn named(self, grades: &[&str]) -> (usize, &'a str) {
        let behind = grades.len() + 1;
        match self {
            Self::Graded(name) => (grades.iter().position(|grade| *grade == name).unwrap_or(grades.len()), name),
            Self::Probationary => (behind, "预备不评"),
            Self::Exempt => (behind + 1, "免积分"),
            Self::Unscored => (behind + 2, "不计分"),
            Self::Ungraded => (behind + 3, "不评等次"),
        }
    }
}

/// The grades that schemes give, the best first; those of several schemes once each, in an order that keeps every scheme's.
pub fn grades_of<'a>(schemes: impl IntoIterator<Item = &'a Scheme>) -> Vec<&'a str> {
    in_one_order(schemes.into_iter().map(|scheme| scheme.member.grade_names()))
}

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
    /// What members without a grade count as, each with the key of its text.
    pub const WITHOUT_GRADE: [(&'static str, &'static str); 4] =
        [("count-probationary", "预备不评"), ("count-exempt", "免积分"), ("count-unscored", "不计分"), ("count-ungraded", "不评等次")];

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

    fn place(&mut self, score: &Score) {
        let place = match Counted::of(score) {
            Counted::Graded(grade) => self.grades.entry(grade.to_owned()).or_default(),
            Counted::Exempt => &mut self.exempt_ungraded,
            Counted::Unscored => &mut self.unscored,
            Counted::Probationary => &mut self.probationary_ungraded,
            Counted::Ungraded => &mut self.ungraded,
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
    pub fn sum_text(&self, grades: &[&str]) -> String {
        let parts: Vec<String> =
            self.parts(grades).into_iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{name}{count}")).collect();
        parts.join(" ")
    }

    /// What 在册 is made of: these grades, others that were given directly, those without one. The counts add up to `members`.
    pub fn parts(&self, grades: &[&str]) -> Vec<(String, u64)> {
        let mut parts: Vec<(String, u64)> = grades.iter().map(|grade| ((*grade).to_owned(), self.with_grade(grade))).collect();
        parts.extend(
            self.grades.iter().filter(|(grade, _)| !grades.contains(&grade.as_str())).map(|(grade, count)| (grade.clone(), *count)),
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

    /// Members with this grade.
    pub fn with_grade(&self, grade: &str) -> u64 {
        self.grades.get(grade).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::grades_of;

    #[test]
    fn grades_of_several_schemes_keep_the_order_of_each() {
        let text = |id: &str| String::from_utf8_lossy(&crate::builtin::scheme(id).expect("built in")).into_owned();
        let scheme = |text: &str| crate::scheme::load(text).expect("loads");
        let (three, four) = (scheme(&text("two-way-rank")), scheme(&text("community-4")));
        let own = scheme(&text("community-4").replace("\"优秀\"", "\"健康\"").replace("\"合格\"", "\"亚健康\""));
        assert_eq!(grades_of([&three, &four, &own]), ["健康", "亚健康", "优秀", "合格", "基本合格", "不合格"]);
        assert!(grades_of([]).is_empty());
    }
}
