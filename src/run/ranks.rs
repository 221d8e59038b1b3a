//! Grades by rank among all of a committee or the county: given when every branch is scored.
//!
//! ```text
//!   scores of each accepted branch ─▶ a field of totals per period ─▶ grades, letters, quotas of each branch again
//! ```
//!
//! It runs behind `moves`, for only then is known who is scored where. Branches that are missing or returned have nobody in the
//! field: once they come, grades may be others. A run that leaves branches out cannot know the field and is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::received::of_branch;
use super::{BranchScores, BranchState, Resolved, RunError, Setup, refused};
use crate::period::{Every, RunPeriod};
use crate::rollup::{Field, Outcome, branch_outcomes, grade_among};
use crate::scheme::Among;
use crate::submission::Submission;

/// Who is ranked with whom, in each period of the year that ranks beyond a branch.
#[derive(Debug, Default)]
pub struct Fields(BTreeMap<RunPeriod, Field>);

impl Fields {
    /// All outcomes of a branch in a period, with the grades that only the whole field gives.
    pub(super) fn outcomes(&self, county: &Setup, branch: usize, submission: &Submission, run: RunPeriod) -> Vec<Outcome> {
        let mut outcomes = branch_outcomes(submission, &county.schemes, run).0;
        if let Some(field) = self.0.get(&run) {
            grade_among(field, &county.register.branches[branch].committee, &mut outcomes, submission, &county.schemes, run);
        }
        outcomes
    }
}

/// How far the schemes rank in runs of this length.
fn reach(county: &Setup, every: Every) -> Option<Among> {
    county.schemes.iter().filter_map(|scheme| scheme.ranks_beyond(every)).max()
}

/// Refuses a run over some branches whose members are ranked with those of others.
pub(super) fn refuse_part(county: &Setup) -> Result<(), RunError> {
    let Some(among) = reach(county, county.run.period.every()).filter(|_| !county.only.is_empty()) else { return Ok(()) };
    let branches = || county.register.branches.iter().enumerate();
    let wanted: BTreeSet<&str> = branches().filter(|(at, _)| county.wants(*at)).map(|(_, branch)| branch.committee.as_str()).collect();
    let needed = |committee: &str| among == Among::County || wanted.contains(committee);
    let Some((_, lacking)) = branches().find(|(at, branch)| needed(&branch.committee) && !county.wants(*at)) else { return Ok(()) };
    let (zh, en) = if among == Among::County { ("全县", "the whole county") } else { ("整个党委", "all branches of a committee") };
    Err(refused(
        format!("细则按{zh}排名评等次，不能只运行一部分支部：缺 {} {}；请去掉 --only", lacking.code, lacking.name),
        format!(
            "the scheme grades by rank over {en}, so a run needs all of them: {} {} is left out; run without --only",
            lacking.code, lacking.name
        ),
    ))
}

/// Grades everybody who is ranked beyond his branch, in the run's period; what was graded in earlier ones can be asked for then.
pub(super) fn settle(county: &Setup, resolved: &mut Resolved) {
    let run = county.run;
    let within = Every::ALL.into_iter().filter(|every| reach(county, *every).is_some()).flat_map(Every::all);
    let periods = within.filter(|period| period.last_month() <= run.period.last_month());
    let whole = county.only.is_empty() || refuse_part(county).is_ok();
    let fields = Fields(
        periods.filter(|_| whole).map(|period| RunPeriod { period, ..run }).map(|run| (run, field(county, resolved, run))).collect(),
    );
    resolved.fields = Arc::new(fields);
    let fields = Arc::clone(&resolved.fields);
    let Some(field) = fields.0.get(&run) else { return };
    let mut found = Vec::new();
    for (at, result) in resolved.branches.iter_mut().enumerate() {
        let BranchState::Accepted(card) = &mut result.state else { continue };
        let BranchScores { submission, outcomes } = &mut **card;
        let committee = &county.register.branches[at].committee;
        let own = grade_among(field, committee, outcomes, submission, &county.schemes, run);
        found.extend(own.into_iter().map(|finding| of_branch(county, at, finding)));
    }
    resolved.findings.extend(found);
    super::sort_findings(&mut resolved.findings);
}

/// Everybody whom the accepted branches score in a period.
fn field(county: &Setup, resolved: &Resolved, run: RunPeriod) -> Field {
    let cards = resolved.branches.par_iter().enumerate().filter_map(|(at, result)| Some((at, result.state.card()?)));
    let outcomes = |card: &BranchScores| -> Vec<Outcome> {
        if run == county.run { card.outcomes.clone() } else { branch_outcomes(&card.submission, &county.schemes, run).0 }
    };
    // `collect` keeps the order of the register, whatever thread is done first.
    let scored: Vec<(usize, Vec<Outcome>)> = cards.map(|(at, card)| (at, outcomes(card))).collect();
    let committee = |at: usize| county.register.branches[at].committee.as_str();
    Field::of(scored.iter().map(|(at, outcomes)| (committee(*at), outcomes.as_slice())), &county.schemes)
}
