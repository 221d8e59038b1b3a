//! Pure: scheme × submission → scores with their trace.
//!
//! Exact rational arithmetic throughout; grades and stars look at the exact total, publishing rounds once and later.
//! A trace is computed by the same evaluation on request (`explain`) and never kept. No IO.

mod evaluate;
mod item;
mod trace;

pub use evaluate::{Subject, evaluate_formula};
pub use trace::{Label, Trace, Zero};

use crate::diag::Lang;
use crate::exact::Exact;
use crate::period::{Period, RunPeriod};
use crate::scheme::{Grades, Rules, Scheme, VetoEffect, Window};
use crate::submission::Submission;

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
}

impl Flag {
    /// The word in results.
    pub fn word(self) -> &'static str {
        match self {
            Self::Exempt => "exempt",
            Self::Probationary => "probationary",
            Self::PartYear => "part-year",
            Self::NotExpected => "not-expected",
            Self::NotScored => "not-scored",
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
    /// 星级.
    pub stars: Option<u8>,
    /// Facts of 一票否决, indices into the scheme's.
    pub veto: Vec<usize>,
    /// Flags in their order.
    pub flags: Vec<Flag>,
}

impl Score {
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
    let mut score = Score::default();
    if member.exempt.is_some() {
        score.flags.push(Flag::Exempt);
        if year {
            score.grade = member.direct_grade.as_deref().map(str::to_owned);
            score.stars = member.direct_stars;
        }
        return score;
    }
    if !member.expected_in(run.period) {
        score.flags.push(Flag::NotExpected);
        return score;
    }
    if scheme.member.scores(run.period.every()) {
        let subject = Subject::member(scheme, submission, at);
        let mut values = evaluate::figures(&subject, &scheme.member, run.period, None);
        score.total = take(&mut values, "total");
        score.board = take(&mut values, "board");
        score.figures = values;
        if !member.expected_throughout(run.period) {
            score.flags.push(Flag::PartYear);
        }
    } else {
        score.flags.push(Flag::NotScored);
    }
    if member.probationary {
        score.flags.push(Flag::Probationary);
    }
    if year {
        score.veto = submission.vetoes.iter().filter(|fact| fact.member == at).map(|fact| fact.fact).collect();
        score.veto.sort_unstable();
        score.veto.dedup();
        if let Some(total) = &score.total
            && (!member.probationary || scheme.grade_probationary)
        {
            score.stars = scheme.member.stars.as_ref().map(|bands| *bands.get(total));
            if let Grades::Bands(bands) = &scheme.member.grades {
                score.grade = Some(bands.get(total).clone());
            }
            score.stars = score.stars.map(|stars| veto_effects(scheme, &score).filter_map(|e| e.max_stars).fold(stars, u8::min));
            if let Some(grade) = vetoed_grade(scheme, &score) {
                score.grade = Some(grade.to_owned());
            }
        }
    }
    score
}

fn veto_effects<'a>(scheme: &'a Scheme, score: &'a Score) -> impl Iterator<Item = &'a VetoEffect> {
    scheme.veto.iter().flat_map(|veto| score.veto.iter().map(|fact| &*veto.effects[*fact]))
}

/// The grade that a member's facts of 一票否决 force: the worst where they force several.
pub fn vetoed_grade<'a>(scheme: &'a Scheme, score: &'a Score) -> Option<&'a str> {
    let best_first = scheme.member.grades.names();
    veto_effects(scheme, score)
        .filter_map(|effect| effect.grade.as_deref())
        .max_by_key(|grade| best_first.iter().position(|known| known == grade))
}

/// Scores the branch itself, where the scheme does.
pub fn score_branch(scheme: &Scheme, submission: &Submission, run: RunPeriod) -> Option<Score> {
    let rules = scheme.branch.as_ref()?;
    let mut score = Score::default();
    if !rules.scores(run.period.every()) {
        score.flags.push(Flag::NotScored);
        return Some(score);
    }
    let subject = Subject::branch(scheme, rules, submission);
    let mut values = evaluate::figures(&subject, rules, run.period, None);
    score.total = take(&mut values, "total");
    score.board = take(&mut values, "board");
    score.figures = values;
    if let (true, Some(total)) = (run.period == Period::YEAR, &score.total) {
        score.stars = rules.stars.as_ref().map(|bands| *bands.get(total));
        if let Grades::Bands(bands) = &rules.grades {
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
    if !member.scored_in(run.period) || !scheme.member.scores(run.period.every()) {
        return Vec::new();
    }
    let mut traces = Vec::new();
    evaluate::figures(&Subject::member(scheme, submission, at).told_in(lang), &scheme.member, run.period, Some(&mut traces));
    traces
}

/// How every figure of a branch came about, the total last; rules are told in `lang`.
pub fn trace_branch(scheme: &Scheme, submission: &Submission, run: RunPeriod, lang: Lang) -> Vec<Trace> {
    let mut traces = Vec::new();
    if let Some(rules) = scheme.branch.as_ref().filter(|rules| rules.scores(run.period.every())) {
        evaluate::figures(&Subject::branch(scheme, rules, submission).told_in(lang), rules, run.period, Some(&mut traces));
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
