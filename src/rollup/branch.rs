//! All outcomes of one branch: scores, ranks, grades by rank, honours within their quotas, letters.

use std::collections::BTreeMap;

use crate::diag::{Code, Finding, Place};
use crate::exact::Exact;
use crate::period::{Every, Period, RunPeriod};
use crate::scheme::{Among, Grades, Honour, QuotaBase, Ranking, Scheme, Standing};
use crate::score::{Flag, Score, after_vetoes, score_branch, score_member};
use crate::submission::{Member, Nomination, Submission};

/// Who an outcome is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OutcomeKind {
    /// A member, by position in the roster.
    Member(u32),
    /// The branch itself.
    Branch,
}

/// Everything decided about one subject.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Who.
    pub kind: OutcomeKind,
    /// Scheme, as an index into the workspace's.
    pub scheme: usize,
    /// Scores.
    pub score: Score,
    /// Place among the scored members of one scheme in the branch: 1, 2, 2, 4.
    pub rank: Option<u32>,
    /// How many are ranked.
    pub rank_of: Option<u32>,
    /// `年度之星`, `季度之星-三季度`.
    pub honours: Vec<String>,
    /// `告诫通知书`.
    pub letter: Option<String>,
    /// Where the total stands among those that it is ranked with for the grade, if it is.
    pub standing: Option<Standing>,
}

impl Outcome {
    /// A score of which nothing follows yet.
    pub fn of(kind: OutcomeKind, scheme: usize, score: Score) -> Self {
        Self { kind, scheme, score, rank: None, rank_of: None, honours: Vec::new(), letter: None, standing: None }
    }
}

/// Scores a whole branch: members in roster order, the branch itself last. Grades by rank beyond the branch are [`grade_among`]'s.
pub fn branch_outcomes(submission: &Submission, schemes: &[Scheme], run: RunPeriod) -> (Vec<Outcome>, Vec<Finding>) {
    let mut outcomes: Vec<Outcome> = Vec::with_capacity(submission.members.len());
    for (at, member) in submission.members.iter().enumerate().filter(|(_, member)| member.repeats.is_none()) {
        let score = score_member(&schemes[member.scheme], submission, at as u32, run);
        outcomes.push(Outcome::of(OutcomeKind::Member(at as u32), member.scheme, score));
    }
    rank(&mut outcomes, schemes);
    grade_by_rank(&mut outcomes, schemes);
    letters(&mut outcomes, schemes, run.period.every());
    let mut findings = honours(&mut outcomes, submission, schemes, run);
    let every = run.period.every();
    findings.extend(grade_quotas(&outcomes, submission, schemes, every, |scheme| scheme.member.ranks_among(every) <= Some(Among::Branch)));
    if let Some(scheme) = submission.branch_scheme
        && let Some(score) = score_branch(&schemes[scheme], submission, &member_totals(&outcomes, scheme), run)
    {
        outcomes.push(Outcome::of(OutcomeKind::Branch, scheme, score));
    }
    (outcomes, findings)
}

/// Totals of the members that a scheme scores, by their positions in the roster; of one who has left none stands.
pub fn member_totals(outcomes: &[Outcome], scheme: usize) -> Vec<(u32, Exact)> {
    let own = outcomes.iter().filter(|outcome| outcome.scheme == scheme && outcome.score.stands());
    let total = |outcome: &Outcome| match outcome.kind {
        OutcomeKind::Member(at) => Some((at, outcome.score.total.clone()?)),
        OutcomeKind::Branch => None,
    };
    own.filter_map(total).collect()
}

/// Competition ranking within each scheme.
fn rank(outcomes: &mut [Outcome], schemes: &[Scheme]) {
    let mut by_scheme: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, outcome) in outcomes.iter().enumerate().filter(|(_, outcome)| outcome.score.total.is_some() && outcome.score.stands()) {
        by_scheme.entry(outcome.scheme).or_default().push(at);
    }
    for (scheme, mut group) in by_scheme {
        // Equals stay in the order of the roster, for the same results in every run.
        group.sort_by(|a, b| {
            let order = outcomes[*a].score.total.cmp(&outcomes[*b].score.total);
            if schemes[scheme].lowest_first { order } else { order.reverse() }
        });
        let size = group.len() as u32;
        let (mut place, mut last): (u32, Option<Exact>) = (0, None);
        for (counted, at) in group.into_iter().enumerate() {
            if last != outcomes[at].score.total {
                place = counted as u32 + 1;
                last.clone_from(&outcomes[at].score.total);
            }
            outcomes[at].rank = Some(place);
            outcomes[at].rank_of = Some(size);
        }
    }
}

