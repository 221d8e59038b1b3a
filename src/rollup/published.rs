//! Earlier results beside today's submissions: what would be another total now.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::diag::{Code, Finding, Place};
use crate::period::{Period, RunPeriod};
use crate::scheme::Scheme;
use crate::score::{Score, score_branch, score_member};
use crate::submission::Submission;

use super::{Outcome, OutcomeKind};

/// One line of an earlier `results.jsonl`, as far as it is compared; other keys are passed over.
#[derive(Clone, Debug, Deserialize)]
pub struct PublishedRow {
    /// `2026Q1`.
    pub period: String,
    /// 支部编码.
    pub branch_code: String,
    /// 序号; none for a branch.
    pub seq: Option<i64>,
    /// 姓名, or the branch's name.
    pub name: String,
    /// Scheme id.
    pub scheme: String,
    /// `member` or `branch`.
    pub subject: String,
    /// The published total.
    pub total: Option<String>,
    /// The published figure of the board, where it is another.
    pub board: Option<String>,
    /// 等次.
    pub grade: Option<String>,
}

/// A published score that today's submissions give otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Who, if still there.
    pub kind: Option<OutcomeKind>,
    /// 姓名, or the branch's name.
    pub name: String,
    /// The published period.
    pub period: Period,
    /// What was published; none where nothing was.
    pub old: Option<String>,
    /// What it is now; none where nothing is scored any more.
    pub new: Option<String>,
}

/// Compares a branch's published rows of one earlier period with what its submission gives today. Totals are compared,
/// and where those agree what the board shows.
pub fn changes(
    published: &[PublishedRow],
    submission: &Submission,
    outcomes: &[Outcome],
    schemes: &[Scheme],
    branch: &str,
    earlier: RunPeriod,
) -> Vec<Change> {
    // Who was scored nowhere, then or now, is no change; a branch nobody had seen was not published at all.
    if published.is_empty() {
        return Vec::new();
    }
    let mut unmatched: Vec<Option<&PublishedRow>> = published.iter().map(Some).collect();
    let name_of = |kind: OutcomeKind| match kind {
        OutcomeKind::Member(at) => &*submission.members[at as usize].name,
        OutcomeKind::Branch => branch,
    };
    let mut found = Vec::new();
    for outcome in outcomes {
        let name = name_of(outcome.kind);
        let subject = if outcome.kind == OutcomeKind::Branch { "branch" } else { "member" };
        let same = |row: &PublishedRow| row.subject == subject && (row.name == name || subject == "branch");
        let namesakes = outcomes.iter().filter(|other| other.kind != OutcomeKind::Branch && name_of(other.kind) == name).count();
        let rows: Vec<usize> = unmatched.iter().enumerate().filter(|(_, row)| row.is_some_and(same)).map(|(at, _)| at).collect();
        // 序号 decides between namesakes only; elsewhere rows may have been renumbered.
        let at = match (rows.as_slice(), outcome.kind) {
            ([only], _) if namesakes <= 1 => Some(*only),
            (_, OutcomeKind::Member(at)) => {
                let seq = submission.members[at as usize].seq;
                rows.into_iter().find(|row| unmatched[*row].is_some_and(|row| row.seq == Some(seq)))
            }
            (_, OutcomeKind::Branch) => None,
        };
        let row = at.and_then(|at| unmatched[at].take());
        let scheme = &schemes[outcome.scheme];
        let score = match outcome.kind {
            OutcomeKind::Member(at) => score_member(scheme, submission, at, earlier),
            OutcomeKind::Branch => score_branch(scheme, submission, earlier).unwrap_or_default(),
        };
        if let Some((old, new)) = differs(row, &score, scheme.digits) {
            found.push(Change { kind: Some(outcome.kind), name: name.to_owned(), period: earlier.period, old, new });
        }
    }
    let gone = unmatched.into_iter().flatten().filter(|row| row.total.is_some());
    found.extend(gone.map(|row| Change { kind: None, name: row.name.clone(), period: earlier.period, old: row.total.clone(), new: None }));
    found
}

/// What was published and what it is now, where they differ.
fn differs(row: Option<&PublishedRow>, score: &Score, digits: u32) -> Option<(Option<String>, Option<String>)> {
    let publish = |value: Option<&crate::exact::Exact>| value.map(|value| value.publish(digits));
    let (total, board) = (publish(score.total.as_ref()), publish(score.board.as_ref()));
    let old = row.and_then(|row| row.total.clone());
    if old != total {
        return Some((old, total));
    }
    let old = row.and_then(|row| row.board.clone());
    (old.is_some() && old != board).then_some((old, board))
}

/// One warning a person, whatever the number of periods.
pub fn change_findings(changes: &[Change], submission: &Submission) -> Vec<Finding> {
    let mut people: BTreeMap<(Option<u32>, &str), Vec<&Change>> = BTreeMap::new();
    for change in changes {
        let at = match change.kind {
            Some(OutcomeKind::Member(at)) => Some(at),
            _ => None,
        };
        people.entry((at, &change.name)).or_default().push(change);
    }
    let findings = people.into_iter().map(|((at, name), changes)| {
        let place = match at {
            Some(at) => submission.place(submission.members[at as usize].at),
            None => Place::file(&submission.file),
        };
        let told: Vec<String> = changes.iter().map(|change| format!("{} {}", change.period.zh(), change.arrow())).collect();
        Finding::new(Code::ChangedAfterPublication, place).value(name).arg("changes", told.join("；"))
    });
    findings.collect()
}

impl Change {
    /// `91.00→90.00`, `—→90.00` for who was not on the board.
    pub fn arrow(&self) -> String {
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "—".to_owned());
        format!("{}→{}", shown(&self.old), shown(&self.new))
    }
}
