//! Recorded figures: scored again from the submissions that their records keep, and held beside what was posted.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use super::{Explained, Explanation};
use crate::diag::{Lang, fill, text};
use crate::inbox::{Incoming, OnDisk, Source};
use crate::period::RunPeriod;
use crate::record::{FOLDER, Kept, Record, Records, Row, Values};
use crate::rollup::values;
use crate::run::{BranchState, Options, Progress, RunError, Summary, look, prepare, refused};

/// Which record is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhichRecord {
    /// Of each branch the one that stands.
    Standing,
    /// The one of this number.
    Number(u32),
}

/// The records that an explanation is about.
#[derive(Debug)]
pub struct Recorded {
    records: Records,
    run: RunPeriod,
    /// Place of the record by branch code.
    at: BTreeMap<String, usize>,
}

/// What was posted of a subject.
#[derive(Clone, Debug)]
pub struct Told {
    /// Number of the record.
    pub n: u32,
    /// The day its boards went up.
    pub date: NaiveDate,
    /// Last day of publication.
    pub last_day: Option<NaiveDate>,
    /// Why the record was withdrawn, if it was.
    pub withdrawn: Option<String>,
    /// What was posted; none if the record does not hold the subject.
    pub posted: Option<Values>,
    /// A submission that the board rests on was not kept.
    pub unkept: bool,
    /// What the kept submissions give now.
    pub now: Option<Values>,
    /// The scheme has the same text as then.
    pub same_scheme: bool,
    /// A later record or correction: period, number, figures.
    pub corrected: Option<(RunPeriod, u32, Values)>,
}

/// Scores a recorded period from its kept submissions. Without a period
/// the one that was recorded last.
pub fn recorded(options: &Options, which: WhichRecord, progress: Progress<'_>) -> Result<(Summary, Recorded), RunError> {
    let mut county = prepare(options)?;
    let records = Records::read(&county.workspace.root)?;
    let last = records.all.iter().rfind(|record| record.counts().is_some() && record.run.year == county.workspace.year);
    let Some(run) = options.period.or(last.map(|record| record.run)) else {
        return Err(refused(
            format!("{FOLDER} 里还没有公示记录；公示以后请运行 scorebook post 登记"),
            format!("{FOLDER} holds no record; after posting run scorebook post"),
        ));
    };
    county.turn_to(run, options);
    let at = match which {
        WhichRecord::Number(n) => of_number(&records, run, n)?,
        WhichRecord::Standing => standing(&records, run)?,
    };
    county.only = at.keys().filter(|code| county.register.by_code(code).is_some()).cloned().collect();
    county.kept = Some(kept(&records, &at)?);
    let summary = look(county, options, progress)?;
    Ok((summary, Recorded { records, run, at }))
}

/// The branches of one record.
fn of_number(records: &Records, run: RunPeriod, n: u32) -> Result<BTreeMap<String, usize>, RunError> {
    let found = records.all.iter().position(|record| record.run == run && record.n == n);
    let Some((at, posting)) = found.and_then(|at| Some((at, records.all[at].posting.as_ref()?))) else {
        let known: Vec<String> = records.of(run).map(|record| record.n.to_string()).collect();
        let (zh, en) = if known.is_empty() { ("无".to_owned(), "none".to_owned()) } else { (known.join("、"), known.join(", ")) };
        return Err(refused(
            format!("没有 {} 第 {n} 次公示的记录；已有的：{zh}", run.zh()),
            format!("there is no record {n} of {run}; there are: {en}"),
        ));
    };
    if let Some(file) = &records.all[at].damaged {
        let folder = records.all[at].folder.display().to_string();
        return Err(refused(
            format!("{folder} 里的 {file} 登记后被人改动，不能据以解释"),
            format!("{file} in {folder} was changed after recording and explains nothing"),
        ));
    }
    Ok(posting.branches.iter().map(|branch| (branch.code.to_string(), at)).collect())
}

/// What stands for each branch.
fn standing(records: &Records, run: RunPeriod) -> Result<BTreeMap<String, usize>, RunError> {
    let codes: BTreeSet<&str> =
        records.of(run).filter_map(Record::counts).flat_map(|posting| &posting.branches).map(|branch| &*branch.code).collect();
    let at: BTreeMap<String, usize> = codes.into_iter().filter_map(|code| Some((code.to_owned(), records.standing(run, code)?))).collect();
    if at.is_empty() {
        let known: Vec<String> = records.periods().iter().map(ToString::to_string).collect();
        let (zh, en) = if known.is_empty() { ("无".to_owned(), "none".to_owned()) } else { (known.join("、"), known.join(", ")) };
        return Err(refused(
            format!("{} 没有公示记录；有记录的期间：{zh}", run.zh()),
            format!("{run} has no record; periods that have: {en}"),
        ));
    }
    Ok(at)
}

