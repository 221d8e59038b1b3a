//! Between the passes: which file is a branch's submission, and what only the whole county can show.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::intake::Sent;
use super::{Card, Comparison, County, Gathered, sort_findings};
use crate::check::{Person, roll_mismatch, same_person_in_branches};
use crate::diag::{Code, Finding, Place, Severity};
use crate::inbox::hex;
use crate::period::Period;
use crate::sheet::words::key;
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
    let branches = county.register.branches.len();
    let inputs = gathered.iter().flat_map(|one| &one.files).map(|(name, digest, size)| (Arc::clone(name), hex(digest), *size)).collect();
    let cells = gathered.iter().map(|one| one.cells).sum();
    let mut candidates: Vec<Vec<Gathered>> = (0..branches).map(|_| Vec::new()).collect();
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
    // Where nothing tells which of several files counts, everyone on any of them belongs to the branch.
    let names = |one: &Gathered| -> Vec<Arc<str>> {
        one.card.as_ref().map_or_else(Vec::new, |card| card.submission.members.iter().map(|member| Arc::clone(&member.name)).collect())
    };
    let mut rosters: Vec<Vec<Arc<str>>> = Vec::with_capacity(branches);
    let mut chosen: Vec<Option<Gathered>> = Vec::with_capacity(branches);
    let mut undecided = vec![false; branches];
    let mut elsewhere: Vec<(usize, Finding)> = Vec::new();
    for (branch, files) in candidates.into_iter().enumerate() {
        let code: Arc<str> = county.register.branches[branch].code.as_str().into();
        let (files, misnamed) = aside(files);
        if county.wants(branch) {
            findings.extend(misnamed);
        }
        let all: Vec<Arc<str>> = files.iter().flat_map(names).collect();
        let mismatched: Vec<Finding> = files.iter().filter_map(mismatch).cloned().collect();
        elsewhere.extend(files.iter().filter_map(second_branch));
        let (one, mut found) = choose(files);
        // Where all bear another's name each is told so; that of the file that counts is among its findings.
        if one.as_ref().is_none_or(|one| mismatch(one).is_some()) {
            let taken = one.as_ref().map(|one| Arc::clone(&one.name));
            found.extend(mismatched.into_iter().filter(|finding| finding.place.file != taken));
        }
        rosters.push(one.as_ref().map_or(all, names));
        undecided[branch] = found.iter().any(|finding| finding.severity() == Severity::Error);
        for finding in &mut found {
            finding.branch_code = Some(Arc::clone(&code));
        }
        if county.wants(branch) {
            findings.extend(found);
        }
        chosen.push(one);
    }
    // A branch that is in another's file did send something: it is told that, and not that nothing came.
    for (branch, mut finding) in elsewhere {
        if chosen[branch].is_none() && !undecided[branch] && county.wants(branch) {
            finding.branch_code = Some(county.register.branches[branch].code.as_str().into());
            findings.push(finding);
            undecided[branch] = true;
        }
    }
    let mut people = Vec::new();
    for (branch, one) in chosen.iter().enumerate() {
        let Some(one) = one.as_ref().filter(|_| county.wants(branch)) else { continue };
        let registered = &county.register.branches[branch];
        for finding in &one.findings {
            findings.push(Finding { branch_code: Some(registered.code.as_str().into()), ..finding.clone() });
        }
        let Some(card) = &one.card else { continue };
        let members = &card.submission.members;
        // One identity number under two names is most likely a slip, and two people.
        let repeats = |member: &&Member| member.repeats.is_some_and(|first| members[first as usize].name == member.name);
        let listed = members.iter().filter(|member| !repeats(member)).count() + card.submission.nameless.members as usize;
        // That there is nobody at all is said already.
        if listed > 0
            && let Some(mut finding) = roll_mismatch(registered, listed, &one.name)
        {
            finding.branch_code = Some(registered.code.as_str().into());
            findings.push(finding);
        }
        people.extend(members.iter().filter(|member| member.repeats.is_none()).filter_map(|member| {
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
    findings.extend(same_person_in_branches(&mut people, &county.register.branches));
    for (branch, one) in chosen.iter().enumerate() {
        if one.is_none() && !undecided[branch] && county.wants(branch) {
            let registered = &county.register.branches[branch];
            let mut finding = Finding::new(Code::MissingSubmission, Place::default());
            finding = finding.arg("name", &registered.name).arg("committee", &registered.committee);
            finding = finding
                .arg("contact", registered.contact.as_deref().unwrap_or_default())
                .arg("phone", registered.phone.as_deref().unwrap_or_default());
            finding.branch_code = Some(registered.code.as_str().into());
            findings.push(finding);
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
    Resolved { branches: states, rosters, files, sources, findings, people, inputs, cells, comparison: Comparison::default() }
}

/// The finding that a file bears another branch's name.
fn mismatch(one: &Gathered) -> Option<&Finding> {
    one.findings.iter().find(|finding| finding.code == Code::BranchMismatch && finding.args.iter().any(|(name, _)| *name == "other"))
}

/// Puts aside files that bear another branch's name where the branch has one of its own: whose they are nobody knows, and
/// they must not come before it. One that a corrected copy replaces is settled.
fn aside(files: Vec<Gathered>) -> (Vec<Gathered>, Vec<Finding>) {
    if files.iter().all(|one| mismatch(one).is_some()) {
        return (files, Vec::new());
    }
    let corrected: Vec<String> = files.iter().filter_map(|one| one.corrects.as_ref().map(|digest| digest.to_ascii_lowercase())).collect();
    let settled = |one: &Gathered| one.digest.is_some_and(|digest| corrected.contains(&hex(&digest)));
    let (misnamed, own): (Vec<_>, Vec<_>) = files.into_iter().partition(|one| mismatch(one).is_some() && !settled(one));
    (own, misnamed.iter().filter_map(mismatch).cloned().collect())
}

/// Which of a branch's files counts. Equal bytes count once; a corrected copy supersedes what it corrects; then the
/// later 报出日期 wins, then the later change of the document. What cannot be ordered is sent back.
fn choose(files: Vec<Gathered>) -> (Option<Gathered>, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut distinct: Vec<Gathered> = Vec::new();
    for one in files {
        match distinct.iter().find(|other| other.digest == one.digest) {
            Some(other) => findings.push(Finding::new(Code::IdenticalSubmission, Place::file(&one.name)).arg("other", &other.name)),
            None => distinct.push(one),
        }
    }
    let corrected: Vec<String> =
        distinct.iter().filter_map(|one| one.corrects.as_ref().map(|digest| digest.to_ascii_lowercase())).collect();
    let stands = |one: &Gathered| !one.digest.is_some_and(|digest| corrected.contains(&hex(&digest)));
    // Two files that claim to correct each other correct nothing.
    if distinct.iter().any(stands) {
        let (kept, gone): (Vec<_>, Vec<_>) = distinct.into_iter().partition(stands);
        for one in &gone {
            findings.push(superseded(one, &kept[0]));
        }
        distinct = kept;
    }
    if distinct.len() <= 1 {
        return (distinct.pop(), findings);
    }
    let winner = (0..distinct.len()).find(|at| distinct.iter().enumerate().all(|(other, one)| other == *at || later(&distinct[*at], one)));
    if let Some(at) = winner {
        let one = distinct.swap_remove(at);
        for other in &distinct {
            findings.push(superseded(other, &one));
            if let Some(part) = part_in(&one, other) {
                let finding = Finding::new(Code::DuplicateSubmission, Place::file(&one.name));
                findings.push(finding.arg("other", &other.name).arg("part", part));
            }
        }
        (Some(one), findings)
    } else {
        let names: Vec<&str> = distinct.iter().map(|one| one.name.as_ref()).collect();
        for one in &distinct {
            let others: Vec<&str> = names.iter().copied().filter(|name| *name != one.name.as_ref()).collect();
            let part = distinct.iter().find_map(|other| part_in(one, other)).unwrap_or_default();
            findings
                .push(Finding::new(Code::DuplicateSubmission, Place::file(&one.name)).arg("other", others.join("、")).arg("part", &part));
            // What is wrong in them is to be put right whichever counts; what a part lacks is in the other.
            let lacking =
                |finding: &&Finding| matches!(finding.code, Code::MissingSheet | Code::MissingEntry) && finding.place.cell.is_none();
            findings.extend(one.findings.iter().filter(|finding| part.is_empty() || !lacking(finding)).cloned());
        }
        (None, findings)
    }
}

/// The finding about a second branch in a file, and which branch that is.
fn second_branch(one: &Gathered) -> Option<(usize, Finding)> {
    let second = one.second?;
    let finding = one.findings.iter().find(|finding| finding.args.iter().any(|(name, _)| *name == "second"))?;
    Some((second, finding.clone()))
}

/// The note about a file that another replaces, with what went missing on the way.
fn superseded(one: &Gathered, by: &Gathered) -> Finding {
    let finding = Finding::new(Code::SupersededSubmission, Place::file(&one.name)).arg("other", &by.name);
    let (Some(old), Some(new)) = (&one.card, &by.card) else { return finding };
    let rows = |card: &Card| {
        let submission = &card.submission;
        let counts = [submission.adjustments.len(), submission.vetoes.len(), submission.nominations.len()];
        counts.into_iter().zip(["奖惩", "一票否决", "评优推荐"])
    };
    let lost: Vec<&str> =
        rows(old).zip(rows(new)).filter(|((old, _), (new, _))| *old > 0 && *new == 0).map(|((_, name), _)| name).collect();
    finding.arg("lost", lost.join("、"))
}

/// A sheet that the one lacks and the other has, or months and quarters of 积分登记: the branch's workbook may have come in
/// parts.
fn part_in(one: &Gathered, other: &Gathered) -> Option<String> {
    let lacking = one.findings.iter().filter(|finding| finding.code == Code::MissingSheet);
    let mut names = lacking.flat_map(|finding| &finding.args).filter(|(name, _)| *name == "name").map(|(_, sheet)| sheet);
    let sheet = names.find(|name| other.sheets.iter().any(|sheet| key(sheet) == **name)).cloned();
    sheet.or_else(|| {
        one.findings.iter().find(|finding| finding.code == Code::MissingEntry)?;
        let periods = |file: &Gathered| -> Option<BTreeSet<Period>> {
            Some(file.card.as_ref()?.submission.entries.iter().map(|entry| entry.period).collect())
        };
        let (own, others) = (periods(one)?, periods(other)?);
        let more: Vec<String> = others.difference(&own).map(|period| period.zh()).collect();
        (!more.is_empty()).then(|| format!("积分登记 {}", more.join("、")))
    })
}

fn later(a: &Gathered, b: &Gathered) -> bool {
    match (a.reported, b.reported) {
        (Some(a), Some(b)) if a != b => a > b,
        _ => matches!((&a.modified, &b.modified), (Some(a), Some(b)) if a > b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, digest: u8, reported: Option<&str>, modified: Option<&str>, corrects: Option<u8>) -> Gathered {
        Gathered {
            name: name.into(),
            digest: Some([digest; 32]),
            files: Vec::new(),
            sheets: Vec::new(),
            branch: Some(0),
            second: None,
            reported: reported.map(|day| day.parse().expect("date")),
            modified: modified.map(str::to_owned),
            corrects: corrects.map(|digest| hex(&[digest; 32])),
            cells: 0,
            source: Arc::new(Sent { name: name.into(), files: Vec::new() }),
            findings: Vec::new(),
            card: None,
        }
    }

    fn chosen(files: Vec<Gathered>) -> (Option<String>, Vec<Code>) {
        let (one, findings) = choose(files);
        (one.map(|one| one.name.to_string()), findings.into_iter().map(|finding| finding.code).collect())
    }

    #[test]
    fn takes_one_submission_a_branch() {
        let early = || file("early", 1, Some("2026-12-10"), Some("2026-12-30T00:00:00Z"), None);
        let late = || file("late", 2, Some("2026-12-20"), Some("2026-12-01T00:00:00Z"), None);
        assert_eq!(chosen(vec![early(), late()]), (Some("late".into()), vec![Code::SupersededSubmission]));
        assert_eq!(chosen(vec![late(), file("copy", 2, None, None, None)]), (Some("late".into()), vec![Code::IdenticalSubmission]));
        let same_day = || file("changed", 3, Some("2026-12-20"), Some("2026-12-02T00:00:00Z"), None);
        assert_eq!(chosen(vec![late(), same_day()]), (Some("changed".into()), vec![Code::SupersededSubmission]));
        let undated = || file("undated", 4, None, None, None);
        assert_eq!(chosen(vec![late(), undated()]), (None, vec![Code::DuplicateSubmission; 2]));
        let correction = file("marked", 5, Some("2026-12-01"), None, Some(2));
        assert_eq!(chosen(vec![late(), correction]), (Some("marked".into()), vec![Code::SupersededSubmission]));
        assert_eq!(chosen(vec![]), (None, vec![]));
        let mut half = late();
        half.findings.push(Finding::new(Code::MissingSheet, Place::default()).arg("name", "党员名册"));
        let mut rest = early();
        rest.sheets.push(" 党员名册".into());
        let (_, findings) = choose(vec![half, rest]);
        let parts: Vec<_> =
            findings.iter().filter(|finding| finding.code == Code::DuplicateSubmission).map(|finding| &finding.args).collect();
        assert_eq!(parts, [&vec![("other", "early".to_owned()), ("part", "党员名册".to_owned())]]);
    }
}
