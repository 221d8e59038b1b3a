//! Pure: scheme × submission → scores with their trace.
//!
//! Exact rational arithmetic throughout; grades and stars look at the exact total, publishing rounds once and later.
//! A trace is computed by the same evaluation on request (`explain`) and never kept. No IO.

mod ballots;
mod evaluate;
mod facts;
mod figures;
mod item;
mod subject;
mod trace;

pub use evaluate::evaluate_formula;
pub use subject::Subject;
pub use trace::{Label, Trace, Zero};

use chrono::Datelike;

use crate::diag::Lang;
use crate::exact::Exact;
use crate::period::{Day, Period, RunPeriod};
use crate::scheme::{Grades, Rules, Scheme, VetoEffect, Window};
use crate::submission::{Fact, Member, Roll, Submission};

/// What stands beside a score and changes how it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// 免积分.
    Exempt,
    /// 预备党员.
    Probationary,
    /// Not expected in every month of the run's period.
    PartYear,
    /// Not expected in any.
    NotExpected,
    /// The scheme does not score this length of period.
    NotScored,
    /// He has left by the end of the period.
    Left,
    /// He moved to another branch, which scores him.
    MovedOut,
}

impl Flag {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Exempt, Self::Probationary, Self::PartYear, Self::NotExpected, Self::NotScored, Self::Left, Self::MovedOut];

    /// The word in results.
    pub fn word(self) -> &'static str {
        match self {
            Self::Exempt => "exempt",
            Self::Probationary => "probationary",
            Self::PartYear => "part-year",
            Self::NotExpected => "not-expected",
            Self::NotScored => "not-scored",
            Self::Left => "left",
            Self::MovedOut => "moved-out",
        }
    }
}

/// The scores of one subject. Rank, honours and grades by rank are `rollup`'s.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Score {
    /// The total.
    pub total: Option<Exact>,
    /// What the board shows where it differs from the total.
    pub board: Option<Exact>,
    /// All other figures of this run, by id, in the scheme's order.
    pub figures: Vec<(String, Exact)>,
    /// 等次.
    pub grade: Option<String>,
    /// The block of the scheme's grades that is for this member and run, whether or not it gave one.
    pub grading: Option<usize>,
    /// 星级.
    pub stars: Option<u8>,
    /// Facts of 一票否决, indices into the scheme's.
    pub veto: Vec<usize>,
    /// Flags in their order.
    pub flags: Vec<Flag>,
    /// Which roll counts him at the end of the period. Somebody flagged as having left may be on this one: 截止月 alone takes nobody off it.
    pub roll: Roll,
}

impl Score {
    /// True if it stands beside the others: of one who has left there is no rank, grade, stars or letter.
    pub fn stands(&self) -> bool {
        !self.flags.iter().any(|flag| matches!(flag, Flag::Left | Flag::MovedOut))
    }

    /// A figure's exact value.
    pub fn figure(&self, id: &str) -> Option<&Exact> {
        match id {
            "total" => self.total.as_ref(),
            "board" => self.board.as_ref(),
            _ => self.figures.iter().find(|(key, _)| key == id).map(|(_, value)| value),
        }
    }
}

