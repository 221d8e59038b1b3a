//! Members who changed branches in the course of the year: found across the county, and scored where they are last.
//!
//! ```text
//!   one identity number, disjoint months          ─┐
//!   原支部 names the branch, one 转出 of that name ─┴▶ the memberships of one person, in the order of their months
//!        both accepted, one scheme  ─▶ the later branch scores the year from the entries of both (transfers = "last")
//!        earlier missing, returned  ─▶ no score for now: waiting-for-branch
//!        other schemes, or "each"   ─▶ each its own months
//! ```
//!
//! It runs behind `resolve`, on what was accepted: nothing here sends a branch back.

use std::collections::BTreeMap;

use super::received::of_branch;
use super::resolve::roll;
use super::{BranchResult, BranchScores, BranchState, Resolved, Setup};
use crate::county::Transfers;
use crate::diag::{Code, Finding, Place};
use crate::rollup::{OutcomeKind, branch_outcomes};
use crate::score::Flag;
use crate::submission::{Day, Member, Moved, Reason, months_of};
use crate::words::nearest;

/// Somebody on a branch's roster.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Membership {
    branch: usize,
    /// Position in the roster of an accepted submission; none if it was returned.
    at: Option<u32>,
    first_month: u8,
    last_month: u8,
}

/// The memberships of one person, in the order of their months.
type Chain = Vec<Membership>;

/// What a member's course learns, and the earlier memberships whose entries count.
struct Step {
    branch: usize,
    at: u32,
    moved: Moved,
    carried: Vec<(usize, u32)>,
    /// The earlier branch whose submission is not there.
    waits_for: Option<usize>,
}

/// Settles every move: who scores whom, and what is said of it.
pub(super) fn settle(county: &Setup, resolved: &mut Resolved) {
    let mut chains = by_identity_number(resolved);
    let mut found = Vec::new();
    let mut waiting: BTreeMap<(usize, u32), usize> = BTreeMap::new();
    for (branch, at) in newcomers(resolved) {
        match former(county, resolved, &chains, branch, at) {
            Former::Known => {}
            Former::Matched(pair) => join(&mut chains, &pair.0, &pair.1),
            Former::Waiting(earlier) => drop(waiting.insert((branch, at), earlier)),
            Former::Unclear(finding) => found.push(of_branch(county, branch, finding)),
        }
    }
    for chain in &mut chains {
        chain.sort_by_key(|one| (one.first_month, one.last_month, one.branch));
    }
    resolved.findings.append(&mut found);
    say_who_scores(county, resolved, &chains);
    let mut lost = not_listed(county, resolved, &chains);
    resolved.findings.append(&mut lost);
    let steps = steps(county, resolved, &chains, &waiting);
    apply(county, resolved, steps);
    leave_out(county, resolved);
}

/// Branches that were read beside those asked for have done their part.
fn leave_out(county: &Setup, resolved: &mut Resolved) {
    let register = &county.register;
    let wanted =
        |finding: &Finding| finding.branch_code.as_deref().is_none_or(|code| register.by_code(code).is_some_and(|at| county.wants(at)));
    resolved.findings.retain(wanted);
    resolved.people.retain(|person| county.wants(person.branch));
    for at in (0..resolved.branches.len()).filter(|at| !county.wants(*at)) {
        resolved.branches[at] = BranchResult::of(BranchState::LeftOut);
    }
}

/// Members of a merged branch whom the branch that took it in does not list.
fn not_listed(county: &Setup, resolved: &Resolved, chains: &[Chain]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (branch, registered) in county.register.branches.iter().enumerate() {
        let (Some(into), Some(month)) = (&registered.life.into, registered.life.merged) else { continue };
        let Some(target) = county.register.by_code(into).filter(|_| month <= county.run.period.last_month()) else { continue };
        let (Some(own), Some(_)) = (card(resolved, branch), card(resolved, target)) else { continue };
        let goes = |(_, member): &(usize, &Member)| member.repeats.is_none() && member.course.with_branch;
        for (at, member) in own.submission.members.iter().enumerate().filter(goes) {
            if chains.iter().flatten().any(|one| (one.branch, one.at) == (branch, Some(at as u32))) {
                continue;
            }
            let finding = Finding::new(Code::MoveNotMatched, own.submission.place(member.at)).value(&*member.name);
            let finding = finding.arg("why", "merged").arg("former", label(county, target)).arg("detail", "").arg("near", "");
            found.push(of_branch(county, branch, finding.arg("name", &member.name).arg("period", "").arg("count", "")));
        }
    }
    found
}

fn card(resolved: &Resolved, branch: usize) -> Option<&BranchScores> {
    resolved.branches[branch].state.card()
}

