//! Who owes what, and which period a run is about that names none.
//!
//! A branch owes a submission if the scheme of at least one of its members scores such a run. Whom no scheme scores gets no
//! form and no reminder; what comes all the same is read, checked and compared.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::compare::last_categories;
use super::{BranchState, Put, Resolved, Setup};
use crate::diag::{Code, Fact, Finding, Place};
use crate::period::{Every, Period, RunPeriod};
use crate::scheme::Scheme;
use crate::submission::Mark;

/// True if a run of that length gives somebody under the scheme a score.
fn scores(scheme: &Scheme, every: Every) -> bool {
    scheme.member.scores(every) || scheme.branch.as_ref().is_some_and(|rules| rules.scores(every))
}

/// True if the scheme scores members, and not in runs of that length.
fn unscored_by(scheme: &Scheme, every: Every) -> bool {
    scheme.scores_members() && !scheme.member.scores(every)
}

/// How often something is entered.
fn entered_every(scheme: &Scheme) -> Every {
    if scheme.scores_members() { scheme.member.every } else { scheme.branch.as_ref().map_or(Every::Year, |rules| rules.every) }
}

/// Schemes of a branch whose roster is not known: those of last year's members, else those that its 类型 or all categories
/// would have.
fn expected_schemes(county: &Setup, branch: usize, last: Option<&BTreeSet<String>>) -> BTreeSet<usize> {
    if let Some(categories) = last {
        return categories.iter().map(|category| county.scheme_of(branch, category)).collect();
    }
    let kind = county.register.branches[branch].kind.as_deref().unwrap_or_default();
    let own: Vec<&String> =
        county.workspace.categories.iter().filter(|category| !kind.is_empty() && category.trim_end_matches("党员") == kind).collect();
    let possible: Vec<&String> = if own.is_empty() { county.workspace.categories.iter().collect() } else { own };
    possible.into_iter().map(|category| county.scheme_of(branch, category)).collect()
}

/// True if a run of that length scores somebody under one of the schemes.
fn owes(county: &Setup, every: Every, schemes: &BTreeSet<usize>) -> bool {
    schemes.iter().any(|scheme| scores(&county.schemes[*scheme], every))
}

/// How many branches owe a submission for a run of that length, as far as the register tells.
pub fn owing(county: &Setup, every: Every) -> usize {
    (0..county.register.branches.len()).filter(|branch| owes(county, every, &expected_schemes(county, *branch, None))).count()
}

/// Takes out of the missing those who owe nothing, and tells of members whom the run does not score. `last_year`, else
/// the folder that the settings name, has last year's rosters.
pub fn settle(county: &Setup, resolved: &mut Resolved, last_year: Option<&Path>) {
    let every = county.run.period.every();
    let unknown = resolved.branches.iter().any(|result| result.schemes.is_empty());
    let last = last_year
        .or(county.workspace.last_year.as_deref())
        .filter(|_| unknown)
        .map(|folder| last_categories(county, folder))
        .unwrap_or_default();
    let mut idle: BTreeSet<&str> = BTreeSet::new();
    for (at, result) in resolved.branches.iter_mut().enumerate() {
        let branch = &county.register.branches[at];
        if result.schemes.is_empty() {
            result.schemes = expected_schemes(county, at, last.get(&branch.code));
        }
        // A branch owes the periods that end while it exists.
        result.owing = branch.exists_at_end_of(county.run.period) && owes(county, every, &result.schemes);
        match &result.state {
            BranchState::Missing if !result.owing => {
                result.state = BranchState::NotOwed;
                idle.insert(&branch.code);
            }
            BranchState::Accepted(card) => {
                let unscored = card.submission.members.iter().filter(|member| member.scored_in(county.run.period));
                let unscored = unscored.filter(|member| unscored_by(&county.schemes[member.scheme], every)).count();
                if unscored > 0 {
                    let mut finding = Finding::new(Code::NotOwed, Place::file(&card.submission.file))
                        .arg("count", unscored)
                        .fact(Fact::Members(unscored));
                    finding.branch_code = Some(branch.code.as_str().into());
                    resolved.findings.push(finding.arg("period", county.run.zh()));
                }
            }
            _ => {}
        }
    }
    let nothing_owed = |finding: &Finding| {
        finding.code == Code::MissingSubmission && finding.branch_code.as_deref().is_some_and(|code| idle.contains(code))
    };
    resolved.findings.retain(|finding| !nothing_owed(finding));
}

/// Why a run is about its period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Chosen {
    /// `--period` says so.
    #[default]
    Argument,
    /// `period` of the settings says so.
    Settings,
    /// So many of the branches that enter that period, of so many, have entries for it.
    Entries {
        /// The last period with entries.
        last: Period,
        /// Branches that have.
        with: usize,
        /// Branches that sent something.
        of: usize,
    },
    /// Nothing that could be read has entries: the year.
    Nothing,
}

/// The longest period that ends with the last one in which at least half of the branches that enter it, and sent something,
/// have an entry; one that all schemes score before one that only some do.
pub fn last_entered(county: &Setup, branches: &[Put]) -> (RunPeriod, Chosen) {
    let year = RunPeriod { year: county.workspace.year, period: Period::YEAR };
    let mut written: BTreeMap<usize, BTreeSet<(usize, Period)>> = BTreeMap::new();
    let mut schemes: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (branch, one) in branches.iter().enumerate().filter(|(branch, _)| county.wants(*branch)) {
        if let Some(card) = &one.card {
            written.entry(branch).or_default().extend(card.submission.written.iter().copied());
            let own = schemes.entry(branch).or_default();
            own.extend(card.submission.members.iter().map(|member| member.scheme));
            // Where the branch itself is all that is scored its own sheet tells.
            if let Some(scheme) = card.submission.branch_scheme.filter(|scheme| !county.schemes[*scheme].scores_members()) {
                own.insert(scheme);
                let entered = card.submission.branch_entries.iter().filter(|entry| entry.reviewed != Mark::NONE);
                written.entry(branch).or_default().extend(entered.map(|entry| (scheme, entry.period)));
            }
        }
    }
    let lengths: BTreeSet<Every> = county.schemes.iter().map(entered_every).collect();
    let mut periods: Vec<Period> = lengths.into_iter().flat_map(Every::all).collect();
    periods.sort_by_key(|period| (std::cmp::Reverse(period.last_month()), period.every()));
    for last in periods {
        let enters = |scheme: &usize| entered_every(&county.schemes[*scheme]) == last.every();
        let owing: Vec<usize> = schemes.iter().filter(|(_, own)| own.iter().any(enters)).map(|(branch, _)| *branch).collect();
        let has = |branch: &&usize| written[*branch].iter().any(|(_, period)| *period == last);
        let with = owing.iter().filter(has).count();
        if with == 0 || with * 2 < owing.len() {
            continue;
        }
        let lengths = || [Every::Year, Every::Half, Every::Quarter, Every::Month].into_iter();
        let ends = |every: &Every| last.last_month().is_multiple_of(every.months());
        let all = |every: &Every| county.schemes.iter().all(|scheme| scores(scheme, *every));
        let any = |every: &Every| county.schemes.iter().any(|scheme| scores(scheme, *every));
        let every = lengths().filter(ends).find(all).or_else(|| lengths().filter(ends).find(any));
        let period = every.and_then(|every| Period::new(every, last.last_month() / every.months()));
        let Some(period) = period else { continue };
        return (RunPeriod { period, ..year }, Chosen::Entries { last, with, of: owing.len() });
    }
    (year, Chosen::Nothing)
}
