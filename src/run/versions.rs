//! Which of a branch's files counts, and why the others do not.
//!
//! ```text
//!   equal bytes                      ─▶ identical-submission, once
//!   another committee's folder       ─▶ set aside alone (duplicate-submission without branch)
//!   another branch's name            ─▶ set aside alone (branch-mismatch without branch)
//!   a copy of what would be returned ─▶ stands for it (superseded-submission)
//!   the rest, in order               ─▶ the latest, if it holds what the earlier hold (else kept-from-earlier)
//!   no order                         ─▶ duplicate-submission, the branch returned
//! ```
//!
//! Every fact that decides is a field of [`Gathered`]; findings are only what is said about it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Card, Gathered};
use crate::diag::{Code, Finding, Place, Severity};
use crate::digest::hex;
use crate::period::Period;
use crate::submission::{Mark, Submission};
use crate::words::key;

/// So many other files are named in one finding; the rest is counted. Each of a thousand naming all would fill the memory.
const NAMED: usize = 5;

/// Copies of copies are followed this far; no branch sends a file back and forth so often.
const ROUNDS: usize = 32;

/// A sheet of entries and one of its periods.
pub type Unit = (String, Period);

/// The units of which a file has a row with something written.
pub fn units(submission: &Submission) -> BTreeSet<Unit> {
    let label = |category: Option<&str>| category.map_or_else(|| "积分登记".to_owned(), |category| format!("积分登记-{category}"));
    let labels: BTreeMap<u16, String> =
        submission.entry_tables.iter().map(|table| (table.sheet, label(table.category.as_deref()))).collect();
    let written = submission.entries.iter().filter(|entry| entry.written);
    let entries: BTreeSet<(u16, Period)> = written.map(|entry| (entry.at.sheet, entry.period)).collect();
    let mut units: BTreeSet<Unit> =
        entries.into_iter().map(|(sheet, period)| (labels.get(&sheet).cloned().unwrap_or_else(|| label(None)), period)).collect();
    let reviewed = submission.branch_entries.iter().filter(|entry| entry.reviewed != Mark::NONE);
    units.extend(reviewed.map(|entry| ("支部积分".to_owned(), entry.period)));
    units
}

/// What was decided about a branch's files; indices into them.
#[derive(Debug, Default)]
pub(super) struct Choice {
    /// The file that counts.
    pub(super) counts: Option<usize>,
    /// Files that were not set aside as somebody else's.
    pub(super) own: Vec<usize>,
    /// About this branch.
    pub(super) findings: Vec<Finding>,
    /// About files set aside: they are no fault of this branch.
    pub(super) apart: Vec<Finding>,
}

/// Decides about a branch's files, which are in the order of their names. `faulty` is true for a file for which the branch
/// would be returned if it counted.
pub(super) fn choose(code: &str, files: &[Gathered], faulty: &dyn Fn(&Gathered) -> bool) -> Choice {
    let mut choice = Choice::default();
    let distinct = distinct(files, &mut choice.findings);
    let (at_home, elsewhere): (Vec<usize>, Vec<usize>) = distinct.iter().partition(|at| files[**at].elsewhere.is_none());
    let own = if at_home.is_empty() { distinct } else { at_home };
    // Where all lie elsewhere none of them has a better claim.
    for at in elsewhere.into_iter().filter(|at| !own.contains(at)) {
        choice.apart.push(set_aside(code, &files[at], files, &own));
    }
    choice.own = without_misnamed(files, own, &mut choice.apart);
    let (active, mut replaced) = settle_copies(files, &choice.own, faulty);
    choice.findings.append(&mut replaced);
    let (counts, mut found) = latest(files, &active);
    choice.counts = counts;
    choice.findings.append(&mut found);
    // Where all bear another's name each is told so; that of the file that counts is among its findings.
    if counts.is_none_or(|at| files[at].misnamed) {
        let told = choice.own.iter().filter(|at| Some(**at) != counts).filter_map(|at| mismatch(&files[*at])).cloned();
        choice.findings.extend(told);
    }
    choice
}

/// Equal bytes count once; of equal files the one that lies at home.
fn distinct(files: &[Gathered], findings: &mut Vec<Finding>) -> Vec<usize> {
    let mut all: Vec<usize> = (0..files.len()).collect();
    all.sort_by_key(|at| files[*at].elsewhere.is_some());
    let mut first: BTreeMap<[u8; 32], usize> = BTreeMap::new();
    let mut kept = Vec::new();
    for at in all {
        let same = files[at].digest.and_then(|digest| first.get(&digest));
        if let Some(same) = same {
            findings.push(Finding::new(Code::IdenticalSubmission, Place::file(&files[at].name)).arg("other", &files[*same].name));
            continue;
        }
        first.extend(files[at].digest.map(|digest| (digest, at)));
        kept.push(at);
    }
    kept.sort_unstable();
    kept
}