fn member<'a>(resolved: &'a Resolved, one: &Membership) -> Option<&'a Member> {
    card(resolved, one.branch)?.submission.members.get(one.at? as usize)
}

/// `0101 第一支部`.
fn label(county: &Setup, branch: usize) -> String {
    let branch = &county.register.branches[branch];
    format!("{} {}", branch.code, branch.name)
}

/// Everybody whose identity number is on the rosters of several branches.
fn by_identity_number(resolved: &Resolved) -> Vec<Chain> {
    let groups = resolved.people.chunk_by(|a, b| a.id == b.id).filter(|group| group.iter().any(|one| one.branch != group[0].branch));
    let position = |person: &crate::check::Person| {
        let members = &card(resolved, person.branch)?.submission.members;
        members.iter().position(|member| member.repeats.is_none() && member.id.as_ref() == Some(&person.id)).map(|at| at as u32)
    };
    let membership = |person: &crate::check::Person| Membership {
        branch: person.branch,
        at: position(person),
        first_month: person.first_month,
        last_month: person.last_month,
    };
    groups.map(|group| group.iter().map(membership).collect()).collect()
}

/// Members whose roster names a former branch.
fn newcomers(resolved: &Resolved) -> Vec<(usize, u32)> {
    let mut found = Vec::new();
    for (branch, state) in resolved.states().enumerate() {
        let BranchState::Accepted(card) = state else { continue };
        let members = card.submission.members.iter().enumerate();
        let named = members.filter(|(_, member)| member.repeats.is_none() && member.course.former.is_some());
        found.extend(named.map(|(at, _)| (branch, at as u32)));
    }
    found
}

fn membership(resolved: &Resolved, branch: usize, at: u32) -> Option<Membership> {
    let member = card(resolved, branch)?.submission.members.get(at as usize)?;
    Some(Membership { branch, at: Some(at), first_month: member.first_month, last_month: member.last_month })
}

/// What 原支部 leads to.
enum Former {
    /// The identity number has shown it, or it is no branch of the county.
    Known,
    /// The same person there and here.
    Matched((Membership, Membership)),
    /// That branch is missing or returned.
    Waiting(usize),
    /// Nobody there is surely the same person.
    Unclear(Finding),
}

/// Where a member comes from whose roster names the branch: without identity numbers only one of that name there, who has 转出
/// as reason, is the same person, with the same birth date if both have one.
fn former(county: &Setup, resolved: &Resolved, chains: &[Chain], branch: usize, at: u32) -> Former {
    let Some(here) = membership(resolved, branch, at) else { return Former::Known };
    let Some(own) = member(resolved, &here) else { return Former::Known };
    let written = own.course.former.as_deref().unwrap_or_default();
    let unclear = |detail: &str, near: &str| {
        let place = card(resolved, branch).map(|card| {
            let submission = &card.submission;
            submission.roster_place(own, crate::workbook::column::FORMER_BRANCH).unwrap_or_else(|| submission.place(own.at))
        });
        let finding = Finding::new(Code::MoveNotMatched, place.unwrap_or_default()).value(&*own.name);
        let finding = finding.arg("why", "former").arg("former", written).arg("detail", detail).arg("near", near);
        Former::Unclear(finding.arg("name", &own.name).arg("period", "").arg("count", ""))
    };
    let Some(earlier) = county.registered(written) else {
        let names = county.register.branches.iter().map(|branch| branch.name.as_str());
        return nearest(written, names).map_or(Former::Known, |near| unclear("unknown", near));
    };
    let matched = |chain: &&Chain| chain.contains(&here) && chain.iter().any(|one| one.branch == earlier);
    if earlier == branch || chains.iter().any(|chain| matched(&chain)) {
        return Former::Known;
    }
    let Some(there) = card(resolved, earlier) else { return Former::Waiting(earlier) };
    let named: Vec<(usize, &Member)> =
        there.submission.members.iter().enumerate().filter(|(_, member)| member.repeats.is_none() && member.name == own.name).collect();
    let leaves = |member: &Member| member.course.reason == Some(Reason::MovedOut) || member.course.with_branch;
    let leaving: Vec<&(usize, &Member)> = named.iter().filter(|(_, member)| leaves(member)).collect();
    let (number, other) = match leaving.as_slice() {
        [only] => **only,
        [] if named.is_empty() => return unclear("none", ""),
        [] => return unclear("stays", ""),
        _ => return unclear("several", ""),
    };
    if own.id.is_some() && other.id.is_some() {
        return unclear("id", "");
    }
    if let (Some(one), Some(two)) = (own.born, other.born)
        && !same_day(one, two)
    {
        return unclear("born", "");
    }
    let at_once = other.last_month == own.first_month && other.course.dated.1 && own.course.dated.0;
    if other.last_month >= own.first_month && !at_once {
        return unclear("overlap", "");
    }
    match membership(resolved, earlier, number as u32) {
        Some(there) => Former::Matched((there, here)),
        None => Former::Known,
    }
}

