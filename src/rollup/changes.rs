//! Figures that were posted and are others now.

use chrono::NaiveDate;

use crate::diag::{Code, Finding, Place};
use crate::period::{Period, zh_date};
use crate::record::Values;
use crate::scheme::Scheme;
use crate::submission::Submission;

use super::{Outcome, OutcomeKind};

/// A posted result that today's submissions give otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Who; none where only the name is known, as in a merge.
    pub kind: Option<OutcomeKind>,
    /// 姓名, or the branch's name.
    pub name: String,
    /// 序号; none for a branch.
    pub seq: Option<i64>,
    /// Scheme id.
    pub scheme: String,
    /// The posted period.
    pub period: Period,
    /// When the branch's board of that period was put up; none where it is not known.
    pub posted: Option<NaiveDate>,
    /// What was posted last; none if nothing was.
    pub old: Option<Values>,
    /// What it is now.
    pub new: Values,
    /// The scheme has another text than when it was posted.
    pub by_scheme: bool,
    /// A board of this period has announced it already: printed again, found no more.
    pub told: bool,
}

/// What a board tells of an outcome.
pub fn values(outcome: &Outcome, scheme: &Scheme) -> Values {
    let publish = |value: Option<&crate::exact::Exact>| value.map(|value| value.publish(scheme.digits));
    let score = &outcome.score;
    let mut honours = outcome.honours.clone();
    honours.sort();
    Values {
        total: publish(score.total.as_ref()),
        board: publish(score.board.as_ref()),
        grade: score.grade.clone(),
        stars: score.stars,
        honours,
    }
}

/// What is said of one who has no score.
const UNSCORED: &str = "不计分";

impl Change {
    /// What was posted, as a board says it: `94.03分`, `94.03分、合格`; only what is another now.
    pub fn was(&self) -> String {
        match &self.old {
            None => "未公布".to_owned(),
            Some(old) => differing(old, &self.new).into_iter().map(|(old, _)| old).collect::<Vec<_>>().join("、"),
        }
    }

    /// What it is now, in the same order.
    pub fn is(&self) -> String {
        let old = self.old.clone().unwrap_or_default();
        differing(&old, &self.new).into_iter().map(|(_, new)| new).collect::<Vec<_>>().join("、")
    }

    /// `一季度原公布94.03分，现为93.87分`.
    pub fn correction(&self) -> String {
        let now = self.is();
        let now = if now == UNSCORED { format!("现{now}") } else { format!("现为{now}") };
        match self.old {
            None => format!("{}原未公布，{now}", self.period.zh()),
            Some(_) => format!("{}原公布{}，{now}", self.period.zh(), self.was()),
        }
    }

    /// `（该期于2026年4月10日公示，此后细则有修订）`: what is known of when and why; empty where nothing is.
    pub fn circumstances(&self) -> String {
        let posted = self.posted.map(|day| format!("该期于{}公示", zh_date(day)));
        let parts: Vec<String> = posted.into_iter().chain(self.by_scheme.then(|| "此后细则有修订".to_owned())).collect();
        if parts.is_empty() { String::new() } else { format!("（{}）", parts.join("，")) }
    }

    /// True if boards print it; `all` is the county's word for corrections that come from the scheme.
    pub fn is_printed(&self, all: bool) -> bool {
        self.told || !self.by_scheme || all
    }
}

/// Old and new of everything that differs, in the order in which people look at it. What a board shows instead of the total
/// stands for it.
fn differing(old: &Values, new: &Values) -> Vec<(String, String)> {
    let score = |value: &Option<String>| value.as_ref().map_or_else(|| UNSCORED.to_owned(), |value| format!("{value}分"));
    if new.total.is_none() && old.total.is_some() {
        return vec![(score(&old.total), UNSCORED.to_owned())];
    }
    let word = |value: Option<String>| value.filter(|value| !value.is_empty()).unwrap_or_else(|| "无".to_owned());
    let stars = |value: Option<u8>| word(value.map(|stars| format!("{stars}星")));
    let mut found = Vec::new();
    if old.board != new.board && (old.board.is_some() || old.total.is_none()) {
        found.push((score(&old.board), score(&new.board)));
    } else if old.total != new.total {
        found.push((score(&old.total), score(&new.total)));
    }
    if old.grade != new.grade {
        found.push((word(old.grade.clone()), word(new.grade.clone())));
    }
    if old.stars != new.stars {
        found.push((stars(old.stars), stars(new.stars)));
    }
    if old.honours != new.honours {
        found.push((word(Some(old.honours.join("、"))), word(Some(new.honours.join("、")))));
    }
    // The board's figure is the same and the total is not: the total is what is left to be named.
    if old.board == new.board && found.is_empty() {
        found.push((score(&old.total), score(&new.total)));
    }
    found
}

