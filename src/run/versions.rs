//! Which of a branch's files are put together, and which of two that hold the same is taken.
//!
//! ```text
//!   equal bytes                      ─▶ identical-submission, once
//!   another year                     ─▶ superseded-submission, or wrong-year where there is nothing else
//!   another committee's folder       ─▶ set aside alone (duplicate-submission without branch)
//!   another branch's name            ─▶ set aside alone (branch-mismatch without branch)
//!   a copy of what would be returned ─▶ stands for it (superseded-submission)
//!   the rest                         ─▶ put together, each unit whole from one of them: see `parts`
//! ```
//!
//! Every fact that decides is a field of [`FileResult`]; findings are only what is said about it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::FileResult;
use crate::diag::{Code, Finding, Place};
use crate::digest::hex;

/// So many other files are named in one finding; the rest is counted. Each of a thousand naming all would fill the memory.
const NAMED: usize = 5;

/// Files of a branch that may count; indices into them.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// Files that are the branch's own, whatever is wrong with them.
    pub(super) own: Vec<usize>,
    /// Those of them that are put together, without copies that wait for what they correct.
    pub(super) active: Vec<usize>,
    /// Copies of files that are there, each with the file that it corrects.
    pub(super) waiting: Vec<(usize, usize)>,
    /// About this branch.
    pub(super) findings: Vec<Finding>,
    /// About files set aside: they are no fault of this branch.
    pub(super) apart: Vec<Finding>,
}

/// Decides about a branch's files, which are in the order of their names.
pub(super) fn standing(code: &str, files: &[FileResult]) -> Standing {
    let mut all = Standing::default();
    let distinct = distinct(files, &mut all.findings);
    let (at_home, elsewhere): (Vec<usize>, Vec<usize>) = distinct.iter().partition(|at| files[**at].elsewhere.is_none());
    let own = if at_home.is_empty() { distinct } else { at_home };
    // Where all lie elsewhere none of them has a better claim.
    for at in elsewhere.into_iter().filter(|at| !own.contains(at)) {
        all.apart.push(set_aside(code, &files[at], files, &own));
    }
    all.own = without_misnamed(files, own, &mut all.apart);
    let usable = of_this_year(files, &all.own, &mut all.findings);
    let by_digest: BTreeMap<String, usize> = usable.iter().filter_map(|at| Some((hex(&files[*at].digest?), *at))).collect();
    let original = |at: usize| files[at].corrects.as_ref().and_then(|digest| by_digest.get(digest)).copied().filter(|of| *of != at);
    for at in usable {
        match original(at) {
            Some(of) => all.waiting.push((at, of)),
            None => all.active.push(at),
        }
    }
    all
}

impl Standing {
    /// Settles the copies of files that are active: a copy stands for its original if the branch would be returned with an
    /// error in that, else it is a file like any other. False where there is none.
    pub(super) fn settle(&mut self, files: &[FileResult], faulty: &dyn Fn(&FileResult) -> bool) -> bool {
        let (mut ready, waiting): (Vec<(usize, usize)>, _) = self.waiting.iter().partition(|(_, of)| self.active.contains(of));
        self.waiting = waiting;
        if ready.is_empty() {
            // Copies of each other, which only a forger can make, are files like any other.
            ready.append(&mut self.waiting);
            self.active.extend(ready.iter().map(|(at, _)| *at));
            self.active.sort_unstable();
            return !ready.is_empty();
        }
        let returned: BTreeSet<usize> = ready.iter().map(|(_, of)| *of).filter(|of| faulty(&files[*of])).collect();
        for (at, of) in &ready {
            if returned.contains(of) && self.active.contains(of) {
                self.findings.push(superseded(&files[*of], &files[*at]));
                self.active.retain(|one| one != of);
            }
        }
        self.active.extend(ready.iter().map(|(at, _)| *at));
        self.active.sort_unstable();
        true
    }
}

/// Equal bytes count once; of equal files the one that lies at home.
fn distinct(files: &[FileResult], findings: &mut Vec<Finding>) -> Vec<usize> {
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
fn set_aside(code: &str, one: &FileResult, files: &[FileResult], own: &[usize]) -> Finding {
    let folder = one.elsewhere.as_deref().unwrap_or_default();
    let finding = Finding::new(Code::DuplicateSubmission, Place::file(&one.name)).value(code).arg("folder", folder);
    others(finding, own.iter().map(|at| &files[*at].name), own.len())
}

/// Names a few files of so many and counts the rest.
pub(super) fn others<'a>(finding: Finding, names: impl Iterator<Item = &'a Arc<str>>, count: usize) -> Finding {
    let few: Vec<&str> = names.take(NAMED).map(AsRef::as_ref).collect();
    let more = count.saturating_sub(NAMED);
    finding.arg("other", few.join("、")).arg("more", if more > 0 { more.to_string() } else { String::new() })
}