/// Equal as far as both are known.
fn same_day(one: Day, two: Day) -> bool {
    let month = |day: Day| match day {
        Day::Known(date) => (chrono::Datelike::year(&date), chrono::Datelike::month(&date)),
        Day::Month(year, month) => (year, month),
    };
    match (one, two) {
        (Day::Known(one), Day::Known(two)) => one == two,
        _ => month(one) == month(two),
    }
}

/// Makes one chain of those that two memberships of one person are in.
fn join(chains: &mut Vec<Chain>, earlier: &Membership, later: &Membership) {
    let mut whole = Chain::new();
    for one in [earlier, later] {
        match chains.iter().position(|chain| chain.contains(one)) {
            Some(at) => whole.extend(chains.swap_remove(at)),
            None if whole.contains(one) => {}
            None => whole.push(one.clone()),
        }
    }
    chains.push(whole);
}

fn place_of(resolved: &Resolved, one: &Membership) -> Option<Place> {
    let member = member(resolved, one)?;
    Some(card(resolved, one.branch)?.submission.place(member.id_at.unwrap_or(member.at)))
}

/// The notes about a move, one for each of the two branches.
fn transferred(county: &Setup, resolved: &Resolved, earlier: &Membership, later: &Membership) -> Vec<Finding> {
    let note = |here: &Membership, there: &Membership| {
        let name = member(resolved, here)?.name.to_string();
        let file = place_of(resolved, there)?.file;
        let finding = Finding::new(Code::TransferredMember, place_of(resolved, here)?).value(name);
        let finding = finding
            .arg("other", label(county, there.branch))
            .arg("other_file", file.as_deref().unwrap_or_default())
            .arg("months", months_of(here.first_month, here.last_month))
            .arg("other_months", months_of(there.first_month, there.last_month));
        Some(of_branch(county, here.branch, finding))
    };
    [note(earlier, later), note(later, earlier)].into_iter().flatten().collect()
}

/// The notes about moves say who scores the year, where both submissions are accepted.
fn say_who_scores(county: &Setup, resolved: &mut Resolved, chains: &[Chain]) {
    let mut notes: Vec<Finding> = Vec::new();
    for pair in chains.iter().flat_map(|chain| chain.windows(2)).filter(|pair| pair.iter().all(|one| one.at.is_some())) {
        let how = if scored_together(county, resolved, &pair[0], &pair[1]) { "last" } else { "each" };
        let told = transferred(county, resolved, &pair[0], &pair[1]);
        notes.extend(told.into_iter().map(|note| note.arg("how", how)));
    }
    let same = |a: &Finding, b: &Finding| a.branch_code == b.branch_code && a.place == b.place;
    // In the middle of several moves one note is enough.
    notes.reverse();
    let mut kept: Vec<Finding> = Vec::new();
    for note in notes {
        if !kept.iter().any(|other| same(other, &note)) {
            kept.push(note);
        }
    }
    let known = |finding: &Finding| finding.code == Code::TransferredMember && kept.iter().any(|note| same(note, finding));
    resolved.findings.retain(|finding| !known(finding));
    resolved.findings.append(&mut kept);
}

/// The later branch scores the year from both files' entries; with a merged branch always.
fn scored_together(county: &Setup, resolved: &Resolved, earlier: &Membership, later: &Membership) -> bool {
    let (Some(before), Some(after)) = (member(resolved, earlier), member(resolved, later)) else { return false };
    let same_items = before.category == after.category || !county.schemes[after.scheme].member.by_category();
    before.scheme == after.scheme && same_items && (county.workspace.transfers == Transfers::Last || before.course.with_branch)
}