/// How an outcome is ranked, if it is.
fn ranking<'a>(outcome: &Outcome, schemes: &'a [Scheme]) -> Option<&'a Ranking> {
    let scheme = &schemes[outcome.scheme];
    let rules = if outcome.kind == OutcomeKind::Branch { scheme.branch.as_ref()? } else { &scheme.member };
    if let Grades::Rank(ranking) = &rules.gradings.get(outcome.score.grading?)?.by { Some(ranking) } else { None }
}

/// Grades by rank within the branch: a group of equals that does not fit its share whole falls to the rest.
fn grade_by_rank(outcomes: &mut [Outcome], schemes: &[Scheme]) {
    let mut field = Field::default();
    field.add("", outcomes, schemes, |among| among == Among::Branch);
    field.sort();
    field.grade("", outcomes, schemes, |among| among == Among::Branch);
}

/// Scheme, whether it is the branch itself, block of grades, and the unit within which totals are ranked.
type Ranked = (usize, bool, Option<usize>, Among, String);

/// Totals of everybody who is ranked with others, by the scheme's block of grades and the unit within which it ranks.
#[derive(Debug, Default)]
pub struct Field {
    totals: BTreeMap<Ranked, Vec<Exact>>,
}

impl Field {
    fn key(outcome: &Outcome, among: Among, committee: &str) -> Ranked {
        let unit = if among == Among::Committee { committee.to_owned() } else { String::new() };
        (outcome.scheme, outcome.kind == OutcomeKind::Branch, outcome.score.grading, among, unit)
    }

    fn add(&mut self, committee: &str, outcomes: &[Outcome], schemes: &[Scheme], wanted: impl Fn(Among) -> bool) {
        for outcome in outcomes {
            let Some(ranking) = ranking(outcome, schemes).filter(|ranking| wanted(ranking.among)) else { continue };
            let Some(total) = &outcome.score.total else { continue };
            self.totals.entry(Self::key(outcome, ranking.among, committee)).or_default().push(total.clone());
        }
    }

    fn sort(&mut self) {
        self.totals.values_mut().for_each(|totals| totals.sort_unstable());
    }

    /// Everybody of these branches, each with its committee, who is ranked beyond his branch.
    pub fn of<'a>(branches: impl Iterator<Item = (&'a str, &'a [Outcome])>, schemes: &[Scheme]) -> Self {
        let mut field = Self::default();
        for (committee, outcomes) in branches {
            field.add(committee, outcomes, schemes, |among| among != Among::Branch);
        }
        field.sort();
        field
    }

    fn grade(&self, committee: &str, outcomes: &mut [Outcome], schemes: &[Scheme], wanted: impl Fn(Among) -> bool) {
        for outcome in outcomes {
            let Some(ranking) = ranking(outcome, schemes).filter(|ranking| wanted(ranking.among)) else { continue };
            let (Some(total), Some(totals)) = (&outcome.score.total, self.totals.get(&Self::key(outcome, ranking.among, committee))) else {
                continue;
            };
            let standing = ranking.beside(totals, total);
            let own = ranking.grade(standing, total);
            outcome.standing = Some(standing);
            outcome.score.grade = Some(match outcome.kind {
                OutcomeKind::Branch => own.to_owned(),
                OutcomeKind::Member(_) => after_vetoes(&schemes[outcome.scheme], &outcome.score, own).grade.to_owned(),
            });
        }
    }
}