/// Scores one member of a submission that holds no error.
pub fn score_member(scheme: &Scheme, submission: &Submission, at: u32, run: RunPeriod) -> Score {
    let member = &submission.members[at as usize];
    let year = run.period == Period::YEAR;
    let mut score = Score { roll: member.roll(run.period), ..Score::default() };
    let polls = scheme.polls_of_year();
    let moved_on = member.has_moved_on(run.period);
    let left = member.has_left(run.period) || (submission.has_gone(at, run.period, polls) && !moved_on);
    let mut gone = Vec::new();
    gone.extend(left.then_some(Flag::Left));
    gone.extend(moved_on.then_some(Flag::MovedOut));
    let stands = gone.is_empty();
    if member.exempt.is_some() {
        score.flags.push(Flag::Exempt);
        score.flags.extend(gone);
        if year && stands {
            score.grade = member.direct_grade.as_deref().map(str::to_owned);
            score.stars = member.direct_stars;
        }
        return score;
    }
    if !member.expected_in(run.period) {
        score.flags.push(Flag::NotExpected);
        score.flags.extend(gone);
        return score;
    }
    if scheme.member.scores(run.period.every()) {
        if is_scored_here(scheme, member, run.period) {
            let subject = Subject::member(scheme, submission, at);
            let mut values = figures::figures(&subject, &scheme.member, run.period, None);
            // Of one who has left the branch may have no ballots: what rests on them cannot be worked out.
            if left && !has_enough_ballots(scheme, submission, at, run.period) {
                let unknown = figures::resting_on_ballots(&scheme.member, run.period);
                values.retain(|(id, _)| !unknown.contains(id));
            }
            score.total = take(&mut values, "total");
            score.board = take(&mut values, "board");
            score.figures = values;
        }
        if !member.counts_throughout(run.period) {
            score.flags.push(Flag::PartYear);
        }
    } else {
        score.flags.push(Flag::NotScored);
    }
    let probationary = if scheme.probationary_ever { member.was_probationary(run.period) } else { member.is_probationary(run.period) };
    if probationary {
        score.flags.push(Flag::Probationary);
    }
    score.flags.extend(gone);
    score.veto = vetoes_in(scheme, submission, at, run).map(|(fact, _)| fact.fact).collect();
    score.veto.sort_unstable();
    score.veto.dedup();
    let rules = &scheme.member;
    if let Some(total) = &score.total
        && stands
    {
        let every = run.period.every();
        if rules.stars_in(every) && (!probationary || scheme.grade_probationary) {
            let stars = rules.stars.as_ref().map(|bands| *bands.get(total));
            score.stars = stars.map(|stars| veto_effects(scheme, &score).filter_map(|e| e.max_stars).fold(stars, u8::min));
        }
        score.grading = rules.grading_of(&member.category, probationary, every, scheme.grade_probationary);
        if let Some(Grades::Bands(bands)) = score.grading.map(|at| &rules.gradings[at].by) {
            let own = bands.get(total).clone();
            score.grade = Some(after_vetoes(scheme, &score, &own).grade.to_owned());
        }
    }
    score
}

/// Facts of 一票否决 that count for a member in a run, with what they do: all of the year's in the year, in a shorter run those
/// of its days.
pub fn vetoes_in<'a>(
    scheme: &'a Scheme,
    submission: &'a Submission,
    at: u32,
    run: RunPeriod,
) -> impl Iterator<Item = (&'a Fact, &'a VetoEffect)> {
    let facts = submission.vetoes.iter().filter(move |fact| fact.member == at);
    facts.filter_map(move |fact| {
        let effect = &*scheme.veto.as_ref()?.effects[fact.fact];
        let within = |day: Day| {
            let (year, month) = match day {
                Day::Known(day) => (day.year(), day.month()),
                Day::Month(year, month) => (year, month),
            };
            year == run.year && run.period.overlaps(month as u8, month as u8)
        };
        let counts = run.period == Period::YEAR || fact.date.is_some_and(within);
        (counts && effect.runs.contains(&run.period.every())).then_some((fact, effect))
    })
}

/// True if this branch's entries give the member's score: he has not moved on to one that scores him, and of an earlier branch
/// nothing is lacking that the run looks at.
fn is_scored_here(scheme: &Scheme, member: &Member, run: Period) -> bool {
    let Some(moved) = &member.course.moved else { return true };
    if member.has_moved_on(run) && !moved.each {
        return false;
    }
    moved.waiting.is_none() || !looks_before(&scheme.member, member.first_month, run)
}

/// True if a figure of the run looks at a period that begins before the month.
fn looks_before(rules: &Rules, month: u8, run: Period) -> bool {
    let figures = rules.figures.iter().filter(|figure| figure.runs.contains(&run.every()));
    figures.flat_map(|figure| window_periods(rules, figure.window, run)).any(|period| period.first_month() < month)
}

fn has_enough_ballots(scheme: &Scheme, submission: &Submission, at: u32, run: Period) -> bool {
    let member = &submission.members[at as usize];
    scheme.votes_in(run).into_iter().filter(|(_, period)| member.counts_in(*period)).all(|(poll, period)| {
        let count = submission.vote(at, poll, period).map_or(0, |ballots| ballots.count);
        count >= scheme.polls[poll].min_ballots.max(1)
    })
}

fn veto_effects<'a>(scheme: &'a Scheme, score: &'a Score) -> impl Iterator<Item = &'a VetoEffect> {
    scheme.veto.iter().flat_map(|veto| score.veto.iter().map(|fact| &*veto.effects[*fact]))
}

