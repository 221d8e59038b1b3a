//! This run beside what has been posted: every recorded period that ends no later than the run's.
//!
//! ```text
//!   公示存档/2026Q1/1 ─▶ rows of a branch ─┐
//!   the branch's card ─▶ scored for 2026Q1 ─┴▶ by name ─▶ alike: nothing to tell
//!                                               └▶ else by identity number, from the kept submissions ─▶ changes
//! ```
//!
//! No submission of today is read again, and a record is read a branch at a time. Records hold no identity numbers: a kept
//! submission is opened only where names and figures leave something to tell, which in a quiet year is nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;
use rayon::prelude::*;

use super::{BranchScores, BranchState, Fields, Resolved, RunError, Setup, Whose};
use crate::check;
use crate::county::Corrections;
use crate::diag::{Code, Finding, Place, Severity};
use crate::period::{Period, RunPeriod};
use crate::record::{Announcement, Kept, Records, Said, Stood, Values};
use crate::rollup::{Change, Outcome, OutcomeKind, change_findings, values};
use crate::score::Flag;
use crate::sheet::Book;
use crate::submission::{self, Expected, Member, Share};

/// A subject of today for a recorded period.
struct Now<'a> {
    kind: OutcomeKind,
    name: &'a str,
    seq: Option<i64>,
    id: Option<&'a str>,
    scheme: usize,
    values: Values,
    /// Not expected in the period any more: he has left, which is no change; or what another branch owes about him is awaited.
    left: bool,
    /// He came from another branch in the course of the year.
    moved: bool,
}

/// Someone scored now of whom the branch's own record knows nothing.
struct Newcomer {
    branch: usize,
    period: RunPeriod,
    kind: OutcomeKind,
    name: String,
    seq: Option<i64>,
    id: Option<Arc<str>>,
    scheme: usize,
    values: Values,
    by_scheme: bool,
}

/// What one branch came to.
#[derive(Default)]
struct Beside {
    changes: Vec<Change>,
    newcomers: Vec<Newcomer>,
    findings: Vec<Finding>,
}

/// What comes of leaving, dying and moving is no change of what was posted.
const GONE: [Flag; 3] = [Flag::NotExpected, Flag::Left, Flag::MovedOut];

/// Whom the roster of a kept submission names: name, number, identity number.
type Roster = Vec<(Arc<str>, i64, Option<Arc<str>>)>;

/// Which submissions a record rests on, by branch.
type Submissions = BTreeMap<String, Vec<Kept>>;

/// What had to be looked up of kept submissions.
#[derive(Default)]
struct Rosters {
    /// By place of the record.
    kept: Mutex<BTreeMap<usize, Arc<Submissions>>>,
    /// Their rosters, by where they are kept.
    opened: Mutex<BTreeMap<String, Arc<Roster>>>,
}

/// Compares every accepted branch with what has been posted. Gives what differs, by position in the register.
pub fn compare(county: &Setup, resolved: &mut Resolved, records: &Records) -> Result<BTreeMap<usize, Vec<Change>>, RunError> {
    let within = |run: &RunPeriod| run.year == county.run.year && run.period.last_month() <= county.run.period.last_month();
    let periods: Vec<RunPeriod> = records.periods().into_iter().filter(within).collect();
    let rosters = Rosters::default();
    let beside: Vec<(usize, Beside)> = resolved
        .branches
        .par_iter()
        .enumerate()
        .filter_map(|(at, result)| match &result.state {
            BranchState::Accepted(card) if !periods.is_empty() => Some((at, card)),
            _ => None,
        })
        .map(|(at, card)| Ok((at, branch(county, (at, card, &resolved.fields), records, &periods, &rosters)?)))
        .collect::<Result<_, RunError>>()?;
    let mut changes: BTreeMap<usize, Vec<Change>> = BTreeMap::new();
    let mut newcomers = Vec::new();
    for (at, found) in beside {
        resolved.findings.extend(found.findings);
        newcomers.extend(found.newcomers);
        if !found.changes.is_empty() {
            changes.entry(at).or_default().extend(found.changes);
        }
    }
    for (at, change) in arrived(county, records, newcomers, &rosters)? {
        changes.entry(at).or_default().push(change);
    }
    for (at, own) in &mut changes {
        own.sort_by_key(|change| (change.period.last_month(), change.period.every(), change.kind));
        let BranchState::Accepted(card) = &resolved.branches[*at].state else { continue };
        for mut finding in change_findings(own, &card.submission) {
            finding.branch_code = Some(county.register.branches[*at].code.as_str().into());
            resolved.findings.push(finding);
        }
    }
    Ok(changes)
}