/// The error about a file that lies in another committee's folder; it is nobody's fault but the sender's.
fn set_aside(code: &str, one: &Gathered, files: &[Gathered], own: &[usize]) -> Finding {
    let folder = one.elsewhere.as_deref().unwrap_or_default();
    let finding = Finding::new(Code::DuplicateSubmission, Place::file(&one.name)).value(code).arg("folder", folder);
    others(finding, own.iter().map(|at| &files[*at].name))
}

/// Names a few files and counts the rest.
fn others<'a>(finding: Finding, names: impl ExactSizeIterator<Item = &'a Arc<str>>) -> Finding {
    let count = names.len();
    let few: Vec<&str> = names.take(NAMED).map(AsRef::as_ref).collect();
    let more = count.saturating_sub(NAMED);
    finding.arg("other", few.join("、")).arg("more", if more > 0 { more.to_string() } else { String::new() })
}

/// The finding that a file bears another branch's name.
fn mismatch(one: &Gathered) -> Option<&Finding> {
    one.findings.iter().find(|finding| one.misnamed && finding.code == Code::BranchMismatch)
}

/// Puts aside files that bear another branch's name where the branch has one of its own: whose they are nobody knows, and
/// they must not come before it. One that a corrected copy stands for is settled with that.
fn without_misnamed(files: &[Gathered], own: Vec<usize>, apart: &mut Vec<Finding>) -> Vec<usize> {
    if own.iter().all(|at| files[*at].misnamed) {
        return own;
    }
    let corrected: BTreeSet<&str> = own.iter().filter_map(|at| files[*at].corrects.as_deref()).collect();
    let settled = |one: &Gathered| one.digest.is_some_and(|digest| corrected.contains(hex(&digest).as_str()));
    let (misnamed, own): (Vec<usize>, Vec<usize>) = own.into_iter().partition(|at| files[*at].misnamed && !settled(&files[*at]));
    apart.extend(misnamed.iter().filter_map(|at| mismatch(&files[*at])).cloned());
    own
}

/// A corrected copy stands for the file that it names if, without the copy, the branch would be returned with a finding in
/// that file; else it is a file like any other. Gives the files that are left.
fn settle_copies(files: &[Gathered], own: &[usize], faulty: &dyn Fn(&Gathered) -> bool) -> (Vec<usize>, Vec<Finding>) {
    let by_digest: BTreeMap<String, usize> = own.iter().filter_map(|at| Some((hex(&files[*at].digest?), *at))).collect();
    let original = |at: &usize| files[*at].corrects.as_ref().and_then(|digest| by_digest.get(digest)).copied().filter(|of| of != at);
    let (mut waiting, mut active): (Vec<usize>, Vec<usize>) = own.iter().partition(|at| original(at).is_some());
    let mut findings = Vec::new();
    for _ in 0..ROUNDS {
        let standing: BTreeSet<usize> = active.iter().copied().collect();
        let ready: Vec<usize> = waiting.iter().copied().filter(|at| original(at).is_some_and(|of| standing.contains(&of))).collect();
        if ready.is_empty() {
            break;
        }
        waiting.retain(|at| !ready.contains(at));
        let (counts, found) = latest(files, &active);
        let told: BTreeSet<&Arc<str>> = found
            .iter()
            .filter(|finding| finding.severity() == Severity::Error)
            .filter_map(|finding| finding.place.file.as_ref())
            .collect();
        let returned = |at: usize| (counts == Some(at) && faulty(&files[at])) || told.contains(&files[at].name);
        for at in &ready {
            let Some(of) = original(at).filter(|of| returned(*of)) else { continue };
            if let Some(place) = active.iter().position(|one| *one == of) {
                findings.push(superseded(&files[of], &files[*at]));
                active.remove(place);
            }
        }
        active.extend(ready);
    }
    // Copies of each other, which only a forger can make, are files like any other.
    active.extend(waiting);
    active.sort_unstable();
    (active, findings)
}

