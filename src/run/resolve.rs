//! Between the passes: which file is a branch's submission, and what only the whole county can show.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::intake::Sent;
use super::versions::{Choice, choose};
use super::{Card, Comparison, County, Gathered, sort_findings};
use crate::check::{Person, roll_mismatch, same_person_in_branches};
use crate::county::Branch;
use crate::diag::{Code, Fact, Finding, Place, Severity};
use crate::digest::hex;
use crate::submission::Member;

/// What became of a branch.
#[derive(Debug)]
pub enum BranchState {
    /// Its submission enters forms and totals.
    Accepted(Box<Card>),
    /// It was sent back.
    Returned,
    /// Nothing came.
    Missing,
    /// Nothing came, and nothing is owed.
    NotOwed,
    /// The run is not about it.
    LeftOut,
}

/// The county after the first pass.
#[derive(Debug)]
pub struct Resolved {
    /// By position in the register.
    pub branches: Vec<BranchState>,
    /// Names on each branch's roster, as far as it could be read.
    pub rosters: Vec<Vec<Arc<str>>>,
    /// Schemes of the members on each branch's roster, as far as it could be read.
    pub schemes: Vec<BTreeSet<usize>>,
    /// Which branches owe a submission for this run.
    pub owing: Vec<bool>,
    /// The file that each branch's state rests on.
    pub files: Vec<Option<Arc<str>>>,
    /// The same with where its bytes are.
    pub sources: Vec<Option<Arc<Sent>>>,
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
}

/// Decides for every branch.
pub fn resolve(county: &County, (gathered, mut findings): (Vec<Gathered>, Vec<Finding>)) -> Resolved {
    let inputs = gathered.iter().flat_map(|one| &one.files).map(|(name, digest, size)| (Arc::clone(name), hex(digest), *size)).collect();
    let cells = gathered.iter().map(|one| one.cells).sum();
    let candidates = by_branch(county, gathered, &mut findings);
    let choices = choices(county, &candidates);
    let mut chosen: Vec<Option<Gathered>> = Vec::with_capacity(candidates.len());
    let mut rosters: Vec<Vec<Arc<str>>> = Vec::with_capacity(candidates.len());
    let mut schemes: Vec<BTreeSet<usize>> = Vec::with_capacity(candidates.len());
    let mut undecided = vec![false; candidates.len()];
    let mut elsewhere: Vec<(usize, Finding)> = Vec::new();
    for (branch, (mut files, choice)) in candidates.into_iter().zip(choices).enumerate() {
        elsewhere.extend(choice.own.iter().filter_map(|at| second_branch(&files[*at])));
        // Where nothing tells which of several files counts, everyone on any of them belongs to the branch.
        let listed = choice.counts.map_or(choice.own, |at| vec![at]);
        let members = |at: &usize| files[*at].card.iter().flat_map(|card| &card.submission.members).map(|member| member.scheme);
        schemes.push(listed.iter().flat_map(members).collect());
        rosters.push(listed.into_iter().flat_map(|at| names(&files[at])).collect());
        undecided[branch] = choice.findings.iter().any(|finding| finding.severity() == Severity::Error);
        if county.wants(branch) {
            findings.extend(choice.apart);
            findings.extend(choice.findings.into_iter().map(|finding| of_branch(county, branch, finding)));
        }
        chosen.push(choice.counts.map(|at| files.swap_remove(at)));
    }
    // A branch that is in another's file did send something: it is told that, and not that nothing came.
    for (branch, finding) in elsewhere {
        if chosen[branch].is_none() && !undecided[branch] && county.wants(branch) {
            findings.push(of_branch(county, branch, finding));
            undecided[branch] = true;
        }
    }
    for (branch, one) in chosen.iter().enumerate() {
        let Some(one) = one.as_ref().filter(|_| county.wants(branch)) else { continue };
        findings.extend(one.findings.iter().map(|finding| of_branch(county, branch, finding.clone())));
        findings.extend(roll(county, branch, one));
    }
    let mut people = people(county, chosen.iter().map(Option::as_ref));
    findings.extend(same_person_in_branches(&mut people, &county.register.branches));
    for (branch, one) in chosen.iter().enumerate() {
        if one.is_none() && !undecided[branch] && county.wants(branch) {
            findings.push(of_branch(county, branch, missing(&county.register.branches[branch])));
        }
    }
    sort_findings(&mut findings);
    let mut faulty: BTreeSet<Arc<str>> = BTreeSet::new();
    for finding in findings.iter().filter(|finding| finding.severity() == Severity::Error) {
        if let Some(code) = &finding.branch_code {
            faulty.insert(Arc::clone(code));
        }
    }
    let files = chosen.iter().map(|one| one.as_ref().map(|one| Arc::clone(&one.name))).collect();
    let sources = chosen.iter().map(|one| one.as_ref().map(|one| Arc::clone(&one.source))).collect();
    let states = chosen
        .into_iter()
        .enumerate()
        .map(|(branch, one)| {
            let code = county.register.branches[branch].code.as_str();
            match one {
                _ if !county.wants(branch) => BranchState::LeftOut,
                None if undecided[branch] => BranchState::Returned,
                None => BranchState::Missing,
                Some(_) if faulty.contains(code) => BranchState::Returned,
                Some(one) => one.card.map_or(BranchState::Returned, BranchState::Accepted),
            }
        })
        .collect();
    let owing = vec![true; rosters.len()];
    Resolved {
        branches: states,
        rosters,
        schemes,
        owing,
        files,
        sources,
        findings,
        people,
        inputs,
        cells,
        comparison: Comparison::default(),
    }
}