fn branch(
    county: &Setup,
    (at, card, fields): (usize, &BranchScores, &Fields),
    records: &Records,
    periods: &[RunPeriod],
    rosters: &Rosters,
) -> Result<Beside, RunError> {
    let registered = &county.register.branches[at];
    let mut beside = Beside::default();
    for run in periods {
        if run.period == Period::YEAR && !card.submission.year_read {
            continue;
        }
        let codes = || [&registered.code].into_iter().chain(&registered.life.former_codes);
        let Some(code) = codes().find(|code| records.standing(*run, code).is_some()) else { continue };
        let scored: Vec<Outcome>;
        let outcomes = if *run == county.run {
            &card.outcomes
        } else {
            scored = fields.outcomes(county, at, &card.submission, *run);
            &scored
        };
        let now: Vec<Now<'_>> = outcomes.iter().map(|outcome| now(county, &registered.name, card, outcome)).collect();
        let said: Vec<Said<'_>> =
            now.iter().map(|one| Said { name: one.name, seq: one.seq, values: (!one.left).then_some(&one.values) }).collect();
        if records.repeats(*run, code, &said)? {
            continue;
        }
        let Some(stood) = records.stood(*run, code)? else { continue };
        let quick = by_name(&now, &stood, &|_, _| true);
        let alike = |(one, found): (&Now<'_>, &Option<usize>)| match found {
            Some(at) => one.left || stood[*at].values == one.values,
            None => one.left || one.moved || one.values.total.is_none(),
        };
        if !now.iter().zip(&quick).all(alike) && complete(county, card, *run) {
            beside.differing(county, at, *run, &now, &stood, records, rosters)?;
        }
        if *run == county.run || records.of(county.run).next().is_some() {
            beside.told(county, records, *run, &registered.code, &now, &stood);
        }
    }
    Ok(beside)
}

/// True if the branch would be accepted in that period's own run: of one that would be returned nothing is told.
fn complete(county: &Setup, card: &BranchScores, run: RunPeriod) -> bool {
    run == county.run
        || check::submission(&card.submission, &county.schemes, run).iter().all(|finding| finding.severity() != Severity::Error)
}

fn now<'a>(county: &Setup, branch: &'a str, card: &'a BranchScores, outcome: &Outcome) -> Now<'a> {
    let member = match outcome.kind {
        OutcomeKind::Member(at) => Some(&card.submission.members[at as usize]),
        OutcomeKind::Branch => None,
    };
    // The former branch's submission is not there now: what it gave before stands.
    let waits = outcome.score.total.is_none()
        && member.and_then(|member| member.course.moved.as_ref()).is_some_and(|moved| moved.waiting.is_some());
    Now {
        kind: outcome.kind,
        name: member.map_or(branch, |member| &member.name),
        seq: member.map(|member| member.seq),
        id: member.and_then(|member| member.id.as_deref()),
        scheme: outcome.scheme,
        values: values(outcome, &county.schemes[outcome.scheme]),
        left: member.is_some_and(Member::is_dead) || waits || outcome.score.flags.iter().any(|flag| GONE.contains(flag)),
        moved: member.and_then(|member| member.course.moved.as_ref()).is_some_and(|moved| !moved.from.is_empty()),
    }
}

fn is_branch(one: &Now<'_>) -> bool {
    one.kind == OutcomeKind::Branch
}