/// The file that counts rather than each of the others, and what is said about them.
fn latest(files: &[Gathered], active: &[usize]) -> (Option<usize>, Vec<Finding>) {
    // Whoever stands over all the others is never beaten on the way, so one pass finds him.
    let candidate = active.iter().copied().reduce(|one, next| if stands_over(&files[next], &files[one]) { next } else { one });
    let Some(candidate) = candidate else { return (None, Vec::new()) };
    let rest: Vec<usize> = active.iter().copied().filter(|at| *at != candidate).collect();
    let one = &files[candidate];
    let mut findings = Vec::new();
    if !rest.iter().all(|at| stands_over(one, &files[*at])) {
        for at in active {
            undecided(files, active, *at, &mut findings);
        }
        return (None, findings);
    }
    for at in rest {
        let other = &files[at];
        findings.push(if order(one, other) == Some(true) { superseded(other, one) } else { kept(one, other) });
        if let Some(part) = part_in(one, other) {
            let finding = Finding::new(Code::DuplicateSubmission, Place::file(&one.name));
            findings.push(finding.arg("other", &other.name).arg("part", part));
        }
    }
    (Some(candidate), findings)
}

/// One of several files that nothing orders: that it is one, and what is to be put right in it whichever counts.
fn undecided(files: &[Gathered], active: &[usize], at: usize, findings: &mut Vec<Finding>) {
    let one = &files[at];
    let rest: Vec<usize> = active.iter().copied().filter(|other| *other != at).take(NAMED).collect();
    let part = rest.iter().find_map(|other| part_in(one, &files[*other])).unwrap_or_default();
    let named: Vec<&str> = rest.iter().map(|other| files[*other].name.as_ref()).collect();
    let more = (active.len() - 1).saturating_sub(NAMED);
    let finding = Finding::new(Code::DuplicateSubmission, Place::file(&one.name)).arg("other", named.join("、"));
    findings.push(finding.arg("more", if more > 0 { more.to_string() } else { String::new() }).arg("part", &part));
    // What a part lacks is in the other.
    let lacking = |finding: &&Finding| matches!(finding.code, Code::MissingSheet | Code::MissingEntry) && finding.place.cell.is_none();
    findings.extend(one.findings.iter().filter(|finding| part.is_empty() || !lacking(finding)).cloned());
}

/// True where the one is the later, false where the other is; none where nothing tells.
fn order(one: &Gathered, other: &Gathered) -> Option<bool> {
    // Two things under one name in one archive: which was meant the sender has to say.
    if one.twin.is_some() && one.twin == other.twin {
        return None;
    }
    match (one.reported, other.reported) {
        (Some(one), Some(other)) if one != other => Some(one > other),
        _ => match (&one.modified, &other.modified) {
            (Some(one), Some(other)) if one != other => Some(one > other),
            _ => None,
        },
    }
}

fn lacks(one: &Gathered, other: &Gathered) -> bool {
    !other.holds.is_subset(&one.holds)
}