/// What facts of 一票否决 leave of a grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AfterVetoes<'a> {
    /// The grade.
    pub grade: &'a str,
    /// Whether it is another than the score's own, and why.
    pub changed: Option<VetoedBy>,
}

/// How facts of 一票否决 change a grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VetoedBy {
    /// They set it, whatever the total.
    Force,
    /// They allow no better one.
    Cap,
}

/// What a member's facts of 一票否决 leave of his own grade: the worst that they force, else the own one, no better than they
/// allow. Of the grades only those of his own block count.
pub fn after_vetoes<'a>(scheme: &'a Scheme, score: &'a Score, own: &'a str) -> AfterVetoes<'a> {
    let best_first = score.grading.map(|at| scheme.member.gradings[at].names()).unwrap_or_default();
    let worst =
        |grades: &mut dyn Iterator<Item = &'a str>| grades.filter_map(|grade| best_first.iter().position(|known| *known == grade)).max();
    let forced = worst(&mut veto_effects(scheme, score).filter_map(|effect| effect.grade.as_deref()));
    let cap = worst(&mut veto_effects(scheme, score).filter_map(|effect| effect.max_grade.as_deref()));
    let own_place = best_first.iter().position(|known| *known == own);
    let before = forced.or(own_place);
    match (before, cap) {
        (Some(before), Some(cap)) if before < cap => AfterVetoes { grade: best_first[cap], changed: Some(VetoedBy::Cap) },
        _ => match forced {
            Some(forced) => AfterVetoes { grade: best_first[forced], changed: Some(VetoedBy::Force) },
            None => AfterVetoes { grade: own, changed: None },
        },
    }
}

/// Scores the branch itself, where the scheme does.
pub fn score_branch(scheme: &Scheme, submission: &Submission, totals: &[(u32, Exact)], run: RunPeriod) -> Option<Score> {
    let rules = scheme.branch.as_ref()?;
    let mut score = Score::default();
    if !rules.scores(run.period.every()) {
        score.flags.push(Flag::NotScored);
        return Some(score);
    }
    let subject = Subject::branch(scheme, rules, submission, totals);
    let mut values = figures::figures(&subject, rules, run.period, None);
    score.total = take(&mut values, "total");
    score.board = take(&mut values, "board");
    score.figures = values;
    if let Some(total) = &score.total {
        let every = run.period.every();
        score.stars = rules.stars.as_ref().filter(|_| rules.stars_in(every)).map(|bands| *bands.get(total));
        score.grading = rules.grading_of("", false, every, false);
        if let Some(Grades::Bands(bands)) = score.grading.map(|at| &rules.gradings[at].by) {
            score.grade = Some(bands.get(total).clone());
        }
    }
    Some(score)
}

fn take(values: &mut Vec<(String, Exact)>, id: &str) -> Option<Exact> {
    let at = values.iter().position(|(key, _)| key == id)?;
    Some(values.remove(at).1)
}

/// How every figure of a member came about, the total last; rules are told in `lang`.
pub fn trace_member(scheme: &Scheme, submission: &Submission, at: u32, run: RunPeriod, lang: Lang) -> Vec<Trace> {
    let member = &submission.members[at as usize];
    if !member.scored_in(run.period) || !scheme.member.scores(run.period.every()) || !is_scored_here(scheme, member, run.period) {
        return Vec::new();
    }
    let mut traces = Vec::new();
    figures::figures(&Subject::member(scheme, submission, at).told_in(lang), &scheme.member, run.period, Some(&mut traces));
    traces
}

/// How every figure of a branch came about, the total last; rules are told in `lang`.
pub fn trace_branch(scheme: &Scheme, submission: &Submission, totals: &[(u32, Exact)], run: RunPeriod, lang: Lang) -> Vec<Trace> {
    let mut traces = Vec::new();
    if let Some(rules) = scheme.branch.as_ref().filter(|rules| rules.scores(run.period.every())) {
        figures::figures(&Subject::branch(scheme, rules, submission, totals).told_in(lang), rules, run.period, Some(&mut traces));
    }
    traces
}

/// The entry periods that a window of a run looks at.
pub fn window_periods(rules: &Rules, window: Window, run: Period) -> Vec<Period> {
    rules
        .every
        .all()
        .filter(|period| match window {
            Window::Run => run.contains(*period),
            Window::SoFar => period.last_month() <= run.last_month(),
        })
        .collect()
}