/// The finding that a file bears another branch's name.
fn mismatch(one: &FileResult) -> Option<&Finding> {
    one.findings.iter().find(|finding| one.misnamed && finding.code == Code::BranchMismatch)
}

/// Puts aside files that bear another branch's name where the branch has one of its own: whose they are nobody knows, and
/// they must not come before it. One that a corrected copy stands for is settled with that.
fn without_misnamed(files: &[FileResult], own: Vec<usize>, apart: &mut Vec<Finding>) -> Vec<usize> {
    if own.iter().all(|at| files[*at].misnamed) {
        return own;
    }
    let corrected: BTreeSet<&str> = own.iter().filter_map(|at| files[*at].corrects.as_deref()).collect();
    let settled = |one: &FileResult| one.digest.is_some_and(|digest| corrected.contains(hex(&digest).as_str()));
    let (misnamed, own): (Vec<usize>, Vec<usize>) = own.into_iter().partition(|at| files[*at].misnamed && !settled(&files[*at]));
    apart.extend(misnamed.iter().filter_map(|at| mismatch(&files[*at])).cloned());
    own
}

/// Files of another year give nothing where the branch has one of this year; of several such only the latest is told to be one.
fn of_this_year(files: &[FileResult], own: &[usize], findings: &mut Vec<Finding>) -> Vec<usize> {
    let (other, this): (Vec<usize>, Vec<usize>) = own.iter().partition(|at| files[**at].wrong_year);
    let corrected: BTreeSet<&str> = own.iter().filter_map(|at| files[*at].corrects.as_deref()).collect();
    let Some(stands) = latest(files, &this).or_else(|| latest(files, &other)) else { return this };
    for at in other.iter().filter(|at| **at != stands) {
        // What a copy corrects is settled with the copy.
        let digest = files[*at].digest.map(|digest| hex(&digest));
        let other = digest
            .filter(|digest| corrected.contains(digest.as_str()))
            .and_then(|digest| own.iter().find(|copy| files[**copy].corrects.as_ref() == Some(&digest)).copied());
        findings.push(superseded(&files[*at], &files[other.unwrap_or(stands)]));
    }
    if this.is_empty() { vec![stands] } else { this }
}

/// The note about a file of which nothing is taken.
pub(super) fn superseded(one: &FileResult, by: &FileResult) -> Finding {
    Finding::new(Code::SupersededSubmission, Place::file(&one.name)).arg("other", &by.name)
}

/// True where the one is the later, false where the other is; none where nothing tells. If one of two has no 报出日期 that
/// counts, the documents' dates order both.
pub(super) fn order(one: &FileResult, other: &FileResult) -> Option<bool> {
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

/// One file for each set of dates that orders files, and how many have it. A sender may have sent thousands without any.
fn moments<'a>(files: &'a [FileResult], of: &[usize]) -> Vec<(&'a FileResult, usize)> {
    let mut all = BTreeMap::new();
    for one in of.iter().map(|at| &files[*at]) {
        all.entry((one.reported, &one.modified, &one.twin)).or_insert((one, 0)).1 += 1;
    }
    all.into_values().collect()
}

/// The latest of several, where it hardly matters which: of those that nothing orders the first.
pub(super) fn latest(files: &[FileResult], of: &[usize]) -> Option<usize> {
    let moments = moments(files, of);
    // Dates of two kinds may go in a circle: whoever beats most is taken.
    let wins =
        |at: usize| moments.iter().filter(|(other, _)| order(&files[at], other) == Some(true)).map(|(_, count)| count).sum::<usize>();
    of.iter().copied().min_by_key(|at| (std::cmp::Reverse(wins(*at)), *at))
}