/// Grades by rank among all of a committee or the county, and what follows from them, once every branch is scored.
pub fn grade_among(
    field: &Field,
    committee: &str,
    outcomes: &mut [Outcome],
    submission: &Submission,
    schemes: &[Scheme],
    run: RunPeriod,
) -> Vec<Finding> {
    let every = run.period.every();
    field.grade(committee, outcomes, schemes, |among| among != Among::Branch);
    letters(outcomes, schemes, every);
    grade_quotas(outcomes, submission, schemes, every, |scheme| scheme.member.ranks_among(every) > Some(Among::Branch))
}

/// Letters go to full members whose grade came from a score.
fn letters(outcomes: &mut [Outcome], schemes: &[Scheme], every: Every) {
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.kind != OutcomeKind::Branch) {
        if [Flag::Probationary, Flag::Exempt].iter().any(|flag| outcome.score.flags.contains(flag)) {
            continue;
        }
        let Some(grade) = &outcome.score.grade else { continue };
        outcome.letter = schemes[outcome.scheme].letter_of(grade, every).map(|letter| letter.name.clone());
    }
}

/// The nominations of one honour and period in a branch.
#[derive(Debug)]
pub struct Nominees<'a> {
    /// Scheme, as an index into the workspace's.
    pub scheme: usize,
    /// The honour.
    pub honour: &'a Honour,
    /// For which period.
    pub period: Period,
    /// Those who may hold it.
    pub entitled: Vec<&'a Nomination>,
    /// Those who may not; each is void on its own.
    pub barred: Vec<&'a Nomination>,
    /// What the quota is a share of.
    pub base: usize,
    /// How many may hold it.
    pub quota: i64,
}

impl Nominees<'_> {
    /// True where more are entitled than may hold the honour: then nobody does.
    pub fn too_many(&self) -> bool {
        self.entitled.len() as i64 > self.quota
    }

    /// `年度之星`, `季度之星-三季度`.
    pub fn title(&self) -> String {
        if self.period == Period::YEAR { self.honour.name.clone() } else { format!("{}-{}", self.honour.name, self.period.zh()) }
    }
}

/// Everyone nominated, sorted by whether he is entitled, with the quota. Outcomes need their stars already.
pub fn nominees<'a>(outcomes: &[&Outcome], submission: &'a Submission, schemes: &'a [Scheme], run: RunPeriod) -> Vec<Nominees<'a>> {
    let mut groups: BTreeMap<(usize, usize, Period), Vec<&Nomination>> = BTreeMap::new();
    for nomination in submission.nominations.iter().filter(|nomination| run.period.contains(nomination.period)) {
        let scheme = submission.members[nomination.member as usize].scheme;
        let group = groups.entry((scheme, nomination.honour, nomination.period)).or_default();
        // Naming one person twice for one honour is naming him once.
        if !group.iter().any(|other| other.member == nomination.member) {
            group.push(nomination);
        }
    }
    let mut all = Vec::new();
    for ((scheme, honour, period), group) in groups {
        let honour = &schemes[scheme].honours[honour];
        if honour.every == Every::Year && run.period != Period::YEAR {
            continue;
        }
        let (entitled, barred) = group.into_iter().partition(|nomination| {
            let outcome = outcomes.iter().find(|outcome| outcome.kind == OutcomeKind::Member(nomination.member));
            outcome.is_some_and(|outcome| may_hold(outcome, honour, submission, nomination, period))
        });
        let base = quota_base(outcomes, submission, scheme, honour, period);
        let quota = quota(base, submission, honour, period);
        all.push(Nominees { scheme, honour, period, entitled, barred, base, quota });
    }
    all
}