/// The kept submissions under the names that they came with.
fn kept(records: &Records, at: &BTreeMap<String, usize>) -> Result<Vec<Incoming>, RunError> {
    let mut files: BTreeMap<String, Incoming> = BTreeMap::new();
    let mut known: BTreeMap<usize, BTreeMap<String, Vec<Kept>>> = BTreeMap::new();
    for (code, record) in at {
        let own = match known.entry(*record) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(records.all[*record].submissions()?),
        };
        for one in own.get(code).into_iter().flatten() {
            let Some(place) = &one.kept else { continue };
            let path = records.root().join(place);
            let size = std::fs::metadata(&path).map_err(|source| RunError::Io { path: path.clone(), source })?.len();
            // Two branches' files may have borne one name at different times.
            let taken = files.get(&one.file).is_some_and(|other| other.disk.path != path);
            let name: Arc<str> = if taken { place.as_str().into() } else { one.file.as_str().into() };
            let disk = Arc::new(OnDisk { name: Arc::clone(&name), path });
            files.insert(name.to_string(), Incoming { name, disk, source: Source::File, size, twin: None });
        }
    }
    Ok(files.into_values().collect())
}

impl Recorded {
    /// What was posted of an explained subject, and what became of it.
    pub fn of(&self, summary: &Summary, one: &Explanation<'_>) -> Result<Option<Told>, RunError> {
        let county = &summary.county;
        let code = &county.register.branches[one.branch].code;
        let Some((at, posting)) = self.at.get(code).and_then(|at| Some((*at, self.records.all[*at].posting.as_ref()?))) else {
            return Ok(None);
        };
        let record = &self.records.all[at];
        let (subject, seq, outcome) = match &one.what {
            Explained::Decided { member: Some(member), outcome, .. } => ("member", Some(member.seq), Some(outcome)),
            Explained::Decided { outcome, .. } => ("branch", None, Some(outcome)),
            _ => ("member", None, None),
        };
        let rows = record.rows(code)?;
        let named = |row: &&Row| row.subject == subject && (subject == "branch" || row.name == one.name);
        let row = rows.iter().filter(named).find(|row| row.seq == seq).or_else(|| rows.iter().find(named));
        let now = outcome.filter(|_| matches!(summary.resolved.branches[one.branch].state, BranchState::Accepted(_)));
        let now = now.map(|outcome| values(outcome, &county.schemes[outcome.scheme]));
        let scheme = row.and_then(|row| county.schemes.iter().find(|scheme| scheme.id == row.scheme));
        let stood = self.records.stood(self.run, code)?.unwrap_or_default();
        let later =
            row.and_then(|row| stood.iter().find(|stood| stood.subject == row.subject && stood.name == row.name && stood.seq == row.seq));
        let corrected = later.filter(|stood| stood.record != at).and_then(|stood| {
            let by = &self.records.all[stood.record];
            (by.posting.as_ref()?.order > posting.order).then(|| (by.run, by.n, stood.values.clone()))
        });
        Ok(Some(Told {
            n: record.n,
            date: posting.date,
            last_day: posting.branch(code).and_then(|branch| branch.last_day),
            withdrawn: record.withdrawn.as_ref().map(|withdrawn| withdrawn.reason.clone()),
            posted: row.map(Row::values),
            unkept: record.submissions()?.get(code).is_some_and(|own| own.iter().any(|one| one.kept.is_none())),
            now,
            same_scheme: scheme.is_some_and(|scheme| posting.scheme(&scheme.id) == Some(scheme.digest.as_str())),
            corrected,
        }))
    }
}

impl Told {
    /// The statements, each with its heading.
    pub fn statements(&self, run: RunPeriod, lang: Lang) -> Vec<(String, String)> {
        let about = text("about-posted", lang).to_owned();
        let named = |run: RunPeriod| if lang == Lang::Zh { run.zh() } else { run.to_string() };
        let (n, period) = (self.n.to_string(), named(run));
        let mut all = Vec::new();
        match &self.posted {
            Some(posted) => {
                let date = self.date.to_string();
                let args = [("period", period.as_str()), ("n", &n), ("date", &date), ("told", &posted.told())];
                all.push(fill("explain-posted", lang, &args));
            }
            None => all.push(fill("explain-posted-nothing", lang, &[("period", &period), ("n", &n)])),
        }
        all.extend(self.withdrawn.as_ref().map(|reason| fill("explain-posted-withdrawn", lang, &[("reason", reason)])));
        all.extend(self.unkept.then(|| text("explain-posted-unkept", lang).to_owned()));
        if let (Some(posted), Some(now)) = (&self.posted, &self.now) {
            let key = match (posted == now, self.same_scheme) {
                (true, _) => "explain-posted-same",
                (false, true) => "explain-posted-differs",
                (false, false) => "explain-posted-scheme",
            };
            let told = now.told();
            let args: &[(&str, &str)] = if posted == now { &[] } else { &[("now", &told)] };
            all.push(fill(key, lang, args));
        }
        if let Some((run, n, values)) = &self.corrected {
            let args = [("told", values.told()), ("period", named(*run)), ("n", n.to_string())];
            all.push(fill("explain-posted-corrected", lang, &args.each_ref().map(|(key, value)| (*key, value.as_str()))));
        }
        all.into_iter().map(|said| (about.clone(), said)).collect()
    }
}
