//! Between the passes: what only the whole county can show, and what becomes of each branch.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::intake::Submitted;
use super::parts::{Put, missing_rows};
use super::received::{Received, of_branch, people};
use super::{BranchScores, Comparison, Fields, Setup, sort_findings};
use crate::check::{MissingRow, Person, roll_mismatch, same_person_in_branches};
use crate::county::Branch;
use crate::diag::{Code, Finding, Place, Severity};
use crate::submission::{Member, Submission};

/// What became of a branch.
#[derive(Debug)]
pub enum BranchState {
    /// Its submission enters forms and totals.
    Accepted(Box<BranchScores>),
    /// It was sent back.
    Returned,
    /// Nothing came.
    Missing,
    /// Nothing came, and nothing is owed.
    NotOwed,
    /// The run is not about it.
    LeftOut,
}

impl BranchState {
    /// The submission that enters forms and totals.
    pub fn card(&self) -> Option<&BranchScores> {
        if let Self::Accepted(card) = self { Some(card) } else { None }
    }
}

/// What is known of a branch after the first pass.
#[derive(Debug)]
pub struct BranchResult {
    /// What became of it.
    pub state: BranchState,
    /// Names on its roster, as far as it could be read.
    pub roster: Vec<Arc<str>>,
    /// Schemes of the members on its roster; where none could be read, those that its members may have.
    pub schemes: BTreeSet<usize>,
    /// True if it owes a submission for this run.
    pub owing: bool,
    /// Rows that its latest file lacks.
    pub missing_rows: Vec<MissingRow>,
    /// The files that its state rests on, the latest first.
    pub sources: Vec<Arc<Submitted>>,
}

impl BranchResult {
    /// A branch in a state, of which nothing else is known.
    pub fn of(state: BranchState) -> Self {
        Self { state, roster: Vec::new(), schemes: BTreeSet::new(), owing: true, missing_rows: Vec::new(), sources: Vec::new() }
    }
}

/// The county after the first pass.
#[derive(Debug)]
pub struct Resolved {
    /// By position in the register.
    pub branches: Vec<BranchResult>,
    /// Everything found, in output order.
    pub findings: Vec<Finding>,
    /// Everybody with an identity number, for comparing branches.
    pub people: Vec<Person>,
    /// Every file of the inbox that could be read: name, digest, size.
    pub inputs: Vec<(Arc<str>, String, u64)>,
    /// Cells read.
    pub cells: usize,
    /// Beside other results.
    pub comparison: Comparison,
    /// Who is ranked with members of other branches.
    pub fields: Arc<Fields>,
}

impl Resolved {
    /// What became of each branch, by position in the register.
    pub fn states(&self) -> impl Iterator<Item = &BranchState> {
        self.branches.iter().map(|result| &result.state)
    }

    /// The latest file that a branch's state rests on.
    pub fn file(&self, branch: usize) -> Option<&Arc<str>> {
        self.branches[branch].sources.first().map(|sent| &sent.name)
    }

    /// All of them, as one text.
    pub fn files(&self, branch: usize) -> Option<String> {
        let names: Vec<&str> = self.branches[branch].sources.iter().map(|sent| sent.name.as_ref()).collect();
        (!names.is_empty()).then(|| names.join("、"))
    }
}

/// Decides for every branch.
pub fn resolve(county: &Setup, received: Received) -> Resolved {
    let Received { branches, mut findings, seconds, inputs, cells } = received;
    let months = county.register.findings.iter();
    let wanted = |code: &str| county.register.by_code(code).is_some_and(|at| county.wants(at));
    let months: Vec<Finding> = months.filter(|finding| finding.branch_code.as_deref().is_some_and(wanted)).cloned().collect();
    let mut faulty: BTreeSet<Arc<str>> =
        findings.iter().filter(|finding| finding.severity() == Severity::Error).filter_map(|finding| finding.branch_code.clone()).collect();
    let nothing = |branch: usize, faulty: &BTreeSet<Arc<str>>| {
        let put = &branches[branch];
        put.file.is_none() && !faulty.contains(county.register.branches[branch].code.as_str()) && county.wants(branch)
    };
    // A branch that is in another's file did send something: it is told that, and not that nothing came.
    for (branch, finding) in seconds {
        if nothing(branch, &faulty) {
            faulty.insert(county.register.branches[branch].code.as_str().into());
            findings.push(of_branch(county, branch, finding));
        }
    }
    for (branch, put) in branches.iter().enumerate() {
        if nothing(branch, &faulty) {
            findings.push(of_branch(county, branch, missing(&county.register.branches[branch])));
        }
        if county.wants(branch) || put.file.is_some() {
            findings.extend(put.findings.iter().map(|finding| of_branch(county, branch, finding.clone())));
            findings.extend(put.card.as_ref().and_then(|card| roll(county, branch, &card.submission)));
        }
    }
    findings.extend(months);
    let mut people = people(branches.iter());
    findings.extend(same_person_in_branches(&mut people, &county.register.branches));
    sort_findings(&mut findings);
    let errors = findings.iter().filter(|finding| finding.severity() == Severity::Error && finding.code != Code::MissingSubmission);
    faulty.extend(errors.filter_map(|finding| finding.branch_code.clone()));
    let branches = branches
        .into_iter()
        .enumerate()
        .map(|(branch, put)| {
            let faulty = faulty.contains(county.register.branches[branch].code.as_str());
            branch_result(county, branch, put, faulty)
        })
        .collect();
    Resolved { branches, findings, people, inputs, cells, comparison: Comparison::default(), fields: Arc::default() }
}