/// Which of what was posted is whose, by 姓名: 序号 decides between namesakes, elsewhere rows may have been renumbered.
/// `may` says that two are not known to be different people.
fn by_name(now: &[Now<'_>], stood: &[Stood], may: &dyn Fn(usize, usize) -> bool) -> Vec<Option<usize>> {
    let mut rows: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, row) in stood.iter().enumerate().filter(|(_, row)| row.subject == "member") {
        rows.entry(row.name.as_str()).or_default().push(at);
    }
    let mut namesakes: BTreeMap<&str, usize> = BTreeMap::new();
    for one in now.iter().filter(|one| !is_branch(one)) {
        *namesakes.entry(one.name).or_default() += 1;
    }
    now.iter()
        .enumerate()
        .map(|(at, one)| {
            if is_branch(one) {
                return stood.iter().position(|row| row.subject == "branch");
            }
            let own: Vec<usize> = rows.get(one.name).into_iter().flatten().copied().filter(|row| may(at, *row)).collect();
            match own.as_slice() {
                [only] if namesakes[one.name] == 1 => Some(*only),
                _ => own.into_iter().find(|row| stood[*row].seq == one.seq),
            }
        })
        .collect()
}

impl Beside {
    /// Tells what differs in a branch and period, whose is whose settled by identity numbers first.
    #[expect(clippy::too_many_arguments, reason = "one comparison's parts; a struct for them would only be unpacked again")]
    fn differing(
        &mut self,
        county: &Setup,
        branch: usize,
        run: RunPeriod,
        now: &[Now<'_>],
        stood: &[Stood],
        records: &Records,
        rosters: &Rosters,
    ) -> Result<(), RunError> {
        let ids: Vec<Option<Arc<str>>> = stood.iter().map(|row| rosters.id(county, records, row)).collect::<Result<_, _>>()?;
        let by_id = |one: &Now<'_>| one.id.and_then(|id| ids.iter().position(|known| known.as_deref() == Some(id)));
        let known: Vec<Option<usize>> = now.iter().map(by_id).collect();
        let taken: BTreeSet<usize> = known.iter().flatten().copied().collect();
        let different = |at: usize, row: usize| now[at].id.is_some() && ids[row].is_some();
        let named = by_name(now, stood, &|at, row| !taken.contains(&row) && !different(at, row));
        let mut unclear = 0;
        for (at, one) in now.iter().enumerate() {
            let Some(row) = known[at].or(named[at]) else {
                // Whoever moved here was posted where he was, also if nobody can find him there.
                if one.left || one.moved || one.values.total.is_none() {
                    continue;
                }
                let possible = |row: &usize| stood[*row].name == one.name && !taken.contains(row) && !different(at, *row);
                if (0..stood.len()).filter(possible).count() > 1 {
                    unclear += 1;
                } else {
                    self.newcomers.push(newcomer(county, records, branch, run, one));
                }
                continue;
            };
            // Whoever is no longer expected in the period has left.
            if !one.left && stood[row].values != one.values {
                let mut found = change(county, run, one.kind, (one.name, one.seq), one.scheme, &one.values, &stood[row]);
                found.posted = posted_on(records, run, &stood[row].branch_code);
                self.changes.push(found);
            }
        }
        if unclear > 0 {
            let mut finding = Finding::new(Code::MoveNotMatched, Place::default()).arg("why", "posted");
            finding.branch_code = Some(county.register.branches[branch].code.as_str().into());
            self.findings.push(finding.ordinal(run.period.ordinal()).arg("name", "").arg("period", run.period.zh()).arg("count", unclear));
        }
        Ok(())
    }

    /// What this period's own boards have announced stays printed on its later drafts, as long as it still holds.
    fn told(&mut self, county: &Setup, records: &Records, run: RunPeriod, code: &str, now: &[Now<'_>], stood: &[Stood]) {
        let own = records.of(county.run).filter_map(|record| record.counts()).flat_map(|posting| &posting.announced);
        for said in own.filter(|said| said.branch_code == code && said.period == run.to_string()) {
            let about = |name: &str, seq: Option<i64>, branch: bool| {
                (said.subject == "branch") == branch && (branch || (said.name == name && said.seq == seq))
            };
            let holds = stood.iter().any(|row| about(&row.name, row.seq, row.subject == "branch") && row.values == said.new);
            let again = self
                .changes
                .iter()
                .any(|change| change.period == run.period && about(&change.name, change.seq, change.kind == Some(OutcomeKind::Branch)));
            if holds && !again {
                let kind = now.iter().find(|one| about(one.name, one.seq, is_branch(one))).map(|one| one.kind);
                self.changes.push(Change {
                    kind,
                    name: said.name.clone(),
                    seq: said.seq,
                    scheme: said.scheme.clone(),
                    period: run.period,
                    posted: posted_on(records, run, code),
                    old: said.old.clone(),
                    new: said.new.clone(),
                    by_scheme: false,
                    told: true,
                });
            }
        }
    }
}

fn change(
    county: &Setup,
    run: RunPeriod,
    kind: OutcomeKind,
    (name, seq): (&str, Option<i64>),
    scheme: usize,
    new: &Values,
    stood: &Stood,
) -> Change {
    let scheme = &county.schemes[scheme];
    Change {
        kind: Some(kind),
        name: name.to_owned(),
        seq,
        scheme: scheme.id.clone(),
        period: run.period,
        posted: None,
        old: Some(stood.values.clone()),
        new: new.clone(),
        by_scheme: stood.scheme != scheme.id || stood.scheme_digest != scheme.digest,
        told: false,
    }
}

/// When the record that stands for a branch and period was put up.
fn posted_on(records: &Records, run: RunPeriod, code: &str) -> Option<NaiveDate> {
    records.standing(run, code).and_then(|at| records.all[at].counts()).map(|posting| posting.date)
}

fn newcomer(county: &Setup, records: &Records, branch: usize, run: RunPeriod, one: &Now<'_>) -> Newcomer {
    let scheme = &county.schemes[one.scheme];
    let record = records.standing(run, &county.register.branches[branch].code).and_then(|at| records.all[at].counts());
    // One who was not posted under another text of the scheme may be there because of it.
    let by_scheme = record.and_then(|posting| posting.scheme(&scheme.id)).is_some_and(|digest| digest != scheme.digest);
    Newcomer {
        branch,
        period: run,
        kind: one.kind,
        name: one.name.to_owned(),
        seq: one.seq,
        id: one.id.map(Into::into),
        scheme: one.scheme,
        values: one.values.clone(),
        by_scheme,
    }
}

/// Newcomers of a branch may have been posted in another: looked up there by identity number. Whoever was posted nowhere is
/// told to be new.
fn arrived(county: &Setup, records: &Records, newcomers: Vec<Newcomer>, rosters: &Rosters) -> Result<Vec<(usize, Change)>, RunError> {
    let mut by_period: BTreeMap<RunPeriod, Vec<Newcomer>> = BTreeMap::new();
    for one in newcomers {
        by_period.entry(one.period).or_default().push(one);
    }
    let mut found = Vec::new();
    for (run, people) in by_period {
        let names: BTreeSet<&str> = people.iter().filter(|one| one.id.is_some()).map(|one| one.name.as_str()).collect();
        let elsewhere = if names.is_empty() { Vec::new() } else { records.elsewhere(run, &names)? };
        for one in people {
            let own = &county.register.branches[one.branch].code;
            let mut before = None;
            for stood in elsewhere.iter().filter(|stood| stood.name == one.name && stood.branch_code != *own) {
                if one.id.is_some() && rosters.id(county, records, stood)? == one.id {
                    before = Some(stood);
                }
            }
            match before {
                Some(stood) if stood.values == one.values => {}
                Some(stood) => {
                    let mut moved = change(county, run, one.kind, (&one.name, one.seq), one.scheme, &one.values, stood);
                    moved.posted = posted_on(records, run, &stood.branch_code);
                    found.push((one.branch, moved));
                }
                None => found.push((
                    one.branch,
                    Change {
                        kind: Some(one.kind),
                        name: one.name,
                        seq: one.seq,
                        scheme: county.schemes[one.scheme].id.clone(),
                        period: run.period,
                        posted: posted_on(records, run, own),
                        old: None,
                        new: one.values,
                        by_scheme: one.by_scheme,
                        told: false,
                    },
                )),
            }
        }
    }
    Ok(found)
}

impl Rosters {
    /// The identity number of one who was posted, from the submissions that his record keeps.
    fn id(&self, county: &Setup, records: &Records, stood: &Stood) -> Result<Option<Arc<str>>, RunError> {
        if stood.subject != "member" {
            return Ok(None);
        }
        let submissions = self.submissions(records, stood.record)?;
        for kept in submissions.get(&stood.branch_code).into_iter().flatten() {
            let Some(place) = &kept.kept else { continue };
            let roster = self.roster(county, records, place, &kept.file)?;
            let own = |wanted: &dyn Fn(i64) -> bool| -> Vec<Option<Arc<str>>> {
                roster.iter().filter(|(name, seq, _)| **name == *stood.name && wanted(*seq)).map(|(.., id)| id.clone()).collect()
            };
            let exact = own(&|seq| Some(seq) == stood.seq);
            let named = own(&|_| true);
            if let [only] = if exact.is_empty() { named.as_slice() } else { exact.as_slice() } {
                return Ok(only.clone());
            }
        }
        Ok(None)
    }

    fn submissions(&self, records: &Records, record: usize) -> Result<Arc<Submissions>, RunError> {
        let guard = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = guard().get(&record) {
            return Ok(Arc::clone(known));
        }
        let submissions = Arc::new(records.all[record].submissions()?);
        guard().insert(record, Arc::clone(&submissions));
        Ok(submissions)
    }

    fn roster(&self, county: &Setup, records: &Records, kept: &str, file: &str) -> Result<Arc<Roster>, RunError> {
        let guard = || self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = guard().get(kept) {
            return Ok(Arc::clone(known));
        }
        // A kept submission that is gone tells nothing; names then decide.
        let bytes = records.original(kept).unwrap_or_default();
        let book = if bytes.is_empty() { None } else { county.fence.read(file, &bytes)?.ok() };
        let roster = Arc::new(book.map(|book| members(county, &book, file)).unwrap_or_default());
        guard().insert(kept.to_owned(), Arc::clone(&roster));
        Ok(roster)
    }
}

fn members(county: &Setup, book: &Book, file: &str) -> Roster {
    let name: Arc<str> = file.into();
    let (cover, _) = submission::read_cover(book, &name, &county.intake);
    let committee = cover.committee.as_deref().unwrap_or_default().to_owned();
    let read = |expected: &Expected<'_>| submission::read(book, cover, &name, expected).0;
    // Who is on the roster is asked, nothing of what scores them.
    let read = county.expecting(Whose::Stranger(&committee), None, Share::default(), read);
    read.members
        .iter()
        .filter(|member| member.repeats.is_none())
        .map(|member: &Member| (Arc::clone(&member.name), member.seq, member.id.as_deref().map(Into::into)))
        .collect()
}

/// Those that boards print.
pub fn printed(county: &Setup, changes: &BTreeMap<usize, Vec<Change>>) -> BTreeMap<usize, Vec<Change>> {
    let all = county.workspace.corrections == Corrections::All;
    let of = |own: &Vec<Change>| own.iter().filter(|change| change.is_printed(all)).cloned().collect::<Vec<_>>();
    changes.iter().map(|(at, own)| (*at, of(own))).filter(|(_, own)| !own.is_empty()).collect()
}

/// What a board that prints these changes would announce.
pub fn announcements<'a>(county: &'a Setup, code: &'a str, printed: &'a [Change]) -> impl Iterator<Item = Announcement> + 'a {
    printed.iter().map(move |change| Announcement {
        period: RunPeriod { period: change.period, ..county.run }.to_string(),
        branch_code: code.to_owned(),
        subject: if change.seq.is_none() { "branch" } else { "member" }.to_owned(),
        seq: change.seq,
        name: change.name.clone(),
        scheme: change.scheme.clone(),
        old: change.old.clone(),
        new: change.new.clone(),
    })
}