/// What each accepted membership learns.
fn steps(county: &Setup, resolved: &Resolved, chains: &[Chain], waiting: &BTreeMap<(usize, u32), usize>) -> Vec<Step> {
    let mut steps = Vec::new();
    for chain in chains {
        for (number, one) in chain.iter().enumerate() {
            let Some(at) = one.at else { continue };
            let (mut moved, mut carried, mut waits_for) = (Moved::default(), Vec::new(), None);
            for earlier in &chain[..number] {
                moved.from.push(format!("{}在 {}", months_of(earlier.first_month, earlier.last_month), label(county, earlier.branch)));
                match earlier.at {
                    None if county.workspace.transfers == Transfers::Last => waits_for = Some(earlier.branch),
                    Some(theirs) if scored_together(county, resolved, earlier, one) => {
                        carried.push((earlier.branch, theirs));
                        (earlier.first_month..=earlier.last_month.min(12)).for_each(|month| moved.earlier |= 1 << month);
                    }
                    _ => {}
                }
            }
            if let Some(next) = chain[number + 1..].iter().find(|next| next.at.is_some()) {
                moved.onward = Some((next.first_month, label(county, next.branch)));
                moved.each = !scored_together(county, resolved, one, next);
            }
            let before = chain[..number].iter().rev().find_map(|earlier| member(resolved, earlier));
            moved.counted_from = before.map(|before| before.gone_from().map_or(one.first_month, |month| month.min(one.first_month)));
            steps.push(Step { branch: one.branch, at, moved, carried, waits_for });
        }
    }
    // Whose former branch has sent nothing that could be used.
    for ((branch, at), earlier) in waiting.iter().filter(|_| county.workspace.transfers == Transfers::Last) {
        match steps.iter_mut().find(|step| (step.branch, step.at) == (*branch, *at)) {
            Some(step) => step.waits_for = Some(*earlier),
            None => steps.push(Step { branch: *branch, at: *at, moved: Moved::default(), carried: Vec::new(), waits_for: Some(*earlier) }),
        }
    }
    for step in &mut steps {
        step.moved.waiting = step.waits_for.map(|earlier| label(county, earlier));
    }
    steps
}

/// Tells the members, carries the entries, and works the branches out again that it concerns.
fn apply(county: &Setup, resolved: &mut Resolved, steps: Vec<Step>) {
    let mut by_branch: BTreeMap<usize, Vec<Step>> = BTreeMap::new();
    // What is carried is what a branch itself has entered.
    let sources: BTreeMap<usize, crate::submission::Submission> = steps
        .iter()
        .flat_map(|step| &step.carried)
        .filter_map(|(branch, _)| Some((*branch, card(resolved, *branch)?.submission.clone())))
        .collect();
    for step in steps {
        by_branch.entry(step.branch).or_default().push(step);
    }
    for (branch, steps) in by_branch {
        let code = county.register.branches[branch].code.as_str();
        let BranchState::Accepted(card) = &mut resolved.branches[branch].state else { continue };
        let before: Vec<Finding> = branch_outcomes(&card.submission, &county.schemes, county.run).1;
        let waiting: BTreeMap<u32, usize> = steps.iter().filter_map(|step| Some((step.at, step.waits_for?))).collect();
        for step in steps {
            let scheme = card.submission.members[step.at as usize].scheme;
            for (other, theirs) in &step.carried {
                if let Some(source) = sources.get(other) {
                    card.submission.carry(step.at, source, *theirs, &county.schemes[scheme].member);
                }
            }
            card.submission.members[step.at as usize].course.moved = Some(Box::new(step.moved));
        }
        let (outcomes, found) = branch_outcomes(&card.submission, &county.schemes, county.run);
        card.outcomes = outcomes;
        let waiting = waiting_notes(county, resolved, branch, &waiting);
        let own = |finding: &Finding| finding.branch_code.as_deref() == Some(code);
        let former: Vec<Finding> = before.into_iter().map(|finding| of_branch(county, branch, finding)).collect();
        resolved.findings.retain(|finding| !(own(finding) && (finding.code == Code::RollMismatch || former.contains(finding))));
        let roll = match &resolved.branches[branch].state {
            BranchState::Accepted(card) => roll(county, branch, &card.submission),
            _ => None,
        };
        resolved.findings.extend(found.into_iter().map(|finding| of_branch(county, branch, finding)));
        resolved.findings.extend(roll);
        resolved.findings.extend(waiting);
    }
}

/// Who has no score because the former branch's submission is not there.
fn waiting_notes(county: &Setup, resolved: &Resolved, branch: usize, waiting: &BTreeMap<u32, usize>) -> Vec<Finding> {
    let Some(card) = card(resolved, branch) else { return Vec::new() };
    let mut found = Vec::new();
    for outcome in card.outcomes.iter().filter(|outcome| outcome.score.total.is_none()) {
        let OutcomeKind::Member(at) = outcome.kind else { continue };
        let member = &card.submission.members[at as usize];
        let Some(earlier) = waiting.get(&at).copied() else { continue };
        let other = [Flag::Exempt, Flag::NotExpected, Flag::NotScored, Flag::MovedOut];
        if other.iter().any(|flag| outcome.score.flags.contains(flag)) {
            continue;
        }
        let why = if matches!(resolved.branches[earlier].state, BranchState::Returned) { "returned" } else { "" };
        let finding = Finding::new(Code::WaitingForBranch, card.submission.place(member.at)).value(&*member.name);
        found.push(of_branch(county, branch, finding.arg("former", label(county, earlier)).arg("why", why)));
    }
    found
}