/// The file from which something that several have is taken: the latest over all that have other values of it. An error are
/// those of which nothing tells which is the latest. `weight` decides where it makes no difference.
pub(super) fn pick(
    files: &[FileResult],
    of: &[usize],
    same: &dyn Fn(usize, usize) -> bool,
    weight: &dyn Fn(usize) -> usize,
) -> Result<usize, Vec<usize>> {
    let later = |one: usize, other: usize| order(&files[one], &files[other]) == Some(true);
    let stands = |one: usize| of.iter().all(|other| one == *other || same(one, *other) || later(one, *other));
    let standing: Vec<usize> = of.iter().copied().filter(|at| stands(*at)).collect();
    let wins = |at: usize| standing.iter().filter(|other| later(at, **other)).count();
    if let Some(best) = standing.iter().copied().min_by_key(|at| (std::cmp::Reverse((wins(*at), weight(*at))), *at)) {
        return Ok(best);
    }
    let moments = moments(files, of);
    let beaten = |one: usize| moments.iter().any(|(other, _)| order(other, &files[one]) == Some(true));
    let undecided: Vec<usize> = of.iter().copied().filter(|at| !beaten(*at)).collect();
    Err(if undecided.len() > 1 { undecided } else { of.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::super::intake::Submitted;
    use super::*;

    fn file(name: &str, digest: u8, reported: Option<&str>, modified: Option<&str>, corrects: Option<u8>) -> FileResult {
        FileResult {
            name: name.into(),
            digest: Some([digest; 32]),
            files: Vec::new(),
            branch: Some(0),
            second: None,
            misnamed: false,
            wrong_year: false,
            elsewhere: None,
            twin: None,
            reported: reported.map(|day| day.parse().expect("date")),
            modified: modified.map(str::to_owned),
            corrects: corrects.map(|digest| hex(&[digest; 32])),
            cover_findings: Vec::new(),
            cells: 0,
            beside: false,
            roster: Vec::new(),
            source: Submitted::named(name),
            findings: Vec::new(),
            card: None,
        }
    }

    /// Names of the files that are put together, and what is said; `faulty` are those for which the branch would be returned.
    fn stands(files: &[FileResult], faulty: &[&str]) -> (Vec<String>, Vec<Code>) {
        let mut all = standing("0101", files);
        while !all.waiting.is_empty() && all.settle(files, &|one| faulty.contains(&&*one.name)) {}
        let names = all.active.iter().map(|at| files[*at].name.to_string()).collect();
        (names, all.findings.iter().chain(&all.apart).map(|finding| finding.code).collect())
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn equal_bytes_count_once() {
        let files = [file("a", 1, None, None, None), file("b", 2, None, None, None), file("c", 1, None, None, None)];
        assert_eq!(stands(&files, &[]), (names(&["a", "b"]), vec![Code::IdenticalSubmission]));
        assert_eq!(stands(&[], &[]), (vec![], vec![]));
    }

    #[test]
    fn dates_order_files() {
        let early = file("early", 1, Some("2026-12-10"), Some("2026-12-30T00:00:00Z"), None);
        let late = file("late", 2, Some("2026-12-20"), Some("2026-12-01T00:00:00Z"), None);
        let same_day = file("changed", 3, Some("2026-12-20"), Some("2026-12-02T00:00:00Z"), None);
        let undated = file("undated", 4, None, Some("2026-12-15T00:00:00Z"), None);
        let unknown = file("unknown", 5, None, None, None);
        for (one, other, told) in [
            (&late, &early, Some(true)),
            (&same_day, &late, Some(true)),
            // One of the two has no 报出日期: the documents' dates order both.
            (&undated, &early, Some(false)),
            (&undated, &late, Some(true)),
            (&unknown, &late, None),
        ] {
            assert_eq!(order(one, other), told, "{} {}", one.name, other.name);
            assert_eq!(order(other, one), told.map(|told| !told), "{} {}", other.name, one.name);
        }
        let mut twins = [file("b", 1, Some("2026-12-01"), None, None), file("b(2)", 2, Some("2026-12-02"), None, None)];
        for twin in &mut twins {
            twin.twin = Some("a.zip!/b.xlsx".into());
        }
        assert_eq!(order(&twins[0], &twins[1]), None, "two under one name in an archive");
    }

    /// Which file is picked never depends on the order in which files are listed, though dates of two kinds go in a circle.
    #[test]
    fn the_order_of_names_changes_nothing() {
        let made: [fn() -> FileResult; 4] = [
            || file("a", 1, Some("2026-04-01"), Some("2026-12-30T00:00:00Z"), None),
            || file("b", 2, Some("2026-07-01"), Some("2026-07-01T00:00:00Z"), None),
            || file("c", 3, None, Some("2026-10-01T00:00:00Z"), None),
            || file("d", 4, None, None, None),
        ];
        let picked = |order: &[usize], value: &dyn Fn(&str) -> u8| {
            let files: Vec<FileResult> = order.iter().map(|at| made[*at]()).collect();
            let all: Vec<usize> = (0..files.len()).collect();
            let same = |one: usize, other: usize| value(&files[one].name) == value(&files[other].name);
            let picked = pick(&files, &all, &same, &|_| 0);
            let mut named: Vec<String> =
                picked.map_or_else(|all| all, |one| vec![one]).into_iter().map(|at| files[at].name.to_string()).collect();
            named.sort();
            named
        };
        let alone = |name: &str| name.as_bytes()[0];
        for order in [[0, 1], [1, 0]] {
            assert_eq!(picked(&order, &alone), ["b"]);
        }
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            assert_eq!(picked(&order, &alone), ["a", "b", "c"], "a before b before c before a");
            assert_eq!(picked(&order, &|name| u8::from(name != "a")), ["b"], "it is later than the only one that differs");
            assert_eq!(picked(&order, &|name| u8::from(name != "c")), ["a"]);
        }
        for order in [[1, 2, 3], [3, 2, 1]] {
            assert_eq!(picked(&order, &alone), ["c", "d"], "what has no date is before and behind nothing");
            assert_eq!(picked(&order, &|name| u8::from(name == "b")), ["c"], "equal values need no order");
        }
    }

    #[test]
    fn a_copy_stands_only_for_what_would_be_returned() {
        let original = || file("original", 2, Some("2026-12-20"), None, None);
        let copy = || file("copy", 5, Some("2026-12-01"), None, Some(2));
        assert_eq!(stands(&[original(), copy()], &["original"]), (names(&["copy"]), vec![Code::SupersededSubmission]));
        assert_eq!(stands(&[copy(), original()], &["original"]), (names(&["copy"]), vec![Code::SupersededSubmission]));
        assert_eq!(stands(&[original(), copy()], &[]), (names(&["original", "copy"]), vec![]), "a file like any other");
        // A copy of a copy, and copies of each other.
        let second = file("second", 7, None, None, Some(5));
        let superseded = vec![Code::SupersededSubmission; 2];
        assert_eq!(stands(&[second, copy(), original()], &["original", "copy"]), (names(&["second"]), superseded));
        let one = file("one", 8, Some("2026-12-01"), None, Some(9));
        let other = file("other", 9, Some("2026-12-02"), None, Some(8));
        assert_eq!(stands(&[one, other], &["one", "other"]), (names(&["one", "other"]), vec![]));
        // Two copies of one original both stand for it.
        let again = file("again", 6, Some("2026-12-02"), None, Some(2));
        assert_eq!(stands(&[again, copy(), original()], &["original"]), (names(&["again", "copy"]), vec![Code::SupersededSubmission]));
    }

    #[test]
    fn a_file_of_another_committee_s_folder_is_set_aside_alone() {
        let own = || file("own", 1, Some("2026-12-10"), None, None);
        let stray = |digest| {
            let mut stray = file("stray", digest, Some("2026-12-20"), None, Some(1));
            stray.elsewhere = Some("第二党委".into());
            stray
        };
        for files in [vec![own(), stray(2)], vec![stray(2), own()]] {
            let all = standing("0101", &files);
            assert_eq!(all.active.iter().map(|at| &*files[*at].name).collect::<Vec<_>>(), ["own"]);
            assert!(all.findings.is_empty() && all.waiting.is_empty() && all.apart.len() == 1, "{all:?}");
            assert_eq!((all.apart[0].value.as_deref(), all.apart[0].code), (Some("0101"), Code::DuplicateSubmission));
        }
        assert_eq!(stands(&[stray(1), own()], &[]), (names(&["own"]), vec![Code::IdenticalSubmission]));
        assert_eq!(stands(&[stray(2)], &[]), (names(&["stray"]), vec![]), "the only file counts wherever it lies");
    }

    #[test]
    fn a_file_of_another_year_is_wrong_only_by_itself() {
        let of_year = |name: &str, digest, day: &str, wrong| {
            let mut one = file(name, digest, Some(day), None, None);
            one.wrong_year = wrong;
            one
        };
        let (wrong, right) = (|| of_year("wrong", 1, "2026-12-20", true), of_year("right", 2, "2026-12-10", false));
        assert_eq!(stands(&[wrong()], &[]), (names(&["wrong"]), vec![]));
        assert_eq!(stands(&[right, wrong()], &[]), (names(&["right"]), vec![Code::SupersededSubmission]));
        let older = of_year("older", 3, "2026-12-01", true);
        assert_eq!(stands(&[older, wrong()], &[]), (names(&["wrong"]), vec![Code::SupersededSubmission]));
    }

    #[test]
    fn many_files_are_counted_and_not_all_named() {
        let name = Arc::from("x");
        let names: Vec<Arc<str>> = (0..40).map(|at| format!("{at:02}").into()).collect();
        let finding = others(Finding::new(Code::DuplicateSubmission, Place::file(&name)), names.iter(), names.len());
        assert_eq!(finding.args[0].1.split('、').count(), NAMED);
        assert_eq!(finding.args[1], ("more", "35".to_owned()));
    }
}