fn of_branch(county: &County, branch: usize, finding: Finding) -> Finding {
    Finding { branch_code: Some(county.register.branches[branch].code.as_str().into()), ..finding }
}

/// The files of each branch, in the order of their names; what is found in files of nobody.
fn by_branch(county: &County, gathered: Vec<Gathered>, findings: &mut Vec<Finding>) -> Vec<Vec<Gathered>> {
    let mut candidates: Vec<Vec<Gathered>> = county.register.branches.iter().map(|_| Vec::new()).collect();
    // Of equal files that belong to nobody the first tells what is wrong.
    let mut told: BTreeMap<[u8; 32], Arc<str>> = BTreeMap::new();
    for one in gathered {
        let same = one.digest.and_then(|digest| told.get(&digest));
        match (one.branch, same) {
            (Some(branch), _) => candidates[branch].push(one),
            (None, Some(other)) => {
                findings.push(Finding::new(Code::IdenticalSubmission, Place::file(&one.name)).arg("other", other));
            }
            (None, None) => {
                told.extend(one.digest.map(|digest| (digest, Arc::clone(&one.name))));
                findings.extend(one.findings);
            }
        }
    }
    candidates
}

/// Which file of each branch counts. A copy may correct what only shows across branches; that is known when all have been
/// decided once, and those branches are decided again.
fn choices(county: &County, candidates: &[Vec<Gathered>]) -> Vec<Choice> {
    let code = |branch: usize| county.register.branches[branch].code.as_str();
    let own = |one: &Gathered| one.findings.iter().any(|finding| finding.severity() == Severity::Error);
    let mut choices: Vec<Choice> = candidates.iter().enumerate().map(|(branch, files)| choose(code(branch), files, &own)).collect();
    let copies = |branch: &usize| candidates[*branch].len() > 1 && candidates[*branch].iter().any(|one| one.corrects.is_some());
    let with_copies: Vec<usize> = (0..candidates.len()).filter(copies).collect();
    if with_copies.is_empty() {
        return choices;
    }
    let chosen = choices.iter().zip(candidates).map(|(choice, files)| choice.counts.map(|at| &files[at]));
    let across = same_person_in_branches(&mut people(county, chosen), &county.register.branches);
    let errors = across.into_iter().filter(|finding| finding.severity() == Severity::Error);
    let files: BTreeSet<Arc<str>> = errors.filter_map(|finding| finding.place.file).collect();
    for branch in with_copies {
        choices[branch] =
            choose(code(branch), &candidates[branch], &|one| own(one) || one.files.iter().any(|(name, ..)| files.contains(name)));
    }
    choices
}

fn names(one: &Gathered) -> Vec<Arc<str>> {
    let members = one.card.iter().flat_map(|card| &card.submission.members);
    members.map(|member| Arc::clone(&member.name)).collect()
}

/// The warning that a roster has another length than the register says.
fn roll(county: &County, branch: usize, one: &Gathered) -> Option<Finding> {
    let submission = &one.card.as_ref()?.submission;
    let members = &submission.members;
    // One identity number under two names is most likely a slip, and two people.
    let repeats = |member: &&Member| member.repeats.is_some_and(|first| members[first as usize].name == member.name);
    let on_roll = members.iter().filter(|member| !repeats(member) && member.is_on_roll(county.run.period));
    let listed = on_roll.count() + submission.nameless.members as usize;
    // That there is nobody at all is said already.
    let found = (listed > 0).then(|| roll_mismatch(&county.register.branches[branch], listed, &one.name)).flatten();
    found.map(|finding| of_branch(county, branch, finding))
}

/// Everybody with an identity number in the files that count.
fn people<'a>(county: &County, chosen: impl Iterator<Item = Option<&'a Gathered>>) -> Vec<Person> {
    let mut people = Vec::new();
    for (branch, one) in chosen.enumerate() {
        let Some(card) = one.filter(|_| county.wants(branch)).and_then(|one| one.card.as_ref()) else { continue };
        people.extend(card.submission.members.iter().filter(|member| member.repeats.is_none()).filter_map(|member| {
            Some(Person {
                id: member.id.clone()?,
                name: Arc::clone(&member.name),
                branch,
                first_month: member.first_month,
                last_month: member.last_month,
                place: card.submission.place(member.id_at.unwrap_or(member.at)),
            })
        }));
    }
    people
}

fn missing(registered: &Branch) -> Finding {
    let finding = Finding::new(Code::MissingSubmission, Place::default());
    let finding = finding.arg("name", &registered.name).arg("committee", &registered.committee);
    let finding = finding.arg("contact", registered.contact.as_deref().unwrap_or_default());
    finding.arg("phone", registered.phone.as_deref().unwrap_or_default())
}

/// The finding about a second branch in a file, and which branch that is.
fn second_branch(one: &Gathered) -> Option<(usize, Finding)> {
    let second = one.second?;
    let finding = one.findings.iter().find(|finding| matches!(finding.fact, Some(Fact::SecondBranch(_))))?;
    Some((second, finding.clone()))
}
