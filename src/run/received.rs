//! What every branch sent, put together: between reading the files and looking at the county as a whole.
//!
//! ```text
//!   every file read by itself ─▶ by branch ─▶ standing (whose, which year) ─▶ put together
//!                                                     ▲                            │
//!                                 corrected copies ───┴── would it be returned? ◀──┘  until no copy waits
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::gather::Collected;
use super::parts::{Put, put_together};
use super::versions::{Standing, standing};
use super::{FileResult, RunError, Setup};
use crate::check::{Person, same_person_in_branches};
use crate::diag::{Code, Fact, Finding, Place, Severity};
use crate::digest::hex;
use crate::font::FontSet;

/// Copies of copies are followed this far; no branch sends a file back and forth so often.
const ROUNDS: usize = 32;

/// What came in.
#[derive(Debug)]
pub struct Received {
    /// What each branch's files came to, by position in the register.
    pub branches: Vec<Put>,
    /// What was found in files of nobody, in files set aside, and about files of a branch; the last with its code.
    pub findings: Vec<Finding>,
    /// Branches of which another's file bears the code too, with the finding that says so.
    pub seconds: Vec<(usize, Finding)>,
    /// Every file that could be read: name, digest, size.
    pub inputs: Vec<(Arc<str>, String, u64)>,
    /// Cells read.
    pub cells: usize,
}

/// A branch's files while they are settled.
struct Sender {
    files: Vec<FileResult>,
    standing: Standing,
    put: Put,
}

/// Puts together what each branch sent.
pub(super) fn receive(county: &Setup, fonts: &FontSet, collected: Collected) -> Result<Received, RunError> {
    let Collected { gathered, mut findings, arrivals } = collected;
    let inputs = gathered.iter().flat_map(|one| &one.files).map(|(name, digest, size)| (Arc::clone(name), hex(digest), *size)).collect();
    let cells = gathered.iter().map(|one| one.cells).sum();
    let candidates = by_branch(county, gathered, &mut findings);
    let put = |at: usize, files: &mut Vec<FileResult>, standing: &Standing| {
        // What nobody asked for, and was not read beside it.
        if !county.wants(at) && files.iter().all(|one| one.card.is_none()) {
            return Ok(Put::default());
        }
        put_together((county, &arrivals), fonts, at, files, &standing.active, !standing.waiting.is_empty())
    };
    let mut branches: Vec<Sender> = candidates
        .into_par_iter()
        .enumerate()
        .map(|(at, mut files)| {
            let standing = standing(&county.register.branches[at].code, &files);
            let put = put(at, &mut files, &standing)?;
            Ok(Sender { files, standing, put })
        })
        .collect::<Result<_, RunError>>()?;
    for _ in 0..ROUNDS {
        if branches.iter().all(|one| one.standing.waiting.is_empty()) {
            break;
        }
        let across = faulty_across(county, &branches);
        branches.par_iter_mut().enumerate().filter(|(_, one)| !one.standing.waiting.is_empty()).try_for_each(
            |(at, one)| -> Result<(), RunError> {
                let Sender { files, standing, put: whole } = one;
                let code = county.register.branches[at].code.as_str();
                let faulty = |file: &FileResult| {
                    let named = |name: &Arc<str>| file.files.iter().any(|(own, ..)| own == name);
                    let own = whole.findings.iter().filter(|finding| finding.severity() == Severity::Error);
                    own.filter_map(|finding| finding.place.file.as_ref()).any(named)
                        || across.iter().any(|(of, name)| **of == *code && named(name))
                };
                if standing.settle(files, &faulty) {
                    *whole = put(at, files, standing)?;
                }
                Ok(())
            },
        )?;
    }
    let mut received = Received { branches: Vec::with_capacity(branches.len()), findings, seconds: Vec::new(), inputs, cells };
    for (at, one) in branches.into_iter().enumerate() {
        received.seconds.extend(one.standing.own.iter().filter_map(|own| second_branch(&one.files[*own])));
        if county.wants(at) {
            received.findings.extend(one.standing.apart);
            received.findings.extend(one.standing.findings.into_iter().map(|finding| of_branch(county, at, finding)));
        }
        received.branches.push(one.put);
    }
    Ok(received)
}

pub(super) fn of_branch(county: &Setup, branch: usize, finding: Finding) -> Finding {
    Finding { branch_code: Some(county.register.branches[branch].code.as_str().into()), ..finding }
}

/// The files of each branch, in the order of their names; what is found in files of nobody.
fn by_branch(county: &Setup, gathered: Vec<FileResult>, findings: &mut Vec<Finding>) -> Vec<Vec<FileResult>> {
    let mut candidates: Vec<Vec<FileResult>> = county.register.branches.iter().map(|_| Vec::new()).collect();
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

/// Branches and files with an error that only shows across branches.
fn faulty_across(county: &Setup, branches: &[Sender]) -> BTreeSet<(Arc<str>, Arc<str>)> {
    let mut people = people(branches.iter().map(|one| &one.put));
    let across = same_person_in_branches(&mut people, &county.register.branches);
    let errors = across.into_iter().filter(|finding| finding.severity() == Severity::Error);
    errors.filter_map(|finding| finding.branch_code.zip(finding.place.file)).collect()
}

/// Everybody with an identity number in what counts.
pub(super) fn people<'a>(branches: impl Iterator<Item = &'a Put>) -> Vec<Person> {
    let mut people = Vec::new();
    for (branch, one) in branches.enumerate() {
        let Some(card) = &one.card else { continue };
        people.extend(card.submission.members.iter().filter(|member| member.repeats.is_none()).filter_map(|member| {
            Some(Person {
                id: member.id.clone()?,
                name: Arc::clone(&member.name),
                branch,
                first_month: member.first_month,
                last_month: member.last_month,
                dated: member.course.dated,
                place: card.submission.place(member.id_at.unwrap_or(member.at)),
            })
        }));
    }
    people
}

/// The finding about a second branch in a file, and which branch that is.
fn second_branch(one: &FileResult) -> Option<(usize, Finding)> {
    let second = one.second?;
    let finding = one.findings.iter().find(|finding| matches!(finding.fact, Some(Fact::SecondBranch(_))))?;
    Some((second, finding.clone()))
}