/// True where the one counts rather than the other: it is later and lacks nothing, or earlier and the later lacks something.
/// A file without any entry does not even put in question one that has some.
fn stands_over(one: &Gathered, other: &Gathered) -> bool {
    match order(one, other) {
        Some(true) => !lacks(one, other),
        Some(false) => lacks(other, one),
        None => one.twin.is_none() && other.holds.is_empty() && lacks(other, one),
    }
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

/// The warning about a file that does not replace an earlier one, with the entries that only that one has.
fn kept(one: &Gathered, later: &Gathered) -> Finding {
    let mut periods: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (sheet, period) in one.holds.difference(&later.holds) {
        periods.entry(sheet).or_default().push(period.zh());
    }
    let lacking: Vec<String> = periods.into_iter().map(|(sheet, periods)| format!("{sheet} {}", periods.join("、"))).collect();
    Finding::new(Code::KeptFromEarlier, Place::file(&later.name)).arg("other", &one.name).arg("lacking", lacking.join("；"))
}

/// A sheet that the one lacks and the other has, or months and quarters of 积分登记: the branch's workbook may have come in
/// parts.
fn part_in(one: &Gathered, other: &Gathered) -> Option<String> {
    let sheet = one.missing.iter().find(|name| other.sheets.iter().any(|sheet| key(sheet) == ***name)).cloned();
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

#[cfg(test)]
mod tests {
    use super::super::intake::Sent;
    use super::*;

    fn file(name: &str, digest: u8, reported: Option<&str>, modified: Option<&str>, corrects: Option<u8>) -> Gathered {
        Gathered {
            name: name.into(),
            digest: Some([digest; 32]),
            files: Vec::new(),
            sheets: Vec::new(),
            missing: Vec::new(),
            branch: Some(0),
            second: None,
            misnamed: false,
            elsewhere: None,
            twin: None,
            reported: reported.map(|day| day.parse().expect("date")),
            modified: modified.map(str::to_owned),
            corrects: corrects.map(|digest| hex(&[digest; 32])),
            holds: BTreeSet::new(),
            cells: 0,
            source: Arc::new(Sent { name: name.into(), files: Vec::new() }),
            findings: Vec::new(),
            card: None,
        }
    }

    fn with_error(mut one: Gathered) -> Gathered {
        one.findings.push(Finding::new(Code::NotANumber, Place::file(&one.name)));
        one
    }

    fn holding(mut one: Gathered, quarters: &[u8]) -> Gathered {
        let quarter = |number: &u8| Period::parse(&format!("Q{number}")).expect("quarter");
        one.holds = quarters.iter().map(|number| ("积分登记".to_owned(), quarter(number))).collect();
        one
    }

    fn own_fault(one: &Gathered) -> bool {
        one.findings.iter().any(|finding| finding.severity() == Severity::Error)
    }

    #[expect(clippy::needless_pass_by_value, reason = "a test makes its files where it asks")]
    fn chosen(files: Vec<Gathered>) -> (Option<String>, Vec<Code>) {
        let choice = choose("0101", &files, &own_fault);
        let found = choice.findings.iter().chain(&choice.apart).map(|finding| finding.code).collect();
        (choice.counts.map(|at| files[at].name.to_string()), found)
    }

    /// Every order of so many things.
    fn orders(count: usize) -> Vec<Vec<usize>> {
        if count == 0 {
            return vec![Vec::new()];
        }
        let shorter = orders(count - 1);
        shorter.iter().flat_map(|order| (0..count).map(move |at| [&order[..at], &[count - 1], &order[at..]].concat())).collect()
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
        assert_eq!(chosen(vec![]), (None, vec![]));
        let mut half = late();
        half.missing.push("党员名册".into());
        let mut rest = early();
        rest.sheets.push(" 党员名册".into());
        let choice = choose("0101", &[half, rest], &own_fault);
        let parts: Vec<_> =
            choice.findings.iter().filter(|finding| finding.code == Code::DuplicateSubmission).map(|finding| &finding.args).collect();
        assert_eq!(parts, [&vec![("other", "early".to_owned()), ("part", "党员名册".to_owned())]]);
    }

    /// The result never depends on the order in which files are listed: dated, undated, dated alike and not at all.
    #[test]
    fn the_order_of_names_changes_nothing() {
        let made: [fn() -> Gathered; 5] = [
            || holding(file("a", 1, Some("2026-04-01"), Some("2026-04-09T00:00:00Z"), None), &[1]),
            || holding(file("b", 2, Some("2026-07-01"), Some("2026-07-01T00:00:00Z"), None), &[1, 2]),
            || holding(file("c", 3, None, Some("2026-10-01T00:00:00Z"), None), &[1, 2, 3]),
            || holding(file("d", 4, Some("2026-12-01"), Some("2026-12-02T00:00:00Z"), None), &[3]),
            || file("e", 5, None, None, None),
        ];
        for mask in 1_u32..32 {
            let files: Vec<_> = (0..5).filter(|at| mask & (1 << at) != 0).collect();
            let told = |order: &[usize]| {
                let (counts, mut found) = chosen(order.iter().map(|at| made[files[*at]]()).collect());
                found.sort();
                (counts, found)
            };
            let orders = orders(files.len());
            let first = told(&orders[0]);
            assert!(orders.iter().all(|order| told(order) == first), "{files:?}");
        }
        let all = chosen(made.iter().map(|make| make()).collect());
        assert_eq!(
            all,
            (Some("c".into()), vec![Code::SupersededSubmission, Code::SupersededSubmission, Code::KeptFromEarlier, Code::KeptFromEarlier])
        );
    }

    #[test]
    fn a_later_file_with_less_in_it_does_not_count() {
        let whole = || holding(file("whole", 1, Some("2026-07-01"), None, None), &[1, 2]);
        let second_only = || holding(file("second", 2, Some("2026-07-05"), None, None), &[2]);
        assert_eq!(chosen(vec![whole(), second_only()]), (Some("whole".into()), vec![Code::KeptFromEarlier]));
        let choice = choose("0101", &[whole(), second_only()], &own_fault);
        assert_eq!(choice.findings[0].args, [("other", "whole".to_owned()), ("lacking", "积分登记 一季度".to_owned())]);
        let more = holding(file("more", 3, Some("2026-10-05"), None, None), &[1, 2, 3]);
        assert_eq!(chosen(vec![whole(), more]), (Some("more".into()), vec![Code::SupersededSubmission]));
        // Not even a date is needed to tell that a cover alone is no submission.
        assert_eq!(chosen(vec![whole(), file("cover", 4, None, None, None)]), (Some("whole".into()), vec![Code::KeptFromEarlier]));
    }

    #[test]
    fn a_copy_stands_only_for_what_would_be_returned() {
        let good = || file("good", 2, Some("2026-12-20"), None, None);
        let bad = || with_error(file("bad", 2, Some("2026-12-20"), None, None));
        let copy = || file("copy", 5, Some("2026-12-01"), None, Some(2));
        assert_eq!(chosen(vec![bad(), copy()]), (Some("copy".into()), vec![Code::SupersededSubmission]));
        assert_eq!(chosen(vec![copy(), bad()]), (Some("copy".into()), vec![Code::SupersededSubmission]));
        assert_eq!(chosen(vec![good(), copy()]), (Some("good".into()), vec![Code::SupersededSubmission]), "an earlier file like any other");
        // What is superseded already needs no correction.
        let newer = file("newer", 6, Some("2026-12-25"), None, None);
        assert_eq!(chosen(vec![bad(), copy(), newer]).0, Some("newer".into()));
        // A copy of a copy, and copies of each other.
        let second = || file("second", 7, None, None, Some(5));
        assert_eq!(chosen(vec![second(), with_error(copy()), bad()]).0, Some("second".into()));
        assert_eq!(chosen(vec![second(), copy(), bad()]).0, None, "the first copy was accepted, and nothing orders the two");
        let one = file("one", 8, Some("2026-12-01"), None, Some(9));
        let other = file("other", 9, Some("2026-12-02"), None, Some(8));
        assert_eq!(chosen(vec![one, other]).0, Some("other".into()));
    }

    #[test]
    fn a_file_from_another_committee_is_set_aside_alone() {
        let own = || file("own", 1, Some("2026-12-10"), None, None);
        let stray = |digest| {
            let mut stray = file("stray", digest, Some("2026-12-20"), None, Some(1));
            stray.elsewhere = Some("第二党委".into());
            stray
        };
        for files in [vec![own(), stray(2)], vec![stray(2), own()]] {
            let choice = choose("0101", &files, &own_fault);
            assert_eq!(choice.counts.map(|at| &*files[at].name), Some("own"));
            assert!(choice.findings.is_empty() && choice.apart.len() == 1, "{choice:?}");
            assert_eq!((choice.apart[0].value.as_deref(), choice.apart[0].code), (Some("0101"), Code::DuplicateSubmission));
        }
        assert_eq!(chosen(vec![with_error(own()), stray(2)]).0, Some("own".into()), "nor does it correct what is at home");
        assert_eq!(chosen(vec![stray(1), own()]), (Some("own".into()), vec![Code::IdenticalSubmission]));
        assert_eq!(chosen(vec![stray(2)]), (Some("stray".into()), vec![]), "the only file counts wherever it lies");
    }

    #[test]
    fn two_under_one_name_in_an_archive_are_not_ordered() {
        let twin = |name, digest, day, quarters: &[u8]| {
            let mut twin = holding(file(name, digest, Some(day), None, None), quarters);
            twin.twin = Some("a.zip!/b.xlsx".into());
            twin
        };
        let files = || vec![twin("b", 1, "2026-12-01", &[1]), twin("b(2)", 2, "2026-12-02", &[1])];
        assert_eq!(chosen(files()), (None, vec![Code::DuplicateSubmission; 2]));
        assert_eq!(chosen(vec![twin("b", 1, "2026-12-01", &[1]), twin("b(2)", 2, "2026-12-02", &[])]).0, None);
    }

    #[test]
    fn many_files_are_counted_and_not_all_named() {
        let files: Vec<Gathered> = (0..40).map(|at| file(&format!("{at:02}"), at, None, None, None)).collect();
        let choice = choose("0101", &files, &own_fault);
        assert_eq!(choice.findings.len(), 40);
        for finding in &choice.findings {
            assert_eq!(finding.args[0].1.split('、').count(), NAMED);
            assert_eq!(finding.args[1], ("more", "34".to_owned()));
        }
    }
}