/// One warning per subject and period; of those that come from the scheme one for the whole branch.
pub fn change_findings(changes: &[Change], submission: &Submission) -> Vec<Finding> {
    let fresh = || changes.iter().filter(|change| !change.told);
    let mut findings: Vec<Finding> = fresh()
        .filter(|change| !change.by_scheme)
        .map(|change| {
            let place = match change.kind {
                Some(OutcomeKind::Member(at)) => submission.place(submission.members[at as usize].at),
                _ => Place::file(&submission.file),
            };
            let mut finding = Finding::new(Code::ChangedAfterPublication, place);
            finding.value = change.old.is_some().then(|| change.was());
            finding
                .ordinal(change.period.ordinal())
                .about(&*change.name)
                .arg("period", change.period.zh())
                .arg("old", change.was())
                .arg("new", change.is())
        })
        .collect();
    let mut people: Vec<(&str, Option<i64>)> =
        fresh().filter(|change| change.by_scheme).map(|change| (change.name.as_str(), change.seq)).collect();
    people.sort_unstable();
    people.dedup();
    if !people.is_empty() {
        let finding = Finding::new(Code::ChangedAfterPublication, Place::file(&submission.file)).arg("people", people.len());
        findings.push(finding.arg("name", "").arg("period", "").arg("old", "").arg("new", ""));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(old: Option<Values>, new: Values) -> Change {
        let period = Period::parse("一季度").expect("period");
        Change {
            kind: None,
            name: "甲".into(),
            seq: Some(1),
            scheme: "x".into(),
            period,
            posted: None,
            old,
            new,
            by_scheme: false,
            told: false,
        }
    }

    fn scored(total: &str) -> Values {
        Values { total: Some(total.into()), ..Values::default() }
    }

    #[test]
    fn a_correction_is_said_as_people_say_it() {
        assert_eq!(change(Some(scored("94.03")), scored("93.87")).correction(), "一季度原公布94.03分，现为93.87分");
        assert_eq!(change(Some(scored("59.00")), Values::default()).correction(), "一季度原公布59.00分，现不计分");
        assert_eq!(change(None, scored("93.87")).correction(), "一季度原未公布，现为93.87分");
        let graded = |total: &str, grade: &str| Values { grade: Some(grade.into()), ..scored(total) };
        assert_eq!(
            change(Some(graded("95.00", "优秀")), graded("94.00", "合格")).correction(),
            "一季度原公布95.00分、优秀，现为94.00分、合格"
        );
        assert_eq!(change(Some(graded("95.00", "优秀")), graded("95.00", "合格")).correction(), "一季度原公布优秀，现为合格");
        let board = |total: &str, board: &str| Values { board: Some(board.into()), ..scored(total) };
        assert_eq!(change(Some(board("60.00", "95.00")), board("59.00", "94.00")).correction(), "一季度原公布95.00分，现为94.00分");
        assert_eq!(change(Some(board("60.00", "95.00")), board("59.00", "95.00")).correction(), "一季度原公布60.00分，现为59.00分");
    }

    #[test]
    fn a_correction_says_when_the_board_was_put_up_and_that_the_rules_changed() {
        let mut one = change(Some(scored("1.00")), scored("2.00"));
        assert_eq!(one.circumstances(), "");
        one.posted = NaiveDate::from_ymd_opt(2026, 4, 10);
        assert_eq!(one.circumstances(), "（该期于2026年4月10日公示）");
        one.by_scheme = true;
        assert_eq!(one.circumstances(), "（该期于2026年4月10日公示，此后细则有修订）");
    }

    #[test]
    fn corrections_from_the_scheme_are_printed_only_if_the_county_says_so() {
        let mut one = change(Some(scored("1.00")), scored("2.00"));
        assert!(one.is_printed(false));
        one.by_scheme = true;
        assert!(!one.is_printed(false) && one.is_printed(true));
        one.told = true;
        assert!(one.is_printed(false), "what a board has announced stays on it");
    }
}