fn branch_result(county: &Setup, branch: usize, put: Put, faulty: bool) -> BranchResult {
    let missing_rows = missing_rows(county, &put);
    let members = || put.card.iter().flat_map(|card| &card.submission.members);
    let roster = members().map(|member| Arc::clone(&member.name)).collect();
    let itself = put.card.iter().filter_map(|card| card.submission.branch_scheme);
    let schemes = members().map(|member| member.scheme).chain(itself).collect();
    let state = match put.card {
        None if !county.wants(branch) && put.file.is_none() => BranchState::LeftOut,
        _ if faulty => BranchState::Returned,
        Some(card) => BranchState::Accepted(card),
        None if put.file.is_some() => BranchState::Returned,
        None => BranchState::Missing,
    };
    BranchResult { state, roster, schemes, owing: true, missing_rows, sources: put.sources }
}

/// The warning that a roster has another length than the register says.
pub(super) fn roll(county: &Setup, branch: usize, submission: &Submission) -> Option<Finding> {
    let registered = &county.register.branches[branch];
    // A branch that has gone, or is not there yet, has nobody to be counted.
    if !registered.exists_at_end_of(county.run.period) {
        return None;
    }
    let members = &submission.members;
    // One identity number under two names is most likely a slip, and two people.
    let repeats = |member: &&Member| member.repeats.is_some_and(|first| members[first as usize].name == member.name);
    let on_roll = members.iter().filter(|member| !repeats(member) && member.is_on_roll(county.run.period));
    let listed = on_roll.count() + submission.nameless.members as usize;
    // That there is nobody at all is said already.
    let found = (listed > 0).then(|| roll_mismatch(registered, listed, &roster_file(submission))).flatten();
    found.map(|finding| of_branch(county, branch, finding))
}

/// The file that the roster is in.
fn roster_file(submission: &Submission) -> Arc<str> {
    let at = submission.members.first().map(|member| submission.place(member.at));
    at.and_then(|place| place.file).unwrap_or_else(|| Arc::clone(&submission.file))
}

fn missing(registered: &Branch) -> Finding {
    let finding = Finding::new(Code::MissingSubmission, Place::default());
    let finding = finding.arg("name", &registered.name).arg("committee", &registered.committee);
    let finding = finding.arg("contact", registered.contact.as_deref().unwrap_or_default());
    finding.arg("phone", registered.phone.as_deref().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Options, gathered, load_fonts, prepare, resolve_all};
    use crate::diag::Finding;

    /// What became of each branch, with what was found, whatever the sentences call their values.
    fn states(case: &str, rename: bool) -> Vec<String> {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(case);
        let county = prepare(&Options { workspace, ..Options::default() }).expect("a county");
        let fonts = load_fonts(Path::new("none")).expect("fonts");
        let mut received = gathered(&county, &fonts, &|_, _, _| {}).expect("read");
        let strange = |finding: &mut Finding| finding.args.iter_mut().for_each(|arg| arg.0 = "renamed");
        if rename {
            received.findings.iter_mut().for_each(strange);
            received.seconds.iter_mut().for_each(|(_, finding)| strange(finding));
            received.branches.iter_mut().flat_map(|put| &mut put.findings).for_each(strange);
        }
        let resolved = resolve_all(&county, received, None).expect("resolved");
        let mut told: Vec<String> = resolved.states().map(|state| format!("{:?}", std::mem::discriminant(state))).collect();
        told.extend(
            resolved.findings.iter().map(|finding| format!("{:?} {:?} {:?}", finding.branch_code, finding.code, finding.place.file)),
        );
        told.sort();
        told
    }

    #[test]
    fn a_placeholder_that_is_renamed_changes_nothing_that_is_returned() {
        for case in ["messy-ju-10star", "messy-register-60", "messy-hospital-dual"] {
            let plain = states(case, false);
            assert!(plain.len() > 10, "{case}");
            assert_eq!(plain, states(case, true), "{case}");
        }
    }
}