/// Honours by nomination, held to entitlement and quota.
fn honours(outcomes: &mut [Outcome], submission: &Submission, schemes: &[Scheme], run: RunPeriod) -> Vec<Finding> {
    let mut findings = Vec::new();
    let groups = nominees(&outcomes.iter().collect::<Vec<_>>(), submission, schemes, run);
    for group in groups {
        for nomination in &group.barred {
            let name = submission.members[nomination.member as usize].name.to_string();
            findings.push(
                Finding::new(Code::HonourNotEligible, submission.place(nomination.at))
                    .value(name)
                    .arg("honour", &group.honour.name)
                    .arg("period", group.period.zh())
                    .ordinal(group.period.ordinal()),
            );
        }
        if group.too_many() {
            let first = group.entitled.get(usize::try_from(group.quota).unwrap_or(0));
            let at = first.map_or(submission.nominations[0].at, |nomination| nomination.at);
            let finding = Finding::new(Code::QuotaExceeded, submission.place(at)).value(group.entitled.len().to_string());
            let none = group.quota == 0;
            findings.push(
                finding
                    .ordinal(group.period.ordinal())
                    .arg("honour", &group.honour.name)
                    .arg("beyond", if none { "" } else { &group.honour.name })
                    .arg("nothing", if none { &group.honour.name } else { "" })
                    .arg("period", group.period.zh())
                    .arg("quota", group.quota),
            );
            continue;
        }
        let name = group.title();
        // One who has died takes part in the quota as he did, and is named nowhere.
        for nomination in group.entitled.iter().filter(|nomination| !submission.members[nomination.member as usize].is_dead()) {
            if let Some(outcome) = outcomes.iter_mut().find(|outcome| outcome.kind == OutcomeKind::Member(nomination.member)) {
                outcome.honours.push(name.clone());
            }
        }
    }
    findings
}

fn may_hold(outcome: &Outcome, honour: &Honour, submission: &Submission, nomination: &Nomination, period: Period) -> bool {
    let member = &submission.members[nomination.member as usize];
    let there = if period == Period::YEAR {
        outcome.score.stands()
    } else {
        member.course.left_month.is_none_or(|month| period.last_month() <= month)
    };
    there && member.scored_in(period) && has_stars(outcome, honour)
}

/// What the quota is a share of. Exempt members are left out; whoever was expected in a part of the year counts for it, also
/// if he left later.
fn quota_base(outcomes: &[&Outcome], submission: &Submission, scheme: usize, honour: &Honour, period: Period) -> usize {
    if honour.of == QuotaBase::Stars {
        let holders = outcomes.iter().filter(|outcome| outcome.scheme == scheme && outcome.score.total.is_some() && outcome.score.stands());
        return holders.filter(|outcome| has_stars(outcome, honour)).count();
    }
    let members = submission.members.iter().filter(|member| member.repeats.is_none());
    let counts = |member: &&Member| member.scored_in(period) && (period != Period::YEAR || member.is_on_roll(period));
    members.filter(|member| member.scheme == scheme && counts(member)).count()
}

/// How many may hold the honour.
fn quota(base: usize, submission: &Submission, honour: &Honour, period: Period) -> i64 {
    let members = submission.members.iter().filter(|member| member.repeats.is_none());
    honour.quota(base, members.filter(|member| member.expected_in(period)).count())
}

/// The stars that the honour asks for, or more.
fn has_stars(outcome: &Outcome, honour: &Honour) -> bool {
    honour.stars.is_none_or(|stars| outcome.score.stars.is_some_and(|own| own >= stars))
}

/// Grades that more members have than the scheme wants. The grades stand: who is to go is for people to say.
fn grade_quotas(
    outcomes: &[Outcome],
    submission: &Submission,
    schemes: &[Scheme],
    every: Every,
    wanted: impl Fn(&Scheme) -> bool,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, scheme) in schemes.iter().enumerate().filter(|(_, scheme)| wanted(scheme)) {
        let scored = || outcomes.iter().filter(|outcome| outcome.scheme == at && outcome.score.total.is_some() && outcome.score.stands());
        for quota in scheme.quotas.iter().filter(|quota| quota.runs.contains(&every)) {
            let have = scored().filter(|outcome| outcome.score.grade.as_ref() == Some(&quota.grade)).count();
            let base = match quota.of {
                QuotaBase::Graded => scored().filter(|outcome| outcome.score.grade.is_some()).count(),
                _ => scored().count(),
            };
            let most = quota.most.of(base);
            if have as i64 > most {
                let place = Place { file: Some(submission.file.clone()), sheet: None, cell: None };
                let finding = Finding::new(Code::QuotaExceeded, place).value(have.to_string());
                findings.push(finding.arg("grade", &quota.grade).arg("quota", most).arg("base", base));
            }
        }
    }
    findings
}
